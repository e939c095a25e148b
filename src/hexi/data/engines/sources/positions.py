"""Cells that stand at fixed places of a record, written out as text that an engine scans."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hexi.data.engines.sources.columns import LINE

Bytes = NDArray[np.uint8]
CELL_END, ROW_END = 0x1F, 0x1E
"""Unit and record separator of ASCII: no byte of a character in any encoding that holds ASCII."""
SPACE = 0x20
LONGEST_CHARACTER_BYTES = 4
HALVES = "hexi.halves"


class BadCell(ValueError):
    """Bytes of one cell that are no text."""

    def __init__(self, row: int, place: int, byte: int) -> None:
        """`row` counts from 0 in the piece, `place` is that of the cell in its row."""
        super().__init__(row, place, byte)
        self.row, self.place, self.byte = row, place, byte


class Writer:
    """Writes rows of cells, each column of one width in bytes, as UTF-8 with separators that no cell holds."""

    def __init__(self, path: Path, widths: Sequence[int], encoding: str, *, keeps_halves: bool) -> None:
        """With `keeps_halves`, a character that the end of its cell cuts off is written as U+FFFD."""
        self.widths, self.encoding = tuple(widths), encoding
        self.halves = 0
        """Characters that were cut off."""
        self._errors = HALVES if keeps_halves else "strict"
        self._starts = np.cumsum([0, *(width + 1 for width in widths)])
        self._out = path.open("wb")

    def __enter__(self) -> Writer:
        """Give the writer, which closes its file at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._out.close()

    def write(self, cells: Sequence[Bytes]) -> None:
        """Write rows: one array of rows × width for each column. Raises `BadCell`."""
        rows = len(cells[0])
        page = np.full((rows, int(self._starts[-1])), CELL_END, dtype=np.uint8)
        for start, cell in zip(self._starts, cells, strict=False):
            page[:, start : start + cell.shape[1]] = cell
        page[:, -1] = ROW_END
        raw = page.tobytes()
        if raw.count(CELL_END) != rows * (len(cells) - 1) or raw.count(ROW_END) != rows:
            raise self._separated(cells)
        try:
            text = raw.decode(self.encoding, self._errors)
        except UnicodeDecodeError as error:
            row, at = divmod(error.start, page.shape[1])
            raise BadCell(row, int(np.searchsorted(self._starts, at, "right")) - 1, error.object[error.start]) from None
        self.halves += text.count("\ufffd")
        self._out.write(raw if self.encoding == "utf-8" and not self.halves else text.encode())

    def _separated(self, cells: Sequence[Bytes]) -> BadCell:
        """The first cell that holds one of the separators."""
        for place, cell in enumerate(cells):
            found = (cell == CELL_END) | (cell == ROW_END)
            if found.any():
                row = int(np.argmax(found.any(axis=1)))
                return BadCell(row, place, int(cell[row][found[row]][0]))
        raise AssertionError("no cell holds a separator")


def scanned(path: Path, names: Sequence[str], *, first: int = 1) -> pl.LazyFrame:
    """Return what a `Writer` wrote as a frame of text with `_line`, counted from `first`. Cells keep their padding."""
    return pl.scan_csv(
        path,
        separator=chr(CELL_END),
        eol_char=chr(ROW_END),
        quote_char=None,
        has_header=False,
        schema=dict.fromkeys(names, pl.String()),
        row_index_name=LINE,
        row_index_offset=first,
        raise_if_empty=False,
        glob=False,
    ).with_columns(pl.col(LINE).cast(pl.Int64))


def as_cells(texts: NDArray[np.bytes_]) -> Bytes:
    """Return texts of one width as bytes, rows × width."""
    return np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), -1)


def filled(text: pl.Expr) -> pl.Expr:
    """The text, NULL where it is empty."""
    return pl.when(text != "").then(text)


def _keep_half(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    for end in range(error.start + 1, error.start + LONGEST_CHARACTER_BYTES):
        if error.object[end : end + 1] in {bytes([CELL_END]), bytes([ROW_END])}:
            try:
                codecs.getincrementaldecoder(error.encoding)().decode(error.object[error.start : end])
            except UnicodeDecodeError:
                break
            return "\ufffd", end
    raise error


codecs.register_error(HALVES, _keep_half)
