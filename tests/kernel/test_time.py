"""Working days: weekdays, the table of holidays, and years that are not in it."""

from __future__ import annotations

from datetime import date

import pytest

from hexi.kernel.time import working_day, working_days_left


@pytest.mark.parametrize(
    ("since", "count", "day", "is_known"),
    [
        pytest.param("2026-11-23", 1, "2026-11-24", True, id="the-next-day"),
        pytest.param("2026-11-23", 10, "2026-12-07", True, id="two-weekends"),
        pytest.param("2026-02-13", 1, "2026-02-14", True, id="a-saturday-that-is-worked"),
        pytest.param("2026-02-14", 1, "2026-02-24", True, id="spring-festival"),
        pytest.param("2026-09-30", 3, "2026-10-10", True, id="national-day-and-a-worked-saturday"),
        pytest.param("2026-12-31", 1, "2027-01-01", False, id="a-year-that-is-not-known"),
    ],
)
def test_working_days_are_counted(since: str, count: int, day: str, is_known: bool) -> None:
    found = working_day(date.fromisoformat(since), count)

    assert (found.day.isoformat(), found.is_known) == (day, is_known)


def test_days_left_count_today_and_the_last() -> None:
    last = date(2026, 12, 7)

    assert working_days_left(date(2026, 11, 24), last) == 10
    assert working_days_left(date(2026, 12, 5), last) == 1
    assert working_days_left(last, last) == 1
    assert working_days_left(date(2026, 12, 8), last) == 0
