"""JSON and GeoJSON: records found by a path, numbers kept as they are written.

A path walks maps and lists: `cities.{city}.counties.{county}` goes into `cities`, takes each key of
that map as the column `city`, and so on; `*` walks without taking the key. At its end stands a record:
an object is flattened with dotted names, a single value is the column `value`. Single values of the
objects on the way are columns too, named by their path without the captures (`cities.code`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from hexi.data.contracts.model import Contract
from hexi.data.engines.sources import bytes_of
from hexi.data.engines.sources.delimited import LINE, check_columns
from hexi.data.engines.sources.records import (
    LIMIT_CELL_BYTES,
    CellTooLarge,
    RawSource,
    SourceInvalid,
    SourceTruncated,
    WrongHeader,
)

LIMIT_BYTES = 512 << 20
"""JSON is read into memory; a larger file belongs into NDJSON, CSV or Parquet."""
Row = dict[str, str | None]


def open_json(contract: Contract, path: Path, *, workspace: Path) -> RawSource:
    """Return the records of a JSON document, or of one JSON object per line, as a frame of text."""
    digest, text, encoding = _text(path, contract, workspace)
    rows = list(_limited(_records(text, contract.source.records, path), path))
    return _source(contract, path, "json", rows, digest, encoding)


def open_geojson(contract: Contract, path: Path, *, workspace: Path) -> RawSource:
    """Return the features of a FeatureCollection: properties as columns, `geometry` as GeoJSON text."""
    digest, text, encoding = _text(path, contract, workspace)
    document = _load(text, path)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise WrongHeader("“{file}” is JSON but no GeoJSON FeatureCollection: it has no list “features”.", file=path)
    _check_crs(document, contract, path)
    rows = []
    for number, feature in enumerate(features, start=1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise SourceInvalid("Feature {number} of “{file}” is no GeoJSON Feature.", number=number, file=path)
        row = dict(_flattened(feature.get("properties") or {}))
        geometry = feature.get("geometry")
        row["geometry"] = None if geometry is None else json.dumps(geometry, default=str, separators=(",", ":"))
        if "id" in feature and "id" not in row:
            row["id"] = _as_text(feature["id"])
        rows.append(row)
    return _source(contract, path, "geojson", rows, digest, encoding)


def _text(path: Path, contract: Contract, workspace: Path) -> tuple[bytes_of.Digest, str, str]:
    digest = bytes_of.digest(path)
    if digest.size_bytes > LIMIT_BYTES:
        raise SourceInvalid(
            "“{file}” has {size} bytes; a JSON document may have {limit}. Turn it into one object per line, CSV or Parquet.",
            file=path,
            size=digest.size_bytes,
            limit=LIMIT_BYTES,
        )
    bytes_of.refuse_other_formats(path, expected="JSON")
    utf8, encoding = bytes_of.as_utf8(path, encoding=contract.source.encoding, workspace=workspace)
    return digest, utf8.read_text("utf-8"), encoding


class _Number(str):
    """A number as it is written in the document."""

    __slots__ = ()


def _load(text: str, path: Path) -> Any:
    try:
        return json.loads(text, parse_float=_Number, parse_int=_Number, parse_constant=_Number)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) - 1:
            raise SourceTruncated(
                "“{file}” breaks off in line {line}, column {column}: {reason}. Export it again.",
                file=path,
                line=error.lineno,
                column=error.colno,
                reason=error.msg,
            ) from None
        raise SourceInvalid(
            "Line {line}, column {column} of “{file}” is no JSON: {reason}.",
            line=error.lineno,
            column=error.colno,
            file=path,
            reason=error.msg,
        ) from None
    except RecursionError:
        raise SourceInvalid("“{file}” is nested deeper than any table.", file=path) from None


def _records(text: str, records: str | None, path: Path) -> Iterator[Row]:
    if records is None and _is_lines(text):
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip():
                try:
                    yield dict(_flattened(json.loads(line, parse_float=_Number, parse_int=_Number)))
                except json.JSONDecodeError as error:
                    raise SourceInvalid(
                        "Line {line}, column {column} of “{file}” is no JSON: {reason}.",
                        line=number,
                        column=error.colno,
                        file=path,
                        reason=error.msg,
                    ) from None
        return
    document = _load(text, path)
    if records is None:
        if not isinstance(document, list):
            raise WrongHeader(
                "“{file}” is not a list of records; say in hexi.source under “records” where they stand. It has {keys}.",
                file=path,
                keys=_keys(document),
            )
        records = "*"
    yield from _walk(document, records.split("."), {}, [], path, records)


def _walk(node: Any, steps: list[str], taken: Row, names: list[str], path: Path, records: str) -> Iterator[Row]:
    if not steps:
        row = dict(taken)
        row.update(dict(_flattened(node)) if isinstance(node, dict) else {"value": _as_text(node)})
        yield row
        return
    step, rest = steps[0], steps[1:]
    is_capture = step.startswith("{") and step.endswith("}")
    if not is_capture and step != "*":
        if not isinstance(node, dict) or step not in node:
            raise WrongHeader(
                "“{records}” does not lead to records in “{file}”: there is no “{step}”{where}. There is {keys}.",
                records=records,
                file=path,
                step=step,
                where=f" in “{'.'.join(names)}”" if names else "",
                keys=_keys(node),
            )
        yield from _walk(node[step], rest, taken, [*names, step], path, records)
        return
    if isinstance(node, dict):
        members: Iterator[tuple[str, Any]] = iter(node.items())
    elif isinstance(node, list):
        members = ((str(place), each) for place, each in enumerate(node))
    else:
        raise WrongHeader(
            "“{records}” does not lead to records in “{file}”: “{where}” is a single value, not a map or list.",
            records=records,
            file=path,
            where=".".join(names) or "the document",
        )
    for key, member in members:
        below = dict(taken)
        if is_capture:
            below[step[1:-1]] = key
        if rest and isinstance(member, dict):
            prefix = ".".join(names)
            below.update(
                (f"{prefix}.{name}" if prefix else name, _as_text(value))
                for name, value in member.items()
                if not isinstance(value, dict | list)
            )
        yield from _walk(member, rest, below, names, path, records)


def _flattened(node: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str | None]]:
    if not isinstance(node, Mapping):
        yield "value", _as_text(node)
        return
    for key, value in node.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _flattened(value, f"{name}.")
        elif isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
            yield name, "|".join(_as_text(each) or "" for each in value)
        else:
            yield name, _as_text(value)


def _as_text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _is_lines(text: str) -> bool:
    first, _, rest = text.lstrip().partition("\n")
    return first.startswith("{") and first.rstrip().endswith("}") and rest.lstrip().startswith("{")


def _keys(node: Any) -> str:
    if isinstance(node, dict):
        return ", ".join(f"“{key}”" for key in list(node)[:12]) or "nothing"
    return f"a list of {len(node)}" if isinstance(node, list) else "a single value"


def _limited(rows: Iterator[Row], path: Path) -> Iterator[Row]:
    for number, row in enumerate(rows, start=1):
        for name, value in row.items():
            if value is not None and len(value) > LIMIT_CELL_BYTES:
                raise CellTooLarge(
                    "Record {number} of “{file}”: “{column}” holds {size} characters; a value has at most {limit}.",
                    number=number,
                    file=path,
                    column=name,
                    size=len(value),
                    limit=LIMIT_CELL_BYTES,
                )
        yield row


def _source(
    contract: Contract, path: Path, format: str, rows: list[Row], digest: bytes_of.Digest, encoding: str
) -> RawSource:
    # A member that is missing everywhere is NULL everywhere: JSON writers leave out what is empty.
    columns = list(dict.fromkeys(name for row in rows for name in row))
    check_columns(contract, tuple(columns), file=path, line=None)
    data = {name: pl.Series([row.get(name) for row in rows], dtype=pl.String) for name in columns}
    frame = pl.DataFrame({LINE: pl.Series(range(1, len(rows) + 1), dtype=pl.Int64), **data})
    return RawSource(
        name=path.name,
        format=format,
        frame=frame.lazy(),
        columns=tuple(columns),
        total_rows=len(rows),
        sha256=digest.sha256,
        size_bytes=digest.size_bytes,
        encoding=encoding,
    )


def _check_crs(document: Mapping[str, Any], contract: Contract, path: Path) -> None:
    said = document.get("crs")
    name = said.get("properties", {}).get("name", "") if isinstance(said, dict) else ""
    promised = contract.geometry.crs if contract.geometry else ""
    known = {"urn:ogc:def:crs:OGC:1.3:CRS84": "EPSG:4326", "urn:ogc:def:crs:EPSG::4490": "EPSG:4490"}
    found = known.get(name, name)
    # WGS 84 and CGCS2000 differ by centimetres; anything else would put the map elsewhere.
    if found and promised and found != promised and {found, promised} != {"EPSG:4326", "EPSG:4490"}:
        raise SourceInvalid(
            "“{file}” is in {found}, the contract promises {promised}; say the right one in hexi.geometry.",
            file=path,
            found=name,
            promised=promised,
        )
