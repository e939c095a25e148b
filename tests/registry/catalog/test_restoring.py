from __future__ import annotations

import pytest

from hexi.kernel.actors import NODE, Actor
from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.catalog import queries, restoring
from hexi.registry.catalog.errors import DatasetMissing, ReasonMissing
from hexi.registry.events import queries as events
from hexi.registry.runs import actions as runs
from hexi.registry.runs import queries as run_queries
from tests.nodes import Node, contract, field

FIRMS = "test.firms"
CONTRACT = contract(FIRMS, field("code", "编号", more="primaryKey: true"))


@pytest.fixture
def twice(own: Node) -> Node:
    own.publish(CONTRACT, "code\na1\na2\n")
    own.publish(CONTRACT, "code\nbad\n")
    return own


def test_the_catalogue_shows_the_rows_that_came_back_and_the_log_why(twice: Node) -> None:
    restoring.restore(FIRMS, 0, because="typed wrongly", by=NODE, clock=twice.clock)
    twice.settle()

    assert (queries.dataset(FIRMS).summary.version, queries.dataset(FIRMS).summary.rows) == (2, 2)
    said = next(each for each in events.events_about(f"dataset:{FIRMS}") if each.verb == "dataset.restore")
    first, *_, third = reversed(queries.dataset(FIRMS).versions)
    assert third.restores == first.certificate_sha256
    assert said.details == {"version": 2, "restored": 0, "because": "typed wrongly"}


def test_a_schedule_ends_that_would_bring_the_bad_version_back(twice: Node) -> None:
    runs.schedule(FIRMS, twice.folder / "firms.odcs.yaml", every_s=3600, by=NODE, now=twice.clock())
    restoring.restore(FIRMS, 0, because="typed wrongly", by=NODE, clock=twice.clock)

    assert run_queries.schedules() == ()


def test_without_authority_reason_or_dataset_nothing_comes_back(twice: Node) -> None:
    for how, kind in (
        ({"name": FIRMS, "because": "x", "by": Actor(account="li")}, NotAuthorised),
        ({"name": FIRMS, "because": " ", "by": NODE}, ReasonMissing),
        ({"name": "no.such", "because": "x", "by": NODE}, DatasetMissing),
    ):
        name = how.pop("name")
        with pytest.raises(kind):
            restoring.restore(name, 0, clock=twice.clock, **how)
    assert queries.dataset(FIRMS).summary.version == 1
