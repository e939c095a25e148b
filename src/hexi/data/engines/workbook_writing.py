"""Workbooks of plain text: what is written is text and never a formula or a link, whatever it begins with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hexi.kernel.names import Text

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

SHEET_ROWS = 1_048_576
CELL_CHARACTERS = 32_767


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its headings, and its rows, which are taken one after another."""

    name: str
    headings: Sequence[Text]
    rows: Iterable[Sequence[str]]


def write_texts(target: Path, sheets: Sequence[Sheet]) -> int:
    """Write the sheets and return how many rows they have; what no sheet can hold goes on a further one.

    Each heading stands in both languages, so that a workbook is read the same whoever made it. A text that no
    cell holds is cut off and ends in “…”.
    """
    # Loaded by whoever writes a workbook: most commands do not.
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    total = 0
    with xlsxwriter.Workbook(target, options) as book:
        # A fixed moment: the same rows give the same bytes.
        book.set_properties({"created": date(2000, 1, 1)})
        bold = book.add_format({"bold": True, "bottom": 1})
        plain = book.add_format({"num_format": "@"})
        for each in sheets:
            number, row, page = 1, 1, _page(book, each, 1, bold)
            for cells in each.rows:
                if row == SHEET_ROWS:
                    number, row = number + 1, 1
                    page = _page(book, each, number, bold)
                for column, cell in enumerate(cells):
                    text = cell if len(cell) <= CELL_CHARACTERS else cell[: CELL_CHARACTERS - 1] + "…"
                    if text:
                        page.write_string(row, column, text, plain)
                row += 1
                total += 1
    return total


def _page(book: Any, sheet: Sheet, number: int, bold: object) -> Worksheet:
    page: Worksheet = book.add_worksheet(sheet.name if number == 1 else f"{sheet.name} {number}")
    page.set_column(0, len(sheet.headings) - 1, 24)
    page.freeze_panes(1, 0)
    for column, heading in enumerate(sheet.headings):
        page.write_string(0, column, f"{heading.zh} {heading.en}", bold)
    return page
