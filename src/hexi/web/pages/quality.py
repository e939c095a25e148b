"""How good the data is: rule by rule, and the rows behind each count."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from hexi.data.contracts.checks import SET_CHECKS
from hexi.data.contracts.model import Field
from hexi.exchange.door import queries as door
from hexi.kernel.errors import Denied, Missing
from hexi.registry.catalog.records import DatasetRecord, RuleResult, VersionRecord
from hexi.web import charts, tables, wording
from hexi.web.asking import reader
from hexi.web.clock import clock
from hexi.web.pages import subject

SHORTEST_BAR = 0.6
"""In per cent: one row in a million is still seen."""


@dataclass(frozen=True, slots=True)
class RuleShown:
    """A rule with what it found, ready for its line."""

    rule: RuleResult
    share: float
    """Of the source's rows, 0 to 1."""
    width: float
    """Of its bar, in per cent of the worst rule's."""
    is_set: bool
    href: str | None


@dataclass(frozen=True, slots=True)
class RewriteShown:
    """What cleaning made of a field's notations."""

    field: Field
    count: int
    """Values that the source has written differently."""
    share: float
    """Of the source's rows, 0 to 1."""
    width: float
    """Of its bar, in per cent."""
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of quality: how many of its rules nothing broke."""

    name: str
    kept: int
    rules: int


@dataclass(frozen=True, slots=True)
class Cell:
    """Raw text of a quarantined row."""

    text: str | None
    is_hit: bool
    """Whether a broken rule is about this column."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A quarantined row."""

    line: int
    reasons: tuple[str, ...]
    cells: tuple[Cell, ...]


def quality(request: HttpRequest, name: str) -> HttpResponse:
    """Each rule as a sentence with its count; the worst first."""
    record = subject.dataset(name)
    version = subject.version_of(request, record)
    most = max((each.failed for each in version.rules if each.check not in SET_CHECKS), default=0) or 1
    shown = [_rule(each, version, most, name) for each in version.rules]
    broken = sorted((each for each in shown if each.rule.failed), key=lambda each: -each.rule.failed)
    context = {
        "version": version,
        "rewrites": _rewrites(request, record, version),
        "score": version.accepted / version.rows if version.rows else 0.0,
        "accepted_width": version.accepted / version.rows * 100 if version.rows else 0.0,
        "errors": [each for each in broken if each.rule.severity == "error"],
        "warnings": [each for each in broken if each.rule.severity != "error"],
        "kept": [each for each in shown if not each.rule.failed],
        "dimensions": _dimensions(version),
        "history": charts.shares(
            [(f"v{each.version}", _score(each)) for each in reversed(record.versions)],
            title=gettext("Quality by version"),
        )
        if len(record.versions) > 1
        else None,
    }
    return render(request, "portal/dataset/quality.html", {**subject.context(record, tab="quality"), **context})


def quarantine(request: HttpRequest, name: str) -> HttpResponse:
    """The rows that were quarantined, as they came: of one rule, or of all."""
    record = subject.dataset(name)
    version = subject.version_of(request, record)
    rules = {each.id: each for each in version.rules}
    wanted = request.GET.get("rule") or None
    number = max(1, tables.whole(request.GET.get("page")) or 1)
    context = subject.context(record, tab="quality")
    try:
        page = door.quarantined(
            name,
            reader=reader(request),
            now=clock(),
            version=version.version,
            rule=wanted,
            limit=tables.ROWS_A_PAGE,
            offset=(number - 1) * tables.ROWS_A_PAGE,
        )
    except (Missing, Denied) as refusal:
        return subject.closed(request, context, refusal)
    source_of = {each.name: each.source for each in record.contract.fields}
    hits = {id: {source_of.get(field) for field in rule.fields} for id, rule in rules.items()}
    rows = [
        BadRow(
            row.line,
            tuple(wording.say(rules[id].sentence) if id in rules else id for id in row.reasons),
            tuple(
                Cell(value, any(column in hits.get(id, set()) for id in row.reasons))
                for column, value in zip(page.columns, row.values, strict=True)
            ),
        )
        for row in page.rows
    ]
    before, after, last = tables.page_numbers(number, page.total)
    context |= {
        "version": version,
        "rule": rules.get(wanted or ""),
        "page": page,
        "rows": rows,
        "titles": _titles(record.contract.fields, page.columns),
        "choices": sorted(
            (
                each
                for each in version.rules
                if each.failed and each.severity == "error" and each.check not in SET_CHECKS
            ),
            key=lambda each: -each.failed,
        ),
        "before": _address(wanted, version, before) if before else None,
        "after": _address(wanted, version, after) if after else None,
        "number": number,
        "last": last,
    }
    return render(request, "portal/dataset/quarantine.html", context)


def _rewrites(request: HttpRequest, record: DatasetRecord, version: VersionRecord) -> list[RewriteShown]:
    """Fields of which cleaning rewrote something, the most first."""
    name = record.summary.name
    try:
        examples = door.rewrites(name, reader=reader(request), now=clock(), version=version.version)
    except (Missing, Denied):
        examples = {}
    shown = [
        RewriteShown(
            each, count, share := count / version.rows, max(share * 100, SHORTEST_BAR), examples.get(each.name, ())
        )
        for each in record.contract.fields
        if (count := version.rewritten.get(each.name, 0))
    ]
    return sorted(shown, key=lambda each: -each.count)


def _rule(rule: RuleResult, version: VersionRecord, most: int, name: str) -> RuleShown:
    is_set = rule.check in SET_CHECKS
    share = rule.failed / version.rows if version.rows and not is_set else float(bool(rule.failed))
    href = None
    if rule.failed and not is_set and rule.severity == "error":
        href = f"{reverse('quarantine', args=[name])}?{urlencode({'rule': rule.id, 'version': version.version})}"
    width = max(rule.failed / most * 100, SHORTEST_BAR) if rule.failed and not is_set else 0.0
    return RuleShown(rule, share, width, is_set, href)


def _dimensions(version: VersionRecord) -> list[Dimension]:
    found: dict[str, list[bool]] = {}
    for each in version.rules:
        found.setdefault(each.dimension, []).append(each.failed == 0)
    return [Dimension(name, sum(kept), len(kept)) for name, kept in found.items()]


def _score(version: VersionRecord) -> float:
    return version.accepted / version.rows if version.rows else 0.0


def _titles(fields: tuple[Field, ...], columns: tuple[str, ...]) -> list[tuple[str, str]]:
    titles = {each.source: wording.say(each.title) for each in fields}
    return [(titles.get(column, column), column) for column in columns]


def _address(rule: str | None, version: VersionRecord, page: int) -> str:
    return "?" + urlencode({**({"rule": rule} if rule else {}), "version": version.version, "page": page})
