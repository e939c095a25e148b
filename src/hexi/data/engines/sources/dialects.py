"""How a delimited text is written: its delimiter, quotation mark and line end, and where its rows begin."""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hexi.data.contracts.model import Contract
from hexi.data.engines.sources import encodings
from hexi.data.engines.sources.columns import TITLE_LINES, is_header
from hexi.data.engines.sources.records import (
    CellTooLarge,
    NulByte,
    RaggedRow,
    SourceEmpty,
    SourceInvalid,
    SourceTruncated,
    WrongHeader,
)
from hexi.data.engines.sources.survey import LIMIT_LINE_BYTES

DELIMITERS = ",\t;|，"
HEAD_BYTES = 1 << 20
SAMPLE_LINES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one file is written."""

    delimiter: str
    quote: str
    """Empty where nothing is quoted."""
    line_end: str
    """Line feed (carriage returns before it belong to it), or the carriage return of old systems."""
    header: tuple[str, ...]
    first_line: int
    """Line on which the first row begins."""
    data_at: int
    """Byte at which it does."""
    header_below: int | None = None
    """Line in which all wanted columns stand, where `header` lacks some: a title is above them."""

    def plain(self) -> Dialect:
        """How a copy that the engine can read is written."""
        return dataclasses.replace(
            self,
            delimiter="," if len(self.delimiter.encode()) > 1 else self.delimiter,
            quote='"',
            line_end="\n",
            data_at=self.first_line - 1,
        )


def find_dialect(contract: Contract, utf8: Path, *, file: Path) -> Dialect:
    """Return how a UTF-8 text is written. What the contract says wins; the rest is found out.

    Raises `WrongHeader` where there is no such header row, `SourceInvalid` for an impossible dialect.
    """
    said = contract.source
    for what, mark in (("delimiter", said.delimiter), ("quote", said.quote)):
        if mark is not None and len(mark) != 1 and (mark or what == "delimiter"):
            raise SourceInvalid(
                "“{mark}” cannot be the {what} of “{file}”: it must be one character.", mark=mark, what=what, file=file
            )
    with utf8.open("rb") as source:
        head = source.read(HEAD_BYTES)
    line_end = "\r" if b"\r" in head and b"\n" not in head else "\n"
    quote = '"' if said.quote is None else said.quote
    offset = _after_lines(head, line_end, said.header_row - 1)
    text = head[offset:].removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace") if offset >= 0 else ""
    if not head.removeprefix(b"\xef\xbb\xbf").strip():
        raise SourceEmpty("“{file}” holds nothing but blank lines. Export it again.", file=file)
    if not text.strip():
        raise WrongHeader(
            "“{file}” has no line {line}, where the column names should stand; see header_row in hexi.source.",
            file=file,
            line=said.header_row,
        )
    wanted = {field.source for field in contract.fields}
    delimiter = said.delimiter or sniff(text, wanted, quote=quote, line_end=line_end)
    reader = _reader(io.StringIO(text, newline=line_end), delimiter, quote)
    try:
        header = next(reader)
    except csv.Error:
        raise WrongHeader(
            "Line {line} of “{file}” cannot be read as column names: look for a quotation mark that is missing or too "
            "many.",
            line=said.header_row,
            file=file,
        ) from None
    if any("\0" in name for name in header):
        raise NulByte(
            "Line {line} of “{file}” holds a zero byte (0x00), which no text does: the file is damaged or no text. "
            "Export it again.",
            line=said.header_row,
            file=file,
        )
    first_line = said.header_row + reader.line_num
    at = _after_lines(head, line_end, first_line - 1)
    return Dialect(
        delimiter=delimiter,
        quote=quote,
        line_end=line_end,
        header=tuple(header),
        first_line=first_line,
        data_at=at if at >= 0 else len(head),
        header_below=None
        if is_header(header, contract)
        else _header_below(text, contract, quote=quote, line_end=line_end, delimiters=said.delimiter or DELIMITERS),
    )


def _header_below(text: str, contract: Contract, *, quote: str, line_end: str, delimiters: str) -> int | None:
    for delimiter in delimiters:
        # Titles may be of any form, so each line is read by itself.
        for above, line in enumerate(io.StringIO(text, newline=line_end)):
            if above > TITLE_LINES:
                break
            try:
                if is_header(next(_reader([line], delimiter, quote), []), contract):
                    return contract.source.header_row + above
            except csv.Error:
                continue
    return None


def sniff(text: str, wanted: set[str], *, quote: str = '"', line_end: str = "\n") -> str:
    """Return the delimiter whose header has most of the wanted columns; of equals the one whose rows agree most."""
    best, best_score = ",", (0, 0, 0)
    for delimiter in DELIMITERS:
        rows: list[Sequence[str]] = []
        reader = _reader(io.StringIO(text, newline=line_end), delimiter, quote)
        try:
            for row in reader:
                rows.append(row)
                if len(rows) > SAMPLE_LINES:
                    break
        except csv.Error:
            pass
        if not rows or len(rows[0]) < 2:
            continue
        widths = [len(row) for row in rows[1:-1] if row]
        agreeing = sum(width == len(rows[0]) for width in widths) * 100 // max(1, len(widths))
        score = (len(wanted & {name.strip() for name in rows[0]}), agreeing, len(rows[0]))
        if score > best_score:
            best, best_score = delimiter, score
    return best


def first_rows(path: Path) -> tuple[tuple[int, list[str]], ...]:
    """Return (line, cells) of the first rows of a delimited text in any encoding, blank ones with no cells.

    They are told apart by the delimiter with which most are equally wide, since a title says nothing of it. A line
    that is no row at all is one cell. May be empty.
    """
    text = encodings.beginning(path, HEAD_BYTES)
    line_end = "\r" if "\r" in text and "\n" not in text else "\n"
    lines = list(itertools.islice(io.StringIO(text, newline=line_end), SAMPLE_LINES))
    best, most = _rows_alone(lines, DELIMITERS[0]), (0, 0)
    for delimiter in DELIMITERS:
        rows = _rows_alone(lines, delimiter)
        agreeing = max(((count, width) for width, count in _widths(rows).items()), default=(0, 0))
        if agreeing > most:
            best, most = rows, agreeing
    return tuple(best)


def usual_width(rows: Iterable[tuple[int, Sequence[str]]]) -> int:
    """Return how many cells most rows have that have several; 0 where none has."""
    return max(((count, width) for width, count in _widths(rows).items()), default=(0, 0))[1]


def _widths(rows: Iterable[tuple[int, Sequence[str]]]) -> Counter[int]:
    return Counter(len(cells) for _, cells in rows if len(cells) > 1)


def _rows_alone(lines: Sequence[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """Each row read by itself, so that a quotation mark astray in a title spoils no other."""
    rows: list[tuple[int, list[str]]] = []
    at = 0
    while at < len(lines):
        reader = _reader(lines[at:], delimiter, '"')
        try:
            rows.append((at + 1, next(reader, [])))
            at += max(1, reader.line_num)
        except csv.Error:
            rows.append((at + 1, [lines[at].rstrip("\r\n")]))
            at += 1
    return rows


def rows_of(utf8: Path, dialect: Dialect, *, file: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) of every row, blank lines left out, read by the standard library: slow and exact.

    Raises `SourceTruncated` or `RaggedRow` for quotation marks that do not pair.
    """
    # A missing quotation mark makes one cell of all that follows.
    csv.field_size_limit(LIMIT_LINE_BYTES)
    with utf8.open("rb") as raw:
        raw.seek(dialect.data_at)
        lines = io.TextIOWrapper(raw, encoding="utf-8", newline=dialect.line_end)
        reader = _reader(lines, dialect.delimiter, dialect.quote)
        line = dialect.first_line
        try:
            for cells in reader:
                if cells:
                    yield line, cells
                line = dialect.first_line + reader.line_num
        except UnicodeDecodeError:
            raise (
                encodings.wrong_encoding(utf8, "utf-8") or SourceInvalid("“{file}” is no UTF-8.", file=file)
            ) from None
        except csv.Error as error:
            if "field limit" in str(error):
                raise CellTooLarge(
                    "The row that begins in line {line} of “{file}” has a cell of more than {limit} bytes: a quotation "
                    "mark is missing in it, or too many.",
                    line=line,
                    file=file,
                    limit=LIMIT_LINE_BYTES,
                ) from None
            if "unexpected end of data" in str(error):
                raise SourceTruncated(
                    "“{file}” breaks off inside a quoted cell that begins in line {line}: the file was cut, or a "
                    "quotation mark is missing there. Export it again.",
                    file=file,
                    line=line,
                ) from None
            if "new-line character" in str(error):
                raise RaggedRow(
                    "The row that begins in line {line} of “{file}” holds a carriage return outside quotation marks: "
                    "the line ends are mixed, or one is missing. Export it again.",
                    line=line,
                    file=file,
                ) from None
            raise RaggedRow(
                "The row that begins in line {line} of “{file}” cannot be told apart into cells: text follows a "
                "quotation mark that closes. One inside a quoted cell is written twice.",
                line=line,
                file=file,
            ) from None


def _reader(lines: Iterable[str], delimiter: str, quote: str) -> Any:
    return csv.reader(
        lines,
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        strict=True,
    )


def _after_lines(head: bytes, line_end: str, lines: int) -> int:
    """Return the place after so many lines, -1 where there are fewer."""
    at = 0
    for _ in range(lines):
        at = head.find(line_end.encode(), at) + 1
        if not at:
            return -1
    return at
