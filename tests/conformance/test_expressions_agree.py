"""One expression, one meaning: generated conditions over generated rows give the same on every engine."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hexi.data.contracts.expressions import parse_expression, parse_term
from hexi.data.contracts.functions import FUNCTIONS, OPERATORS, Function
from hexi.data.contracts.model import Field, FieldType
from hexi.data.contracts.patterns import CLASSES, PatternInvalid, check_pattern
from hexi.data.engines.duckdb_expressions import to_duckdb
from hexi.data.engines.polars_expressions import rust_pattern, to_polars
from hexi.kernel.names import Text


def a_field(name: str, kind: FieldType, scale: int | None = None) -> Field:
    return Field(
        name=name,
        title=Text(name, name),
        description=Text("", ""),
        type=kind,
        source=name,
        precision=18 if scale is not None else None,
        scale=scale,
    )


FIELDS = (
    a_field("i", FieldType.INTEGER),
    a_field("j", FieldType.INTEGER),
    a_field("m", FieldType.DECIMAL, 2),
    a_field("n", FieldType.DECIMAL, 4),
    a_field("x", FieldType.NUMBER),
    a_field("y", FieldType.NUMBER),
    a_field("s", FieldType.STRING),
    a_field("t", FieldType.STRING),
    a_field("d", FieldType.DATE),
    a_field("e", FieldType.DATE),
    a_field("w", FieldType.TIMESTAMP),
    a_field("b", FieldType.BOOLEAN),
    a_field("c", FieldType.BOOLEAN),
)
TYPES = {
    FieldType.INTEGER: pl.Int64(),
    FieldType.NUMBER: pl.Float64(),
    FieldType.STRING: pl.String(),
    FieldType.DATE: pl.Date(),
    FieldType.TIMESTAMP: pl.Datetime("us", "UTC"),
    FieldType.BOOLEAN: pl.Boolean(),
}
SCHEMA = {
    each.name: pl.Decimal(18, each.scale) if each.type is FieldType.DECIMAL else TYPES[each.type] for each in FIELDS
}

integers = (
    st.integers(-10, 10) | st.sampled_from([2**63 - 1, -(2**63), 2**53 + 1, 10**18]) | st.integers(-(2**63), 2**63 - 1)
)
cents = st.decimals(-(10**9), 10**9, places=2) | st.sampled_from(
    [Decimal("0.05"), Decimal("-0.05"), Decimal("9999999999999999.99")]
)
doubles = (
    st.sampled_from([0.0, 0.5, -0.5, 1.5, 2.5, 2.675, 1.005, 1e15, 1e300, -1e300, 9.3e18])
    | st.floats(-1e6, 1e6, allow_nan=False)
    | st.integers(-100, 100).map(float)
)
texts = st.sampled_from(
    [
        "",
        " a ",
        "ab",
        "兰州市",
        "12",
        "-7",
        "+5",
        "1_0",
        "0x1",
        "3.5",
        "1e3",
        "1e999",
        "2026-11-23",
        "2026-02-30",
        "99999999999999999999",
        "a\nb",
        "%",
        "a_b",
        "É",
        "ß",
        "１２",
        "🤦🏼‍♂️x",
        "a\\b",
        "x]",
        "\t",
        "ＡＢ",
    ]
) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6)
days = st.dates(date(1000, 1, 1), date(2999, 12, 31))
moments = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def maybe(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | values


rows = st.lists(
    st.fixed_dictionaries(
        {
            "i": maybe(integers),
            "j": maybe(integers),
            "m": maybe(cents),
            "n": maybe(st.decimals(-(10**6), 10**6, places=4)),
            "x": maybe(doubles),
            "y": maybe(doubles),
            "s": maybe(texts),
            "t": maybe(texts),
            "d": maybe(days),
            "e": maybe(days),
            "w": maybe(moments),
            "b": maybe(st.booleans()),
            "c": maybe(st.booleans()),
        }
    ),
    min_size=1,
    max_size=12,
)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def grow(leaves: dict[str, st.SearchStrategy[str]]) -> st.SearchStrategy[str]:
    """Conditions as text, a few levels deep, from every form of the language."""
    integer, decimal, double, text, day, condition = (
        leaves[kind] for kind in ("integer", "decimal", "double", "text", "day", "condition")
    )
    for _ in range(2):
        number = integer | decimal | double
        pair = st.tuples
        new_integer = (
            st.builds("({} {} {})".format, integer, st.sampled_from(["+", "-", "*", "//", "%"]), integer)
            | st.builds("length({})".format, text)
            | st.builds("{}({})".format, st.sampled_from(["year", "month", "day"]), day)
            | st.builds("cast({} as bigint)".format, text | number)
            | st.builds("{}({})".format, st.sampled_from(["abs", "-", "round"]), integer)
        )
        new_decimal = (
            st.builds("({} {} {})".format, decimal, st.sampled_from(["+", "-"]), decimal | integer)
            | st.builds("({} * {})".format, leaves["decimal"], leaves["decimal"] | integer)
            | st.builds("round({}, {})".format, decimal, st.integers(0, 5))
            | st.builds("{}({})".format, st.sampled_from(["abs", "-"]), decimal)
        )
        new_double = (
            st.builds("({} {} {})".format, double, st.sampled_from(["+", "-", "*", "/"]), number)
            | st.builds("({} / {})".format, number, number)
            | st.builds("round({}, {})".format, double, st.integers(0, 9))
            | st.builds("cast({} as double)".format, text | number)
        )
        new_text = (
            st.builds("({} || {})".format, text, text)
            | st.builds("concat({}, {})".format, text, text)
            | st.builds("{}({})".format, st.sampled_from(["lower", "upper", "trim"]), text)
            | st.builds("substr({}, {}, {})".format, text, st.integers(1, 5), st.integers(0, 4))
            | st.builds("substr({}, {})".format, text, st.integers(1, 5))
            | st.builds("cast({} as varchar)".format, integer | day | condition)
        )
        new_day = st.builds("cast({} as date)".format, text)

        def either(
            values: st.SearchStrategy[str], condition: st.SearchStrategy[str] = condition
        ) -> st.SearchStrategy[str]:
            return (
                st.builds(
                    "{}({}, {})".format, st.sampled_from(["coalesce", "nullif", "least", "greatest"]), values, values
                )
                | st.builds("case when {} then {} else {} end".format, condition, values, values)
                | st.builds("case when {} then {} end".format, condition, values)
            )

        like = st.one_of(pair(values, values) for values in (number, text, day))
        new_condition = (
            like.flatmap(
                lambda two: st.sampled_from(["=", "<>", "<", "<=", ">", ">="]).map(
                    lambda sign: f"({two[0]} {sign} {two[1]})"
                )
            )
            | like.map(lambda two: f"({two[0]} in ({two[1]}, {two[0]}, null))")
            | like.map(lambda two: f"({two[0]} between {two[1]} and {two[0]})")
            | st.builds("({} {} {})".format, condition, st.sampled_from(["and", "or"]), condition)
            | st.builds("(not {})".format, condition)
            | st.builds(
                "({} is {})".format, condition, st.sampled_from(["null", "not null", "true", "false", "not true"])
            )
            | st.builds("{}({}, {})".format, st.sampled_from(["starts_with", "ends_with", "contains"]), text, text)
            | st.builds("({} like {})".format, text, st.text("a%_b\\.兰[", max_size=5).map(quoted))
            | st.builds("regexp_matches({}, {})".format, text, st.sampled_from(PATTERNS).map(quoted))
            | st.sampled_from(["(w < '2015-06-01 08:00:00')", "(w >= '2015-06-01')"])
        )
        integer, decimal, double, text, day, condition = (
            integer | new_integer | either(integer),
            decimal | new_decimal | either(leaves["decimal"]),
            double | new_double | either(double),
            text | new_text | either(text),
            day | new_day | either(day),
            condition | new_condition,
        )
    return condition


PATTERNS = [
    r"^\d+$",
    r"\w",
    r"\s",
    r"\bab\b",
    r"^.$",
    r"a.b",
    r"(?i)AB|é",
    r"^[\d-]+$",
    r"[^\w]",
    r"\p{Han}{2}",
    r"^\S{2,3}",
    r"\x41|\x{5170}",
    r"^$",
]
conditions = grow(
    {
        "integer": st.sampled_from(["i", "j", "0", "1", "-3", "9223372036854775807"]),
        "decimal": st.sampled_from(["m", "n", "0.05", "-1.5", "100.00"]),
        "double": st.sampled_from(["x", "y", "1e3", "2.5e0"]),
        "text": st.sampled_from(["s", "t"]) | texts.map(quoted),
        "day": st.sampled_from(["d", "e", "date '2015-08-19'"]),
        "condition": st.sampled_from(["b", "c", "true", "false", "null"]),
    }
)


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as opened:
        opened.execute("set timezone='UTC'")
        yield opened


def on_duckdb(connection: duckdb.DuckDBPyConnection, sql: str, frame: pl.DataFrame, folder: Path) -> list[object]:
    # A fresh name: DuckDB remembers what it knows of a file.
    file = folder / f"{uuid.uuid4()}.parquet"
    frame.write_parquet(file)
    answer = connection.execute(f"select {sql} from read_parquet(?)", [str(file)]).fetchall()
    file.unlink()
    return [row[0] for row in answer]


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(condition=conditions, rows=rows)
@example(condition="(i + 1) > j", rows=[{"i": 2**63 - 1, "j": 0}])
@example(condition="(m * n) < 0", rows=[{"m": Decimal("9999999999999999.99"), "n": Decimal("1.0001")}])
@example(condition="i // j = 0", rows=[{"i": -(2**63), "j": -1}, {"i": -7, "j": 2}, {"i": 1, "j": 0}])
@example(condition="i % j = 0", rows=[{"i": -(2**63), "j": -1}, {"i": -7, "j": 2}, {"i": 1, "j": 0}])
@example(condition="i = -(i)", rows=[{"i": -(2**63)}, {"i": None}, {"i": 0}])
@example(condition="('' in (coalesce(s, ''), '', null))", rows=[{"s": None}, {"s": None}])
@example(condition="round(x, 2) = 2.68e0", rows=[{"x": 2.675}, {"x": 1.005}, {"x": -2.675}])
@example(condition="cast(x as bigint) = 3", rows=[{"x": 2.5}, {"x": 3.5}, {"x": 1e300}])
def test_a_condition_means_the_same_on_duckdb_and_on_polars(connection, tmp_path_factory, condition, rows) -> None:
    frame = pl.DataFrame([{name: row.get(name) for name in SCHEMA} for row in rows], schema=SCHEMA)
    term = parse_expression(condition, fields=FIELDS)

    value = to_polars(term, {name: pl.col(name) for name in SCHEMA}).alias("value")
    found = frame.with_columns(value)["value"].to_list()

    assert found == on_duckdb(connection, to_duckdb(term), frame, tmp_path_factory.getbasetemp())


@pytest.mark.parametrize("function", [*FUNCTIONS.values(), *OPERATORS], ids=lambda each: each.usage)
def test_each_example_of_the_language_gives_what_it_says(connection, function: Function) -> None:
    term = parse_term(function.example, fields=())

    found = [
        pl.select(to_polars(term, {})).item(),
        connection.execute(f"select {to_duckdb(term)}").fetchone()[0],
    ]

    assert [shown(each) for each in found] == [function.gives] * 2


def shown(value: object) -> str:
    if value is None:
        return "NULL"
    return str(value).lower() if isinstance(value, bool) else str(value)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    pattern=st.lists(
        st.sampled_from(
            [
                *PATTERNS,
                "a",
                "+",
                "*",
                "?",
                "{2}",
                "{1,3}",
                "(",
                ")",
                "|",
                "[",
                "]",
                "^",
                "$",
                "-",
                ".",
                "&&",
                "~",
                "兰",
                "\\",
                "{",
                "}",
                "[a-f]",
                "[^兰]",
                "(?:",
                "(?i)",
                "\\.",
                "\\-",
                "\\/",
                "\\&",
                "\\n",
                "\\v",
                "\\f",
            ]
        ),
        max_size=5,
    ).map("".join)
    | st.sampled_from([rf"\p{{{name}}}" for name in sorted(CLASSES)]),
    values=st.lists(texts, min_size=1, max_size=8),
)
def test_a_pattern_that_is_allowed_finds_the_same_on_both_engines(connection, pattern, values) -> None:
    try:
        check_pattern(pattern)
    except PatternInvalid:
        return

    on_polars = pl.Series(values).str.contains(rust_pattern(pattern)).to_list()

    on_duck = [connection.execute("select regexp_matches(?, ?)", [each, pattern]).fetchone()[0] for each in values]
    assert on_polars == on_duck
