"""Questions about parties. Each takes a number of database queries that does not grow with the answer."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from datetime import date

from django.db.models import Q

from hexi.kernel.names import Text
from hexi.kernel.time import holds
from hexi.registry.parties.checking import known_organisation
from hexi.registry.parties.models import (
    Identifier,
    Name,
    Organisation,
    PersonalIdentifier,
    Post,
    Relation,
)
from hexi.registry.parties.records import (
    SUCCESSION,
    HitRecord,
    Moment,
    NameRecord,
    OrganisationRecord,
    PostRecord,
    RelationRecord,
    TreeLine,
)

NOTHING = Text("", "")


def organisations() -> dict[str, OrganisationRecord]:
    """Return every organisation by its id."""
    return {each.id: _record(each) for each in Organisation.objects.all()}


def organisation(id: str) -> OrganisationRecord:
    """The organisation of that id, dissolved or not. Raises `PartyMissing`."""
    return _record(known_organisation(id))


def ancestors(id: str, *, on: date | None = None) -> tuple[str, ...]:
    """Ids of what an organisation is part of, nearest first, itself not included; may be empty.

    With `on` on that day, otherwise by whatever has no end. One query a step, since every check of an authority asks.
    """
    found: list[str] = []
    while True:
        above = (
            Relation.objects.filter(origin=id, kind="part_of").order_by("id").values_list("target", "since", "until")
        )
        id = next((target for target, since, until in above if _is_so(since, until, on)), "")
        if not id or id in found:
            return tuple(found)
        found.append(id)


def children(id: str, *, on: date | None = None) -> tuple[OrganisationRecord, ...]:
    """What is part of an organisation, by name; with `on` on that day, otherwise whatever has no end."""
    found = Relation.objects.filter(target=id, kind="part_of").select_related("origin").order_by("origin__title_zh")
    return tuple(_record(each.origin) for each in found if _is_so(each.since, each.until, on))


def tree(*, on: date) -> tuple[TreeLine, ...]:
    """Every organisation that exists on that day, each below what it is part of, by name among its like."""
    there = {id: each for id, each in organisations().items() if each.exists(on=on)}
    below: dict[str, list[OrganisationRecord]] = {}
    parents = _parents(on)
    for id, each in there.items():
        above = parents.get(id, "")
        below.setdefault(above if above in there else "", []).append(each)

    def lines(above: str, depth: int) -> Iterator[TreeLine]:
        # What has parts stands first, so that a tree does not look like a list.
        for each in sorted(below.get(above, ()), key=lambda one: (one.id not in below, one.title.zh)):
            yield TreeLine(organisation=each, depth=depth)
            yield from lines(each.id, depth + 1)

    return tuple(lines("", 0))


def former(*, on: date) -> tuple[OrganisationRecord, ...]:
    """Organisations that no longer exist on that day, the latest to go first."""
    gone = Organisation.objects.filter(dissolved_on__lte=on.isoformat()).order_by("-dissolved_on", "title_zh")
    return tuple(_record(each) for each in gone)


def find_by_name(text: str, *, limit: int = 50) -> tuple[HitRecord, ...]:
    """Organisations whose name, now or formerly, short or full, in either language, holds `text`; best first.

    Each once, by its best name. Empty for an empty text.
    """
    wanted = unicodedata.normalize("NFKC", text).strip()
    if not wanted:
        return ()
    hits: dict[str, tuple[tuple[int, int], HitRecord]] = {}
    for title, kind, found in _named(wanted):
        record = _record(found)
        exactness = 0 if wanted.lower() in {title.zh.lower(), title.en.lower()} else 1
        rank = (exactness, 0 if kind == "title" else 1)
        if found.id not in hits or rank < hits[found.id][0]:
            hits[found.id] = rank, HitRecord(organisation=record, name=title, kind=kind)
    best = sorted(hits.values(), key=lambda pair: (pair[0], len(pair[1].name.zh), pair[1].name.zh))
    return tuple(hit for _, hit in best[:limit])


def _named(wanted: str) -> Iterator[tuple[Text, str, Organisation]]:
    for each in Organisation.objects.filter(Q(title_zh__icontains=wanted) | Q(title_en__icontains=wanted)):
        yield Text(each.title_zh, each.title_en), "title", each
    names = Name.objects.filter(Q(zh__icontains=wanted) | Q(en__icontains=wanted))
    for name in names.select_related("organisation"):
        yield Text(name.zh, name.en), name.kind, name.organisation


def called(names: Collection[str]) -> Mapping[str, OrganisationRecord]:
    """The organisations that bear, or bore, exactly one of these Chinese names: name → organisation.

    A name that is a title goes to that organisation, whoever else bore it once.
    """
    wanted = set(names)
    further = Name.objects.filter(zh__in=wanted).select_related("organisation").order_by("-id")
    found = {each.zh: _record(each.organisation) for each in further}
    return found | {each.title_zh: _record(each) for each in Organisation.objects.filter(title_zh__in=wanted)}


def names(id: str) -> tuple[NameRecord, ...]:
    """Further names of an organisation: short ones, then former ones, the latest first; may be empty."""
    found = Name.objects.filter(organisation=id)
    return tuple(
        NameRecord(
            title=Text(each.zh, each.en),
            kind=each.kind,
            since=each.since,
            until=each.until,
            source=Text(each.source_zh, each.source_en),
        )
        for each in sorted(found, key=lambda one: (one.kind != "short", one.until is None, one.zh))
    )


def relations(id: str) -> tuple[RelationRecord, ...]:
    """Every relation from or to an organisation, the earliest first; may be empty."""
    found = Relation.objects.filter(Q(origin=id) | Q(target=id)).select_related("origin", "target")
    return tuple(sorted((_relation(each) for each in found), key=lambda one: (one.since or "", one.id)))


def lineage(id: str, *, limit: int = 30) -> tuple[RelationRecord, ...]:
    """Every succession that leads to or from an organisation, however far; the earliest first, at most `limit`."""
    every = list(Relation.objects.filter(kind__in=SUCCESSION).select_related("origin", "target"))
    found: dict[str, Relation] = {}
    for forwards in (True, False):
        reached, waiting = {id}, [id]
        while waiting:
            at = waiting.pop()
            for each in every:
                here, there = (each.origin_id, each.target_id) if forwards else (each.target_id, each.origin_id)
                if here != at:
                    continue
                found[each.id] = each
                if there not in reached:
                    reached.add(there)
                    waiting.append(there)
    ordered = sorted((_relation(each) for each in found.values()), key=lambda one: (one.since or "", one.id))
    return tuple(ordered[:limit])


def successors(id: str, *, on: date) -> tuple[OrganisationRecord, ...]:
    """Who carries on what an organisation did, on that day, however many reforms later; itself while it exists."""
    every = [
        each
        for each in Relation.objects.filter(kind__in=SUCCESSION).select_related("target")
        if holds(each.since, each.until, on=on)
    ]
    own = organisation(id)
    found: dict[str, OrganisationRecord] = {}
    seen, waiting = {id}, [own]
    while waiting:
        at = waiting.pop(0)
        onwards = [each.target for each in every if each.origin_id == at.id]
        if not onwards or at.exists(on=on):
            found[at.id] = at
        if at.exists(on=on):
            continue
        for each in onwards:
            if each.id not in seen:
                seen.add(each.id)
                waiting.append(_record(each))
    return tuple(each for each in found.values() if each.exists(on=on))


def successions() -> Mapping[str, tuple[OrganisationRecord, ...]]:
    """Who carried on directly after each organisation that has a successor: its id → those, by name."""
    found: dict[str, list[OrganisationRecord]] = {}
    every = Relation.objects.filter(kind__in=SUCCESSION).select_related("target").order_by("target__title_zh")
    for each in every:
        found.setdefault(each.origin_id, []).append(_record(each.target))
    return {id: tuple(others) for id, others in found.items()}


def history(id: str) -> tuple[Moment, ...]:
    """What happened to an organisation, the earliest first; what has no date stands first."""
    own = organisation(id)
    found = []
    if own.founded_on:
        found.append(_moment(own.founded_on, "founded"))
    found += [
        _moment(each.until, "named", name=each.title, source=each.source) for each in names(id) if each.kind == "former"
    ]
    for each in relations(id):
        is_origin = each.origin.id == id
        other = each.target if is_origin else each.origin
        if each.kind != "part_of":
            kind = each.kind if is_origin else f"from_{each.kind}"
            found.append(_moment(each.since, kind, other=other, source=each.source))
        elif is_origin:
            if each.since:
                found.append(_moment(each.since, "joined", other=other, source=each.source))
            if each.until and each.until != own.dissolved_on:
                found.append(_moment(each.until, "left", other=other, source=each.source))
    if own.dissolved_on:
        found.append(_moment(own.dissolved_on, "dissolved"))
    return tuple(sorted(found, key=lambda one: (one.on or "", one.kind == "dissolved")))


def posts(id: str, *, on: date) -> tuple[PostRecord, ...]:
    """The posts of an organisation on that day, by title, each with duties and who holds it; may be empty."""
    found = Post.objects.filter(organisation=id).order_by("title_zh", "id").prefetch_related("duties", "holdings")
    return tuple(_post(each, on) for each in found if holds(each.since, each.until, on=on))


def party_of(scheme: str, value: str, *, on: date) -> str | None:
    """The id of the person, firm or household that an identifier leads to on that day; None if to nobody."""
    for table in (Identifier, PersonalIdentifier):
        for each in table.objects.filter(scheme=scheme, value=value):
            if holds(each.since, each.until, on=on):
                return str(each.party_id)
    return None


def _is_so(since: str | None, until: str | None, on: date | None) -> bool:
    return until is None if on is None else holds(since, until, on=on)


def _parents(on: date) -> dict[str, str]:
    every = Relation.objects.filter(kind="part_of").order_by("id")
    return {each.origin_id: each.target_id for each in every if holds(each.since, each.until, on=on)}


def _record(each: Organisation) -> OrganisationRecord:
    return OrganisationRecord(
        id=each.id,
        title=Text(each.title_zh, each.title_en),
        code=each.code,
        kind=each.kind,
        founded_on=each.founded_on,
        dissolved_on=each.dissolved_on,
    )


def _relation(each: Relation) -> RelationRecord:
    return RelationRecord(
        id=each.id,
        origin=_record(each.origin),
        target=_record(each.target),
        kind=each.kind,
        since=each.since,
        until=each.until,
        source=Text(each.source_zh, each.source_en),
    )


def _post(each: Post, on: date) -> PostRecord:
    holder = next((one.person_id for one in each.holdings.all() if holds(one.since, one.until, on=on)), None)
    return PostRecord(
        id=each.id,
        organisation=each.organisation_id,
        title=Text(each.title_zh, each.title_en),
        duties=tuple(Text(one.zh, one.en) for one in sorted(each.duties.all(), key=lambda one: one.position)),
        contact=each.contact,
        since=each.since,
        until=each.until,
        holder=holder,
    )


def _moment(
    on: str | None,
    kind: str,
    *,
    other: OrganisationRecord | None = None,
    name: Text | None = None,
    source: Text = NOTHING,
) -> Moment:
    return Moment(on=on, kind=kind, other=other, name=name, source=source)


def known(title: Text, *, code: str | None) -> str | None:
    """The id of the organisation of that name or, under a new name, of that code; None if there is none."""
    found = Organisation.objects.filter(title_zh=title.zh).first()
    if found is None and code is not None:
        found = Organisation.objects.filter(code=code).first()
    return None if found is None else found.id


def titles_of(ids: Collection[str]) -> dict[str, Text]:
    """Return the titles of some organisations by id; those that are not there are left out."""
    found = Organisation.objects.filter(id__in=set(ids)).values_list("id", "title_zh", "title_en")
    return {id_: Text(zh, en) for id_, zh, en in found}
