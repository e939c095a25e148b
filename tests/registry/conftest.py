from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.nodes import Node, node_in


@pytest.fixture(scope="module")
def node(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Node]:
    """A node with nothing in it, shared by the tests of a module."""
    with django_db_blocker.unblock(), node_in(tmp_path_factory.mktemp("node")) as node:
        yield node


@pytest.fixture
def own(db: None, tmp_path: Path) -> Iterator[Node]:
    """A node of a test's own with nothing in it."""
    with node_in(tmp_path) as node:
        yield node
