"""A filled-in workbook of the catalogue as rows of cells by column, and what is wrong with its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hexi.data.engines.workbook_reading import FilledSheet, read_filled
from hexi.kernel.names import Text
from hexi.registry.catalog.records import DATASETS, ITEMS, SHEETS
from hexi.registry.drafts.records import CellProblem


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet."""

    sheet: str
    number: int
    """As the sheet counts, from 1."""
    cells: Mapping[str, str]
    """By the key of the column."""


@dataclass(slots=True)
class Filled:
    """What a workbook says: the rows of its two sheets, and what is wrong with it so far."""

    datasets: list[Row] = field(default_factory=list)
    items: list[Row] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)

    def note(self, row: Row, column: str, template: str, /, **facts: object) -> None:
        """Note what is wrong with a cell; `column` is a key, or the empty text for the whole row."""
        headings = DATASETS if row.sheet == SHEETS[0] else ITEMS
        heading = headings.get(column, Text("", ""))
        self.problems.append(CellProblem(row.sheet, row.number, heading, template, facts))


def read_workbook(path: Path) -> Filled:
    """Return what a workbook says. Raises what a file is refused for that is no workbook."""
    filled, sheets = Filled(), {each.name: each for each in read_filled(path)}
    for name, headings, rows in ((SHEETS[0], DATASETS, filled.datasets), (SHEETS[1], ITEMS, filled.items)):
        if name in sheets:
            rows.extend(_rows(sheets.pop(name), headings, filled))
        else:
            filled.problems.append(
                CellProblem(name, 1, Text("", ""), "This sheet is missing; begin with a new export.", {})
            )
    for each in sheets.values():
        if each.rows:
            template = "The catalogue has no such sheet; take it out of the workbook."
            filled.problems.append(CellProblem(each.name, 1, Text("", ""), template, {}))
    return filled


def _rows(sheet: FilledSheet, headings: Mapping[str, Text], filled: Filled) -> list[Row]:
    head = sheet.rows[0][1] if sheet.rows and sheet.rows[0][0] == 1 else ()
    places: dict[str, int] = {}
    before = len(filled.problems)
    spellings = {said: key for key, each in headings.items() for said in (f"{each.zh} {each.en}", each.zh)}
    for place, said in enumerate(head):
        key = spellings.get(said)
        if key in places:
            template = "The column “{column}” is there twice; keep one of them."
        elif key is None and any(cells[place] for _, cells in sheet.rows):
            template = "The catalogue has no column “{column}”; take it out."
        else:
            template = ""
        if template:
            filled.problems.append(CellProblem(sheet.name, 1, Text(said, said), template, {"column": said}))
        elif key is not None:
            places[key] = place
    for key, each in headings.items():
        if key not in places and not any(p.heading == each for p in filled.problems[before:]):
            template = "The column “{column}” is missing; begin with a new export, and leave every column in."
            filled.problems.append(CellProblem(sheet.name, 1, each, template, {"column": f"{each.zh} {each.en}"}))
    if len(filled.problems) > before:
        return []
    found = []
    for number, cells in sheet.rows[1:]:
        row = Row(sheet.name, number, {key: cells[place] for key, place in places.items()})
        for key, place in places.items():
            if (number, place) in sheet.formulas:
                filled.note(row, key, "A formula stands here; write its value, as text.")
        found.append(row)
    return found
