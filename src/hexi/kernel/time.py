"""Time as every room understands it: aware, UTC, and handed in from above."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

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
