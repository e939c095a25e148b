"""What changed between two sets of rows of one table, counted by DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hexi.data.engines.counting import parquet_rows
from hexi.data.engines.duckdb_reading import columns_of, connection, quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Rows by what became of them. Values are compared as text, so that a new type alone changes nothing it shows."""

    added: int
    removed: int
    changed: int
    """Rows with the key of one before and another value; 0 where there is no key to tell by."""
    same: int
    by_field: Mapping[str, int]
    """Field → rows in which its value changed, the most first; without the fields that never did."""


def compare(before: Sequence[Path], after: Sequence[Path], *, key: Sequence[str]) -> Compared:
    """Compare two sets of Parquet files by the columns that both have.

    With a `key`, whose columns both must have, rows of one key are one row; without, whole rows are compared as
    often as they stand there. Raises `duckdb.Error` for files that are not whole.
    """
    if not before or not after:
        rows = [sum(map(parquet_rows, paths)) for paths in (before, after)]
        return Compared(added=rows[1], removed=rows[0], changed=0, same=0, by_field={})
    known = set(columns_of(tuple(after)))
    shared = [name for name in columns_of(tuple(before)) if name in known]
    files = [[str(each) for each in paths] for paths in (before, after)]
    if not key or not set(key) <= set(shared):
        return _whole(shared, files)
    return _by_key(list(key), [name for name in shared if name not in set(key)], files)


def _by_key(key: list[str], others: list[str], files: list[list[str]]) -> Compared:
    keys = ", ".join(f"cast({quoted(name)} as varchar) as k{i}" for i, name in enumerate(key))
    values = "".join(f", cast({quoted(name)} as varchar) as v{i}" for i, name in enumerate(others))
    rows = f"(select {keys}{values}, true as here from read_parquet(?))"
    joined = " and ".join(f"b.k{i} is not distinct from a.k{i}" for i in range(len(key)))
    differs = [f"(b.here and a.here and b.v{i} is distinct from a.v{i})" for i in range(len(others))]
    counts = [
        "count(*) filter (where b.here is null)",
        "count(*) filter (where a.here is null)",
        f"count(*) filter (where {' or '.join(differs) or 'false'})",
        "count(*) filter (where b.here and a.here)",
        *(f"count(*) filter (where {each})" for each in differs),
    ]
    sql = f"select {', '.join(counts)} from {rows} b full join {rows} a on {joined}"
    found = connection().execute(sql, files).fetchone() or ()
    added, removed, changed, both, *each = (int(number) for number in found)
    by_field = {name: number for name, number in zip(others, each, strict=True) if number}
    return Compared(
        added=added,
        removed=removed,
        changed=changed,
        same=both - changed,
        by_field=dict(sorted(by_field.items(), key=lambda pair: -pair[1])),
    )


def _whole(shared: list[str], files: list[list[str]]) -> Compared:
    names = ", ".join(f"cast({quoted(name)} as varchar)" for name in shared) or "1"
    rows = f"select {names} from read_parquet(?)"
    cursor = connection()

    def count(sql: str, values: list[list[str]]) -> int:
        found = cursor.execute(f"select count(*) from ({sql})", values).fetchone()
        return int(found[0]) if found else 0

    removed = count(f"{rows} except all {rows}", files)
    added = count(f"{rows} except all {rows}", files[::-1])
    return Compared(added=added, removed=removed, changed=0, same=count(rows, files[1:]) - added, by_field={})
