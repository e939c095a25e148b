"""Places: the tree of divisions, what the official lists call each, and what data there is about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from hexi.exchange.door import queries as door
from hexi.exchange.grants import queries as grants
from hexi.kernel.actors import Actor
from hexi.kernel.errors import HexiError
from hexi.kernel.names import Text
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.records import DatasetSummary
from hexi.registry.places import divisions
from hexi.registry.places import queries as registry
from hexi.registry.places.records import ChangeRecord, HitRecord, PlaceRecord, SchemeRecord
from hexi.web import tables, wording
from hexi.web.asking import reader
from hexi.web.clock import clock
from hexi.web.keeping import shelf
from hexi.web.pages import mapping

KEPT_S = 24 * 3600
MOST_CODES = 100_000
"""Different codes of one dataset that are counted."""
HITS = 30
TOP = min(divisions.LEVELS)
SUB_LEVELS = sorted(divisions.LEVELS)
CHANGES = {
    "同名改码": Text("同名改码", "new code, same name"),
    "撤地设市": Text("撤地设市", "prefecture made a city"),
    "撤县设市": Text("撤县设市", "county made a city"),
    "撤县设区": Text("撤县设区", "county made a district"),
    "撤市设区": Text("撤市设区", "city made a district"),
    "更名": Text("更名", "renamed"),
    "新设": Text("新设", "founded"),
    "撤销": Text("撤销", "abolished"),
}
"""Kinds of changes in the words of such lists."""
POINT = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,2}(?:\.\d+)?)\s*")
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Child:
    """A place inside another, with its code in each scheme."""

    place: PlaceRecord
    codes: tuple[str, ...]
    """By scheme, empty where that scheme does not list it."""
    remark: str


@dataclass(frozen=True, slots=True)
class Told:
    """A change as the page tells it: each name leads to its place, where that is another one."""

    on: str
    kind: str
    before: str
    before_href: str
    after: str
    after_href: str
    source: str


@dataclass(frozen=True, slots=True)
class Here:
    """A dataset with rows about a place."""

    summary: DatasetSummary
    rows: int
    href: str


def places(request: HttpRequest) -> HttpResponse:
    """The top of the tree; or, asked for something, what is called so, lies there, or has that code."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    if not text:
        top = registry.top()
        return redirect("place", top.address) if top else render(request, "portal/places_empty.html")
    today = timezone.localtime(clock()).date()
    hits, said = _asked(text, today)
    if said is None and len(hits) == 1 and hits[0].name == text:
        return redirect("place", hits[0].place.address)
    context = {
        "text": text,
        "hits": [(each, wording.say(divisions.LEVELS[each.place.level])) for each in hits],
        "said": said,
        "is_cut": len(hits) == HITS,
    }
    return render(request, "portal/places.html", context)


def _asked(text: str, today: date) -> tuple[tuple[HitRecord, ...], str | None]:
    """What a text finds, and a sentence where it is no name."""
    point = POINT.fullmatch(text)
    if point:
        found = registry.at(float(point[1]), float(point[2]))
        if found is None:
            return (), gettext("This point lies in no area that is known here. Longitude stands first.")
        return (_hit(found),), gettext("The point lies here.")
    if text.isascii() and text.isdigit():
        if len(text) == divisions.GRID_LENGTH:
            try:
                grid = registry.grid(text, on=today)
            except HexiError as error:
                return (), gettext(error.template).format(**error.facts)
            said = gettext("Grid %(number)s of the village %(code)s.") % {
                "number": grid.number,
                "code": grid.division,
            }
            return ((_hit(grid.village),) if grid.village else ()), said
        if len(text) <= divisions.LENGTH and text.strip("0"):
            held = registry.with_code(text, on=today)
            said = gettext("Places with the code %(code)s.") % {"code": divisions.full(text)}
            return tuple(_hit(each) for each, _ in held), said
    return registry.find(text, limit=HITS), None


def _hit(found: PlaceRecord) -> HitRecord:
    return HitRecord(place=found, name=found.name, path=tuple(each.name for each in registry.parents(found.id)))


def place(request: HttpRequest, code: str) -> HttpResponse:
    """One place, by its code or its id: where it lies, what lies in it, which data tells of it."""
    asking, now = reader(request), clock()
    today = timezone.localtime(now).date()
    if ID.fullmatch(code):
        own = registry.place(code)
        if own.address != code:
            return redirect("place", own.address)
        namesakes: tuple[tuple[PlaceRecord, tuple[str, ...]], ...] = ()
    else:
        if not (code.isascii() and code.isdigit() and code.strip("0") and len(code) <= divisions.LENGTH):
            raise Http404
        if code != divisions.full(code):
            return redirect("place", divisions.full(code))
        held = registry.with_code(code, on=today)
        if not held:
            raise Http404
        own, namesakes = held[0][0], held[1:]
    schemes = registry.schemes()
    children = registry.children(own.id)
    columns = _columns(schemes, children)
    found = None
    if own.level < 6 and own.until is None and own.values:
        found = mapping.map_of_places(here=own.values[0], reader=asking, now=now)
    titles = {each.name: wording.say(each.title) for each in schemes}
    shown = [_child(each, columns) for each in children]
    context = {
        "place": own,
        "level": wording.say(divisions.LEVELS[own.level]),
        "codes": [(titles.get(each.scheme, each.scheme), each) for each in own.codes if each.until is None],
        "old_codes": [(titles.get(each.scheme, each.scheme), each) for each in own.codes if each.until],
        "namesakes": [
            (each, gettext(", ").join(titles.get(scheme, scheme) for scheme in given)) for each, given in namesakes
        ],
        "parents": registry.parents(own.id),
        "columns": [wording.say(each.title) for each in columns],
        "children": shown,
        "has_remarks": any(each.remark for each in shown),
        "child_level": wording.say(divisions.LEVELS[children[0].level]) if children else "",
        "former": registry.former_children(own.id),
        "names": registry.names(own.id),
        "changes": [_told(each) for each in registry.changes(own.id)],
        "here": _here(own, asking, now),
        "map": found[0] if found else None,
        "map_of": found[1] if found else None,
    }
    return render(request, "portal/place.html", context)


def _told(each: ChangeRecord) -> Told:
    other = each.other
    href = reverse("place", args=[other.address]) if other else ""
    was_before = other is not None and other.until is not None and other.name == each.before
    return Told(
        on=each.on,
        kind=wording.say(CHANGES[each.kind]) if each.kind in CHANGES else each.kind,
        before=each.before,
        before_href=href if was_before else "",
        after=each.after,
        after_href="" if was_before else href,
        source=each.source,
    )


def _columns(schemes: tuple[SchemeRecord, ...], shown: tuple[PlaceRecord, ...]) -> list[SchemeRecord]:
    """Schemes in which some of the places have a code today."""
    return [each for each in schemes if any(one.code_in(each.name) for one in shown)]


def _child(each: PlaceRecord, columns: list[SchemeRecord]) -> Child:
    codes = tuple(each.code_in(scheme.name) or "" for scheme in columns)
    remark = ""
    if each.is_disputed:
        remark = gettext("the codes differ")
    elif len(columns) > 1 and codes.count("") == len(columns) - 1:
        only = next(scheme for scheme, code in zip(columns, codes, strict=True) if code)
        remark = gettext("only with a %(scheme)s") % {"scheme": wording.say(only.title)}
    return Child(each, codes, remark)


def _here(own: PlaceRecord, asking: Actor, now: datetime) -> list[Here]:
    """Datasets with rows about a place, as far as this reader may know; counted once for each version."""
    may = grants.readable_by(asking, now=now)
    schemes = {each.dataset: each.scheme for each in registry.loads() if each.kind == "list"}
    found = []
    for summary, column in catalog.with_places():
        # A list speaks of its own codes, unless it is silent on a place so high; everything else of the first scheme's.
        code = own.code_in(schemes.get(summary.name, ""))
        if code is None and (summary.name not in schemes or own.level == TOP):
            code = next(iter(own.values), None)
        if code is None or summary.name not in may:
            continue
        stem = divisions.stem(code)
        rows = _tally(summary, column, asking, now).get(stem, 0)
        if rows:
            href = reverse("dataset", args=[summary.name]) + tables.filtered({column: f"{stem}*"})
            found.append(Here(summary, rows, href))
    return found


def _tally(summary: DatasetSummary, column: str, asking: Actor, now: datetime) -> Mapping[str, int]:
    """Rows of a dataset's newest version by the stem of a place's code; those of a village count for each above."""
    key = f"places:{summary.name}:{summary.version}:{summary.certificate_sha256[:16]}"
    kept: dict[str, int] | None = shelf().get(key)
    if kept is not None:
        return kept
    counts: dict[str, int] = {}
    try:
        bars = door.tally(summary.name, reader=asking, now=now, field=column, bins=MOST_CODES).bars
    except HexiError:
        return {}
    for bar in bars:
        stem = divisions.stem(bar.label or "")
        for end in SUB_LEVELS:
            if end <= len(stem):
                counts[stem[:end]] = counts.get(stem[:end], 0) + int(bar.amount)
    shelf().set(key, counts, KEPT_S)
    return counts
