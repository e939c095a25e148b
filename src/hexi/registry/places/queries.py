"""Questions about places. Each takes a number of database queries that does not grow with the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from django.db.models import Count, Q

from hexi.kernel.names import Text
from hexi.kernel.time import holds
from hexi.registry.places import divisions
from hexi.registry.places.errors import PlaceMissing
from hexi.registry.places.locating import Areas
from hexi.registry.places.models import Change, Code, Load, Name, Place, Scheme, Shape
from hexi.registry.places.records import (
    ChangeRecord,
    CodeRecord,
    GridRecord,
    HitRecord,
    LoadRecord,
    NameRecord,
    Origin,
    PlaceRecord,
    SchemeRecord,
)
from hexi.registry.places.spelling import typed

DEPTH = 5


def schemes() -> tuple[SchemeRecord, ...]:
    """Every scheme of codes, the one that addresses follow first."""
    return tuple(
        SchemeRecord(name=each.name, title=Text(each.title_zh, each.title_en))
        for each in Scheme.objects.order_by("rank")
    )


def loads() -> tuple[LoadRecord, ...]:
    """What was read last from each dataset that places are made of."""
    return tuple(
        LoadRecord(
            dataset=each.dataset,
            kind=each.kind,
            scheme=each.scheme,
            level=each.level,
            version=each.version,
            mark=each.mark,
            counts=each.counts,
            loaded_at=each.loaded_at,
        )
        for each in Load.objects.order_by("loaded_at", "dataset")
    )


def is_loaded(origin: Origin) -> bool:
    """Whether this was read already, and nothing since."""
    return Load.objects.filter(dataset=origin.dataset, mark=origin.mark).exists()


def place(id: str) -> PlaceRecord:
    """The place of that id, ended or not. Raises `PlaceMissing`."""
    found = _records(Place.objects.filter(id=id))
    if not found:
        raise PlaceMissing("There is no place {place}.", place=id)
    return found[0]


def by_code(scheme: str | None, code: str, *, on: date) -> PlaceRecord:
    """The place that has a code on that day, in one scheme or, of all, in that of the lowest rank.

    Where nobody has it on that day, who had it last. Raises `PlaceMissing`.
    """
    found = with_code(code, on=on)
    for record, of in found:
        if scheme is None or scheme in of:
            return record
    raise PlaceMissing("No place has the code {code}.", code=code)


def with_code(code: str, *, on: date) -> tuple[tuple[PlaceRecord, tuple[str, ...]], ...]:
    """Every place that has a code on that day, with the schemes that give it, best rank first; or had it last."""
    value = divisions.full(code)
    ranks = _ranks()
    found = list(Code.objects.filter(value=value).values_list("place_id", "scheme", "since", "until"))
    in_force = [each for each in found if holds(each[2], each[3], on=on)] or [
        each for each in found if each[3] == max((one[3] or "" for one in found), default="")
    ]
    in_force = in_force or [each for each in found if each[3] is None]
    in_force.sort(key=lambda each: ranks.get(each[1], len(ranks)))
    schemes: dict[str, list[str]] = {}
    for id, scheme, *_ in in_force:
        schemes.setdefault(id, []).append(scheme)
    records = {each.id: each for each in _records(Place.objects.filter(id__in=schemes))}
    # A code of a place that ended counts less than that of one that lives.
    ordered = sorted(schemes, key=lambda id: records[id].until is not None)
    return tuple((records[id], tuple(schemes[id])) for id in ordered)


def parents(id: str) -> tuple[PlaceRecord, ...]:
    """What a place lies in, from the province down; empty for a province."""
    above = "__".join(["parent"] * (DEPTH - 1))
    found = Place.objects.filter(id=id).select_related(above).first()
    line: list[Place] = []
    while found is not None and found.parent is not None:
        found = found.parent
        line.append(found)
    return tuple(_record(each, ()) for each in reversed(line))


def children(id: str) -> tuple[PlaceRecord, ...]:
    """What lies in a place today, by code; may be empty."""
    found = _records(Place.objects.filter(parent=id, until=None))
    return tuple(sorted(found, key=lambda each: (each.values[:1] or ("",), each.name)))


def former_children(id: str) -> tuple[PlaceRecord, ...]:
    """What lay in a place and is no more, the latest to go first; may be empty."""
    found = _records(Place.objects.filter(parent=id, until__isnull=False))
    return tuple(sorted(found, key=lambda each: each.until or "", reverse=True))


def names(id: str) -> tuple[NameRecord, ...]:
    """Names that a place bore before, the latest first; may be empty."""
    found = Name.objects.filter(place=id).order_by("-until", "-id")
    return tuple(NameRecord(name=each.name, since=each.since, until=each.until, source=each.source) for each in found)


def changes(id: str) -> tuple[ChangeRecord, ...]:
    """What happened to a place, and which places it took over, the latest first; may be empty."""
    found = Change.objects.filter(Q(place=id) | Q(other=id)).select_related("place", "other").order_by("-on", "-id")
    return tuple(
        ChangeRecord(
            on=each.on,
            kind=each.kind,
            before=each.before,
            after=each.after,
            other=_record(each.place, ()) if each.place_id != id else _record(each.other, ()) if each.other else None,
            source=each.source,
        )
        for each in found
    )


def top() -> PlaceRecord | None:
    """The place that lies in nothing and in which most lies; None where there is none."""
    roots = Place.objects.filter(parent=None, until=None)
    found = _records(roots.annotate(size=Count("children")).order_by("level", "-size", "id")[:1])
    return found[0] if found else None


def counts() -> Mapping[int, int]:
    """How many places there are today, by level."""
    return dict(Place.objects.filter(until=None).values_list("level").annotate(n=Count("id")).order_by("level"))


def find(text: str, *, limit: int = 20) -> tuple[HitRecord, ...]:
    """Places by name, old name or pinyin (whole, the beginning, or initials), best first; each once.

    An exact name comes before one that begins so, that before one that holds it; higher levels first among
    equals, ended places last. Empty for an empty text.
    """
    wanted = typed(text)
    if not wanted:
        return ()
    ranked: dict[str, tuple[tuple[int, ...], str]] = {}
    is_latin = wanted.isascii()
    fields = ("pinyin", "initials") if is_latin else ("name",)
    for name, id, level, until, place_name, spelt in (*_living(fields, wanted), *_old(fields, wanted)):
        rank = (_closeness(wanted, spelt), int(until is not None), int(name != place_name), level, len(name))
        if id not in ranked or rank < ranked[id][0]:
            ranked[id] = rank, name
    best = sorted(ranked.items(), key=lambda pair: (pair[1][0], pair[1][1], pair[0]))[:limit]
    records = {each.id: each for each in _records(Place.objects.filter(id__in=[id for id, _ in best]))}
    paths = _paths(records.values())
    return tuple(HitRecord(place=records[id], name=name, path=paths[id]) for id, (_, name) in best)


Spelt = tuple[str, str, int, str | None, str, tuple[str, ...]]


def _living(fields: Sequence[str], wanted: str) -> list[Spelt]:
    rows = Place.objects.filter(_holding(fields, wanted)).values_list("name", "id", "level", "until", *fields)
    return [(row[0], row[1], row[2], row[3], row[0], tuple(row[4:])) for row in rows]


def _old(fields: Sequence[str], wanted: str) -> list[Spelt]:
    rows = Name.objects.filter(_holding(fields, wanted)).values_list(
        "name", "place_id", "place__level", "place__until", "place__name", *fields
    )
    return [(row[0], row[1], row[2], row[3], row[4], tuple(row[5:])) for row in rows]


def _holding(fields: Sequence[str], wanted: str) -> Q:
    found = Q()
    for each in fields:
        # Initials that only hold the letters somewhere are noise.
        found |= Q(**{f"{each}__startswith" if each == "initials" else f"{each}__contains": wanted})
    return found


def _closeness(wanted: str, spelt: Iterable[str]) -> int:
    return min(0 if each == wanted else 1 if each.startswith(wanted) else 2 for each in spelt if wanted in each)


def _paths(records: Iterable[PlaceRecord]) -> dict[str, tuple[str, ...]]:
    wanted = [each.id for each in records]
    chain = ["parent__" * depth + "name" for depth in range(DEPTH - 1, 0, -1)]
    rows = Place.objects.filter(id__in=wanted).values_list("id", *chain)
    return {row[0]: tuple(name for name in row[1:] if name) for row in rows}


def at(longitude: float, latitude: float) -> PlaceRecord | None:
    """The place of the deepest level whose area holds a point (CGCS2000, longitude first); None outside of all."""
    marks = Load.objects.filter(kind="boundaries").order_by("dataset").values_list("mark", flat=True)
    found = _areas(tuple(marks)).at(longitude, latitude)
    return place(found) if found else None


@lru_cache(maxsize=2)
def _areas(marks: tuple[str, ...]) -> Areas:
    """The index over all areas, built again when some were read again."""
    rows = Shape.objects.filter(place__until=None).values_list("place_id", "place__level", "wkb")
    return Areas([(id, level, bytes(wkb)) for id, level, wkb in rows])


def grid(code: str, *, on: date) -> GridRecord:
    """The grid of a 15-digit code, with its village where that is known. Raises `BadGridCode`."""
    division, number = divisions.check_grid(code)
    found = with_code(division, on=on)
    return GridRecord(code=code, division=division, number=number, village=found[0][0] if found else None)


def _ranks() -> dict[str, int]:
    return dict(Scheme.objects.values_list("name", "rank"))


def _records(found: Iterable[Place]) -> tuple[PlaceRecord, ...]:
    rows = list(found)
    ranks = _ranks()
    codes: dict[str, list[CodeRecord]] = {}
    for each in Code.objects.filter(place__in=[row.id for row in rows]).order_by("-until", "id"):
        codes.setdefault(each.place_id, []).append(
            CodeRecord(scheme=each.scheme, value=each.value, since=each.since, until=each.until)
        )
    for held in codes.values():
        held.sort(key=lambda code: (code.until is not None, ranks.get(code.scheme, len(ranks))))
    return tuple(_record(each, codes.get(each.id, ())) for each in rows)


def _record(each: Place, codes: Sequence[CodeRecord]) -> PlaceRecord:
    return PlaceRecord(
        id=each.id,
        level=each.level,
        name=each.name,
        pinyin=each.pinyin,
        initials=each.initials,
        parent=each.parent_id,
        address=each.address,
        since=each.since,
        until=each.until,
        codes=tuple(codes),
    )
