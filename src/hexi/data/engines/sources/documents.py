"""JSON: records found by a path, numbers kept as they are written.

A path walks maps and lists: `cities.{city}.counties.{county}` goes into `cities`, takes each key of
that map as the column `city`, and so on; `*` walks without taking the key. At its end stands a record:
an object is flattened with dotted names, a single value is the column `value`. Single values of the
objects on the way are columns too, named by their path without the captures (`cities.code`).
"""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hexi.data.contracts.model import Contract
from hexi.data.engines.sources import bytes_of, encodings
from hexi.data.engines.sources.records import (
    NoRecords,
    RawSource,
    SourceInvalid,
    SourceTruncated,
    WrongHeader,
    WrongPlace,
)
from hexi.data.engines.sources.rows import Row, as_source

LIMIT_BYTES = 512 << 20
"""A JSON document is read into memory; a larger one belongs into one object per line, CSV or Parquet."""
DEEPEST = 4
"""Names that may stand around a list of records, such as `data.list`."""


class Number(float):
    """A number that remembers how it is written: 1.10 is not 1.1 where money is meant."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> Number:
        """Read a number."""
        number = super().__new__(cls, text)
        number.text = text
        return number


def open_json(contract: Contract, path: Path, *, workspace: Path) -> RawSource:
    """Return the records of a JSON document, or of one JSON object per line, as a frame of text.

    `_line` is the line where there is one record a line, else the number of the record.
    """
    digest, utf8, encoding = text_of(contract, path, workspace)
    if contract.source.records is None and _is_one_a_line(utf8):
        records = _lines(utf8, path)
    else:
        records = records_of(load(utf8, path), contract.source.records, path)
    return as_source(contract, path, "json", records, digest, encoding)


def text_of(contract: Contract, path: Path, workspace: Path) -> tuple[bytes_of.Digest, Path, str]:
    """Return digest, UTF-8 form and encoding of a JSON text. Raises what `records` names."""
    bytes_of.require(path)
    bytes_of.refuse_other_formats(path, expected="JSON")
    digest = bytes_of.digest(path)
    return digest, *encodings.as_utf8(path, encoding=contract.source.encoding, workspace=workspace)


def load(utf8: Path, path: Path) -> Any:
    """Return a JSON document with its numbers as `Number` or whole. Raises `SourceInvalid`, `SourceTruncated`."""
    size = utf8.stat().st_size
    if size > LIMIT_BYTES:
        raise SourceInvalid(
            "“{file}” has {size} bytes; a JSON document may have {limit}. Turn it into one object per line, CSV or "
            "Parquet.",
            file=path,
            size=size,
            limit=LIMIT_BYTES,
        )
    return _parsed(utf8.read_text("utf-8-sig"), path)


def flattened(node: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str | None]]:
    """Yield (dotted name, text) of every value in an object; lists of single values are joined with “|”."""
    for key, value in node.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from flattened(value, f"{name}.")
        elif isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
            yield name, "|".join(as_text(each) or "" for each in value) or None
        else:
            yield name, as_text(value)


def row_of(record: Mapping[str, Any], path: Path, *, number: int, is_line: bool = False) -> Row:
    """Return an object as a row. Raises `WrongHeader` where two values get one name.

    `number` is the record's, or that of its line.
    """
    row: Row = {}
    for name, value in flattened(record):
        if name in row:
            raise WrongHeader(
                "Line {number} of “{file}” has the member “{name}” twice once its objects are flattened; rename one."
                if is_line
                else "Record {number} of “{file}” has the member “{name}” twice once its objects are flattened; rename "
                "one, or say under “records” in hexi.source where the records are.",
                number=number,
                file=path,
                name=name,
            )
        row[name] = value
    return row


def as_text(value: Any) -> str | None:
    """A single value as it is written in JSON, without quotation marks; what is not single as JSON."""
    if value is None or value == "":
        return None
    if isinstance(value, Number):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def _parsed(text: str, path: Path, *, line: int | None = None) -> Any:
    try:
        return json.loads(text, parse_float=Number, parse_constant=str, object_pairs_hook=_each_once)
    except _Twice as error:
        twice = (
            "An object in “{file}” has the member “{name}” twice, so it is not clear which is meant; rename or remove "
            "one."
            if line is None
            else "Line {line} of “{file}” has the member “{name}” twice, so it is not clear which is meant; rename or "
            "remove one."
        )
        raise WrongHeader(twice, file=path, name=str(error), line=line) from None
    except json.JSONDecodeError as error:
        if line is None and (error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")):
            raise SourceTruncated(
                "“{file}” breaks off in line {line}, column {column}. Export it again.",
                file=path,
                line=error.lineno,
                column=error.colno,
            ) from None
        raise _no_json(path, line or error.lineno, error.colno) from None
    except RecursionError:
        raise SourceInvalid(
            "“{file}” is nested deeper than any table. Export its rows as CSV, or as one object per line.", file=path
        ) from None
    except ValueError:
        raise SourceInvalid("“{file}” holds a number of thousands of digits, which is no value.", file=path) from None


def _no_json(path: Path, line: int, column: int) -> SourceInvalid:
    return SourceInvalid(
        "Line {line} of “{file}” is no JSON from column {column} on. Look there and before it for a comma, quotation "
        "mark or bracket that is missing or too many.",
        line=line,
        column=column,
        file=path,
    )


class _Twice(Exception):
    """A member stands twice in one object."""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return found


def _is_one_a_line(utf8: Path) -> bool:
    """Whether each line is an object of its own: told by the first line and the beginning of the next."""
    with utf8.open(encoding="utf-8-sig", errors="replace") as file:
        lines = (line.strip() for line in itertools.islice(file, 100))
        first, second = next((line for line in lines if line), ""), next((line for line in lines if line), "")
    is_object = first.startswith("{") and first.endswith("}")
    return is_object and (second.startswith("{") or (not second and utf8.suffix in {".ndjson", ".jsonl"}))


def _lines(utf8: Path, path: Path) -> Iterator[tuple[int, Row]]:
    with io.TextIOWrapper(utf8.open("rb"), encoding="utf-8-sig", newline="\n") as file:
        last: tuple[int, SourceInvalid] | None = None
        for number, line in enumerate(file, start=1):
            if last is not None:
                raise last[1]
            if not line.strip():
                continue
            try:
                record = _parsed(line, path, line=number)
            except WrongHeader:
                raise
            except SourceInvalid as error:
                last = (number, error)
                continue
            if not isinstance(record, dict):
                raise SourceInvalid("Line {line} of “{file}” is no JSON object.", line=number, file=path)
            yield number, row_of(record, path, number=number, is_line=True)
        if last is not None:
            # Only the last line is broken: that is a file that was cut.
            raise SourceTruncated(
                "“{file}” breaks off in line {line}, its last one. Export it again.", file=path, line=last[0]
            )


def records_of(document: Any, records: str | None, path: Path) -> Iterator[tuple[int, Row]]:
    """Yield the records of a document with their numbers, from 1. Raises what `records` names."""
    if records is None:
        if not isinstance(document, list):
            refusal = NoRecords(
                "“{file}” is not a list of records; say under “records” in hexi.source where they are. It has {keys}.",
                file=path,
                keys=keys_of(document),
            )
            lists = list(_tables(document, []))
            refusal.only = lists[0] if len(lists) == 1 else None
            raise refusal
        records = "*"
    for number, (taken, node) in enumerate(_walk(document, records.split("."), {}, [], path, records), start=1):
        own = row_of(node, path, number=number) if isinstance(node, dict) else {"value": as_text(node)}
        yield number, taken | own


def _tables(node: Any, names: list[str]) -> Iterator[str]:
    """The paths of the lists of records in a document, as `records` names them."""
    for key, each in node.items() if isinstance(node, dict) and len(names) < DEEPEST else ():
        if "." in key or key == "*" or key.startswith("{"):
            continue
        if _is_table(each):
            yield ".".join([*names, key])
        else:
            yield from _tables(each, [*names, key])


def _is_table(node: Any) -> bool:
    return isinstance(node, list) and bool(node) and all(isinstance(each, dict) for each in node)


def _walk(
    node: Any, steps: list[str], taken: Row, names: list[str], path: Path, records: str
) -> Iterator[tuple[Row, Any]]:
    """Yield each record with what was taken on the way to it."""
    if not steps:
        if isinstance(node, list) and names and records.rsplit(".", maxsplit=1)[-1] == names[-1]:
            raise WrongPlace(
                "“{records}” leads to a list in “{file}”, not to a record: for each of its items write “{records}.*”.",
                records=records,
                file=path,
            )
        yield taken, node
        return
    step, rest = steps[0], steps[1:]
    is_capture = step.startswith("{") and step.endswith("}")
    if not is_capture and step != "*":
        if not isinstance(node, dict) or step not in node:
            raise WrongPlace(
                "“{records}” does not lead to records in “{file}”: there is no “{step}” in “{where}”. There is {keys}.",
                records=records,
                file=path,
                step=step,
                where=".".join(["$", *names]),
                keys=keys_of(node),
            )
        yield from _walk(node[step], rest, _with_single_values(taken, node, names), [*names, step], path, records)
        return
    if isinstance(node, dict):
        members: Iterator[tuple[str, Any]] = iter(node.items())
    elif isinstance(node, list):
        members = ((str(place), each) for place, each in enumerate(node))
    else:
        raise WrongPlace(
            "“{records}” does not lead to records in “{file}”: “{where}” is a single value, not a map or list.",
            records=records,
            file=path,
            where=".".join(["$", *names]),
        )
    for number, (key, member) in enumerate(members, start=1):
        if number == 1:
            has_objects = isinstance(member, dict)
        elif not rest and isinstance(member, dict) is not has_objects:
            raise SourceInvalid(
                "Record {number} of “{file}” is no object, though the first one is. Make it one, or take it out."
                if has_objects
                else "Record {number} of “{file}” is an object, though the first one is none. Make all objects.",
                number=number,
                file=path,
            )
        yield from _walk(member, rest, {**taken, step[1:-1]: key} if is_capture else taken, names, path, records)


def _with_single_values(taken: Row, node: Mapping[str, Any], names: list[str]) -> Row:
    """The row with the single values of an object on the way, named by its path without the captures."""
    single = {
        ".".join([*names, key]): as_text(value) for key, value in node.items() if not isinstance(value, dict | list)
    }
    return {**taken, **single}


def keys_of(node: Any) -> str:
    """What a document has, in a few words."""
    if isinstance(node, dict):
        return ", ".join(f"“{key}”" for key in list(node)[:12]) or "{}"
    return f"[…] × {len(node)}" if isinstance(node, list) else json.dumps(node, ensure_ascii=False)[:40]
