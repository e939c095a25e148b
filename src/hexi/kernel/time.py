"""Time as every room understands it: aware, UTC, and handed in from above."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

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
