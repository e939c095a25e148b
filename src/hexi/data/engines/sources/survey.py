"""What one pass over a delimited text's bytes shows: its lines, its separators, and signs of trouble.

The engine fills up rows that are too short in silence and does not say which line a row began in. Counting
bytes answers both for a file without quotation marks, at a tenth of the cost of reading it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hexi.data.engines.sources.records import LIMIT_CELL_BYTES, CellTooLarge, NulByte

BLOCK_BYTES = 1 << 20
LIMIT_LINE_BYTES = 64 * LIMIT_CELL_BYTES

Bytes = npt.NDArray[np.uint8]


@dataclass(slots=True)
class Survey:
    """Counts over all lines after the header."""

    lines: int = 0
    empty_lines: int = 0
    separator_lines: int = 0
    """Lines of nothing but separators, as spreadsheets leave behind."""
    separators: int = 0
    quotes: int = 0
    has_stray_quotes: bool = False
    """Whether a quotation mark stands where neither a cell begins or ends nor another one stands beside it."""
    longest_line_bytes: int = 0

    @property
    def blank_lines(self) -> int:
        """Lines without any text."""
        return self.empty_lines + self.separator_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What to look for."""

    separator: int
    quote: int | None
    line_end: int
    width: int
    """Cells in a row."""


def survey(path: Path, shape: Shape, *, start: int, first_line: int, file: Path) -> Survey:
    """Count from byte `start`, where line `first_line` begins; errors name `file`.

    Raises `NulByte`, and `CellTooLarge` for a line without end.
    """
    found = Survey()
    block = bytearray(BLOCK_BYTES)
    kept = 0
    with path.open("rb", buffering=0) as text:
        text.seek(start)
        while True:
            with memoryview(block) as room:
                got = text.readinto(room[kept:])
            filled = kept + (got or 0)
            if not got and not filled:
                return found
            cut = block.rfind(shape.line_end, 0, filled) + 1
            if not got and not cut:
                # The last line has no line end of its own.
                if filled == len(block):
                    block.append(0)
                block[filled] = shape.line_end
                filled, cut = filled + 1, filled + 1
            if cut:
                _count(found, block, cut, shape, file=file, first_line=first_line)
                kept = filled - cut
                block[:kept] = block[cut:filled]
            elif filled == len(block):
                kept = filled
                if kept > LIMIT_LINE_BYTES:
                    raise CellTooLarge(
                        "Line {line} of “{file}” has more than {limit} bytes: that is no row of a table.",
                        line=first_line + found.lines,
                        file=file,
                        limit=LIMIT_LINE_BYTES,
                    )
                block.extend(bytes(len(block)))
            else:
                kept = filled


def _count(found: Survey, block: bytearray, cut: int, shape: Shape, *, file: Path, first_line: int) -> None:
    """Add whole lines, `block[:cut]`, to what was found."""
    view: Bytes = np.frombuffer(block, dtype=np.uint8, count=cut)
    ends = np.flatnonzero(view == shape.line_end)
    nul = block.find(0, 0, cut)
    if nul >= 0:
        raise NulByte(
            "Line {line} of “{file}” holds a zero byte (0x00), which no text does: the file is damaged or no text. "
            "Export it again.",
            line=first_line + found.lines + int(np.searchsorted(ends, nul)),
            file=file,
        )
    starts = np.concatenate([[0], ends[:-1] + 1])
    # A carriage return before the line end is part of the line end.
    lengths = ends - starts
    lengths -= (lengths > 0) & (view[np.maximum(ends - 1, 0)] == 13)
    found.lines += len(ends)
    found.longest_line_bytes = max(found.longest_line_bytes, int(lengths.max()))
    found.separators += int(np.count_nonzero(view == shape.separator))
    found.empty_lines += int(np.count_nonzero(lengths == 0))
    if shape.width > 1:
        bare = starts[lengths == shape.width - 1]
        for place in range(shape.width - 1):
            bare = bare[view[bare + place] == shape.separator]
        found.separator_lines += len(bare)
    if shape.quote is not None and block.find(shape.quote, 0, cut) >= 0:
        _count_quotes(found, view, shape, shape.quote)


def _count_quotes(found: Survey, view: Bytes, shape: Shape, quote: int) -> None:
    places = np.flatnonzero(view == quote)
    found.quotes += len(places)
    if not found.has_stray_quotes:
        neighbours = np.array([shape.separator, shape.line_end, 13, quote], dtype=np.uint8)
        before = np.where(places > 0, view[places - 1], shape.line_end)
        after = view[np.minimum(places + 1, len(view) - 1)]
        beside = np.isin(before, neighbours) | np.isin(after, neighbours)
        found.has_stray_quotes = not bool(beside.all())
