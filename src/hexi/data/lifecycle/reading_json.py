"""Reads JSON that somebody else may have written: each value is taken by name and type, or refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from hexi.kernel.errors import HexiError
from hexi.kernel.names import Text
from hexi.kernel.time import from_stamp


def read_json(content: bytes, *, file: str, refuse: type[HexiError]) -> object:
    """Return JSON that every reader reads alike. Raises `refuse`, with the file and the line or byte."""
    try:
        return json.loads(content.decode(), object_pairs_hook=_each_once)
    except UnicodeDecodeError as error:
        raise refuse("“{file}” is no JSON: byte {byte} is not UTF-8.", file=file, byte=error.start) from None
    except json.JSONDecodeError as error:
        raise refuse(
            "“{file}” is cut off or damaged: from line {line}, column {column} on it is no JSON. Fetch it again.",
            file=file,
            line=error.lineno,
            column=error.colno,
        ) from None
    except _Twice as error:
        raise refuse("“{file}” is damaged: “{key}” stands twice in one object.", file=file, key=str(error)) from None
    except (RecursionError, ValueError):
        raise refuse(
            "“{file}” is damaged: it is nested too deep, or holds a number of thousands of digits.", file=file
        ) from None


class _Twice(Exception):
    """A key stands twice in one object, so two readers may read two things."""


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    file: str
    refuse: type[HexiError]


class Cursor:
    """One JSON object of a file, and where it stands in it.

    Every method raises `refuse` with the file, the field's path, what stands there and what would be right.
    """

    def __init__(self, found: Mapping[str, object], *, file: str, refuse: type[HexiError], path: str = "") -> None:
        self._found = found
        self._place = _Place(file=file, refuse=refuse)
        self._path = path

    def wrong(self, key: str, *, expected: str) -> HexiError:
        """The error to raise when the value of `key` is not what is `expected`."""
        found = repr(self._found[key]) if key in self._found else "nothing at all"
        return self._place.refuse(
            "“{file}”: at “{path}” stands {found}; expected is {expected}.",
            file=self._place.file,
            path=f"{self._path}{key}",
            found=found if len(found) <= 60 else f"{found[:57]}…",
            expected=expected,
        )

    def text(self, key: str) -> str:
        """The string at `key`."""
        found = self._found.get(key)
        if not isinstance(found, str):
            raise self.wrong(key, expected="a text")
        return found

    def text_or_none(self, key: str) -> str | None:
        """The string at `key`; `None` where it is null or absent."""
        return None if self._found.get(key) is None else self.text(key)

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of strings at `key`."""
        found = self._found.get(key)
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise self.wrong(key, expected="a list of texts")
        return tuple(found)

    def count(self, key: str) -> int:
        """The whole number at `key`, 0 or more."""
        found = self._found.get(key)
        if not isinstance(found, int) or isinstance(found, bool) or found < 0:
            raise self.wrong(key, expected="a whole number, 0 or more")
        return found

    def numbers(self, key: str) -> dict[str, float]:
        """The object of numbers at `key`."""
        found = self._found.get(key)
        if not isinstance(found, dict) or not all(isinstance(each, int | float) for each in found.values()):
            raise self.wrong(key, expected="an object of numbers")
        return {str(name): float(each) for name, each in found.items()}

    def counts(self, key: str) -> dict[str, int]:
        """The object of whole numbers, 0 or more, at `key`; empty where it is absent."""
        inside = self.inside(key) if key in self._found else Cursor({}, file="", refuse=self._place.refuse)
        return {name: inside.count(name) for name in inside._found}

    def moment(self, key: str) -> datetime:
        """The moment at `key`, in UTC."""
        try:
            return from_stamp(self.text(key))
        except ValueError:
            raise self.wrong(key, expected="a moment such as 2026-11-23T08:00:00.000Z") from None

    def moment_or_none(self, key: str) -> datetime | None:
        """The moment at `key`; `None` where it is null or absent."""
        return None if self._found.get(key) is None else self.moment(key)

    def inside(self, key: str) -> Cursor:
        """The object at `key`."""
        found = self._found.get(key)
        if not isinstance(found, dict):
            raise self.wrong(key, expected="an object")
        return Cursor(found, file=self._place.file, refuse=self._place.refuse, path=f"{self._path}{key}.")

    def each(self, key: str) -> Iterator[Cursor]:
        """The objects of the list at `key`, in order."""
        found = self._found.get(key)
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise self.wrong(key, expected="a list of objects")
        for number, each in enumerate(found):
            yield Cursor(
                each,
                file=self._place.file,
                refuse=self._place.refuse,
                path=f"{self._path}{key}[{number}].",
            )

    def as_text(self) -> Text:
        """The object itself as a text in the node's languages."""
        return Text(zh=self.text("zh"), en=self.text("en"))
