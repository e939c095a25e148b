"""What the publishing pages show of a draft: its columns with their evidence, rows as they would be, differences."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from hexi.data.contracts.comparing import ABOUT
from hexi.data.contracts.model import Contract, Field
from hexi.data.drafting import editing
from hexi.data.drafting.trials import Trial, TrialRow
from hexi.kernel.actors import Actor
from hexi.kernel.errors import HexiError, Missing
from hexi.kernel.names import Text
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.records import TAKEN
from hexi.registry.drafts import queries
from hexi.registry.drafts.records import DraftRecord, State
from hexi.web import refusals, wording
from hexi.web.pages.comparing import heading, value_in_words

ROWS_SHOWN = 50
SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why the draft says what it says of a column."""

    sentence: str
    against: tuple[str, ...]
    """Values that speak against it."""


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """A column as it came and as it would be published."""

    form: editing.FieldForm
    samples: tuple[str, ...]
    filled: str
    evidence: tuple[Evidence, ...]
    broken: tuple[tuple[Text, int], ...]
    """Rules of this field that rows break, and how many."""
    rewritten: int
    rewrites: tuple[tuple[str, str], ...]
    confidence: float | None
    """How sure the meaning is that the draft proposed, 0 to 1; None for a column that no draft weighed."""
    is_open: bool
    """Whether the rest of the form is unfolded, since something in it is wrong."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in a row that is tried."""

    shown: str | None
    raw: str
    is_hit: bool
    is_rewritten: bool


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row that is tried: as it would be published, or as it came and why it would not be."""

    line: int
    reasons: tuple[Text, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """Some of the rows that would be published, or of those that would not."""

    name: str
    title: str
    count: int
    heads: tuple[Field, ...]
    """Of rows that fail, the fields that most of them fail by stand first."""
    rows: tuple[RowShown, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a contract says otherwise than the published one."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesShown:
    """What a new version changes in the rows that are published."""

    failure: str = ""
    """Why nobody can tell."""
    is_waited_for: bool = False
    """Whether the node is about to compare."""
    is_old: bool = False
    """Whether the contract was edited since the rows were compared."""
    counts: tuple[tuple[str, int], ...] = ()
    """In words, and rows."""
    key: tuple[str, ...] = ()
    by_field: tuple[tuple[str, int], ...] = ()
    accepted: int = 0
    quarantined: int = 0


def columns_of(record: DraftRecord, trial: Trial | None) -> list[ColumnShown]:
    """Return the fields in the contract's order, each with what is known of its column."""
    found = {str(each["source"]): each for each in record.findings.get("columns", ())}
    sentences = {rule.id: (rule.sentence, rule.fields) for rule in record.contract.rules} if record.contract else {}
    shown = []
    for form in _forms(record):
        column = found.get(form.source, {})
        broken = tuple(
            (sentences[id][0], count)
            for id, count in (trial.failed_by_rule.items() if trial else ())
            if count and id in sentences and form.name in sentences[id][1]
        )
        shown.append(
            ColumnShown(
                form=form,
                samples=tuple(column.get("samples", ()))[:SAMPLES],
                filled=_filled(column),
                evidence=tuple(
                    Evidence(wording.say(Text(**each["claim"])), tuple(each["against"])[:3])
                    for each in column.get("evidence", ())
                ),
                broken=broken,
                rewritten=trial.rewritten.get(form.name, 0) if trial else 0,
                rewrites=_rewrites(trial, form.name, record.contract) if trial else (),
                confidence=column.get("confidence"),
                is_open=any(each.path.find(f"[{form.name}]") >= 0 for each in record.problems),
            )
        )
    return shown


def preview_of(record: DraftRecord, reader: Actor) -> dict[str, Any]:
    """Return what a page shows of a trial: nothing while the text is no contract, why where the source fails."""
    if record.contract is None:
        return {}
    try:
        trial = queries.trial_of(record.summary.id, text=record.text, reader=reader)
    except HexiError as error:
        return {"failure": refusals.sentence(error)}
    sentences = {rule.id: rule.sentence for rule in record.contract.rules}
    tried = trial.accepted + trial.failed
    return {
        "trial": trial,
        "share": trial.accepted / tried if tried else 1.0,
        "width": trial.accepted / tried * 100 if tried else 100.0,
        "total": record.findings.get("rows"),
        "sides": [
            _side("failing", gettext("would be quarantined"), trial.failed, trial, record.contract),
            _side("accepted", gettext("accepted"), trial.accepted, trial, record.contract),
        ],
        "broken": [(sentences[id], count) for id, count in trial.failed_by_rule.items() if count and id in sentences],
        "oddities": [Text(**each) for each in record.findings.get("problems", ())],
    }


def changes_of(record: DraftRecord) -> ChangesShown | None:
    """Return what a new version changes in the rows; nothing for a new dataset."""
    if record.base_version is None:
        return None
    said, contract = record.changes, record.contract
    if "error" in said:
        return ChangesShown(failure=wording.told(said["error"], said["facts"]))
    is_waited_for = not said or (not record.is_compared and record.summary.state == State.SUBMITTED)
    if not said:
        return ChangesShown(is_waited_for=is_waited_for)
    titles = {each.name: wording.say(each.title) for each in contract.fields} if contract else {}
    return ChangesShown(
        is_waited_for=is_waited_for,
        is_old=not record.is_compared,
        counts=(
            (gettext("added"), said["added"]),
            (gettext("removed"), said["removed"]),
            (gettext("changed"), said["changed"]),
            (gettext("the same"), said["same"]),
        ),
        key=tuple(titles.get(name, name) for name in said["key"]),
        by_field=tuple((titles.get(name, name), number) for name, number in said["by_field"].items()),
        accepted=said["accepted"],
        quarantined=said["quarantined"],
    )


def differences(record: DraftRecord) -> list[Difference]:
    """Return what the draft's contract says otherwise than the published one; for a new dataset, all of it."""
    if record.contract is None:
        return []
    before = None
    if record.base_version is not None:
        try:
            before = catalog.dataset(record.summary.dataset).contract
        except Missing:
            before = None
    found = [Difference(what, old, new) for what, old, new in _about(before, record.contract) if old != new]
    old_fields = {each.name: each for each in before.fields} if before else {}
    for each in record.contract.fields:
        old = _field_in_words(old_fields[each.name], before) if before and each.name in old_fields else ""
        new = _field_in_words(each, record.contract)
        if old != new:
            found.append(Difference(wording.say(each.title), old, new))
    names = {each.name for each in record.contract.fields}
    found += [
        Difference(wording.say(each.title), _field_in_words(each, before), "")
        for each in (before.fields if before else ())
        if before and each.name not in names
    ]
    return found


def taken_in_words(contract: Contract | None) -> list[str]:
    """Return a sentence for each claim to be a source that another dataset made before."""
    return [
        gettext(TAKEN).format(
            field=wording.say(each.field),
            element=wording.say(each.element),
            other=wording.say(each.holder.field_title),
            dataset=each.holder.dataset,
            publisher=wording.say(each.publisher),
        )
        for each in (catalog.taken_sources(contract) if contract else ())
    ]


def _about(before: Contract | None, after: Contract) -> list[tuple[str, str, str]]:
    def said(name: str, contract: Contract | None) -> str:
        return value_in_words(name, ABOUT[name](contract)) if contract else ""

    found = [(heading(name), said(name, before), said(name, after)) for name in ABOUT]
    return [*found, (gettext("Version of the contract"), before.version if before else "", after.version)]


def _field_in_words(field: Field, contract: Contract | None) -> str:
    rules = [
        wording.say(each.sentence) for each in (contract.row_rules if contract else ()) if field.name in each.fields
    ]
    parts = [
        wording.say(wording.TYPES[field.type]),
        wording.say(wording.CLASSES[field.classification.value]),
        *([wording.say(wording.ELEMENTS[field.element])] if field.element else []),
        *([gettext("authoritative source")] if field.is_source else []),
        *rules,
    ]
    return f"{field.name}: {gettext('; ').join(parts)}"


def _forms(record: DraftRecord) -> tuple[editing.FieldForm, ...]:
    try:
        return editing.fields(record.text)
    except HexiError:
        return ()


def _filled(column: dict[str, Any]) -> str:
    if "rows" not in column:
        return ""
    filled, distinct = int(column["rows"]) - int(column["empty"]), int(column["distinct"])
    return gettext("%(filled)s filled, %(distinct)s different") % {
        "filled": wording.count(filled),
        "distinct": wording.count(distinct),
    }


def _rewrites(trial: Trial, name: str, contract: Contract | None) -> tuple[tuple[str, str], ...]:
    field = contract.field(name) if contract else None
    return tuple(
        (str(row.raw[name]), wording.cell(row.values[name], field))
        for row in trial.rows
        if name in row.rewritten and not row.reasons
    )[:3]


def _side(name: str, title: str, count: int, trial: Trial, contract: Contract) -> Side:
    rows = [each for each in trial.rows if bool(each.reasons) == (name == "failing")][:ROWS_SHOWN]
    hits = Counter(field for each in rows for field in each.failed)
    heads = sorted(contract.fields, key=lambda field: -hits[field.name])
    sentences = {rule.id: rule.sentence for rule in contract.rules}
    fields = {each.name: each for each in heads}
    return Side(name, title, count, tuple(heads), tuple(_row(each, fields, sentences) for each in rows))


def _row(row: TrialRow, fields: dict[str, Field], sentences: dict[str, Text]) -> RowShown:
    cells = []
    for name, field in fields.items():
        raw = row.raw.get(name) or ""
        is_hit = name in row.failed
        shown = raw if row.reasons else wording.cell(row.values.get(name), field)
        cells.append(Cell(shown, raw, is_hit, not row.reasons and name in row.rewritten))
    return RowShown(row.line, tuple(sentences[id] for id in row.reasons if id in sentences), tuple(cells))
