"""Time as every room understands it: aware, UTC, and handed in from above."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hexi.kernel.errors import Invalid

_DAY = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


class BadDay(Invalid):
    """A date that is none."""

    code = "time.bad-day"


Clock = Callable[[], datetime]
"""Gives the present moment in UTC. Only surfaces hold the real one."""


def stamp(at: datetime) -> str:
    """Return `at` as RFC 3339 in UTC with milliseconds, ending in Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_stamp(text: str) -> datetime:
    """Return the moment that `stamp` wrote. Raises `ValueError` if `text` is no such stamp."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone")
    return at.astimezone(UTC)


def check_day(text: str) -> str:
    """Return a date as far as it is known: `2018`, `2018-10` or `2018-10-25`. Raises `BadDay`.

    Such texts compare as the first day they can mean, with one another and with a whole date.
    """
    found = _DAY.fullmatch(text)
    try:
        if found is not None:
            date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
            return text
    except ValueError:
        pass
    raise BadDay("“{text}” is no date; write it as far as it is known: 2018, 2018-10 or 2018-10-25.", text=text)


def holds(since: str | None, until: str | None, *, on: date) -> bool:
    """Whether `on` lies in a period of such dates: the first day is in, the last is not; None is open."""
    day = on.isoformat()
    return (since is None or since <= day) and (until is None or day < until)


def overlap(since: str | None, until: str | None, other_since: str | None, other_until: str | None) -> bool:
    """Whether two such periods have a day in common."""
    return (since is None or other_until is None or since < other_until) and (
        until is None or other_since is None or other_since < until
    )


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """A working day that was counted to."""

    day: date
    is_known: bool
    """Whether the holidays of every year that was counted through are known; where not, weekdays were counted."""


def _days(*spans: str) -> frozenset[date]:
    found = set()
    for span in spans:
        first, _, last = span.partition("/")
        day, end = date.fromisoformat(first), date.fromisoformat(last or first)
        while day <= end:
            found.add(day)
            day += timedelta(days=1)
    return frozenset(found)


HOLIDAYS: Mapping[int, tuple[frozenset[date], frozenset[date]]] = {
    2025: (
        _days("2025-01-01", "2025-01-28/2025-02-04", "2025-04-04/2025-04-06", "2025-05-01/2025-05-05")
        | _days("2025-05-31/2025-06-02", "2025-10-01/2025-10-08"),
        _days("2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"),
    ),
    2026: (
        _days("2026-01-01/2026-01-03", "2026-02-15/2026-02-23", "2026-04-04/2026-04-06", "2026-05-01/2026-05-05")
        | _days("2026-06-19/2026-06-21", "2026-09-25/2026-09-27", "2026-10-01/2026-10-07"),
        _days("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
    ),
}
"""Year → days off, and weekend days that are worked. Source: the State Council's yearly notice on public holidays."""


def working_day(since: date, count: int) -> WorkingDay:
    """Return the `count`-th working day after `since`, which itself does not count; `count` is 1 or more."""
    day, is_known = since, True
    while count:
        day += timedelta(days=1)
        off, worked = HOLIDAYS.get(day.year, (frozenset(), frozenset()))
        is_known &= day.year in HOLIDAYS
        count -= day in worked or (day.weekday() < 5 and day not in off)
    return WorkingDay(day, is_known)


def working_days_left(today: date, until: date) -> int:
    """How many working days there are from `today` to `until`, both included; 0 after it."""
    count, day = 0, today - timedelta(days=1)
    while (day := working_day(day, 1).day) <= until:
        count += 1
    return count
