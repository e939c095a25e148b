"""What a reader may ask: pages of rows, pictures of them, and what was quarantined.

Every question asks `grants` for a permit, reads against it, and meters what left.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import shapely
from django.conf import settings
from django.db.models import F, Max, Q, Sum
from django.db.models.functions import Coalesce

from hexi.data.contracts.model import Classification, FieldType
from hexi.data.lake import reading
from hexi.data.lake.tables import Lake
from hexi.exchange.door import metering
from hexi.exchange.door.errors import NothingToDraw
from hexi.exchange.door.models import Reading
from hexi.exchange.door.records import (
    ColumnFacts,
    Feature,
    Page,
    QuarantinedRow,
    QuarantinePage,
    Tally,
    Usage,
)
from hexi.exchange.grants import access
from hexi.kernel.actors import Actor
from hexi.registry.catalog import queries as catalog

PAGE_LIMIT = 1_000
"""Rows of one page at most; whoever wants more downloads."""
FEATURE_LIMIT = 50_000
"""Features of one map at most."""
NUMBERS = {FieldType.INTEGER, FieldType.DECIMAL, FieldType.NUMBER}
TIMES = {FieldType.DATE, FieldType.TIMESTAMP}


def preview(
    dataset: str,
    *,
    reader: Actor,
    now: datetime,
    version: int | None = None,
    columns: tuple[str, ...] | None = None,
    where: Mapping[str, str] | None = None,
    search: str | None = None,
    sort: str | None = None,
    descending: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> Page:
    """Return some rows of a version, at most `PAGE_LIMIT`, in the table's order or sorted.

    `where` compares columns as text: equal, or beginning with what stands before a trailing `*`;
    the empty text finds what is missing. Raises `NotReadable`, `GrantEnded`, `NoSuchColumn`,
    `NoSuchVersion`.
    """
    table = _open(dataset, reader=reader, version=version, now=now)
    wanted = columns or table.permit.columns
    rows, total = table.page(
        columns=wanted,
        where=where or {},
        search=search,
        sort=sort,
        descending=descending,
        limit=max(1, min(limit, PAGE_LIMIT)),
        offset=max(0, offset),
        now=now,
    )
    metering.viewed(table.permit, version=table.version, channel="view", rows=len(rows), now=now)
    return Page(version=table.version, columns=wanted, rows=tuple(rows), total=total)


def again(dataset: str, *, reader: Actor, now: datetime, version: int, rows: int) -> None:
    """Meter a page of rows that is shown once more, if this reader may still see it. Raises what `preview` raises.

    The page was made by `preview` for the same reader, and nothing has changed on the node since.
    """
    permit = access.permit_to_read(dataset, reader=reader, now=now)
    metering.viewed(permit, version=version, channel="view", rows=rows, now=now)


def features(
    dataset: str,
    *,
    reader: Actor,
    now: datetime,
    version: int | None = None,
    properties: tuple[str, ...] = (),
    where: Mapping[str, str] | None = None,
) -> tuple[Feature, ...]:
    """Return the rows that have a place, at most `FEATURE_LIMIT`, in table order.

    Raises `NothingToDraw` where the contract declares no geometry, and what `preview` raises.
    """
    table = _open(dataset, reader=reader, version=version, now=now)
    place = catalog.contract(dataset).geometry
    if place is None:
        raise NothingToDraw("{dataset} has no geometry; its contract names none.", dataset=dataset)
    columns = (place.field,) if place.field else (place.longitude or "", place.latitude or "")
    rows = table.values((*columns, *properties), where=where or {}, limit=FEATURE_LIMIT, now=now)
    metering.viewed(table.permit, version=table.version, channel="map", rows=len(rows), now=now)
    found = []
    for row in rows:
        if any(value is None for value in row[: len(columns)]):
            continue
        shape = shapely.from_wkb(row[0]) if place.field else shapely.Point(float(str(row[0])), float(str(row[1])))
        found.append(
            Feature(
                geometry=shapely.geometry.mapping(shape),
                properties=dict(zip(properties, row[len(columns) :], strict=True)),
            )
        )
    return tuple(found)


def shown_again(dataset: str, *, reader: Actor, version: int, channel: str, now: datetime) -> None:
    """Permit and meter, without reading, that a picture kept of a version is shown once more. Raises as `preview`."""
    permit = access.permit_to_read(dataset, reader=reader, now=now)
    metering.viewed(permit, version=version, channel=channel, rows=0, now=now)


def tally(
    dataset: str,
    *,
    reader: Actor,
    now: datetime,
    field: str,
    by: str | None = None,
    bins: int = 20,
    where: Mapping[str, str] | None = None,
    version: int | None = None,
) -> Tally:
    """Return how a column is distributed, for a picture.

    A number or date gives a histogram, with `by` the sums per value of that column; text gives the
    most frequent values, most frequent first. Raises what `preview` raises.
    """
    table = _open(dataset, reader=reader, version=version, now=now)
    filters = where or {}
    kinds = {each.name: each.type for each in catalog.contract(dataset).fields}
    metering.viewed(table.permit, version=table.version, channel="chart", rows=0, now=now)
    kind = kinds.get(field)
    if by is not None and kind in NUMBERS:
        bars = table.sums(field, by=by, where=filters, limit=bins, now=now)
        return Tally(kind="sums", field=field, by=by, bars=tuple(bars))
    if kind in NUMBERS | TIMES:
        return Tally(
            kind="histogram",
            field=field,
            bars=tuple(table.histogram(field, bins=bins, where=filters, now=now)),
        )
    return Tally(kind="values", field=field, bars=tuple(table.counts(field, where=filters, limit=bins, now=now)))


def column_facts(dataset: str, *, reader: Actor, now: datetime, version: int | None = None) -> tuple[ColumnFacts, ...]:
    """Return what each visible column holds, in table order. Raises what `preview` raises."""
    table = _open(dataset, reader=reader, version=version, now=now)
    metering.viewed(table.permit, version=table.version, channel="chart", rows=0, now=now)
    return tuple(table.column_facts(now=now))


def rewrites(
    dataset: str, *, reader: Actor, now: datetime, version: int | None = None
) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return what cleaning wrote differently: for some visible columns, a few texts before and after.

    Raises what `preview` raises.
    """
    table = _open(dataset, reader=reader, version=version, now=now)
    standing = next(each for each in catalog.dataset(dataset).versions if each.version == table.version)
    found = reading.open_rewrites(
        table.permit, Lake(settings.HEXI_LAKE), certificate=standing.certificate_sha256, now=now
    )
    metering.viewed(table.permit, version=table.version, channel="view", rows=0, now=now)
    return found


def quarantined(
    dataset: str,
    *,
    reader: Actor,
    now: datetime,
    version: int | None = None,
    rule: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> QuarantinePage:
    """Return some quarantined rows by source line, of one rule or of all.

    Raw text is shown only of source columns whose fields are all classed open; a column that no
    field publishes was never classed, so it is not shown either. Raises what `preview` raises.
    """
    table = _open(dataset, reader=reader, version=version, now=now)
    record = catalog.dataset(dataset)
    standing = next(each for each in record.versions if each.version == table.version)
    classes: dict[str, set[Classification]] = {}
    for each in record.contract.fields:
        classes.setdefault(each.source, set()).add(each.classification)
    shown = frozenset(source for source, found in classes.items() if found == {Classification.OPEN})
    rejects = reading.open_rejects(
        table.permit,
        Lake(settings.HEXI_LAKE),
        quarantine_version=standing.quarantine_version,
        shown=shown,
        now=now,
    )
    rows, total = rejects.page(rule=rule, limit=max(1, min(limit, PAGE_LIMIT)), offset=max(0, offset))
    metering.viewed(table.permit, version=table.version, channel="quarantine", rows=len(rows), now=now)
    return QuarantinePage(
        version=table.version,
        columns=rejects.columns,
        rows=tuple(QuarantinedRow(line=line, reasons=reasons, values=values) for line, reasons, values in rows),
        total=total,
    )


def usage(dataset: str) -> Usage:
    """Return how much of a dataset was read so far, all readers together."""
    entries = Reading.objects.filter(dataset=dataset)
    sums = entries.aggregate(rows=Sum("rows"), last=Max("day"))
    by_channel = dict(entries.values_list("channel").annotate(times=Sum("times")))
    downloads = by_channel.pop("download", 0)
    return Usage(views=sum(by_channel.values()), downloads=downloads, rows=sums["rows"] or 0, last_on=sums["last"])


def most_used(*, limit: int) -> dict[str, Usage]:
    """The datasets that were looked at and downloaded most, both together, and how often."""
    is_download = Q(channel="download")
    sums = Reading.objects.values_list("dataset").annotate(
        views=Coalesce(Sum("times", filter=~is_download), 0),
        downloads=Coalesce(Sum("times", filter=is_download), 0),
        read=Sum("rows"),
        last=Max("day"),
    )
    most = sums.order_by(-(F("views") + F("downloads")), "dataset")[:limit]
    return {name: Usage(views=v, downloads=d, rows=rows, last_on=last) for name, v, d, rows, last in most}


def used_by_day(*, since: date) -> dict[date, Usage]:
    """How much of all datasets was read on each day (UTC, as the meter has it), oldest first, without idle days."""
    is_download = Q(channel="download")
    sums = (
        Reading.objects.filter(day__gte=since)
        .values_list("day")
        .annotate(
            views=Coalesce(Sum("times", filter=~is_download), 0),
            downloads=Coalesce(Sum("times", filter=is_download), 0),
            read=Sum("rows"),
        )
    )
    return {
        day: Usage(views=views, downloads=downloads, rows=rows, last_on=day)
        for day, views, downloads, rows in sums.order_by("day")
    }


def _open(dataset: str, *, reader: Actor, version: int | None, now: datetime) -> reading.Reader:
    permit = access.permit_to_read(dataset, reader=reader, now=now)
    known = catalog.versions(dataset)
    return reading.open_table(permit, Lake(settings.HEXI_LAKE), known=known, version=version, now=now)
