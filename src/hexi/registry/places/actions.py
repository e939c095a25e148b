"""Everything that changes places. They are read from datasets, in bulk; one event a reading; nothing is deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import shapely
from django.db import transaction
from django.db.models import Exists, OuterRef

from hexi.kernel.actors import Actor
from hexi.kernel.names import Text, new_id
from hexi.registry.accounts import actions as accounts
from hexi.registry.events import actions as events
from hexi.registry.places import changing, divisions, queries
from hexi.registry.places.errors import BadScheme
from hexi.registry.places.matching import Known, Matched, Row, match
from hexi.registry.places.models import Code, Load, Name, Place, Scheme, Shape
from hexi.registry.places.records import ListedChange, ListedPlace, Origin, Outline
from hexi.registry.places.spelling import spelling

NATIONAL = "gb-t-2260"
"""The scheme of provinces, which no list names (GB/T 2260)."""
BATCH = 2_000


@transaction.atomic
def declare(schemes: Mapping[str, Text], *, by: Actor, now: datetime) -> None:
    """Enter schemes of codes, the one that addresses follow first. Repeats safely."""
    accounts.require(by, "place.declare", "schemes")
    known = {each.name: each for each in Scheme.objects.all()}
    wanted = {name: (title.zh, title.en) for name, title in schemes.items()}
    if all(name in known and (known[name].title_zh, known[name].title_en) == said for name, said in wanted.items()):
        return
    for number, (name, (zh, en)) in enumerate(wanted.items()):
        rank = known[name].rank if name in known else len(known) + number
        Scheme.objects.update_or_create(name=name, defaults={"title_zh": zh, "title_en": en, "rank": rank})
        details = {"title": zh}
        events.record(by=by, verb="place.declare", object=f"scheme:{name}", details=details, now=now)


@transaction.atomic
def load(
    scheme: str,
    rows: Iterable[ListedPlace],
    *,
    level: int,
    as_of: str | None = None,
    origin: Origin,
    by: Actor,
    now: datetime,
) -> bool:
    """Bring the places of one level to what a list says; return whether there was anything to do.

    Repeats safely: the same `origin.mark` again does nothing. A row's place is found by what it lies in and by
    its name, see `matching`; what the list no longer holds is ended, not deleted. Raises `BadScheme`.
    """
    accounts.require(by, "place.load", origin.dataset)
    if scheme not in _one_at_a_time():
        raise BadScheme("No scheme “{scheme}” is declared.", scheme=scheme)
    if queries.is_loaded(origin):
        return False
    today = now.date().isoformat()
    listed = _with_parents(scheme, level, list(rows), now)
    known = _known(level)
    found = match(listed, known, scheme=scheme)
    fresh = _create(found.fresh, level, as_of, now)
    _recode([*found.joined, *found.renamed, *fresh], scheme, as_of, today)
    _rename(found.renamed, today)
    _end(found.gone, scheme, today)
    _address()
    counts = _counts(found, scheme) | {"rows": len(listed)}
    _loaded("list", origin, scheme=scheme, level=level, counts=counts, now=now)
    details = {"scheme": scheme, "version": origin.version, "counts": counts}
    events.record(by=by, verb="place.load", object=f"dataset:{origin.dataset}", details=details, now=now)
    return True


@transaction.atomic
def outline(outlines: Iterable[Outline], *, origin: Origin, by: Actor, now: datetime) -> bool:
    """Give places the areas of a dataset; return whether there was anything to do. Repeats safely.

    An area whose code no place has is left out and counted.
    """
    accounts.require(by, "place.load", origin.dataset)
    _one_at_a_time()
    if queries.is_loaded(origin):
        return False
    places = {value: id for value, id, _ in _codes_in_force()}
    shapes: dict[str, Shape] = {}
    counts = Counter(rows=0, left_out=0)
    for each in outlines:
        counts["rows"] += 1
        id = places.get(divisions.full(each.code))
        if id is None:
            counts["left_out"] += 1
            continue
        area = shapely.make_valid(shapely.geometry.shape(dict(each.geometry)))
        west, south, east, north = area.bounds
        shapes[id] = Shape(
            place_id=id,
            dataset=origin.dataset,
            west=west,
            south=south,
            east=east,
            north=north,
            wkb=shapely.to_wkb(area),
        )
    Shape.objects.filter(dataset=origin.dataset).delete()
    Shape.objects.filter(place_id__in=shapes).delete()
    Shape.objects.bulk_create(shapes.values(), batch_size=BATCH)
    _loaded("boundaries", origin, scheme="", level=0, counts=dict(counts), now=now)
    details = {"scheme": "", "version": origin.version, "counts": dict(counts)}
    events.record(by=by, verb="place.load", object=f"dataset:{origin.dataset}", details=details, now=now)
    return True


@transaction.atomic
def chronicle(scheme: str, rows: Iterable[ListedChange], *, origin: Origin, by: Actor, now: datetime) -> bool:
    """Give places the names and codes they had before; return whether there was anything to do. Repeats safely.

    A division that went on under another name or code is one place; one that was abolished is a place that
    ended, and says which place took it over.
    """
    accounts.require(by, "place.load", origin.dataset)
    _one_at_a_time()
    if queries.is_loaded(origin):
        return False
    counts = changing.enter(rows, scheme=scheme, dataset=origin.dataset, now=now)
    _address()
    _loaded("changes", origin, scheme=scheme, level=0, counts=counts, now=now)
    details = {"scheme": scheme, "version": origin.version, "counts": counts}
    events.record(by=by, verb="place.load", object=f"dataset:{origin.dataset}", details=details, now=now)
    return True


@transaction.atomic
def withdraw(dataset: str, *, by: Actor, now: datetime) -> None:
    """Take back what a dataset said of places: codes and places that only it knew are ended. Repeats safely."""
    accounts.require(by, "place.load", dataset)
    _one_at_a_time()
    said = Load.objects.filter(dataset=dataset).first()
    if said is None:
        return
    today = now.date().isoformat()
    Shape.objects.filter(dataset=dataset).delete()
    if said.kind == "changes":
        changing.forget(dataset, scheme=said.scheme)
    if said.kind == "list":
        Code.objects.filter(scheme=said.scheme, place__level=said.level, until=None).update(until=today)
        _end_without_code(said.level, today)
        living = Place.objects.filter(parent=OuterRef("pk"), until=None)
        Place.objects.filter(~Exists(living), level=2, until=None).update(until=today)
        _address()
    said.delete()
    details = {"scheme": said.scheme}
    events.record(by=by, verb="place.withdraw", object=f"dataset:{dataset}", details=details, now=now)


def _one_at_a_time() -> set[str]:
    """Names of the schemes; until the transaction ends, nobody else reads lists: two would enter a place twice."""
    return set(Scheme.objects.select_for_update().values_list("name", flat=True))


def _loaded(kind: str, origin: Origin, *, scheme: str, level: int, counts: Mapping[str, int], now: datetime) -> None:
    Load.objects.update_or_create(
        dataset=origin.dataset,
        defaults={
            "kind": kind,
            "scheme": scheme,
            "level": level,
            "version": origin.version,
            "mark": origin.mark,
            "counts": dict(counts),
            "loaded_at": now,
        },
    )


def _with_parents(scheme: str, level: int, rows: Sequence[ListedPlace], now: datetime) -> list[Row]:
    """Rows with the place each lies in: that of its parent's code in this scheme, in any, or of what is above."""
    own, other = dict[str, str](), dict[str, str]()
    for value, id, of in reversed(_codes_in_force()):
        other[value] = id
        if of == scheme:
            own[value] = id
    found = []
    for each in rows:
        code = divisions.full(each.code)
        ways = [divisions.full(each.parent)] if each.parent else []
        ways += list(reversed(divisions.parents(code)))
        parent = next((own.get(way) or other.get(way) for way in ways if way in own or way in other), None)
        if parent is None and level > 2:
            parent = other[divisions.full(code[:2])] = _province(code[:2], now)
        found.append(Row(code, each.name.strip(), parent))
    return found


def _province(stem: str, now: datetime) -> str:
    """The province of a code, which no list names: from the national table."""
    value = divisions.full(stem)
    ended = Place.objects.filter(level=2, codes__value=value).first()
    if ended is not None:
        Place.objects.filter(id=ended.id).update(until=None)
        Code.objects.filter(place=ended).update(until=None)
        return ended.id
    title = divisions.PROVINCES[stem].zh if stem in divisions.PROVINCES else value
    pinyin, initials = spelling(title)
    made = Place.objects.create(id=new_id(now), level=2, name=title, pinyin=pinyin, initials=initials, address=value)
    Code.objects.create(place=made, scheme=NATIONAL, value=value)
    return made.id


def _codes_in_force() -> list[tuple[str, str, str]]:
    """Value, place, scheme of every code in force, the scheme of the lowest rank first."""
    ranks = dict(Scheme.objects.values_list("name", "rank"))
    found = Code.objects.filter(until=None, place__until=None).values_list("value", "place_id", "scheme")
    return sorted(found, key=lambda each: ranks.get(each[2], len(ranks)))


def _known(level: int) -> list[Known]:
    codes: dict[str, dict[str, str]] = {}
    of_level = Code.objects.filter(place__level=level).order_by("until", "id")
    for id, scheme, value, until, ended in of_level.values_list("place_id", "scheme", "value", "until", "place__until"):
        # Of a living place what is in force; of an ended one what it had last.
        if until is None or ended is not None:
            codes.setdefault(id, {})[scheme] = value
    return [
        Known(id, name, parent, codes.get(id, {}), until is not None)
        for id, name, parent, until in Place.objects.filter(level=level).values_list("id", "name", "parent_id", "until")
    ]


def _create(rows: Sequence[Row], level: int, as_of: str | None, now: datetime) -> list[tuple[Row, Known]]:
    made, known = [], []
    for row in rows:
        pinyin, initials = spelling(row.name)
        id = new_id(now)
        made.append(
            Place(
                id=id,
                level=level,
                parent_id=row.parent,
                name=row.name,
                pinyin=pinyin[:300],
                initials=initials[:100],
                address=id,
            )
        )
        known.append((row, Known(id, row.name, row.parent, {}, False)))
    Place.objects.bulk_create(made, batch_size=BATCH)
    return known


def _recode(pairs: Sequence[tuple[Row, Known]], scheme: str, as_of: str | None, today: str) -> None:
    changed = [(row, each) for row, each in pairs if each.is_ended or each.codes.get(scheme) != row.code]
    before = [each.id for _, each in changed if scheme in each.codes and not each.is_ended]
    back = [each.id for _, each in changed if each.is_ended]
    for ids in _batches(before):
        Code.objects.filter(place_id__in=ids, scheme=scheme, until=None).update(until=today)
    for ids in _batches(back):
        Place.objects.filter(id__in=ids).update(until=None)
    Code.objects.bulk_create(
        (
            Code(
                place_id=each.id,
                scheme=scheme,
                value=row.code,
                since=today if scheme in each.codes else as_of,
            )
            for row, each in changed
        ),
        batch_size=BATCH,
    )


def _rename(pairs: Sequence[tuple[Row, Known]], today: str) -> None:
    for row, each in pairs:
        pinyin, initials = spelling(each.name)
        Name.objects.create(place_id=each.id, name=each.name, pinyin=pinyin, initials=initials, until=today, source="")
        pinyin, initials = spelling(row.name)
        Place.objects.filter(id=each.id).update(name=row.name, pinyin=pinyin, initials=initials)


def _end(gone: Sequence[Known], scheme: str, today: str) -> None:
    for ids in _batches([each.id for each in gone]):
        Code.objects.filter(place_id__in=ids, scheme=scheme, until=None).update(until=today)
    alone = [each.id for each in gone if each.codes.keys() == {scheme}]
    for ids in _batches(alone):
        Place.objects.filter(id__in=ids).update(until=today)


def _end_without_code(level: int, today: str) -> None:
    in_force = Code.objects.filter(place=OuterRef("pk"), until=None)
    Place.objects.filter(~Exists(in_force), level=level, until=None).update(until=today)


def _address() -> None:
    """Let each place be called by its code where nobody of an earlier scheme has it, otherwise by its id."""
    owner: dict[str, str] = {}
    address: dict[str, str] = {}
    for value, id, _ in _codes_in_force():
        if owner.setdefault(value, id) == id:
            address.setdefault(id, value)
    changed = []
    for each in Place.objects.only("id", "address"):
        wanted = address.get(each.id, each.id)
        if each.address != wanted:
            each.address = wanted
            changed.append(each)
    Place.objects.bulk_update(changed, ["address"], batch_size=400)


def _counts(found: Matched, scheme: str) -> dict[str, int]:
    counts = Counter(same_code=0, other_code=0, only_here=0, renamed=len(found.renamed), ended=len(found.gone))
    paired = [*found.same, *found.joined, *found.renamed]
    for row, each in paired:
        others = {value for name, value in each.codes.items() if name != scheme}
        counts["same_code" if row.code in others else "other_code" if others else "only_here"] += 1
    counts["only_here"] += len(found.fresh)
    return dict(counts)


def _batches(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    # SQLite binds a limited number of values.
    return (ids[at : at + 900] for at in range(0, len(ids), 900))
