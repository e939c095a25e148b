"""Many datasets described at once: a filled-in workbook of the catalogue is checked whole, then becomes drafts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.db import transaction

from hexi.data.contracts.problems import ContractInvalid, Problem
from hexi.data.contracts.reading import contract_from_text
from hexi.data.drafting import editing
from hexi.kernel.actors import Actor
from hexi.kernel.errors import HexiError
from hexi.registry.accounts import actions as accounts
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.records import DATASETS, ITEMS, SHEETS, Described
from hexi.registry.documents import queries as documents
from hexi.registry.documents.errors import DocumentMissing
from hexi.registry.drafts import actions
from hexi.registry.drafts.cells import ABOUT_COLUMNS, FIELD_COLUMNS, about_with, field_with
from hexi.registry.drafts.checking import check_publishable, next_text
from hexi.registry.drafts.errors import CellWrong, WorkbookWrong
from hexi.registry.drafts.queries import open_drafts_of
from hexi.registry.drafts.records import CellChange, CheckedWorkbook, Redescribed
from hexi.registry.drafts.sourcing import last_source
from hexi.registry.drafts.workbook import Filled, Row, read_workbook

COLUMN_OF: Mapping[str, str] = {
    "hexi.category].value.item": "item",
    "hexi.category].value.branch": "branch",
    "hexi.category].value.detail": "detail",
    "hexi.category": "kind",
    "hexi.sharing_methods": "methods",
    "hexi.sharing": "sharing",
    "hexi.opening_condition": "opening",
    "hexi.openness": "openness",
    "hexi.contact].value.phone": "phone",
    "hexi.contact].value.email": "email",
    "hexi.contact": "contact",
    "hexi.related": "related",
}
"""Part of a problem's path in the contract → the column in which it is mended; the first that fits counts."""
LACKING = ("kind", "item", "branch", "condition", "basis")
"""Columns that the contract names alike where it says that it lacks them."""


def check(document_id: str, *, organisation: str, by: Actor) -> CheckedWorkbook:
    """Say what a filled-in workbook would do to the catalogue of an organisation; nothing is written.

    Raises `NotAuthorised`, `DocumentMissing`, and what a file is refused for that is no workbook.
    """
    accounts.require(by, "draft.create", organisation, organisation=organisation)
    document = documents.document(document_id)
    if document.account != by.account:
        raise DocumentMissing("There is no such document, or it is not yours.")
    return _check(document.path, organisation, by=by)


@transaction.atomic
def hand_in(document_id: str, *, organisation: str, by: Actor, now: datetime) -> tuple[tuple[Redescribed, str], ...]:
    """Begin a draft of each dataset of which the workbook says something new, and hand all of them in for approval.

    Returns them with the ids of their drafts, by dataset; may be empty. All or nothing: raises `WorkbookWrong` with the
    first thing to mend, and what `check` raises. Handed in twice, it is refused: the drafts are open then.
    """
    checked = check(document_id, organisation=organisation, by=by)
    if checked.problems:
        first = checked.problems[0]
        raise WorkbookWrong(
            "Nothing was done: the workbook has {count} things to mend, the first in row {row} of “{sheet}”.",
            count=len(checked.problems),
            row=first.row,
            sheet=first.sheet,
        )
    note, made = documents.document(document_id).name, []
    for each in checked.changed:
        draft = actions.begin(None, organisation=organisation, dataset=each.dataset, by=by, now=now)
        actions.edit(draft, each.text, number=1, by=by, now=now)
        actions.submit(draft, note=note, by=by, now=now)
        made.append((each, draft))
    return tuple(made)


def _check(path: Path, organisation: str, *, by: Actor) -> CheckedWorkbook:
    filled = read_workbook(path)
    standing = {each.dataset: each for each in catalog.described(organisation, by=by)}
    rows = _known(filled, filled.datasets, standing, ("dataset",))
    rows += _known(filled, filled.items, standing, ("dataset", "field"))
    of_dataset: dict[str, list[tuple[Row, dict[str, str]]]] = {}
    unchanged = 0
    for row in rows:
        changed = _changed(filled, row, standing[row.cells["dataset"]])
        if changed:
            of_dataset.setdefault(row.cells["dataset"], []).append((row, changed))
        elif changed is not None:
            unchanged += 1
    drafts = open_drafts_of(organisation)
    found = []
    for name, changes in sorted(of_dataset.items()):
        made = _redescribed(filled, standing[name], changes)
        if made is None:
            unchanged += len(changes)
        elif _may_be_handed_in(filled, made, changes[0][0], organisation, drafts):
            found.append(made)
    order = {name: number for number, name in enumerate(SHEETS)}
    problems = sorted(filled.problems, key=lambda each: (order.get(each.sheet, len(order)), each.sheet, each.row))
    return CheckedWorkbook(tuple(problems), () if problems else tuple(found), unchanged)


def _known(filled: Filled, rows: list[Row], standing: Mapping[str, Described], key: tuple[str, ...]) -> list[Row]:
    """Return the rows that say which dataset and field they are about, each once; the others are noted."""
    first: dict[tuple[str, ...], int] = {}
    known = []
    for row in rows:
        said = tuple(row.cells[each] for each in key)
        if not said[0]:
            filled.note(row, "dataset", "Say the name of the dataset, as the export had it.")
        elif said[0] not in standing:
            template = "“{dataset}” is no dataset in this organisation’s catalogue."
            filled.note(row, "dataset", template, dataset=said[0])
        elif len(said) > 1 and said[1] not in standing[said[0]].items:
            template = "{dataset} has no field “{field}”; fields come and go with drafts of their own."
            filled.note(row, "field", template, dataset=said[0], field=said[1])
        elif said in first:
            template = "Row {row} is about the same; keep one of them."
            filled.note(row, key[-1], template, row=first[said])
        else:
            first[said] = row.number
            known.append(row)
    return known


def _changed(filled: Filled, row: Row, standing: Described) -> dict[str, str] | None:
    """Return the cells that say something new, by column; None where the row is wrong."""
    is_dataset = row.sheet == SHEETS[0]
    before = standing.cells if is_dataset else standing.items[row.cells["field"]]
    if is_dataset and row.cells["version"] != before["version"]:
        filled.note(
            row,
            "version",
            "The newest version of {dataset} is {version}; export the catalogue again, and fill that in.",
            dataset=standing.dataset,
            version=before["version"],
        )
        return None
    said = {key: cell for key, cell in row.cells.items() if cell != _plain(before[key])}
    free, is_wrong = ABOUT_COLUMNS if is_dataset else FIELD_COLUMNS, False
    for key in said:
        if key not in free:
            template = "This column is not filled in; “{value}” has to stand here."
            if not before[key]:
                template = "This column is not filled in; leave it empty."
            filled.note(row, key, template, value=before[key])
            is_wrong = True
    return None if is_wrong else {key: said[key] for key in free if key in said}


def _redescribed(filled: Filled, standing: Described, changes: list[tuple[Row, dict[str, str]]]) -> Redescribed | None:
    """Return the dataset with its new contract; None where that cannot be, which is noted, or says the same."""
    before, start, told = len(filled.problems), next_text(standing.contract), []
    forms = {each.name: each for each in editing.fields(start)}
    about, edited = editing.about(start), dict[str, editing.FieldForm]()
    for row, cells in changes:
        name = "" if row.sheet == SHEETS[0] else row.cells["field"]
        field, noted = forms.get(name), len(filled.problems)
        for key, cell in cells.items():
            try:
                if field is None:
                    about = about_with(about, key, cell)
                else:
                    field = field_with(field, key, cell)
            except CellWrong as error:
                filled.note(row, key, error.template, **error.facts)
        if len(filled.problems) > noted:
            continue
        if field is not None:
            edited[name] = field
        headings = DATASETS if field is None else ITEMS
        was = standing.cells if field is None else standing.items[name]
        told += [CellChange(name, headings[key], was[key], cell) for key, cell in cells.items()]
    if len(filled.problems) > before:
        return None
    # Once for all its rows: to read and write the text takes longer than everything else.
    is_about = any(row.sheet == SHEETS[0] for row, _ in changes)
    text = editing.edit(start, about=about if is_about else None, fields=edited)
    if text == start:
        return None
    try:
        contract = contract_from_text(text, file=Path(f"{standing.dataset}.odcs.yaml"))
    except ContractInvalid as error:
        for problem in error.problems:
            row, column = _place_of(problem, changes)
            if column and column == problem.facts.get("key"):
                filled.note(row, column, "This must not be empty beside what the other columns say.")
            else:
                filled.note(row, column, problem.template, **problem.facts)
        return None
    return Redescribed(standing.dataset, contract.title, tuple(told), text)


def _place_of(problem: Problem, changes: list[tuple[Row, dict[str, str]]]) -> tuple[Row, str]:
    """The row and column in which a problem of the contract is mended; its first row where none is known."""
    for row, _ in changes:
        if row.sheet == SHEETS[1] and f"properties[{row.cells['field']}]" in problem.path:
            return row, ""
    about = next((row for row, _ in changes if row.sheet == SHEETS[0]), changes[0][0])
    lacking = problem.facts.get("key")
    column = next((each for each in LACKING if each == lacking and "hexi." in problem.path), "") or next(
        (key for part, key in COLUMN_OF.items() if part in problem.path), ""
    )
    return about, column if about.sheet == SHEETS[0] else ""


def _may_be_handed_in(
    filled: Filled, made: Redescribed, row: Row, organisation: str, drafts: Mapping[str, str]
) -> bool:
    """Whether a draft of the dataset could be begun and handed in now; what stands against it is noted."""
    try:
        if made.dataset in drafts:
            raise WorkbookWrong(
                "A draft of {dataset} is open already; have it published or discard it first.", dataset=made.dataset
            )
        last_source(catalog.dataset(made.dataset))
        check_publishable(contract_from_text(made.text, file=Path("draft.odcs.yaml")), organisation)
    except HexiError as error:
        filled.note(row, "", error.template, **error.facts)
        return False
    return True


def _plain(said: str) -> str:
    """A text as it comes back from a workbook."""
    return said.replace("\r\n", "\n").replace("\r", "\n").strip()
