"""Maps of datasets: drawn once for each version, asked for at the door each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from hexi.data.contracts.model import Classification, Contract, FieldType
from hexi.exchange.door import queries as door
from hexi.kernel.actors import Actor
from hexi.kernel.errors import Denied, Missing
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.records import DatasetRecord
from hexi.registry.places import divisions
from hexi.web import maps, tables, wording
from hexi.web.asking import reader
from hexi.web.clock import clock
from hexi.web.keeping import shelf
from hexi.web.maps import Drawing, Mark
from hexi.web.pages import subject

KEPT_S = 24 * 3600
AREAS_AT_MOST = 400
"""A dataset with more areas than that is not the one to find one's way by."""


def dataset_map(request: HttpRequest, name: str) -> HttpResponse:
    """Where the rows are."""
    record = subject.dataset(name)
    context = subject.context(record, tab="map")
    try:
        found = drawing_of(record, reader=reader(request), now=clock())
    except (Missing, Denied) as refusal:
        return subject.closed(request, context, refusal)
    key = _key(record.contract)
    rows = reverse("dataset", args=[name])
    picture = None
    if found is not None:
        picture = maps.draw(
            found,
            title=wording.say(record.summary.title),
            description=gettext("A map with %(count)s places; the rows are in the preview.")
            % {"count": wording.count(len(found.marks))},
            link=lambda mark: rows + tables.filtered({key: mark.code}) if key and mark.code else None,
            hover=_hover(record.contract),
        )
    amount = _amount(record.contract)
    context |= {
        "picture": picture,
        "drawing": found,
        "amount": record.contract.field(amount).title if amount else None,
    }
    return render(request, "portal/dataset/map.html", context)


def map_of_places(*, here: str = "", reader: Actor, now: datetime) -> tuple[SafeString, DatasetRecord] | None:
    """Return the map whose areas lead to places, and the dataset it is drawn from; None where there is none.

    That is the dataset with the fewest areas that holds the level below `here`.
    """
    candidates = sorted(
        (summary for summary, _ in catalog.with_places() if summary.has_geometry and summary.accepted <= AREAS_AT_MOST),
        key=lambda each: each.accepted,
    )
    for summary in candidates:
        record = catalog.dataset(summary.name)
        field, geometry = record.contract.place_field, record.contract.geometry
        if field is None or geometry is None or geometry.field is None:
            continue
        try:
            found = drawing_of(record, reader=reader, now=now, under=divisions.stem(here) if here else "")
        except (Missing, Denied):
            continue
        if found is None or (here and all(mark.code == here for mark in found.marks)):
            continue
        picture = maps.draw(
            found,
            title=wording.say(summary.title),
            description=gettext("Each area leads to the page of its place; the same places are listed beside the map."),
            link=lambda mark: reverse("place", args=[divisions.full(mark.code)]),
            hover=lambda mark: mark.label,
            here=here,
        )
        return picture, record
    return None


def drawing_of(record: DatasetRecord, *, reader: Actor, now: datetime, under: str = "") -> Drawing | None:
    """Return the newest version's map. `under` keeps only places whose code begins so.

    A drawing from the cache has still to be asked for at the door: who may no longer read the rows may no longer see
    them on a map.
    """
    contract, summary = record.contract, record.summary
    key = f"map:{summary.name}:{summary.version}:{summary.certificate_sha256[:16]}:{under}"
    kept: Drawing | None = shelf().get(key)
    if kept is not None:
        door.shown_again(summary.name, reader=reader, version=summary.version, channel="map", now=now)
        return kept
    names = {"label": _label(contract), "code": _key(contract), "amount": _amount(contract)}
    properties = tuple(dict.fromkeys(each for each in names.values() if each))
    where = {contract.place_field: f"{under}*"} if under and contract.place_field else {}
    features = door.features(summary.name, reader=reader, now=now, properties=properties, where=where)
    found = maps.drawing(features, **names)
    if found is not None:
        shelf().set(key, found, KEPT_S)
    return found


def _readable(contract: Contract) -> list[str]:
    return [each.name for each in contract.fields if each.classification is Classification.OPEN]


def _label(contract: Contract) -> str | None:
    """Return the field that names a row: `name`, or the first text that is not a code."""
    readable = _readable(contract)
    if "name" in readable:
        return "name"
    return next((each for each in readable if each.endswith("name")), None)


def _key(contract: Contract) -> str | None:
    """Return the field that finds a mark's rows: the place, where areas are drawn, or the key."""
    if contract.geometry is not None and contract.geometry.field and contract.place_field:
        return contract.place_field
    return contract.key[0] if len(contract.key) == 1 and contract.key[0] in _readable(contract) else None


def _amount(contract: Contract) -> str | None:
    """Return the number that sizes points: the one a chart of the contract is about."""
    if contract.geometry is None or contract.geometry.field:
        return None
    for chart in contract.charts:
        if chart.y and contract.field(chart.y).type in {FieldType.INTEGER, FieldType.NUMBER, FieldType.DECIMAL}:
            return chart.y
    return None


def _hover(contract: Contract) -> Callable[[Mark], str]:
    name = _amount(contract)

    def hover(mark: Mark) -> str:
        if name is None or mark.amount is None:
            return mark.label or mark.code
        field = contract.field(name)
        said = f"{wording.say(field.title)} {wording.count(mark.amount)}{' ' + field.unit if field.unit else ''}"
        return f"{mark.label}: {said}"

    return hover
