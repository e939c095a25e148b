"""Writes what the actions have checked: relations, names, and who carries on after whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hexi.kernel.names import Text, new_id
from hexi.kernel.time import check_day
from hexi.registry.parties.checking import check_circle, check_period
from hexi.registry.parties.models import Name, Organisation, Relation


def enter_relation(
    own: Organisation,
    other: Organisation,
    kind: str,
    since: str | None,
    until: str | None,
    source: Text,
    now: datetime,
) -> Relation:
    """Enter a relation that was checked."""
    return Relation.objects.create(
        id=new_id(now),
        origin=own,
        target=other,
        kind=kind,
        since=since,
        until=until,
        source_zh=source.zh,
        source_en=source.en,
    )


def enter_name(
    own: Organisation,
    title: Text,
    kind: str,
    since: str | None,
    until: str | None,
    source: Text,
    now: datetime,
) -> None:
    """Enter a further name."""
    Name.objects.create(
        id=new_id(now),
        organisation=own,
        kind=kind,
        zh=title.zh,
        en=title.en,
        since=since,
        until=until,
        source_zh=source.zh,
        source_en=source.en,
    )


def keep_name(own: Organisation, *, until: str | None, source: Text, now: datetime) -> None:
    """Keep the name that an organisation bears as a former one."""
    enter_name(own, Text(own.title_zh, own.title_en), "former", None, until, source, now)


def carry_on(
    own: Organisation, others: Sequence[Organisation], kind: str, on: str, source: Text, now: datetime
) -> bool:
    """Enter the succession; False where all of it is known."""
    check_day(on)
    check_period(own.founded_on, on)
    known = set(Relation.objects.filter(origin=own, kind=kind, since=on).values_list("target_id", flat=True))
    fresh = [each for each in others if each.id not in known]
    for each in fresh:
        check_circle(own, each, kind, on, None)
        enter_relation(own, each, kind, on, None, source, now)
    return bool(fresh)


def dissolve(own: Organisation, on: str) -> None:
    """Let an organisation end, and with it what it is part of; one that ended stays as it was."""
    Organisation.objects.filter(id=own.id, dissolved_on=None).update(dissolved_on=on)
    Relation.objects.filter(origin=own, kind="part_of", until=None).update(until=on)
