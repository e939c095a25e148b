"""Values of a DBF as text: bytes of records in, cells that are text out, and what is left to do after the scan."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from hexi.data.engines.sources.dbase_headers import Column, Header
from hexi.data.engines.sources.positions import SPACE, Bytes, as_cells, filled

INTEGER_BYTES, LARGE_BYTES, DOUBLE_BYTES = 11, 20, 32
"""Characters of the longest number of each binary kind."""
DAY_OF_1970 = 2_440_588
"""The Julian day from which the clock of computers counts."""
DAY_MS = 86_400_000
PADDING = " "


def width_of(column: Column) -> int:
    """Return how many bytes a value has as text."""
    if column.type == "I" or (column.is_memo and not column.is_text):
        return INTEGER_BYTES
    return {"B": DOUBLE_BYTES, "Y": LARGE_BYTES, "T": LARGE_BYTES}.get(column.type, column.width)


def cells_of(columns: Sequence[Column], records: Bytes, header: Header) -> list[Bytes]:
    """Return the cells of each column as text, for records of rows × bytes. NULL is blank."""
    flags = None if header.flags is None else records[:, header.flags.at : header.flags.at + header.flags.width]
    found = []
    for column in columns:
        cells = _cells(column, records[:, column.at : column.at + column.width].copy())
        if flags is not None and column.short_bit is not None:
            is_short = _bit(flags, column.short_bit)
            is_past = np.arange(column.width) >= cells[:, -1:]
            cells[is_past & is_short[:, None]] = SPACE
        if flags is not None and column.null_bit is not None:
            cells[_bit(flags, column.null_bit)] = SPACE
        found.append(cells)
    return found


def text_of(column: Column, name: str) -> pl.Expr:
    """Return a scanned cell as the text that is shown: ISO dates and times, exact numbers, true and false."""
    cell = pl.col(name)
    if column.type in "CV":
        return filled(cell.str.strip_chars_end(PADDING))
    text = filled(cell.str.strip_chars(PADDING))
    match column.type:
        case "D":
            iso = pl.concat_str(text.str.head(4), text.str.slice(4, 2), text.str.slice(6), separator="-")
            is_date = text.str.len_bytes() == 8
            return pl.when(text == "00000000").then(None).when(is_date).then(iso).otherwise(text)
        case "L":
            is_true, is_false = text.is_in(["T", "t", "Y", "y"]), text.is_in(["F", "f", "N", "n"])
            other = pl.when(text != "?").then(text)
            return pl.when(is_true).then(pl.lit("true")).when(is_false).then(pl.lit("false")).otherwise(other)
        case "B":
            return text.str.strip_suffix(".0")
        case "Y":
            digits = text.str.strip_prefix("-").str.zfill(5)
            sign = pl.when(text.str.starts_with("-")).then(pl.lit("-")).otherwise(pl.lit(""))
            return sign + digits.str.head(-4) + "." + digits.str.tail(4)
        case "T":
            return text.cast(pl.Int64).cast(pl.Datetime("ms")).dt.strftime("%Y-%m-%dT%H:%M:%S%.f")
        case _:
            return text


def _cells(column: Column, raw: Bytes) -> Bytes:
    if column.type == "I" or (column.is_memo and not column.is_text):
        return as_cells(raw.view("<i4")[:, 0].astype(f"S{INTEGER_BYTES}"))
    match column.type:
        case "B":
            return as_cells(raw.view("<f8")[:, 0].astype(f"S{DOUBLE_BYTES}"))
        case "Y":
            return as_cells(raw.view("<i8")[:, 0].astype(f"S{LARGE_BYTES}"))
        case "T":
            parts = raw.view("<i4").astype(np.int64)
            moments = as_cells(((parts[:, 0] - DAY_OF_1970) * DAY_MS + parts[:, 1]).astype(f"S{LARGE_BYTES}"))
            moments[parts[:, 0] == 0] = SPACE
            return moments
        case _:
            return raw


def _bit(flags: Bytes, bit: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return (flags[:, bit // 8] >> (bit % 8) & 1).astype(np.bool_)
