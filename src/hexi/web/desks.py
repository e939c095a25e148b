"""The words of the desk: who looks, a section, a line in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import ngettext

from hexi.kernel.actors import Actor
from hexi.kernel.names import Text

SHOWN = 6
"""Lines that a section shows; the rest is a click away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Who looks at their desk, and when."""

    by: Actor
    now: datetime
    roles: frozenset[str]
    names: Mapping[str, Text]
    """Organisations by id."""

    def has(self, *roles: str) -> bool:
        """Whether who looks has one of some roles."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that waits."""

    title: str
    href: str = ""
    notes: tuple[str, ...] = ()
    tag: str = ""
    is_late: bool = False
    value: str = ""
    """A number, for lines that only count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What waits of one kind."""

    title: str
    lines: tuple[Line, ...]
    count: int
    since: str = ""
    """How long the oldest waits."""
    action: tuple[str, str] | None = None
    """The one thing to do: what it is called, where it is."""
    empty: str = ""
    """What to know, or to do, where nothing waits."""
    is_late: bool = False


def section(
    title: str,
    lines: Sequence[Line],
    *,
    looking: Looking,
    since: Iterable[datetime] = (),
    count: int | None = None,
    shown: int = SHOWN,
    action: tuple[str, str] | None = None,
    empty: str = "",
    is_late: bool = False,
) -> Section:
    """Return a section that shows the first of its lines; `since` says of each thing since when it waits."""
    oldest = min(since, default=None)
    return Section(
        title=title,
        lines=tuple(lines[:shown]),
        count=len(lines) if count is None else count,
        since=age(looking.now - oldest) if oldest else "",
        action=action,
        empty=empty,
        is_late=(is_late and bool(lines)) or any(each.is_late for each in lines),
    )


def age(passed: timedelta) -> str:
    """Return how long something waits, in the largest whole unit."""
    hours = int(passed.total_seconds() // 3600)
    if hours >= 24:
        return ngettext("%(count)s day", "%(count)s days", hours // 24) % {"count": hours // 24}
    if hours:
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    minutes = max(1, int(passed.total_seconds() // 60))
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
