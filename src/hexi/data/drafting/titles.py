"""Tells the titles that offices put above a table from the row that names its columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from hexi.data.drafting.headings import heading_of, is_known
from hexi.data.engines.sources.dialects import usual_width

TITLE_ROWS = 8
"""Rows that may stand above the names of the columns."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER = re.compile(r"[-+]?[¥￥]?\d[\d,.]*%?")
_DATE = re.compile(r"(?:19|20)\d\d[-/.年]\d{1,2}.*")

Row = tuple[int, Sequence[str]]
"""Its number, from 1, and its cells."""


def header_row_of(rows: Sequence[Row], *, width: int | None = None) -> int:
    """Return the number of the row that names the columns; 1 unless all rows above another are titles.

    `rows` are the first of the source, all of the `width` that most of them have. A row of which most cells are empty
    is a title. One that is narrower or wider than the table is a title too, but only if the row below the titles
    shows that it names columns: a header that lacks a separator looks much the same.
    """
    wide = width or usual_width(rows)
    for place, (number, cells) in enumerate(rows[: TITLE_ROWS + 1]):
        if _is_title(cells, wide):
            continue
        if place == 0 or len(cells) != (wide or 1):
            return 1
        above = [each for _, each in rows[:place] if _filled(each)]
        is_plain = all(len(each) == wide and _is_mostly_empty(each) for each in above)
        return number if is_plain or _names_columns(cells, above, rows[place + 1 :]) else 1
    return 1


def _is_title(cells: Sequence[str], wide: int) -> bool:
    filled = _filled(cells)
    if not filled:
        return True
    if not wide:
        return False
    if len(cells) == wide:
        return _is_mostly_empty(cells) or (wide == 2 and len(filled) == 1 and not is_known(filled[0]))
    if len(filled) == 1:
        return not is_known(filled[0])
    # “填表日期：” is no name of a column.
    return not any(heading_of(each) for each in filled if "：" not in each and ":" not in each)


def _is_mostly_empty(cells: Sequence[str]) -> bool:
    return 2 * len(_filled(cells)) < len(cells)


def _names_columns(cells: Sequence[str], above: Sequence[Sequence[str]], below: Sequence[Row]) -> bool:
    """Whether a row looks like names and not like the first record."""
    if any(_is_value(each) for each in cells):
        return False
    if any(is_known(each) for each in cells):
        return True
    columns = [[each[place] for _, each in below if len(each) == len(cells)] for place in range(len(cells))]
    is_other = any(found and all(_is_value(each) for each in found) for found in map(_filled, columns))
    return is_other and all(len(_filled(each)) == 1 for each in above)


def _is_value(cell: str) -> bool:
    plain = "".join(unicodedata.normalize("NFKC", cell).split())
    return not _YEAR.fullmatch(plain) and bool(_NUMBER.fullmatch(plain) or _DATE.fullmatch(plain))


def _filled(cells: Sequence[str]) -> list[str]:
    return [each for each in cells if each.strip()]
