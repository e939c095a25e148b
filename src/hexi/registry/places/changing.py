"""What a list of changes tells of places: names and codes they had, and places that are no more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hexi.kernel.names import new_id
from hexi.registry.places import divisions
from hexi.registry.places.models import Change, Code, Name, Place
from hexi.registry.places.records import ListedChange
from hexi.registry.places.spelling import spelling

ABOLISHED = "撤销"
FOUNDED = "新设"
LEVELS = {1: 2, 2: 4, 3: 6}
"""Level as such lists count → length of the stem."""
BATCH = 2_000


def enter(rows: Iterable[ListedChange], *, scheme: str, dataset: str, now: datetime) -> dict[str, int]:
    """Put names, codes and changes of a dataset in the place of those it gave before; return what was counted.

    The list is read backwards from today: of each change, the place with the new code is known, so that
    the old code and name are that place's too, until that year.
    """
    reading = _Reading(scheme, dataset, now)
    # Within a year what is above comes first: what lies in it names it by its old code.
    ordered = sorted(rows, key=lambda each: (each.year, each.kind == FOUNDED, -each.level), reverse=True)
    for each in ordered:
        reading.change(each)
    return reading.save(len(ordered))


def forget(dataset: str, *, scheme: str) -> None:
    """Remove what a dataset of changes said. Places that it told of stay, ended as they were."""
    told = set(Change.objects.filter(dataset=dataset).values_list("place_id", flat=True))
    Change.objects.filter(dataset=dataset).delete()
    Name.objects.filter(dataset=dataset).delete()
    Place.objects.filter(id__in=told, until=None).update(since=None)
    # A province has its code from the national table, whatever a list says.
    Code.objects.filter(scheme=scheme, place__level__gt=2).delete()


class _Reading:
    def __init__(self, scheme: str, dataset: str, now: datetime) -> None:
        self.scheme, self.dataset, self.now = scheme, dataset, now
        in_force = Code.objects.filter(until=None, place__until=None).exclude(scheme=scheme, place__level__gt=2)
        self.places = dict(in_force.order_by("-scheme").values_list("value", "place_id"))
        """Code → the place that has it at the year that was reached."""
        self.titles = dict(Place.objects.values_list("id", "name"))
        self.former = {
            (value, name, until): id
            for value, name, until, id in Code.objects.filter(scheme=scheme, place__until__isnull=False).values_list(
                "value", "place__name", "place__until", "place_id"
            )
        }
        """Places that ended, as the last reading left them: they keep their ids."""
        self.codes: dict[tuple[str, str], Code] = {}
        self.names: dict[tuple[str, str], Name] = {}
        self.changes: list[Change] = []
        self.made: list[Place] = []
        self.founded: dict[str, str] = {}

    def change(self, each: ListedChange) -> None:
        year = str(each.year)
        old = divisions.full(each.old_code) if each.old_code else None
        new = divisions.full(each.new_code) if each.new_code else None
        after = self.places.get(new) if new else None
        if each.kind == FOUNDED or old is None:
            if after is not None:
                self.founded[after] = year
                self._tell(after, None, each, year)
            return
        if each.kind == ABOLISHED or after is None:
            place = self._ended(each, old, year)
            self._tell(place, after, each, year)
        else:
            place = after
            self._tell(place, None, each, year)
            if new is not None and (known := self.codes.get((place, new))):
                known.since = known.since or year
        self.places[old] = place
        if old != new or each.kind == ABOLISHED:
            self._code(place, old, year)
        if each.old_name and each.old_name != self.titles.get(place):
            self._name(place, each.old_name, each, year)

    def save(self, rows: int) -> dict[str, int]:
        forget(self.dataset, scheme=self.scheme)
        Place.objects.bulk_create(self.made, batch_size=BATCH)
        Code.objects.bulk_create(self.codes.values(), batch_size=BATCH)
        Name.objects.bulk_create(self.names.values(), batch_size=BATCH)
        Change.objects.bulk_create(reversed(self.changes), batch_size=BATCH)
        for id, year in self.founded.items():
            Place.objects.filter(id=id).update(since=year)
        ended = sum(1 for each in self.changes if each.kind == ABOLISHED)
        return {"rows": rows, "names": len(self.names), "codes": len(self.codes), "ended": ended}

    def _ended(self, each: ListedChange, code: str, year: str) -> str:
        name = each.old_name or code
        id = self.former.get((code, name, year))
        if id is None:
            pinyin, initials = spelling(name)
            made = Place(
                id=new_id(self.now),
                level=LEVELS.get(each.level, 6),
                parent_id=self.places.get(divisions.full(each.old_parent)) if each.old_parent else None,
                name=name,
                pinyin=pinyin,
                initials=initials,
                until=year,
            )
            made.address = id = made.id
            self.made.append(made)
        self.titles[id] = name
        return id

    def _code(self, place: str, code: str, year: str) -> None:
        self.codes.setdefault(
            (place, code), Code(place_id=place, scheme=self.scheme, value=code, since=None, until=year)
        )

    def _name(self, place: str, name: str, each: ListedChange, year: str) -> None:
        pinyin, initials = spelling(name)
        if each.new_name and each.new_name != name and (later := self.names.get((place, each.new_name))):
            later.since = later.since or year
        self.names.setdefault(
            (place, name),
            Name(
                place_id=place,
                name=name,
                pinyin=pinyin,
                initials=initials,
                until=year,
                source=each.source[:300],
                dataset=self.dataset,
            ),
        )

    def _tell(self, place: str, other: str | None, each: ListedChange, year: str) -> None:
        self.changes.append(
            Change(
                place_id=place,
                other_id=other,
                kind=each.kind,
                on=year,
                before=each.old_name or "",
                after=each.new_name or "",
                source=each.source[:300],
                dataset=self.dataset,
            )
        )
