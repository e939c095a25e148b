"""Places: the tree of divisions as the published lists have it, and what data there is about each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from hexi.exchange.door import queries as door
from hexi.kernel.actors import Actor
from hexi.kernel.errors import Denied, Invalid, Missing
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.records import DatasetSummary
from hexi.registry.places import divisions as codes
from hexi.web import tables, wording
from hexi.web.asking import reader
from hexi.web.clock import clock
from hexi.web.pages import mapping

NAME = "name"
"""Field that names a place in a list of places."""
MOST_CHILDREN = 1000
KEPT_S = 24 * 3600


@dataclass(slots=True)
class Child:
    """A place inside another, with the lists that hold it and what they call it."""

    code: str
    names: dict[str, list[str]] = field(default_factory=dict)
    """Name → titles of the lists that use it."""

    @property
    def title(self) -> str:
        """The first name given."""
        return next(iter(self.names))


@dataclass(frozen=True, slots=True)
class Here:
    """A dataset with rows about a place."""

    summary: DatasetSummary
    rows: int
    href: str


@dataclass(frozen=True, slots=True)
class _List:
    """A dataset that lists places: its contract says which field is the code, and one is called `name`."""

    summary: DatasetSummary
    code: str
    level: int
    """Of the places in it, see `codes.LEVELS`."""


def places(request: HttpRequest) -> HttpResponse:
    """The top of the tree: the first place that every list agrees on."""
    asking, now = reader(request), clock()
    for each in _lists(asking, now):
        rows = _page(each, "", 1, asking, now)
        if rows:
            return redirect("place", codes.full(codes.stem(rows[0][0])[:2]))
    return render(request, "portal/places_empty.html")


def place(request: HttpRequest, code: str) -> HttpResponse:
    """One place: where it lies, what lies in it, which data tells of it."""
    if not (code.isascii() and code.isdigit() and code.strip("0") and len(code) <= codes.LENGTH):
        raise Http404
    if code != codes.full(code):
        return redirect("place", codes.full(code))
    asking, now = reader(request), clock()
    lists = _lists(asking, now)
    children, deeper = _children(code, lists, asking, now)
    here = _here(code, asking, now)
    if not here and not children:
        raise Http404
    level = codes.level(code)
    found = mapping.map_of_places(here=code, reader=asking, now=now) if level < 6 else None
    context = {
        "code": code,
        "title": _name(code, lists, asking, now),
        "level": wording.say(codes.LEVELS[level]),
        "parents": [(each, _name(each, lists, asking, now)) for each in codes.parents(code)],
        "children": children,
        "child_level": wording.say(codes.LEVELS[deeper]) if deeper else "",
        "lists": sorted({title for each in children for titles in each.names.values() for title in titles}),
        "here": here,
        "map": found[0] if found else None,
        "map_of": found[1] if found else None,
    }
    return render(request, "portal/place.html", context)


def _lists(asking: Actor, now: datetime) -> list[_List]:
    """Return the datasets that list places, the highest level first."""
    found = []
    for summary, code in catalog.with_places():
        # Which level a list holds does not change with the place asked for, only with the version.
        key = f"places:{summary.name}:{summary.version}:{summary.certificate_sha256[:16]}"
        level = cache.get(key)
        if level is None:
            level = _level(summary, code, asking, now)
            cache.set(key, level, KEPT_S)
        if level:
            found.append(_List(summary, code, level))
    return sorted(found, key=lambda each: (each.level, each.summary.name))


def _level(summary: DatasetSummary, code: str, asking: Actor, now: datetime) -> int:
    """Return the level of the places that a dataset lists; 0 if its rows are no places.

    A list of places is one whose rows are places: the code is the key, or the key in another writing,
    and a field is called `name`.
    """
    contract = catalog.dataset(summary.name).contract
    is_named = any(each.name == NAME for each in contract.fields)
    if not is_named or len(contract.key) != 1 or contract.geometry or contract.source.query:
        return 0
    rows = _page(_List(summary, code, 0), "", 1, asking, now)
    return codes.level(rows[0][0]) if rows and contract.place_field == code else 0


def _children(code: str, lists: list[_List], asking: Actor, now: datetime) -> tuple[list[Child], int]:
    """Return the places of the next level that has any, by code, and that level (0 for none)."""
    stem = codes.stem(code)
    for level in sorted({each.level for each in lists if each.level > len(stem)}):
        children: dict[str, Child] = {}
        for each in lists:
            if each.level != level:
                continue
            for found, name in _page(each, stem, MOST_CHILDREN, asking, now):
                child = children.setdefault(codes.full(found), Child(codes.full(found)))
                child.names.setdefault(name, []).append(wording.say(each.summary.title))
        if children:
            return [children[key] for key in sorted(children)], level
    return [], 0


def _here(code: str, asking: Actor, now: datetime) -> list[Here]:
    stem = codes.stem(code)
    found = []
    for summary, column in catalog.with_places():
        rows = _total(summary, column, stem, asking, now)
        if rows:
            href = reverse("dataset", args=[summary.name]) + tables.filtered({column: f"{stem}*"})
            found.append(Here(summary, rows, href))
    return found


def _name(code: str, lists: list[_List], asking: Actor, now: datetime) -> str:
    stem = codes.stem(code)
    for each in lists:
        if each.level == len(stem):
            for found, name in _page(each, stem, 1, asking, now):
                if codes.full(found) == code:
                    return name
    return wording.say(codes.PROVINCES[stem]) if stem in codes.PROVINCES else stem


def _total(summary: DatasetSummary, column: str, stem: str, asking: Actor, now: datetime) -> int:
    try:
        return door.preview(
            summary.name, reader=asking, now=now, columns=(column,), where={column: f"{stem}*"}, limit=1
        ).total
    except (Missing, Denied, Invalid):
        return 0


def _page(each: _List, stem: str, limit: int, asking: Actor, now: datetime) -> list[tuple[str, str]]:
    try:
        page = door.preview(
            each.summary.name,
            reader=asking,
            now=now,
            columns=(each.code, NAME),
            where={each.code: f"{stem}*"},
            sort=each.code,
            limit=limit,
        )
    except (Missing, Denied, Invalid):
        return []
    return [(str(row[0]), str(row[1])) for row in page.rows if row[0] is not None]
