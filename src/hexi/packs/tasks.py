"""What packs do of their own accord: follow the log, so that places are what the published lists say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from hexi.exchange.door import queries as door
from hexi.kernel.actors import NODE
from hexi.kernel.errors import HexiError
from hexi.kernel.names import Text
from hexi.packs.models import Pack
from hexi.packs.place_sources import CHANGE, PlaceSource
from hexi.registry.catalog import queries as catalog
from hexi.registry.events import actions as event_actions
from hexi.registry.events import queries as events
from hexi.registry.places import actions as places
from hexi.registry.places import queries as known
from hexi.registry.places.divisions import LEVEL_NAMES
from hexi.registry.places.records import ListedChange, ListedPlace, Origin, Outline

CURSOR = "packs"
FOLLOWED = ("dataset.", "grant.open", "pack.")
"""Beginnings of the verbs after which places may have to be read again."""


def follow(now: datetime) -> bool:
    """Work through the events sealed since the last time; return whether places were read again.

    Repeats safely: what was read from a version is not read from it again.
    """
    touched = set[str]()
    seen = last = events.seen_by(CURSOR)
    while sealed := events.events(after=last, limit=1000):
        touched |= {each.object for each in sealed if each.verb.startswith(FOLLOWED)}
        last = sealed[-1].sequence
    if last == seen:
        return False
    packs = [each for each in Pack.objects.order_by("installed_at", "id") if each.places]
    is_new = False
    for pack in packs:
        about = {f"pack:{pack.id}", *(f"dataset:{said['dataset']}" for said in pack.places)}
        if about & touched:
            is_new |= _read(pack, now)
    event_actions.advance(CURSOR, last)
    return is_new


def _read(pack: Pack, now: datetime) -> bool:
    """Bring places to what a pack's datasets say, in their order; stop at the first that is not there yet."""
    places.declare({name: Text(*title) for name, title in pack.schemes.items()}, by=NODE, now=now)
    is_new, before = False, ""
    for said in pack.places:
        source = PlaceSource(**said)
        try:
            summary = catalog.dataset(source.dataset).summary
            # What hangs on places that were read before is read again when those are.
            above = before if source.kind != "list" else ""
            mark = _hash([said, summary.version, summary.certificate_sha256, above])
            origin = Origin(dataset=source.dataset, version=summary.version, mark=mark)
            before = _hash([before, mark])
            if not known.is_loaded(origin):
                is_new |= _load(source, origin, now)
        except HexiError:
            # Not published yet, or not open: the rest hangs on it, and waits.
            return is_new
    return is_new


def _load(source: PlaceSource, origin: Origin, now: datetime) -> bool:
    if source.kind == "boundaries":
        areas = door.features(source.dataset, reader=NODE, now=now, properties=(source.code,))
        outlines = (Outline(code=str(each.properties[source.code]), geometry=each.geometry) for each in areas)
        return places.outline(outlines, origin=origin, by=NODE, now=now)
    if source.kind == "changes":
        rows = _rows(source, (source.year, *CHANGE), now)
        changes = [_change(row, source.year) for row in rows]
        return places.chronicle(source.scheme, changes, origin=origin, by=NODE, now=now)
    fields = tuple(filter(None, (source.code, source.name, source.parent)))
    listed = [
        ListedPlace(
            code=str(row[source.code]),
            name=str(row[source.name]),
            parent=_text(row.get(source.parent)),
        )
        for row in _rows(source, fields, now)
        if row[source.code] and row[source.name]
    ]
    level = LEVEL_NAMES[source.level]
    return places.load(source.scheme, listed, level=level, as_of=source.as_of or None, origin=origin, by=NODE, now=now)


def _rows(source: PlaceSource, fields: tuple[str, ...], now: datetime) -> Iterable[Mapping[str, object]]:
    """The rows of the newest version, page by page through the door."""
    offset = 0
    while True:
        page = door.preview(source.dataset, reader=NODE, now=now, columns=fields, limit=door.PAGE_LIMIT, offset=offset)
        yield from (dict(zip(page.columns, row, strict=True)) for row in page.rows)
        offset += len(page.rows)
        if not page.rows or offset >= page.total:
            return


def _change(row: Mapping[str, object], year: str) -> ListedChange:
    return ListedChange(
        year=int(str(row[year])),
        kind=str(row["type"]),
        level=int(str(row["level"])),
        old_code=_text(row["old_code"]),
        old_name=_text(row["old_name"]),
        old_parent=_text(row["old_parent_code"]),
        new_code=_text(row["new_code"]),
        new_name=_text(row["new_name"]),
        source=_text(row["basis"]) or "",
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _hash(said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
