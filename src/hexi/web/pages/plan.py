"""A plan as pictures: targets by year, figures that cannot be right, clauses and who is to do them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from hexi.exchange.door import queries as door
from hexi.kernel.actors import Actor
from hexi.kernel.errors import Denied, Missing
from hexi.kernel.names import Text
from hexi.packs import queries as packs
from hexi.packs.records import PageRecord
from hexi.registry.catalog import queries as catalog
from hexi.registry.parties import queries as parties
from hexi.web import charts, tables, wording
from hexi.web.asking import reader
from hexi.web.charts import Aim
from hexi.web.clock import clock

MOST_ROWS = 1000
KINDS = {
    "stock": Text("存量：到那一年达到的总量", "Stock: what there is by that year"),
    "flow": Text("增量：到那一年为止新增的量", "Flow: what is added until then"),
    "annual": Text("年度：当年发生的量", "Annual: what happens within that year"),
}
SCOPES = {"全省": "whole province", "城市": "cities", "农村": "countryside", "市州": "prefectures"}
MYRIADS = {"亿": 10**8, "万": 10**4}
COUNTED = {"元": "yuan", "座": "", "户": "", "个": ""}
"""What is counted, in English; the title names the rest."""
COMPARATORS = {
    "力争达到": "aim for",
    "达到": "reach",
    "以上": "at least",
    "超过": "more than",
    "突破": "exceed",
    "新增": "add",
    "形成": "build",
    "实现": "achieve",
    "普遍具备": "commonly available",
    "全面建成": "fully built",
}

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One target as the plan states it."""

    year: int
    printed: str
    comparator: str
    quotation: str
    line: int
    section: str
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The targets of one quantity, of one kind: never a line through stock and flow."""

    title: str
    kind: str
    kind_title: str
    unit: str
    scope: str
    gap: str
    targets: tuple[Target, ...]
    picture: SafeString
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A figure that broke rules, and which."""

    title: str
    year: str
    printed: str
    quotation: str
    remark: str
    line: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body that a clause names."""

    title: str
    successor: str
    organisation: str
    """Id in the register, empty where nobody there is called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A clause and the bodies that share it."""

    number: str
    title: str
    part: str
    lead: str
    bodies: tuple[Body, ...]
    href: str


def plan(request: HttpRequest, name: str) -> HttpResponse:
    """The page that a pack declares with the kind `plan`."""
    page = next((each for each in packs.pages() if each.kind == "plan" and each.name == name), None)
    if page is None:
        raise Http404
    asking, now = reader(request), clock()
    series = series_of(page, reader=asking, now=now)
    clauses = _clauses(page, reader=asking, now=now)
    parts: dict[str, list[Clause]] = {}
    for each in clauses:
        parts.setdefault(each.part, []).append(each)
    context = {
        "plan": page,
        "series": series,
        "kinds": [(kind, wording.say(text)) for kind, text in KINDS.items()],
        "refused": _refused(page, reader=asking, now=now),
        "parts": list(parts.items()),
        "has_lead": any(each.lead for each in clauses),
        "clauses": clauses,
        "targets": catalog.dataset(page.datasets["targets"]).summary,
        "quarantine": reverse("quarantine", args=[page.datasets["targets"]]),
    }
    return render(request, "portal/plan.html", context)


def series_of(page: PageRecord, *, reader: Actor, now: datetime) -> tuple[Series, ...]:
    """Return the plan's accepted targets by quantity; those with several years first. Empty if closed."""
    name = page.datasets.get("targets", "")
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in _rows(name, reader=reader, now=now):
        key = (str(row["series"]), str(row["kind"]), str(row.get("unit") or ""))
        found.setdefault(key, []).append(row)
    years = sorted({int(str(row["year"])) for rows in found.values() for row in rows})
    series = [
        _series(name, key, sorted(rows, key=lambda row: int(str(row["year"]))), years) for key, rows in found.items()
    ]
    return tuple(sorted(series, key=lambda each: -len(each.targets)))


def _series(name: str, key: tuple[str, str, str], rows: list[Row], years: list[int]) -> Series:
    code, kind, unit = key
    first = rows[0]
    title = str(first["quantity_en"] if wording.is_english() and first.get("quantity_en") else first["quantity"])
    aims = [
        Aim(year=int(str(row["year"])), value=float(str(row["value"])), shown=_amount(Decimal(str(row["value"])), unit))
        for row in rows
        if row.get("value") is not None
    ]
    scope = str(first.get("scope") or "")
    return Series(
        title=title,
        kind=kind,
        kind_title=wording.say(KINDS[kind]) if kind in KINDS else kind,
        unit=unit,
        scope=SCOPES.get(scope, scope) if wording.is_english() else scope,
        gap=_gap(str(first.get("gap") or "")),
        targets=tuple(_target(row) for row in rows),
        picture=charts.targets(aims, kind=kind, unit="", title=title, years=years),
        href=reverse("dataset", args=[name]) + tables.filtered({"series": code}),
    )


def _target(row: Row) -> Target:
    comparator = str(row.get("comparator") or "")
    return Target(
        year=int(str(row["year"])),
        printed=str(row.get("printed") or ""),
        comparator=COMPARATORS.get(comparator, comparator) if wording.is_english() else comparator,
        quotation=str(row.get("quotation") or ""),
        line=int(str(row.get("line") or 0)),
        section=str(row.get("section") or ""),
        remark=_in_language(row, "remark"),
    )


def _refused(page: PageRecord, *, reader: Actor, now: datetime) -> list[Refused]:
    name = page.datasets["targets"]
    rules = {each.id: each for each in catalog.dataset(name).versions[0].rules}
    try:
        found = door.quarantined(name, reader=reader, now=now, limit=MOST_ROWS)
    except (Missing, Denied):
        return []
    refused = []
    for each in found.rows:
        row: Row = dict(zip(found.columns, each.values, strict=True))
        refused.append(
            Refused(
                title=_in_language(row, "quantity"),
                year=str(row.get("year") or ""),
                printed=_visible(str(row.get("printed") or "")),
                quotation=_visible(str(row.get("quotation") or "")),
                remark=_in_language(row, "remark"),
                line=each.line,
                reasons=tuple(wording.say(rules[id].sentence) if id in rules else id for id in each.reasons),
            )
        )
    return refused


def _clauses(page: PageRecord, *, reader: Actor, now: datetime) -> list[Clause]:
    bodies: dict[str, list[Body]] = {}
    rows = _rows(page.datasets.get("bodies", ""), reader=reader, now=now)
    known = parties.called({str(row["body"]) for row in rows})
    for row in rows:
        organisation = known.get(str(row["body"]))
        body = Body(
            title=_in_language(row, "body"),
            successor=str(row.get("successor") or ""),
            organisation=organisation.id if organisation else "",
        )
        bodies.setdefault(str(row["clause"]), []).append(body)
    name = page.datasets.get("clauses", "")
    return [
        Clause(
            number=str(row["clause"]),
            title=_in_language(row, "title"),
            part=str(row.get("part") or ""),
            lead=str(row.get("lead") or ""),
            bodies=tuple(bodies.get(str(row["clause"]), [])),
            href=reverse("dataset", args=[name]) + tables.filtered({"clause": str(row["clause"])}),
        )
        for row in _rows(name, reader=reader, now=now)
    ]


def _rows(dataset: str, *, reader: Actor, now: datetime) -> list[Row]:
    try:
        page = door.preview(dataset, reader=reader, now=now, limit=MOST_ROWS)
    except (Missing, Denied):
        return []
    return [dict(zip(page.columns, row, strict=True)) for row in page.rows]


def _in_language(row: Row, name: str) -> str:
    english = row.get(f"{name}_en") if wording.is_english() else None
    return str(english or row.get(name) or "")


def _visible(text: str) -> str:
    """Show a private-use character as the empty box that it is on paper."""
    return "".join("□" if 0xE000 <= ord(each) <= 0xF8FF else each for each in text)


def _amount(value: Decimal, unit: str) -> str:
    """A value with its unit; in English without 万 and 亿, and with the counted things' English name."""
    if not wording.is_english():
        return wording.count(value) + (unit if unit in {"", "%"} else f" {unit}")
    for word, times in MYRIADS.items():
        if unit.startswith(word):
            value, unit = value * times, unit.removeprefix(word)
    number = f"{wording.count(value / 10**9)} bn" if value >= 10**9 else wording.count(value)
    unit = COUNTED.get(unit, unit)
    return number + (unit if unit in {"", "%"} else f" {unit}")


def _gap(code: str) -> str:
    return {
        "unit": gettext("The plan gives no unit."),
        "threshold": gettext("The plan gives no threshold by which it could be judged."),
    }.get(code, "")
