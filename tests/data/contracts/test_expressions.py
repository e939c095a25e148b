"""The gate of the one expression language: what is listed passes, everything else is refused in words."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexi.data.contracts.expressions import ExpressionInvalid, columns_of, parse_expression, parse_query
from hexi.data.contracts.model import Field
from hexi.data.contracts.patterns import PatternInvalid, check_pattern
from hexi.data.contracts.queries import QUERY_FUNCTIONS
from hexi.kernel.errors import Invalid


@pytest.fixture
def fields(contract) -> tuple[Field, ...]:
    return contract.fields


def test_the_columns_of_an_expression_are_named_once_in_order(fields) -> None:
    tree = parse_expression("paid <= capital or (capital is null and paid > 0)", fields=fields)

    assert columns_of(tree) == ("paid", "capital")


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("now() > founded_on", "“now” (character 1) is not allowed"),
        ("founded_on > current_date", "CURRENT_DATE"),
        ("random() > 0.5", "RANDOM"),
        ("getenv('HOME') = code", "getenv"),
        ("(select 1) = 1", "is not allowed"),
        ("paid in (select 1)", "is not allowed"),
        ("exists (select 1)", "is not allowed"),
        ("capitol > 0", "try: capital"),
        ("\"code\" = 'a' and Code is null", "no field “Code”"),
        ("t.code = 'a'", "is not allowed"),
        ("code = 5", "do not compare: a text and a whole number"),
        ("founded_on > '2015-02-30'", "do not compare"),
        ("code", "is a text, not a condition"),
        ("not code", "a condition is needed there"),
        ("code || paid = 'a'", "a text is needed there"),
        ("substr(code, -2) = 'a'", "must be written out as a whole number from 1"),
        ("substr(code, 0) = 'a'", "must be written out as a whole number from 1"),
        ("round(paid, -1) = 0", "must be written out"),
        ("code like paid", "must be written out as text"),
        ("regexp_matches(code, '(a)\\1')", "no back-references"),
        ("code similar to 'a'", "is not allowed"),
        ("code ~ 'a'", "Write regexp_matches"),
        ("code !~~ 'a'", "Write like"),
        ("trim(code, 'x') = 'a'", "is not allowed"),
        ("regexp_matches(code, 'b', 'i')", "is not allowed"),
        ("paid between symmetric 2 and 1", "is not allowed"),
        ("code ilike 'a'", "is not allowed"),
        ("code like 'a' escape 'b'", "is not allowed"),
        ("cast(code as json) is null", "casts are to"),
        ("cast(longitude as varchar) = '1'", "not from a fraction"),
        ("year(code) = 1", "a date is needed"),
        ("paid <= capital; drop table x", "is not SQL"),
        ("paid <= capital; true", "not one SQL"),
        ("paid <= ", "is not SQL"),
        ("1) or (1 = 1", "is not SQL"),
        ("paid <= capital as x", "is not SQL"),
        ("", "not one SQL"),
        ("9223372036854775808 > 1", "too large"),
        ("1e999 > 1", "too large"),
        ("count(code) > 1", "is not allowed"),
        ("row_number() over () = 1", "is not allowed"),
        ("{'a': code} is null", "is not allowed"),
        ("[code] is null", "is not allowed"),
        ("code[1] = 'a'", "is not allowed"),
        ("code collate nocase = 'a'", "is not allowed"),
        ("interval 1 day is null", "is not allowed"),
        ("$1 = 1", "is not allowed"),
        ("? = 1", "is not allowed"),
        ("coalesce(columns(*)) is null", "is not allowed"),
        ("paid is distinct from capital", "is not allowed"),
        ("(" * 500 + "1 = 1" + ")" * 500, "nested too deep"),
        ("not " * 2000 + "true", "nested"),
        ("1 = 1 or " * 20_000 + "true", "characters"),
    ],
    ids=lambda each: each[:40],
)
def test_what_is_not_listed_is_refused_with_its_name(fields, sql, says) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_expression(sql, fields=fields)

    assert any(each in refusal.value.message for each in says.split("|")), refusal.value.message


def test_a_long_list_of_alternatives_is_not_deep(fields) -> None:
    sql = " or ".join(f"code = '{number}'" for number in range(500))

    assert columns_of(parse_expression(sql, fields=fields)) == ("code",)


WORDS = """
    paid capital code ( ) = < and or not case when then end ' " , . ; -- /* */ select from cast as date 1 -1 0.5 like
    in null is || [ { ? $1 :: -> *
"""


@settings(max_examples=300, deadline=None)
@given(sql=st.text(max_size=40) | st.lists(st.sampled_from(WORDS.split()), max_size=12).map(" ".join))
def test_any_text_is_an_expression_or_refused(sql) -> None:
    assert refused(lambda: parse_expression(sql, fields=())) in {True, False}


def refused(call) -> bool:
    try:
        call()
    except Invalid as refusal:
        return bool(refusal.message)
    return False


@pytest.mark.parametrize(
    ("sql", "inputs"),
    [
        ('select * from "test.a"', ("test.a",)),
        ('with x as (select code from "test.b") select * from x join "test.a" using (code)', ("test.a", "test.b")),
        ('select code from "test.b" union all select code from "test.a"', ("test.a", "test.b")),
        ('select code, row_number() over (partition by code order by paid) as n from "test.a"', ("test.a",)),
        ('select code, count(*) filter (where paid > 0) from "test.a" group by all having count(*) > 1', ("test.a",)),
        ('select * from (select max(x) m from "test.a") t where exists (select 1 from "test.b")', ("test.a", "test.b")),
        ('-- a note\nselect lag(paid) over (order by code), first(code order by paid) from "test.a"', ("test.a",)),
        ('select * exclude (code) from "test.a" qualify rank() over (order by paid) = 1', ("test.a",)),
    ],
)  # fmt: skip
def test_a_query_names_the_datasets_it_reads(sql, inputs) -> None:
    assert parse_query(sql)[1] == inputs


ATTACKS = """
select * from read_csv('/etc/passwd')
select * from '/etc/passwd'
select * from 'data.csv'
select * from "../x"
select * from "/etc/passwd"
select * from read_text('x')
select getenv('HOME') from "a.b"
attach 'x.db'
copy (select 1) to 'x'
set memory_limit='1GB'
pragma version
install httpfs
load httpfs
call pragma_version()
export database 'x'
explain select 1
describe "a"
summarize "a"
select 1; select 2
select * from "a"; drop table x
insert into "a" select 1
create table x as select 1
select * into y from "a"
with x as (select * from read_parquet('f')) select * from x
with x as (insert into y values (1) returning *) select * from x
with recursive t as (select 1 union all select 1 from t) select * from t
with "test.a" as (select 1) select * from "test.a"
with t as (select * from t) select * from t
select * from t, (with t as (select 1 as x) select * from t) u
select (select content from read_text('/etc/passwd')) from "a"
select * from "a" where exists (select 1 from glob('*'))
select * from "a", lateral (select * from read_csv('x'))
select * from "a" order by getenv('a')
select x from "a" limit (select 1 from read_csv('x'))
select distinct on (getenv('x')) x from "a"
select sum(x) filter (where getenv('a') = 'b') from "a"
select x from "a" group by getenv('x')
select x from "a" qualify row_number() over (order by getenv('x')) = 1
select * replace (getenv('x') as y) from "a"
select columns('x') from "a"
select * from range(10)
select * from unnest([1, 2])
select * from duckdb_settings()
select * from query('select 1')
select * from query_table('a')
select * from sqlite_scan('a', 'b')
select * from information_schema.tables
select * from main."a"
select * from a
select random() from "a"
select now() from "a"
select current_date from "a"
select nextval('s')
select * from "a" using sample 10
select * from "a" tablesample 10%
select * from "a" natural join "b"
select * from "a" positional join "b"
select * from "a" for update
select repeat('x', 1000000000) from "a"
select list_transform([1], x -> getenv('a'))
select cast('x' as json) from "a"
select x::varchar collate nocase from "a"
select $1
select ?
pivot "a" on x using sum(y)
from 'data.csv' select *
select
"""


@pytest.mark.parametrize("sql", ATTACKS.strip().splitlines())
def test_a_query_that_would_reach_further_is_refused(sql, caplog) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_query(sql)

    assert refusal.value.message


@settings(max_examples=200, deadline=None)
@given(
    function=st.from_regex(r"[a-z_]{3,20}", fullmatch=True).filter(lambda name: name not in QUERY_FUNCTIONS),
    shape=st.sampled_from(
        [
            'select {}(x) from "a"',
            "select * from {}('x')",
            "with t as (select {}(1) as y) select * from t",
            'select * from (select {}(x) as y from "a") t',
            'select * from "a" where {}(x) > 1',
            'select * from "a" join "b" on {}(x)',
        ]
    ),
)
def test_no_unknown_function_passes_anywhere(function, shape) -> None:
    sql = shape.format(function)

    if not refused(lambda: parse_query(sql)):
        tree = parse_query(sql)[0]
        # Another spelling of one that is listed, such as `len` for `length`.
        assert f"{function}(" not in tree.sql("duckdb").lower() or function in SPELLINGS


SPELLINGS = {"if", "cast", "try_cast", "exists", "not", "any_value", "distinct", "values"}


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[0-9]{6}$",
        r"(?i)abc|def",
        r"[()（）]",
        r"^\p{Han}+$",
        r"[^\s]",
        r"\x{4E00}",
        r"a{2,3}?",
        "^$",
        "[]a]",
        r"[\]]",
    ],
)
def test_a_pattern_that_engines_read_alike_is_allowed(pattern) -> None:
    assert check_pattern(pattern) == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?=a)",
        r"(?<!a)b",
        r"(?P<n>a)",
        r"(a)\1",
        r"\Z",
        r"\p{Greek}",
        "a++",
        "a{1001}",
        "a**",
        "{2}",
        "a{",
        "[a",
        "(",
        "[[:alpha:]]",
        "[a&&b]",
        "[a[b]]",
        r"\x{110000}",
        r"\u0041",
        "a" * 1001,
        "[b-a]",
        "(?:[[:alpha:]])",
        "(?:[a&&b])",
        "(?x)a b",
    ],
)
def test_a_pattern_that_engines_read_differently_is_refused(pattern) -> None:
    with pytest.raises(PatternInvalid):
        check_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["(x{1000}){1000}", "(?:(?:a{100}){100}){50}", r"\p{L}{300}", r"[\p{L}\p{N}]{200}", "(.{100}){200}"]
)
def test_a_pattern_that_no_engine_could_hold_is_refused_with_the_contract(pattern) -> None:
    with pytest.raises(PatternInvalid, match="repeats so much"):
        check_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", [r"\p{L}{200}", r"[\p{Han}·]{1,500}", ".{1000}", "([0-9]{1,3},?){100}", "[^,]{800}"]
)
def test_a_pattern_that_the_engine_can_hold_is_allowed(pattern) -> None:
    column = pl.Series(["a"])

    assert column.str.contains(f"^(?:{check_pattern(pattern)})$").len() == 1


def test_a_refusal_is_an_error_of_its_own(fields) -> None:
    with pytest.raises(ExpressionInvalid) as refusal:
        parse_expression("lenght(code) > 1", fields=fields)

    assert refusal.value.code == "expression.invalid"
    assert "try: length" in refusal.value.message
