"""Questions that pages ask of a table's Parquet files, answered by DuckDB.

Nothing here takes SQL: names are checked against the columns that may be seen, values are bound.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb

MEMORY_LIMIT = "512MB"
"""Of DuckDB's buffer pool, for all readers in this process together."""

ERRORS = duckdb.Error
NUMBERS = ("INT", "DECIMAL", "DOUBLE", "FLOAT", "HUGEINT")
_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which rows, in which order. Names must be columns of the table; values are compared as text."""

    files: tuple[Path, ...]
    columns: tuple[str, ...]
    """Columns of the answer."""
    known: tuple[str, ...] = ()
    """Further columns that a filter or the order may name."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Column → text it equals; a trailing `*` compares the beginning, the empty text means NULL."""
    search: str | None = None
    """Text that any text column contains, regardless of case."""
    sort: str | None = None
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a tally: a value, or the interval from `low` (in) to `high` (out, the last one in)."""

    label: str | None
    amount: float
    low: object = None
    high: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFacts:
    """What one column holds."""

    name: str
    type: str
    filled: int
    """Rows with a value."""
    distinct: int
    """About so many different values (HyperLogLog)."""
    least: str | None
    greatest: str | None
    top: tuple[tuple[str, int], ...]
    """The most frequent values with their rows, at most five; empty where every value differs."""


def page(question: Question, *, limit: int, offset: int) -> tuple[list[tuple[object, ...]], int]:
    """Return rows × visible columns in table order (or sorted), and how many rows match in all.

    Geometries come as their type's name and number of bytes, since nobody reads WKB.
    """
    table, values = _from(question)
    types = _types(question.files)
    shown = ", ".join(_shown(name, types) for name in question.columns)
    order = ""
    if question.sort is not None:
        direction = "desc nulls last" if question.descending else "asc nulls last"
        order = f" order by {quoted(_known(question.sort, question))} {direction}, file_row_number"
    cursor = connection()
    total = _one(cursor.execute(f"select count(*) {table}", values))
    rows = cursor.execute(f"select {shown} {table}{order} limit {int(limit)} offset {int(offset)}", values).fetchall()
    return rows, int(str(total))


def values_of(question: Question, *, limit: int) -> list[tuple[object, ...]]:
    """Return the visible columns as they are stored, WKB included, at most `limit` rows."""
    table, values = _from(question)
    names = ", ".join(quoted(name) for name in question.columns)
    return connection().execute(f"select {names} {table} limit {int(limit)}", values).fetchall()


def counts(question: Question, column: str, *, limit: int) -> list[Bar]:
    """Return the most frequent values of a column with their rows, most frequent first."""
    name = quoted(_known(column, question))
    table, values = _from(question)
    rows = (
        connection()
        .execute(
            f"select cast({name} as varchar) as v, count(*) {table} group by v order by 2 desc, v limit {int(limit)}",
            values,
        )
        .fetchall()
    )
    return [Bar(label=label, amount=float(rows_of)) for label, rows_of in rows]


def sums(question: Question, column: str, *, by: str, limit: int) -> list[Bar]:
    """Return the sums of a number by the values of another column, largest first; NULLs left out."""
    name, group = quoted(_known(column, question)), quoted(_known(by, question))
    table, values = _from(question)
    rows = (
        connection()
        .execute(
            f"select cast({group} as varchar) as v, cast(sum({name}) as double) as s {table} "
            f"group by v having s is not null order by s desc, v limit {int(limit)}",
            values,
        )
        .fetchall()
    )
    return [Bar(label=label, amount=float(amount)) for label, amount in rows]


def histogram(question: Question, column: str, *, bins: int) -> list[Bar]:
    """Return the rows of a number or date in `bins` intervals of equal width; NULLs left out.

    Where most values lie in a small part of the range, the intervals grow by powers of ten instead
    (asked of the 5th and 95th percentile), since equal ones would put everything into one bar.
    """
    name = quoted(_known(column, question))
    table, values = _from(question)
    cursor = connection()
    kind = _types(question.files)[column]
    is_time = kind.startswith(("DATE", "TIMESTAMP"))
    as_number = f"epoch({name}) / 86400.0" if is_time else f"cast({name} as double)"
    bounds = cursor.execute(
        f"select min(v), max(v), quantile_cont(v, 0.05), quantile_cont(v, 0.95), min(v) filter (v > 0) "
        f"from (select {as_number} as v {table})",
        values,
    ).fetchone()
    if bounds is None or bounds[0] is None:
        return []
    low, high, early, late, least_positive = (float(x) if x is not None else 0.0 for x in bounds)
    if low == high:
        total = _one(cursor.execute(f"select count({name}) {table}", values))
        return [Bar(label=None, amount=float(str(total)), low=low, high=high)]
    is_skewed = kind.startswith(NUMBERS) and low >= 0 < early and (high > 200 * late or late > 500 * early)
    edges = _powers(least_positive, high) if is_skewed else _even(low, high, bins, is_time=is_time, kind=kind)
    cuts = ", ".join(repr(edge) for edge in edges[1:-1])
    rows = cursor.execute(
        f"select len(list_filter([{cuts}]::double[], lambda c: c <= v)) as b, count(*) "
        f"from (select {as_number} as v {table}) where v is not null group by b order by b",
        values,
    ).fetchall()
    by_bin = {int(b): float(n) for b, n in rows}
    return [Bar(label=None, amount=by_bin.get(i, 0.0), low=edges[i], high=edges[i + 1]) for i in range(len(edges) - 1)]


def column_facts(question: Question, *, top: int = 5) -> list[ColumnFacts]:
    """Return the facts of each visible column, in table order. One scan, and one for frequent values."""
    table, values = _from(question)
    types = _types(question.files)
    parts = []
    for column in question.columns:
        name = quoted(column)
        if types[column] in {"BLOB", "GEOMETRY"}:
            parts.append(f"count({name}), approx_count_distinct({name}), null, null, null")
            continue
        parts.append(
            f"count({name}), approx_count_distinct({name}), cast(min({name}) as varchar), "
            f"cast(max({name}) as varchar), approx_top_k(cast({name} as varchar), {int(top)})"
        )
    cursor = connection()
    row = cursor.execute(f"select {', '.join(parts)} {table}", values).fetchone() or ()
    facts = []
    for i, column in enumerate(question.columns):
        filled, distinct, least, greatest, frequent = row[5 * i : 5 * i + 5]
        is_repeated = frequent and 0 < distinct < max(2, 0.5 * filled)
        facts.append(
            ColumnFacts(
                name=column,
                type=types[column],
                filled=int(filled),
                distinct=min(int(distinct), int(filled)),
                least=least,
                greatest=greatest,
                top=_frequencies(cursor, question, column, frequent) if is_repeated else (),
            )
        )
    return facts


def _frequencies(
    cursor: duckdb.DuckDBPyConnection, question: Question, column: str, candidates: Sequence[str | None]
) -> tuple[tuple[str, int], ...]:
    known = [value for value in candidates if value is not None]
    table, values = _from(question)
    name = f"cast({quoted(column)} as varchar)"
    glue = "and" if " where " in table else "where"
    rows = cursor.execute(
        f"select {name} as v, count(*) {table} {glue} list_contains(?, {name}) group by v order by 2 desc, v",
        [*values, known],
    ).fetchall()
    return tuple((str(value), int(n)) for value, n in rows)


def _from(question: Question) -> tuple[str, list[object]]:
    """Return "from … where …" with its bound values."""
    conditions: list[str] = []
    values: list[object] = [[str(file) for file in question.files]]
    types = _types(question.files)
    for column, wanted in question.where.items():
        text = f"cast({quoted(_known(column, question))} as varchar)"
        if wanted == "":
            conditions.append(f"{text} is null")
        elif wanted.endswith("*"):
            conditions.append(f"starts_with({text}, ?)")
            values.append(wanted[:-1])
        else:
            conditions.append(f"{text} = ?")
            values.append(wanted)
    if question.search:
        texts = [name for name in question.columns if types[name] not in {"BLOB", "GEOMETRY"}]
        contains = [f"contains(lower(cast({quoted(name)} as varchar)), lower(?))" for name in texts]
        conditions.append(f"({' or '.join(contains)})")
        values.extend([question.search] * len(texts))
    where = f" where {' and '.join(conditions)}" if conditions else ""
    return f"from read_parquet(?, file_row_number=true){where}", values


def _shown(name: str, types: Mapping[str, str]) -> str:
    identifier = quoted(name)
    if types[name] in {"BLOB", "GEOMETRY"}:
        return f"octet_length({identifier}) as {identifier}"
    return identifier


def _known(name: str, question: Question) -> str:
    if name not in question.columns and name not in question.known:
        raise KeyError(name)
    return name


def quoted(name: str) -> str:
    """Return a name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _even(low: float, high: float, bins: int, *, is_time: bool, kind: str) -> list[float]:
    """Edges of about `bins` intervals on round numbers."""
    span = high - low
    raw = span / max(bins, 1)
    if is_time:
        step = max(raw, 1.0)
        return [low + step * i for i in range(bins)] + [high]
    power = 10.0 ** len(str(int(raw))) / 10 if raw >= 1 else 10.0 ** _exponent(raw)
    step = next(power * f for f in (1, 2, 2.5, 5, 10, 20) if power * f >= raw)
    if "INT" in kind:
        step = max(1.0, step)
    start = step * (low // step)
    edges = [start]
    while edges[-1] <= high:
        edges.append(round(edges[-1] + step, 10))
    return edges


def _exponent(value: float) -> int:
    exponent = 0
    while value < 1:
        value *= 10
        exponent -= 1
    return exponent


def _powers(low: float, high: float) -> list[float]:
    edge = 10.0 ** (len(str(int(low))) - 1) if low >= 1 else 10.0 ** _exponent(low)
    edges = [0.0, edge * 10] if edge <= 1 else [0.0, edge]
    while edges[-1] <= high:
        edges.append(edges[-1] * 10)
    return edges


@cache
def _instance() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"memory_limit": MEMORY_LIMIT})
    for setting in (
        "enable_geoparquet_conversion=false",
        "autoinstall_known_extensions=false",
        "autoload_known_extensions=false",
        "lock_configuration=true",
    ):
        connection.execute(f"set {setting}")
    return connection


def connection() -> duckdb.DuckDBPyConnection:
    """Return a cursor of the process's one instance: its memory limit holds for all readers together."""
    with _lock:
        return _instance().cursor()


@cache
def _types(files: tuple[Path, ...]) -> dict[str, str]:
    """Column → DuckDB type of a version's files. Files never change once committed, so cached."""
    rows = connection().execute("describe from read_parquet(?)", [[str(file) for file in files]]).fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def columns_of(files: tuple[Path, ...]) -> tuple[str, ...]:
    """Return the column names of a version's files, in order."""
    return tuple(_types(files))


def is_damage(error: BaseException) -> bool:
    """Whether an error says that a file is gone or is not whole Parquet, and not that memory ran out or we erred."""
    return type(error) is duckdb.Error or isinstance(error, duckdb.InvalidInputException | duckdb.IOException)


def _one(result: duckdb.DuckDBPyConnection) -> object:
    row = result.fetchone()
    return row[0] if row else None
