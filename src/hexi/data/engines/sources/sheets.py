"""The XML of a sheet inside an .xlsx workbook, read in pieces."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

OVERLAP_BYTES = 1 << 16
"""More than any cell with a formula."""
FILLED_CELL = re.compile(rb'<c\s[^>]*\br="([A-Z]+)(\d+)"[^>]*(?<!/)>')


def pieces(path: Path, sheet: str) -> Iterator[bytes]:
    """Yield the XML of an .xlsx sheet in pieces that overlap, so that each cell is whole in one of them."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as book:
        part = _part_of(book, sheet)
        if part is None or part not in book.namelist():
            return
        with book.open(part) as file:
            end = b""
            while piece := file.read(1 << 20):
                yield end + piece
                end = (end + piece)[-OVERLAP_BYTES:]


def number_of(letters: bytes) -> int:
    """The number of a column from its letters: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _part_of(book: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the name of the file inside the workbook that holds the sheet."""
    try:
        workbook = book.read("xl/workbook.xml").decode()
        relations = book.read("xl/_rels/workbook.xml.rels").decode()
    except KeyError:
        return None
    for tag in re.findall(r"<(?:\w+:)?sheet\s[^>]*>", workbook):
        attributes = dict(re.findall(r'([\w:]+)="([^"]*)"', tag))
        if unescape(attributes.get("name", "")) != sheet:
            continue
        for relation in re.findall(r"<Relationship\s[^>]*>", relations):
            target = dict(re.findall(r'([\w:]+)="([^"]*)"', relation))
            if target.get("Id") == attributes.get("r:id"):
                place = target.get("Target", "")
                return place.lstrip("/") if place.startswith("/") else f"xl/{place}"
    return None
