"""Counts the records of a copy, whatever its format, without loading it."""

from __future__ import annotations

import mmap
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

from hexi.data.engines.counting import parquet_rows
from hexi.kernel.errors import Invalid

SHEET = "xl/worksheets/sheet1.xml"
CHUNK_BYTES = 1 << 20
STRING_OR_BRACKET = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)


class CopyUnreadable(Invalid):
    """A copy is not what its name says."""

    code = "copy.unreadable"


def csv_rows(file: Path) -> int:
    """Records below the header (RFC 4180: a line end inside quotes ends no record)."""
    records, is_quoted, is_open = 0, False, False
    with file.open("rb") as lines:
        for line in lines:
            # A doubled quote flips twice, so only the number of quotes counts.
            is_quoted ^= line.count(b'"') % 2 == 1
            is_open = is_quoted
            records += not is_quoted
    if is_open:
        raise CopyUnreadable("“{file}” is cut off: a quoted field does not end.", file=file.name)
    if not records:
        raise CopyUnreadable("“{file}” is empty; a header is expected.", file=file.name)
    return records - 1


def excel_rows(file: Path) -> int:
    """Rows of the first sheet below the header, empty ones at the end included if a filter spans them."""
    last = 0
    try:
        with zipfile.ZipFile(file) as book, book.open(SHEET) as sheet:
            # In a sheet's XML “<” in a text is “&lt;”, so these can only be the elements themselves.
            for match in _matches(rb'<row r="(\d+)"|<autoFilter ref="[A-Z]+\d+:[A-Z]+(\d+)"', sheet):
                last = max(last, int(match[1] or match[2]))
    except (zipfile.BadZipFile, KeyError, OSError, EOFError) as error:
        raise CopyUnreadable(
            "“{file}” is not a whole Excel workbook: {reason}.", file=file.name, reason=str(error).rstrip(".")
        ) from None
    if not last:
        raise CopyUnreadable("The first sheet of “{file}” is empty; a header is expected.", file=file.name)
    return last - 1


def geojson_rows(file: Path) -> int:
    """Features of the collection (RFC 7946)."""
    features, depth, key, is_inside = 0, 0, b"", False
    try:
        with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
            for match in re.finditer(STRING_OR_BRACKET, content):
                token = match[0]
                if token in b"[{":
                    depth += 1
                    is_inside = is_inside or (depth == 2 and token == b"[" and key == b'"features"')
                    features += is_inside and depth == 3 and token == b"{"
                elif token in b"]}":
                    depth -= 1
                    is_inside = is_inside and depth >= 2
                elif depth == 1:
                    key = token
    except ValueError:  # an empty file cannot be mapped
        depth = 1
    if depth:
        raise CopyUnreadable("“{file}” is not a whole GeoJSON file: it is cut off.", file=file.name)
    return features


COUNTERS: Mapping[str, Callable[[Path], int]] = {
    ".parquet": parquet_rows,
    ".csv": csv_rows,
    ".xlsx": excel_rows,
    ".geojson": geojson_rows,
}


def count_rows(file: Path, *, suffix: str) -> int | None:
    """Return how many records the copy holds, read as `suffix` says; `None` for a format without records.

    Raises `CopyUnreadable` or `ParquetDamaged`.
    """
    counter = COUNTERS.get(suffix.lower())
    return counter(file) if counter else None


def _matches(pattern: bytes, stream: IO[bytes]) -> Iterator[re.Match[bytes]]:
    """Matches in a stream; none is longer than the overlap of 100 bytes."""
    rest = b""
    while chunk := stream.read(CHUNK_BYTES):
        window = rest + chunk
        end = 0
        for match in re.finditer(pattern, window):
            yield match
            end = match.end()
        rest = window[max(end, len(window) - 100) :]
