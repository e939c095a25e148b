"""Charts of a dataset: those its contract declares, and one of any column a reader picks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from hexi.data.contracts.model import Chart, Classification, Contract, Field, FieldType
from hexi.exchange.door import queries as door
from hexi.exchange.door.records import Bar
from hexi.kernel.actors import Actor
from hexi.kernel.errors import Denied, Missing
from hexi.registry.catalog.records import DatasetRecord
from hexi.web import charts as pictures
from hexi.web import tables, wording
from hexi.web.asking import reader
from hexi.web.charts import BarRow
from hexi.web.clock import clock
from hexi.web.pages import subject

BARS = 20
SERIES = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """A chart on the page: rows of bars or a picture, and what it says about itself."""

    title: str
    note: str
    rows: tuple[BarRow, ...] = ()
    legend: tuple[str, ...] = ()
    picture: SafeString | None = None


@dataclass(frozen=True, slots=True)
class _Asking:
    """Whose question it is, and about what."""

    record: DatasetRecord
    reader: Actor
    now: datetime

    @property
    def contract(self) -> Contract:
        return self.record.contract

    @property
    def name(self) -> str:
        return self.record.summary.name


def charts(request: HttpRequest, name: str) -> HttpResponse:
    """The contract's charts, or the column of `?field=`."""
    record = subject.dataset(name)
    asking = _Asking(record, reader(request), clock())
    context = subject.context(record, tab="chart")
    fields = [
        each
        for each in record.contract.fields
        if each.classification is Classification.OPEN and each.type is not FieldType.GEOMETRY
    ]
    picked = next((each for each in fields if each.name == request.GET.get("field")), None)
    try:
        if picked is not None:
            declared = [Chart(kind="bars", title=picked.title, x=picked.name)]
        else:
            declared = [each for each in record.contract.charts if each.kind != "targets"]
            declared = declared or [
                Chart(kind="bars", title=each.title, x=each.name) for each in _worth_charting(asking)
            ]
        shown = [_chart(each, asking) for each in declared]
    except (Missing, Denied) as refusal:
        return subject.closed(request, context, refusal)
    context |= {"charts": [each for each in shown if each], "fields": fields, "picked": picked}
    return render(request, "portal/dataset/chart.html", context)


def _worth_charting(asking: _Asking) -> list[Field]:
    """Return up to two columns whose values repeat: one bar a row says nothing."""
    facts = door.column_facts(asking.name, reader=asking.reader, now=asking.now)
    names = [each.name for each in facts if each.top and 1 < each.distinct <= 60]
    return [asking.contract.field(name) for name in names[:2]]


def _chart(chart: Chart, asking: _Asking) -> Shown:
    field = asking.contract.field(chart.x)
    title = wording.say(chart.title)
    if chart.y is None and field.type in {*wording.NUMBERS, FieldType.DATE, FieldType.TIMESTAMP}:
        tally = door.tally(asking.name, field=chart.x, reader=asking.reader, now=asking.now, bins=24)
        return Shown(title, gettext("Rows by interval."), picture=pictures.histogram(tally.bars, field, title=title))
    if chart.y is None and chart.series is not None:
        return _stacked(chart, asking, title)
    if chart.y is None:
        tally = door.tally(asking.name, field=chart.x, reader=asking.reader, now=asking.now, bins=BARS)
        note = gettext("Rows by value, the most frequent first.")
    else:
        tally = door.tally(asking.name, field=chart.y, by=chart.x, reader=asking.reader, now=asking.now, bins=BARS)
        unit = asking.contract.field(chart.y).unit
        note = wording.say(asking.contract.field(chart.y).title) + (f" ({unit})" if unit else "")
    rows = pictures.bar_rows(tally.bars, link=lambda bar: _rows_behind(bar, chart.x, asking))
    return Shown(title, note, rows=rows)


def _stacked(chart: Chart, asking: _Asking, title: str) -> Shown:
    series = door.tally(asking.name, field=chart.series or "", reader=asking.reader, now=asking.now, bins=SERIES).bars
    pieces = [
        (
            each.label or gettext("(empty)"),
            door.tally(
                asking.name,
                field=chart.x,
                where={chart.series or "": each.label or ""},
                reader=asking.reader,
                now=asking.now,
                bins=BARS * 3,
            ).bars,
        )
        for each in series
    ]
    rows = pictures.stacked_rows(
        pieces, link=lambda label: reverse("dataset", args=[asking.name]) + tables.filtered({chart.x: label})
    )
    return Shown(title, gettext("Rows by value."), rows=rows[:30], legend=tuple(name for name, _ in pieces))


def _rows_behind(bar: Bar, column: str, asking: _Asking) -> str:
    return reverse("dataset", args=[asking.name]) + tables.filtered({column: bar.label or ""})
