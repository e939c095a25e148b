"""What cannot hold of organisations: an unknown one or kind, a period that ends before it begins, a circle."""

from __future__ import annotations

from collections.abc import Collection

from hexi.kernel.time import check_day, overlap
from hexi.registry.parties.errors import BadRelation, Circle, PartyMissing
from hexi.registry.parties.models import Organisation, Relation
from hexi.registry.parties.records import SUCCESSION


def known_organisation(id: str) -> Organisation:
    """Return the organisation of that id. Raises `PartyMissing`."""
    found = Organisation.objects.filter(id=id).first()
    if found is None:
        raise PartyMissing("There is no organisation {organisation}.", organisation=id)
    return found


def check_kind(kind: str, kinds: Collection[str]) -> None:
    """Raise `BadRelation` unless `kind` is one of `kinds`."""
    if kind not in kinds:
        raise BadRelation("“{kind}” is no kind here; choose one of {kinds}.", kind=kind, kinds=", ".join(kinds))


def check_period(since: str | None, until: str | None) -> None:
    """Raise `BadDay`, or `BadRelation` where it would end before it begins."""
    for each in (since, until):
        if each is not None:
            check_day(each)
    if since and until and until <= since:
        raise BadRelation("It cannot end on {until}: it begins on {since}.", until=until, since=since)


def check_circle(own: Organisation, other: Organisation, kind: str, since: str | None, until: str | None) -> None:
    """Raise `Circle` where relations of that time lead from `other` back to `own`."""
    if own.id == other.id:
        raise Circle("“{title}” cannot be in a relation to itself.", title=own.title_zh)
    kinds = SUCCESSION if kind in SUCCESSION else (kind,)
    every = list(Relation.objects.filter(kind__in=kinds))
    reached, waiting = {other.id}, [other.id]
    while waiting:
        at = waiting.pop()
        for each in every:
            if each.origin_id != at or each.target_id in reached or not overlap(since, until, each.since, each.until):
                continue
            if each.target_id == own.id:
                raise Circle(
                    "“{origin}” cannot be so related to “{target}”: that one leads back to it at the same time.",
                    origin=own.title_zh,
                    target=other.title_zh,
                )
            reached.add(each.target_id)
            waiting.append(each.target_id)
