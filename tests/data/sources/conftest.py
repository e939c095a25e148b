"""Sources are opened through `open_source` alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.sources.opened import Opener


@pytest.fixture
def opener(tmp_path: Path) -> Opener:
    return Opener(tmp_path)
