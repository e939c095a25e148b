"""XML: the records found by a path, read in a stream, without whatever a document type could declare.

An element's attributes are columns `@name`, its children columns by dotted names; what stands there several
times is joined with “|”. Names are kept as they are written, with the prefix of their namespace.
"""

from __future__ import annotations

import codecs
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.parsers import expat

from hexi.data.contracts.model import Contract
from hexi.data.engines.sources import bytes_of, encodings
from hexi.data.engines.sources.records import (
    Bomb,
    NoRecords,
    RawSource,
    SourceInvalid,
    SourceTruncated,
    WrongFormat,
    WrongPlace,
)
from hexi.data.engines.sources.rows import Row, as_source

PIECE_BYTES = 1 << 20
OUTLINE_BYTES = 8 << 20
"""So much of a document is looked at to find its records."""
DEEPEST = 100
SHOWN = 8
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
DECLARED = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)")
ELEMENT = re.compile(
    rb"(?!<html|<head|<meta|<table|<body|<div)<[A-Za-z_\x80-\xff][\w.:\x80-\xff-]*(?:\s[^<>]*)?/?>\s*(?:<|\Z)", re.I
)
SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
OWN_TEXT = "value"
"""The column of text that stands in a record itself."""


def open_xml(contract: Contract, path: Path, *, workspace: Path) -> RawSource:
    """Return the elements to which `records` leads as rows; `_line` is the number of the record.

    Without `records` they are the elements that repeat, if only one kind does. Raises what `records` names.
    """
    bytes_of.require(path)
    with path.open("rb") as file:
        head = file.read(1024)
    declared = DECLARED.match(head)
    said = contract.source.encoding or (declared[1].decode("ascii") if declared else None)
    digest = bytes_of.digest(path)
    utf8, encoding = encodings.as_utf8(path, encoding=said, workspace=workspace)
    records = contract.source.records or _found(utf8, path)
    rows = _Records(utf8, path, records).rows()
    return replace(as_source(contract, path, "xml", rows, digest, encoding, workspace=workspace), records=records)


def is_xml(head: bytes) -> bool:
    """Whether a text that begins so is XML and no web page."""
    if head.startswith(UTF16):
        head = head.decode("utf-16", errors="ignore").encode()
    return bytes_of.kind_of_head(head) == "XML" or bool(ELEMENT.match(head.lstrip(b"\xef\xbb\xbf \t\r\n")))


class _Walk(ABC):
    """A walk through a document, which knows where it is. Refuses document types, and tells where XML is broken."""

    def __init__(self, utf8: Path, path: Path) -> None:
        self.utf8, self.path = utf8, path
        # What the document declares no longer holds for its UTF-8 form.
        self.parser = parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = self._refuse_type
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        self.depth = 0

    @abstractmethod
    def start(self, name: str, attributes: list[str]) -> None:
        """Go into an element."""

    @abstractmethod
    def end(self, name: str) -> None:
        """Come out of an element."""

    def walk(self) -> Iterator[int]:
        """Go through the document, and yield after each piece how many bytes were read."""
        read = 0
        with self.utf8.open("rb") as file:
            while True:
                piece = file.read(PIECE_BYTES)
                read += len(piece)
                try:
                    self.parser.Parse(piece, not piece)
                except expat.ExpatError as error:
                    raise self._broken(error, is_end=not piece) from None
                yield read
                if not piece:
                    return

    def require_sound(self, name: str, attributes: list[str]) -> None:
        """Raise for a root that says another format, and for what is nested deeper than any table."""
        self.depth += 1
        if self.depth == 1 and SPREADSHEET in attributes:
            raise WrongFormat(
                "“{file}” is a workbook of Excel 2003 in XML. Open it, and save it as .xlsx.", file=self.path
            )
        if self.depth == 1 and name.lower() == "html":
            raise WrongFormat(
                "“{file}” is a web page. Open it, and save the table as Excel (.xlsx) or CSV.", file=self.path
            )
        if self.depth > DEEPEST:
            raise SourceInvalid(
                "“{file}” is nested deeper than any table, in line {line}. Export its rows as CSV.",
                file=self.path,
                line=self.parser.CurrentLineNumber,
            )

    def _refuse_type(self, *_: object) -> None:
        raise Bomb(
            "Line {line} of “{file}” declares a document type (DOCTYPE), through which XML can name other files and "
            "unfold without end. Take that line out, or export the file without it.",
            file=self.path,
            line=self.parser.CurrentLineNumber,
        )

    def _broken(self, error: expat.ExpatError, *, is_end: bool) -> SourceInvalid:
        facts = {"file": self.path, "line": error.lineno, "column": error.offset + 1}
        if is_end:
            return SourceTruncated("“{file}” breaks off in line {line}, column {column}. Export it again.", **facts)
        return SourceInvalid(
            "Line {line} of “{file}” is no XML from column {column} on. Look there and before it for an "
            "element that is not closed, a quotation mark that is missing, or a “&” or “<” in a text.",
            **facts,
        )


class _Records(_Walk):
    """The records of a document."""

    def __init__(self, utf8: Path, path: Path, records: str) -> None:
        super().__init__(utf8, path)
        self.records, self.steps = records, records.split(".")
        self.parser.CharacterDataHandler = self.text
        self._names: list[str] = []
        self._around: list[Row] = [{}]
        self._matched = 0
        self._row: Row | None = None
        self._ready: list[Row] = []
        self._above: list[tuple[str, list[str]]] = []
        self._prefix, self._texts, self._is_leaf = "", [""], False
        self._seen: Counter[str] = Counter()

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Yield each record with its number. Raises `WrongPlace` where the path leads to none."""
        number = 0
        for _ in self.walk():
            ready, self._ready = self._ready, []
            for row in ready:
                number += 1
                yield number, row
        if not number:
            raise WrongPlace(
                "“{records}” does not lead to records in “{file}”. It has {elements}.",
                records=self.records,
                file=self.path,
                elements=", ".join(f"“{name}”" for name in list(self._seen)[:SHOWN]),
            )

    def start(self, name: str, attributes: list[str]) -> None:
        """Go into an element: one on the way, a record, or a part of one."""
        self.require_sound(name, attributes)
        row = self._row
        if row is None:
            self._on_the_way(name, attributes)
            return
        self._above.append((self._prefix, self._texts))
        self._prefix = f"{self._prefix}.{name}" if self._prefix else name
        self._texts, self._is_leaf = [], True
        if attributes:
            self._take(row, f"{self._prefix}.", attributes)

    def end(self, name: str) -> None:
        """Come out of an element, whose text is known now."""
        self.depth -= 1
        row = self._row
        if row is None:
            self._matched = min(self._matched, self.depth)
            self._names.pop()
            self._around.pop()
            return
        text = "".join(self._texts).strip()
        if self._above:
            if text or self._is_leaf:
                _add(row, self._prefix, text or None)
            self._prefix, self._texts = self._above.pop()
            self._is_leaf = False
            return
        if text:
            _add(row, OWN_TEXT, text)
        self._ready.append(row)
        self._row = None
        self._matched = self.depth
        self._names.pop()
        self._around.pop()

    def text(self, text: str) -> None:
        """Take a piece of text."""
        if self._row is not None:
            self._texts.append(text)

    def _on_the_way(self, name: str, attributes: list[str]) -> None:
        self._names.append(name)
        is_step = self._matched == self.depth - 1 and self.depth <= len(self.steps)
        if is_step and self.steps[self.depth - 1] in {"*", name}:
            self._matched = self.depth
        if len(self._seen) < SHOWN:
            self._seen[".".join(self._names)] += 1
        around = dict(self._around[-1])
        self._around.append(around)
        if self._matched == self.depth == len(self.steps):
            self._row, self._prefix, self._texts = around, "", []
            self._take(around, "", attributes)
        elif attributes:
            self._take(around, ".".join(self._names) + ".", attributes)

    def _take(self, row: Row, prefix: str, attributes: list[str]) -> None:
        for name, value in zip(attributes[::2], attributes[1::2], strict=True):
            if not name.startswith("xmlns"):
                _add(row, f"{prefix}@{name}", value.strip() or None)


class _Outline(_Walk):
    """Which elements of a document repeat."""

    def __init__(self, utf8: Path, path: Path) -> None:
        super().__init__(utf8, path)
        self.repeated: dict[str, None] = {}
        self.children: Counter[str] = Counter()
        self._names: list[str] = []
        self._counts: list[Counter[str]] = [Counter()]

    def start(self, name: str, attributes: list[str]) -> None:
        """Count an element among its siblings."""
        self.require_sound(name, attributes)
        self._names.append(name)
        counts = self._counts[-1]
        counts[name] += 1
        if self.depth == 2:
            self.children[".".join(self._names)] += 1
        if counts[name] == 2:
            self.repeated[".".join(self._names)] = None
        self._counts.append(Counter())

    def end(self, name: str) -> None:
        """Forget the children of an element."""
        self.depth -= 1
        self._names.pop()
        self._counts.pop()


def _found(utf8: Path, path: Path) -> str:
    """Return the path of the elements that repeat. Raises `NoRecords` unless just one kind does."""
    outline = _Outline(utf8, path)
    for read in outline.walk():
        if read >= OUTLINE_BYTES:
            break
    paths = [each for each in outline.repeated if not any(each.startswith(f"{other}.") for other in outline.repeated)]
    paths = paths or (list(outline.children) if len(outline.children) == 1 else [])
    if len(paths) == 1:
        return paths[0]
    if not paths:
        raise NoRecords(
            "“{file}” has no element that repeats; say under “records” in hexi.source which ones are the records.",
            file=path,
        )
    raise NoRecords(
        "“{file}” has several kinds of elements that repeat: {elements}. Say under “records” in hexi.source which ones "
        "are the records.",
        file=path,
        elements=", ".join(f"“{each}”" for each in paths[:SHOWN]),
    )


def _add(row: Row, name: str, value: str | None) -> None:
    """Put a value under a name, behind those that stand there."""
    before = row.get(name)
    row[name] = value if before is None else before if value is None else f"{before}|{value}"
