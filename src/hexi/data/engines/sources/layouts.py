"""How offices lay a sheet out: merged cells, headings over several rows, totals between the rows, notes below them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hexi.data.contracts.model import Source
from hexi.data.engines.sources.columns import LINE
from hexi.data.engines.sources.sheets import FILLED_CELL, number_of, pieces
from hexi.kernel.names import Text

MERGED = re.compile(rb'<mergeCell\s[^>]*\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
TOTAL = r"^(?:合计|总计|小计|共计|累计|总和|汇总|(?i:total|subtotal|sum))(?:[（(].*[）)])?[:：]?$"
"""The first text of a row that adds others up, without its spaces."""
FOOTNOTE = (
    r"^(?:注|备注|附注|说明|填表说明|制表|制表人|填表人|填报人|经办人|审核|审核人|复核人|负责人|单位负责人|分管领导|"
    r"联系人|联系电话|填报日期|制表日期|填表日期|填报单位|制表单位|数据来源|资料来源)(?:[（(].*[）)])?[:：\d]"
)
"""How a line below a table begins, without its spaces."""


@dataclass(frozen=True, slots=True)
class Merge:
    """A range of merged cells: rows from 1, columns from 0 as the reader counts them, both ends within."""

    top: int
    left: int
    bottom: int
    right: int


def merges_of(path: Path, sheet: str) -> tuple[Merge, ...]:
    """Return the merged ranges of an .xlsx sheet in no order; none for other workbooks, whose reader gives none."""
    first, found = 1 << 14, set[tuple[int, int, int, int]]()
    for piece in pieces(path, sheet):
        first = min([first, *(number_of(letters) for letters in {each[1] for each in FILLED_CELL.finditer(piece)})])
        for each in MERGED.finditer(piece):
            found.add((int(each[2]), number_of(each[1]), int(each[4]), number_of(each[3])))
    # The reader's first column is the first that holds anything.
    return tuple(Merge(top, left - first, bottom, right - first) for top, left, bottom, right in found)


def headings(rows: Sequence[Sequence[str | None]], merges: Sequence[Merge], *, first: int) -> list[str]:
    """Return the names of the columns from the rows of headings, those of groups before a point.

    `first` is the number of the first row. A heading belongs to all columns of its merged range and to no other.
    """
    cells = [[(cell or "").strip() for cell in row] for row in rows]
    for merge in merges:
        if first <= merge.top and merge.bottom < first + len(rows):
            text = cells[merge.top - first][merge.left] if 0 <= merge.left < len(cells[0]) else ""
            for column in range(max(0, merge.left), min(merge.right + 1, len(cells[0]))):
                cells[merge.top - first][column] = text
    names = []
    for texts in zip(*cells, strict=True):
        parts = [part for place, part in enumerate(texts) if part and part not in texts[:place]]
        names.append(".".join(parts))
    return names


def filled_down(cells: pl.DataFrame, merges: Sequence[Merge], *, below: int) -> tuple[pl.DataFrame, int]:
    """Return a sheet's cells with each value in every row of its merged range, and how many cells were filled.

    Only ranges below the row `below` count. A row that holds nothing of its own stays empty.
    """
    tall = [each for each in merges if each.bottom > each.top > below and 0 <= each.left < cells.width]
    if not tall:
        return cells, 0
    has_text = cells.select(~pl.all_horizontal(pl.all().is_null())).to_series().to_list()
    filled = 0
    columns: dict[str, list[str | None]] = {}
    for each in tall:
        name = cells.columns[each.left]
        values = columns.setdefault(name, cells[name].to_list())
        for row in range(each.top, min(each.bottom, cells.height)):
            if has_text[row] and values[row] is None and values[each.top - 1] is not None:
                values[row] = values[each.top - 1]
                filled += 1
    return cells.with_columns(pl.Series(name, values, dtype=pl.String) for name, values in columns.items()), filled


def is_total(names: Sequence[str]) -> pl.Expr:
    """Whether a row adds others up: told by its first text."""
    return _first(names).str.contains(TOTAL).fill_null(value=False)


def notes_begin(frame: pl.DataFrame, names: Sequence[str]) -> int | None:
    """Return the line at which notes and signatures below the table begin, None where there are none."""
    said = frame.select(LINE, note=_first(names).str.contains(FOOTNOTE).fill_null(value=False))
    begins = None
    for line, is_note in reversed(said.rows()):
        if not is_note:
            break
        begins = line
    return begins


def without(frame: pl.DataFrame, names: Sequence[str], source: Source) -> tuple[pl.DataFrame, list[Text]]:
    """Return the rows without those that the contract says to drop, and how many were dropped."""
    notes = []
    if source.footnotes == "drop" and (begins := notes_begin(frame, names)) is not None:
        kept = frame.filter(pl.col(LINE) < begins)
        notes.append(_dropped(frame.height - kept.height, "表格下方的说明、落款行", "notes below the table"))
        frame = kept
    if source.totals == "drop":
        kept = frame.filter(~is_total(names))
        if kept.height < frame.height:
            notes.append(_dropped(frame.height - kept.height, "合计、小计行", "totals"))
        frame = kept
    return frame, notes


def filled_note(cells: int) -> list[Text]:
    """What is told where cells were filled."""
    if not cells:
        return []
    return [
        Text(
            f"合并单元格的值已填入所含各行，共{cells}格。",
            f"Values of merged cells were put into every row of their range: {cells} cells.",
        )
    ]


def _dropped(rows: int, zh: str, en: str) -> Text:
    return Text(f"{zh}共{rows}行，已略去。", f"Rows left out, {en}: {rows}.")


def _first(names: Sequence[str]) -> pl.Expr:
    return pl.coalesce(pl.col(name) for name in names).str.replace_all(r"\s", "")
