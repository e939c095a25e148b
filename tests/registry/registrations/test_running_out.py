"""A registration whose years run out: the holder is told in time, once, and may have it go on."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hexi.kernel.actors import EVERYONE
from hexi.kernel.time import working_days_left
from hexi.registry.events import queries as events
from hexi.registry.registrations import actions, queries, tasks
from hexi.registry.registrations.errors import NothingNew
from hexi.registry.registrations.records import EXPIRED, State

from .conftest import NOTICE, SHOPS, Town

SOON = "The registration of “商店” holds only until {}; apply for a change to have it go on."
OVER = "The registration of “商店” ran out on {}; apply for a change to have it go on."


@pytest.fixture
def ends(town: Town) -> date:
    """First day on which the registration of the shops does not hold any more."""
    made = town.apply()
    town.register(made)
    found = town.seen(made).summary.valid_until
    assert found is not None
    return found


def noon(day: date) -> datetime:
    return datetime.combine(day, time(4), UTC)


def first_told(ends: date) -> date:
    """The first day on which the end is near enough."""
    return next(day for back in range(90, 0, -1) if queries.renewable_until(day := ends - timedelta(days=back)) >= ends)


def test_the_officers_are_told_some_working_days_before_and_when_it_ran_out(town: Town, ends: date) -> None:
    before = first_told(ends)
    assert working_days_left(before + timedelta(days=1), ends) == 20
    told = len(town.told(town.officer))
    counts = [tasks.watch(noon(day)) for day in (before - timedelta(days=1), before, before, ends - timedelta(days=1))]
    assert counts == [0, 1, 0, 0]
    assert town.told(town.officer)[:-told] == [SOON.format(ends)]

    assert [tasks.watch(noon(day)) for day in (ends, ends + timedelta(days=400))] == [1, 0]

    assert town.told(town.officer)[:-told] == [OVER.format(ends), SOON.format(ends)]
    assert not any("商店” ran out" in each for each in town.told(town.foreign) + town.told(town.clerk))
    town.node.settle()
    (found,) = queries.registrations(on=ends)[0]
    told_of = [each for each in events.events_about(f"registration:{found.id}", limit=9) if "until" in each.details]
    assert [each.verb for each in told_of][:2] == ["registration.expire", "registration.remind"]
    assert told_of[0].details == {"dataset": SHOPS, "registration_code": found.code, "until": str(ends)}
    assert (found.stands(on=ends), found.stands(on=ends - timedelta(days=1))) == (EXPIRED, State.REGISTERED)


def test_what_is_found_over_at_once_is_told_as_over_only(town: Town, ends: date) -> None:
    assert tasks.watch(noon(ends + timedelta(days=30))) == 1
    assert town.told(town.officer)[0] == OVER.format(ends)


def test_near_its_end_a_change_has_it_go_on_though_nothing_changed(town: Town, ends: date) -> None:
    day = first_told(ends)
    said = {"kind": "change", "reason": "renewal", "by": town.officer}
    with pytest.raises(NothingNew):
        actions.apply(SHOPS, **said, now=noon(day - timedelta(days=1)))
    with pytest.raises(NothingNew):
        actions.apply(SHOPS, **said | {"kind": "correction"}, now=noon(day))
    tasks.watch(noon(day))
    made = actions.apply(SHOPS, **said, now=noon(day))
    assert queries.running_out(town.officer, on=day) == ((), 0)

    actions.open_notice(made, by=town.approver, now=noon(day))
    actions.register(made, by=town.approver, now=noon(day) + NOTICE)

    renewed = town.seen(made).summary
    assert renewed.valid_until is not None
    assert renewed.valid_until.year == ends.year + 3
    assert tasks.watch(noon(ends)) == 0
    assert tasks.watch(noon(renewed.valid_until)) == 1


def test_a_cancelled_registration_runs_out_for_nobody(town: Town, ends: date) -> None:
    made = town.apply("cancellation")
    town.register(made)

    assert tasks.watch(noon(ends)) == 0


def test_what_runs_out_stands_with_who_may_have_it_go_on(town: Town, ends: date) -> None:
    day = first_told(ends)

    assert queries.running_out(town.officer, on=day - timedelta(days=1)) == ((), 0)
    (found,), count = queries.running_out(town.officer, on=day)
    assert (found.dataset, count) == (SHOPS, 1)
    for stranger in (town.foreign, town.clerk, EVERYONE):
        assert queries.running_out(stranger, on=day) == ((), 0)


def test_looking_for_ends_asks_once_a_side_while_none_is_near(town: Town, ends: date) -> None:
    with CaptureQueriesContext(connection) as asked:
        tasks.watch(noon(ends - timedelta(days=200)))

    assert len(asked) == 2
