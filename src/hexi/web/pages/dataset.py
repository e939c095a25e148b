"""Pages about one dataset: its rows, its fields, its versions, and how to take it along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from hexi.data.contracts.cleaners import CLEANERS
from hexi.data.contracts.comparing import compare
from hexi.data.contracts.model import Classification, Contract, Field, RowRule
from hexi.data.contracts.words import Example
from hexi.exchange.door import actions as door_actions
from hexi.exchange.door import queries as door
from hexi.exchange.door.records import ColumnFacts, Page
from hexi.kernel.errors import Denied, Missing
from hexi.kernel.names import Text
from hexi.registry.accounts import queries as accounts
from hexi.registry.catalog.records import DatasetRecord, VersionRecord
from hexi.registry.runs import queries as runs
from hexi.web import tables, wording
from hexi.web.asking import reader
from hexi.web.clock import clock
from hexi.web.keeping import kept
from hexi.web.pages import scheduling, subject
from hexi.web.pages.comparing import in_words
from hexi.web.tables import TableState


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the preview: how it is headed and aligned, and where its heading leads."""

    field: Field
    href: str
    is_sorted: bool
    is_descending: bool
    is_number: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address without it."""

    title: str
    value: str
    href: str


@dataclass(frozen=True, slots=True)
class CleanerShown:
    """A cleaner of a field, and what it does by example."""

    title: Text
    doc: Text
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class FieldShown:
    """A field with everything a reader should know of it."""

    field: Field
    facts: ColumnFacts | None
    cleaners: tuple[CleanerShown, ...]
    """Where the data itself has no examples."""
    rewritten: int
    """Values of the newest version that the source has written differently."""
    examples: tuple[tuple[str, str], ...]
    """Some of these, before and after."""
    rules: tuple[RowRule, ...]
    top: tuple[tuple[str, int, str], ...]
    """Frequent values, their rows, and the address of these rows."""


@dataclass(frozen=True, slots=True)
class Change:
    """A version with what became of it since the one before."""

    version: VersionRecord
    rows: int | None
    quarantined: int | None
    has_new_contract: bool
    before: int | None
    """The version before; None for the first."""
    said: list[str]
    """What its contract says otherwise than the one before."""
    restores: int | None = None
    """The earlier version whose rows it holds again."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of rows as it was made, and what its frame and the meter need to know of it."""

    body: SafeString
    title: str
    summary: str
    version: int
    rows: int


def preview(request: HttpRequest, name: str) -> HttpResponse:
    """The rows, searched, filtered, sorted; the address says which."""
    if tables.is_plain_form(request.GET):
        state = tables.read(request.GET, subject.dataset(name).contract)
        return redirect(reverse("dataset", args=[name]) + state.address)
    made = []

    def make() -> Shown:
        made.append(name)
        return _shown(request, name)

    try:
        shown = kept(request, make)
        if not made:
            door.again(name, reader=reader(request), now=clock(), version=shown.version, rows=shown.rows)
    except (Missing, Denied) as refusal:
        context = subject.context(subject.dataset(name), tab="dataset")
        return subject.closed(request, context, refusal)
    return render(request, "portal/parts/framed.html", {"shown": shown})


def _shown(request: HttpRequest, name: str) -> Shown:
    record = subject.dataset(name)
    state = tables.read(request.GET, record.contract)
    context = {**subject.context(record, tab="dataset"), "frame": "portal/parts/bare.html"}
    page = _page(request, record, state)
    fields = {each.name: each for each in record.contract.fields}
    shown = [fields[each] for each in page.columns]
    before, after, last = tables.page_numbers(state.page, page.total)
    context |= {
        "state": state,
        "page": page,
        "columns": [
            Column(
                each,
                state.sorted_by(each.name).address,
                state.sort_column == each.name,
                state.is_descending,
                each.type in wording.NUMBERS,
            )
            for each in shown
        ],
        "rows": [
            (list(zip(row, shown, strict=True)), _key_of(row, page.columns, record.contract)) for row in page.rows
        ],
        "choices": [(each, each in shown) for each in _readable(record.contract)],
        "chips": [
            Chip(
                wording.say(fields[column].title) if column in fields else column,
                value,
                state.without_filter(column).address,
            )
            for column, value in state.where
        ],
        "before": state.on_page(before).address if before else None,
        "after": state.on_page(after).address if after else None,
        "last": last,
        "first_row": state.offset + 1,
        "last_row": state.offset + len(page.rows),
        "hidden": len(record.contract.fields) - len(_readable(record.contract)),
    }
    return Shown(
        body=render_to_string("portal/dataset/preview.html", context, request),
        title=wording.say(record.summary.title),
        summary=wording.say(record.summary.summary),
        version=page.version,
        rows=len(page.rows),
    )


def _key_of(row: Sequence[object], columns: Sequence[str], contract: Contract) -> str:
    """The key of a row in words, by which a correction names it; nothing where not all of it is shown."""
    if not contract.key or not set(contract.key) <= set(columns):
        return ""
    return ", ".join(str(row[columns.index(each)]) for each in contract.key)[:200]


def _page(request: HttpRequest, record: DatasetRecord, state: TableState) -> Page:
    return door.preview(
        record.summary.name,
        reader=reader(request),
        now=clock(),
        version=state.version,
        columns=tables.chosen(state.columns, record.contract),
        where=dict(state.where),
        search=state.search or None,
        sort=state.sort_column,
        descending=state.is_descending,
        limit=tables.ROWS_A_PAGE,
        offset=state.offset,
    )


def fields(request: HttpRequest, name: str) -> HttpResponse:
    """What each field means, how it is cleaned and checked, and what it holds."""
    record = subject.dataset(name)
    try:
        facts = {each.name: each for each in door.column_facts(name, reader=reader(request), now=clock())}
        examples = door.rewrites(name, reader=reader(request), now=clock())
    except (Missing, Denied):
        facts, examples = {}, {}
    shown = [_field(each, record, facts.get(each.name), examples.get(each.name, ())) for each in record.contract.fields]
    return render(request, "portal/dataset/fields.html", {**subject.context(record, tab="fields"), "fields": shown})


def _field(
    field: Field, record: DatasetRecord, facts: ColumnFacts | None, examples: tuple[tuple[str, str], ...]
) -> FieldShown:
    contract, cleaners = record.contract, []
    for use in field.cleaners if not examples else ():
        word = CLEANERS[use.name]
        # An example with other arguments than the field's would show what does not happen here.
        fitting = tuple(each for each in word.examples if dict(each.arguments) == dict(use.arguments))
        cleaners.append(CleanerShown(word.title, word.doc, fitting[:4]))
    frequent = facts.top if facts else ()
    where = reverse("dataset", args=[contract.name])
    return FieldShown(
        field=field,
        facts=facts,
        cleaners=tuple(cleaners),
        rewritten=record.versions[0].rewritten.get(field.name, 0),
        examples=examples,
        rules=tuple(rule for rule in contract.row_rules if field.name in rule.fields),
        top=tuple((value, rows, where + tables.filtered({field.name: value})) for value, rows in frequent),
    )


def versions(request: HttpRequest, name: str) -> HttpResponse:
    """Every version, and what changed from one to the next."""
    record = subject.dataset(name)
    numbers = {each.certificate_sha256: each.version for each in record.versions}
    changes = [
        Change(
            newer,
            newer.accepted - older.accepted,
            newer.quarantined - older.quarantined,
            newer.contract_sha256 != older.contract_sha256,
            older.version,
            in_words(compare(older.contract, newer.contract)),
            numbers.get(newer.restores or ""),
        )
        for newer, older in pairwise(record.versions)
    ]
    changes.append(Change(record.versions[-1], None, None, False, None, []))
    context = {
        "changes": changes,
        "runs": runs.recent(dataset=name, limit=10),
        "may_publish": accounts.may(reader(request), "draft.create", record.summary.publisher_id),
        "may_restore": accounts.may(reader(request), "dataset.restore", record.summary.publisher_id),
    }
    context |= subject.context(record, tab="versions") | scheduling.context(request, record)
    return render(request, "portal/dataset/versions.html", context)


def use(request: HttpRequest, name: str) -> HttpResponse:
    """How to take the data along, and how to check what was taken."""
    record = subject.dataset(name)
    try:
        door.preview(name, reader=reader(request), now=clock(), limit=1)
    except (Missing, Denied) as refusal:
        context = subject.context(record, tab="use")
        return subject.closed(request, context, refusal)
    files = [
        (format, f"{name}.v{record.summary.version}.{format}") for format in door_actions.formats_of(record.contract)
    ]
    context = {
        "files": files,
        "address": request.build_absolute_uri("/").rstrip("/"),
        "usage": door.usage(name),
    }
    return render(request, "portal/dataset/use.html", {**subject.context(record, tab="use"), **context})


def _readable(contract: Contract) -> list[Field]:
    return [each for each in contract.fields if each.classification is Classification.OPEN]
