from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import transaction

from hexi.data.lifecycle.signing import NodeKey
from hexi.data.lifecycle.trust import TrustFile, trust_in
from hexi.kernel.actors import NODE
from hexi.kernel.names import Text
from hexi.registry.events import actions, tasks
from hexi.registry.events.records import SealedUpTo

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORIGIN = "hexi/gansu"
HOLDER = Text(zh="甘肃省数据局", en="Gansu data office")


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> NodeKey:
    return NodeKey.create(tmp_path_factory.mktemp("keys") / "node.pem")


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> NodeKey:
    return NodeKey.create(tmp_path_factory.mktemp("stranger") / "node.pem")


@pytest.fixture(scope="session")
def trusted(key: NodeKey) -> TrustFile:
    return trust_in(key, node="gansu", holder=HOLDER, now=NOON)


@pytest.fixture
def record(db: None) -> Callable[[int], list[str]]:
    """Records so many events; returns their ids in the order they will be sealed in."""

    def record(count: int) -> list[str]:
        with transaction.atomic():
            return sorted(
                actions.record(
                    by=NODE,
                    verb="dataset.publish",
                    object=f"dataset:gansu.d{number}",
                    details={"version": number, "title": "甘肃"},
                    now=NOON,
                )
                for number in range(count)
            )

    return record


@pytest.fixture
def seal(db: None, key: NodeKey) -> Callable[[], SealedUpTo]:
    return lambda: tasks.seal(signer=key, origin=ORIGIN, now=NOON)
