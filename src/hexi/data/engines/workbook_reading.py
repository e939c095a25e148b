"""Workbooks that come back filled in: every sheet as texts in rows, with the cells that hold formulas."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import polars as pl

from hexi.data.engines.sources import bytes_of, sheets, workbooks
from hexi.data.engines.sources.records import WrongFormat

FORMULA_CELL = re.compile(rb'<c\s[^>]*\br="([A-Z]+)(\d+)"[^>]*(?<!/)>\s*<f[\s>/]')
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""A character as the format writes what XML cannot hold."""


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """One sheet: its rows that hold any text, each with its number in the sheet, from 1."""

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """All of one length; the empty text where a cell is empty."""
    formulas: frozenset[tuple[int, int]]
    """Row from 1 and place in the row from 0 of the cells that hold a formula."""


def read_filled(path: Path) -> tuple[FilledSheet, ...]:
    """Return every sheet of an .xlsx workbook, in order. Raises `WrongFormat` and what a workbook is refused for."""
    bytes_of.require(path)
    workbooks.require_workbook(path)
    if not _is_xlsx(path):
        raise WrongFormat("“{file}” is no .xlsx workbook; save it as “Excel workbook (.xlsx)”.", file=path)
    try:
        book = fastexcel.read_excel(path.read_bytes())
        return tuple(_sheet(book, name, path) for name in book.sheet_names)
    except fastexcel.FastExcelError as error:
        raise workbooks.explained(path, str(error)) from None


def _sheet(book: fastexcel.ExcelReader, name: str, path: Path) -> FilledSheet:
    workbooks.refuse_sparse(path, name)
    cells: pl.DataFrame = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    cells = workbooks.with_errors(cells, path, name)
    texts = cells.select(workbooks.as_shown(pl.col(each)).fill_null("").alias(each) for each in cells.columns)
    rows = ((number, tuple(_plain(cell) for cell in row)) for number, row in enumerate(texts.iter_rows(), start=1))
    return FilledSheet(name, tuple((number, row) for number, row in rows if any(row)), frozenset(_formulas(path, name)))


def _formulas(path: Path, sheet: str) -> Iterator[tuple[int, int]]:
    first, found = 1 << 14, set[tuple[int, int]]()
    for piece in sheets.pieces(path, sheet):
        letters = {letters for letters, _ in sheets.FILLED_CELL.findall(piece)}
        first = min([first, *(sheets.number_of(each) for each in letters)])
        found |= {(int(row), sheets.number_of(letters)) for letters, row in FORMULA_CELL.findall(piece)}
    # The reader's first column is the first that holds anything.
    yield from ((row, column - first) for row, column in found)


def _plain(cell: str) -> str:
    said = ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell)
    return said.replace("\r\n", "\n").replace("\r", "\n").strip()


def _is_xlsx(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as book:
        return "xl/workbook.xml" in book.namelist()
