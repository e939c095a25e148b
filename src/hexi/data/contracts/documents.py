"""A YAML document as plain values, in which every key and item knows its line.

Read as YAML 1.2's core schema has it: only `true` and `false` are booleans (`No` is a word), nothing is a
date, and digits with a leading zero stay text, since codes are written so. Anchors and aliases are
refused: nine lines of them can unfold to gigabytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from hexi.data.contracts.problems import ContractInvalid, Place, Problem, invalid
from hexi.kernel.errors import Missing, reason_of

LIMIT_BYTES = 1 << 20
MAX_DEPTH = 40

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)?(?:\.[0-9]+|(?:\.[0-9]*)?[eE][-+]?[0-9]+)")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class ContractMissing(Missing):
    """No contract file of that name."""

    code = "contract.missing"


@dataclass(frozen=True, slots=True)
class Document:
    """Plain values (mappings, lists, text, numbers, booleans, None) and the line of each place."""

    value: dict[str, Any]
    lines: dict[Place, int]
    problems: tuple[Problem, ...]
    """What could be read all the same, such as a key that stands twice."""


def file_text(path: Path) -> str:
    """Return a file's text exactly as it stands, line ends and all. Raises `ContractMissing`, `ContractInvalid`."""
    try:
        with path.open("rb") as file:
            raw = file.read(LIMIT_BYTES + 1)
    except FileNotFoundError:
        raise ContractMissing("There is no file “{file}”; check the name and the folder.", file=str(path)) from None
    except OSError as error:
        raise invalid(str(path), [_problem("The file cannot be read: {reason}.", reason=reason_of(error))]) from None
    if len(raw) > LIMIT_BYTES:
        raise invalid(
            str(path),
            [
                _problem(
                    "The file is larger than {limit} bytes, as no contract is; is it the data instead of its contract?",
                    limit=LIMIT_BYTES,
                )
            ],
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise invalid(
            str(path),
            [
                _problem(
                    "The file is not UTF-8 (byte {byte}); save it as UTF-8.", line, byte=f"0x{raw[error.start]:02X}"
                )
            ],
        ) from None


def read_document(text: str, *, file: str) -> Document:
    """Return the document in `text`, a mapping. Raises `ContractInvalid`."""
    if not text.strip("\ufeff \t\r\n"):
        raise invalid(file, [_problem("The file is empty.")])
    if len(text) > LIMIT_BYTES:
        raise invalid(file, [_problem("The text is longer than {limit} characters.", limit=LIMIT_BYTES)])
    try:
        builder = _Builder(file, yaml.parse(text.removeprefix("\ufeff"), Loader=_LOADER))
        value = builder.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise invalid(file, [_no_yaml(text, line)]) from None
    except yaml.reader.ReaderError as error:
        raise invalid(file, [_unprintable(text, error)]) from None
    if not isinstance(value, dict):
        what = "a list" if isinstance(value, list) else "a single value"
        raise invalid(
            file,
            [
                _problem(
                    "The file holds {what}; a contract is a mapping that begins with “apiVersion: v3.1.0”.",
                    1,
                    what=what,
                )
            ],
        )
    return Document(value, builder.lines, tuple(builder.problems))


def _no_yaml(text: str, line: int | None) -> Problem:
    if line is not None and "\t" in (text.split("\n")[line - 1 : line] or [""])[0]:
        return _problem("This is not YAML: a tab stands here; indent with spaces.", line)
    return _problem("This is not YAML; check indentation, quotes and brackets here and on the line before.", line)


def _unprintable(text: str, error: yaml.reader.ReaderError) -> Problem:
    position = error.position if isinstance(error.position, int) else 0
    return _problem(
        "Character {character} cannot stand in YAML; remove it.",
        text[:position].count("\n") + 1,
        character=f"U+{error.character:04X}" if isinstance(error.character, int) else repr(error.character),
    )


def _problem(template: str, line: int | None = None, /, **facts: object) -> Problem:
    return Problem(template=template, facts=facts, line=line)


@dataclass
class _Builder:
    """Builds values from the parser's events, without recursion on what a stranger wrote."""

    file: str
    events: Iterator[Any]
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def document(self) -> Any:
        found: list[Any] = []
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if found:
                    raise self._stop("A second document begins here (“---”); a file holds one contract.", event)
                found.append(self._value(next(self.events), ()))
        return found[0] if found else None

    def _value(self, event: Any, place: Place) -> Any:
        self.lines.setdefault(place, self._line(event))
        if isinstance(event, yaml.AliasEvent):
            raise self._stop(
                "Aliases (“*{name}”) are not used in contracts; write the value out.", event, name=event.anchor
            )
        if event.anchor is not None:
            raise self._stop("Anchors (“&{name}”) are not used in contracts; remove it.", event, name=event.anchor)
        if len(place) > MAX_DEPTH:
            raise self._stop("The document is nested more than {limit} deep.", event, limit=MAX_DEPTH)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(place)
        return self._mapping(place)

    def _sequence(self, place: Place) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*place, len(items))))
        return items

    def _mapping(self, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._stop("A key must be a word, not a list or a mapping.", event)
            key, line = str(event.value), self._line(event)
            if key in found:
                self.problems.append(
                    Problem(
                        template="“{key}” stands here twice (first on line {first}); keep one.",
                        facts={"key": key, "first": self.lines[*place, key]},
                        line=line,
                        path=".".join(str(step) for step in (*place, key)),
                    )
                )
            self.lines[*place, key] = line
            found[key] = self._value(next(self.events), (*place, key))
        return found

    def _scalar(self, event: Any) -> Any:
        text = str(event.value)
        if "\0" in text:
            raise self._stop("Character {character} cannot stand in YAML; remove it.", event, character="U+0000")
        if event.tag is not None and event.tag not in {"!", "tag:yaml.org,2002:str"}:
            raise self._stop("The tag “{tag}” is not used in contracts; remove it.", event, tag=event.tag)
        if not event.implicit[0] or event.tag is not None:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        if _INTEGER.fullmatch(text) and len(text) < 40:
            return int(text)
        if _FLOAT.fullmatch(text) and len(text) < 40:
            return _number(text)
        return text

    @staticmethod
    def _line(event: Any) -> int:
        return int(event.start_mark.line) + 1

    def _stop(self, template: str, event: Any, **facts: object) -> ContractInvalid:
        return invalid(self.file, [Problem(template=template, facts=facts, line=self._line(event))])


def _number(text: str) -> float | Decimal:
    """A float where it is the number that is written, else the exact decimal."""
    value, exact = float(text), Decimal(text)
    return value if Decimal(repr(value)) == exact else exact
