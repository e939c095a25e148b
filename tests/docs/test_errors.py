"""Every error has a code of its own, an exit code that is documented, and something to say."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.docs.error_page import EXITS, kinds


def test_every_code_names_one_error() -> None:
    assert [code for code, times in Counter(kind.code for kind in kinds()).items() if times > 1] == []


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.code)
def test_every_error_has_a_documented_exit_code_and_says_when(kind) -> None:
    assert kind.exit_code in EXITS
    assert kind.exit_code > 2
    assert kind.says.endswith(".")
