"""The one expression language: SQL, parsed against an allow-list before any engine sees it.

What is not listed is refused, since a function that two engines know by one name may mean two things.
Meanings are DuckDB's; `data/engines` holds each engine's own form, and a test makes them agree.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from hexi.data.contracts.model import Field, FieldType
from hexi.kernel.errors import Invalid
from hexi.kernel.names import check_dataset_name

MAX_LENGTH = 10_000
MAX_DEPTH = 60

NUMBER, TEXT, BOOLEAN, DATE, TIME, NULL = "number", "text", "boolean", "date", "timestamp", "null"

KINDS: Mapping[FieldType, str] = {
    FieldType.STRING: TEXT,
    FieldType.INTEGER: NUMBER,
    FieldType.DECIMAL: NUMBER,
    FieldType.NUMBER: NUMBER,
    FieldType.DATE: DATE,
    FieldType.TIMESTAMP: TIME,
    FieldType.BOOLEAN: BOOLEAN,
}

FUNCTIONS: Mapping[str, str] = {
    "abs(x)": "Distance from zero.",
    "round(x, digits)": "Rounded half away from zero; digits is a whole number from 0 to 9.",
    "least(a, b, …), greatest(a, b, …)": "The smallest or largest that is not NULL.",
    "coalesce(a, b, …)": "The first that is not NULL.",
    "nullif(a, b)": "NULL where both are equal, else a.",
    "length(s)": "Number of characters.",
    "lower(s), upper(s), trim(s)": "Letters in lower or upper case; without spaces at both ends.",
    "substr(s, start, length)": "Part of a text; start counts from 1 and is a whole number of at least 1.",
    "a || b": "Both texts one after the other; NULL where one is.",
    "starts_with(s, t), ends_with(s, t), contains(s, t)": "Whether a text begins with, ends with or holds another.",
    "s like 'pattern'": "% stands for any text, _ for one character; the pattern is a literal.",
    "regexp_matches(s, 'pattern')": "Whether a RE2 pattern, a literal, is found anywhere in a text.",
    "year(d), month(d), day(d)": "Part of a date or time as a number.",
    "cast(x as type), try_cast(x as type)": "To varchar, bigint, double or date; try_cast gives NULL where it cannot, "
    "and cast here does the same.",
    "case when … then … else … end": "The first branch whose condition is true.",
    "+ - * / // %": "Division by zero is NULL; / is a double, // and % are for whole numbers.",
    "= <> < <= > >= between in is null and or not": "As SQL, with unknown where something is missing.",
}
"""What may be written, with its meaning; the reference page is made of this."""

CASTS = {
    exp.DataType.Type.VARCHAR: TEXT,
    exp.DataType.Type.TEXT: TEXT,
    exp.DataType.Type.BIGINT: NUMBER,
    exp.DataType.Type.INT: NUMBER,
    exp.DataType.Type.DOUBLE: NUMBER,
    exp.DataType.Type.DATE: DATE,
    exp.DataType.Type.TIMESTAMPTZ: TIME,
}


class ExpressionInvalid(Invalid):
    """An expression that is not one, or uses what is not allowed."""

    code = "expression.invalid"


def parse_expression(sql: str, *, fields: Sequence[Field]) -> exp.Expression:
    """Return the tree of a row predicate over `fields`, true, false or unknown for each row.

    Raises `ExpressionInvalid`, which names what is wrong and what would be allowed.
    """
    tree = _parse(sql)
    kinds = {field.name: KINDS.get(field.type, "geometry") for field in fields}
    found = _kind(tree, kinds, sql, 0)
    if found not in {BOOLEAN, NULL}:
        raise ExpressionInvalid(
            "“{sql}” is a {kind}, not a condition: write a comparison such as “a <= b”.", sql=sql, kind=found
        )
    return tree


def parse_query(sql: str) -> tuple[exp.Expression, tuple[str, ...]]:
    """Return a query's tree and the datasets it reads, each once, sorted; refuse what is not one SELECT.

    Tables are written as quoted dataset names. Raises `ExpressionInvalid`.
    """
    tree = _parse(sql)
    if not isinstance(tree, exp.Query):
        raise ExpressionInvalid("A query is one SELECT; this is a {what}.", what=tree.key.upper())
    for node in tree.walk():
        if isinstance(node, exp.Command | exp.DDL | exp.DML | exp.Into | exp.Copy | exp.Set | exp.Attach):
            raise ExpressionInvalid("A query only reads; “{part}” does not.", part=node.sql("duckdb")[:60])
    named = {each.alias_or_name for each in tree.find_all(exp.CTE)}
    found = set()
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier) or table.db or table.catalog:
            raise ExpressionInvalid(
                '“{part}” is no dataset: name tables as quoted dataset names, such as "gansu.airports".',
                part=table.sql("duckdb"),
            )
        if table.name not in named:
            found.add(check_dataset_name(table.name))
    return tree, tuple(sorted(found))


def columns_of(tree: exp.Expression) -> tuple[str, ...]:
    """Names of the fields that an expression reads, each once, in order."""
    return tuple(dict.fromkeys(column.name for column in tree.find_all(exp.Column)))


def _parse(sql: str) -> exp.Expression:
    if len(sql) > MAX_LENGTH:
        raise ExpressionInvalid(
            "The expression has {length} characters; {limit} are allowed.", length=len(sql), limit=MAX_LENGTH
        )
    try:
        trees = sqlglot.parse(sql, read="duckdb")
    except (SqlglotError, RecursionError) as error:
        raise ExpressionInvalid(
            "“{sql}” is not a SQL expression: {reason}", sql=sql, reason=str(error).split("\n", 1)[0]
        ) from None
    if len(trees) != 1 or trees[0] is None or not isinstance(trees[0], exp.Expression):
        raise ExpressionInvalid("“{sql}” is not one SQL expression.", sql=sql)
    return trees[0]


def _refuse(node: exp.Expression, sql: str) -> ExpressionInvalid:
    word = node.name if isinstance(node, exp.Anonymous) else node.sql("duckdb").split("(")[0][:40].strip()
    words = [name.split("(")[0].strip() for names in FUNCTIONS for name in names.split(", ") if "(" in name]
    near = difflib.get_close_matches(word.lower(), words, n=2) or words
    return ExpressionInvalid(
        "“{word}” in “{sql}” is not allowed in an expression; functions that are: {allowed}.",
        word=word,
        sql=sql,
        allowed=", ".join(near),
    )


def _kind(node: exp.Expression, fields: Mapping[str, str], sql: str, depth: int) -> str:
    """Return the kind of value a node gives; refuse what is not listed."""
    if depth > MAX_DEPTH:
        raise ExpressionInvalid("The expression is nested more than {limit} deep.", limit=MAX_DEPTH)
    typer = _TYPERS.get(type(node))
    if typer is None:
        raise _refuse(node, sql)
    return typer(node, lambda child: _kind(child, fields, sql, depth + 1), fields, sql)


Recurse = Callable[[exp.Expression], str]


def _column(node: exp.Expression, kind: Recurse, fields: Mapping[str, str], sql: str) -> str:
    if isinstance(node, exp.Column) and (node.table or isinstance(node.this, exp.Star)):
        raise _refuse(node, sql)
    if node.name not in fields:
        near = difflib.get_close_matches(node.name, fields, n=3) or list(fields)
        raise ExpressionInvalid(
            "There is no field “{name}”, named in “{sql}”; do you mean {near}?",
            name=node.name,
            sql=sql,
            near=", ".join(near),
        )
    return fields[node.name]


def _literal(node: exp.Expression, kind: Recurse, fields: Mapping[str, str], sql: str) -> str:
    return TEXT if node.is_string else NUMBER


def _agree(nodes: Sequence[exp.Expression], kind: Recurse, sql: str) -> str:
    """The one kind that all nodes have. A text literal beside a date is read as a date."""
    kinds = {kind(each) for each in nodes} - {NULL}
    if len(kinds) == 2 and TEXT in kinds and kinds & {DATE, TIME}:
        literals = [each for each in nodes if kind(each) == TEXT]
        if all(isinstance(each, exp.Literal) and _is_date(each.name) for each in literals):
            kinds -= {TEXT}
            target = "timestamptz" if TIME in kinds else "date"
            for each in literals:
                # Said in the tree, so that no engine has to guess.
                each.replace(exp.cast(each.copy(), target))
    if len(kinds) > 1 or "geometry" in kinds:
        raise ExpressionInvalid(
            "“{part}” compares {kinds}, which do not compare; use cast, or a date as '2026-11-23'.",
            part=" , ".join(each.sql("duckdb") for each in nodes),
            kinds=" with ".join(sorted(kinds)),
        )
    return kinds.pop() if kinds else NULL


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def _compare(node: exp.Expression, kind: Recurse, fields: Mapping[str, str], sql: str) -> str:
    parts = [node.this, *(node.args.get(name) for name in ("expression", "low", "high"))]
    if isinstance(node, exp.In):
        if node.args.get("query") or node.args.get("unnest") or node.args.get("field"):
            raise _refuse(node, sql)
        parts += node.expressions
    _agree([each for each in parts if each is not None], kind, sql)
    return BOOLEAN


def _logic(node: exp.Expression, kind: Recurse, fields: Mapping[str, str], sql: str) -> str:
    for each in (node.this, node.args.get("expression")):
        if each is not None and kind(each) not in {BOOLEAN, NULL}:
            raise ExpressionInvalid("“{part}” is not a condition but stands where one must.", part=each.sql("duckdb"))
    return BOOLEAN


def _is(node: exp.Expression, kind: Recurse, fields: Mapping[str, str], sql: str) -> str:
    kind(node.this)
    if not isinstance(node.expression, exp.Null | exp.Boolean):
        raise _refuse(node, sql)
    return BOOLEAN


def _takes(*wanted: str, gives: str) -> Callable[..., str]:
    """A function of arguments of the kinds `wanted`; the last stands for all further ones."""

    def typer(node: exp.Expression, kind: Recurse, fields: Mapping[str, str], sql: str) -> str:
        for position, each in enumerate(_arguments(node)):
            allowed = wanted[min(position, len(wanted) - 1)].split("|")
            if kind(each) not in {*allowed, NULL}:
                raise ExpressionInvalid(
                    "“{part}” in “{sql}” must be a {wanted}.",
                    part=each.sql("duckdb"),
                    sql=sql,
                    wanted=" or ".join(allowed),
                )
        return gives

    return typer


def _arguments(node: exp.Expression) -> list[exp.Expression]:
    found = [node.args.get(name) for name in ("this", "expression", "start", "length", "decimals")]
    return [each for each in [*found, *node.expressions] if isinstance(each, exp.Expression)]


def _constant(*names: str, whole: bool = False) -> Callable[..., None]:
    def check(node: exp.Expression, sql: str) -> None:
        for name in names:
            argument = node.args.get(name)
            if argument is None:
                continue
            if not isinstance(argument, exp.Literal) or (whole and (argument.is_string or not argument.name.isdigit())):
                raise ExpressionInvalid(
                    "“{part}” in “{sql}” must be a {what} written out.",
                    part=argument.sql("duckdb"),
                    sql=sql,
                    what="whole number" if whole else "text",
                )

    return check


def _with(check: Callable[..., None], typer: Callable[..., str]) -> Callable[..., str]:
    def both(node: exp.Expression, kind: Recurse, fields: Mapping[str, str], sql: str) -> str:
        check(node, sql)
        return typer(node, kind, fields, sql)

    return both


def _same(node: exp.Expression, kind: Recurse, fields: Mapping[str, str], sql: str) -> str:
    return _agree(_arguments(node), kind, sql)


def _cast(node: exp.Expression, kind: Recurse, fields: Mapping[str, str], sql: str) -> str:
    kind(node.this)
    target = CASTS.get(node.args["to"].this)
    if target is None:
        raise ExpressionInvalid(
            "“{part}”: a value may be cast to varchar, bigint, double or date.", part=node.sql("duckdb")
        )
    return target


def _case(node: exp.Expression, kind: Recurse, fields: Mapping[str, str], sql: str) -> str:
    if node.this is not None:
        raise _refuse(node, sql)
    for branch in node.args["ifs"]:
        _logic(exp.Not(this=branch.this.copy()), kind, fields, sql)
    otherwise = node.args.get("default")
    values = [branch.args["true"] for branch in node.args["ifs"]] + ([otherwise] if otherwise is not None else [])
    return _agree(values, kind, sql)


_number = _takes(NUMBER, gives=NUMBER)
_text = _takes(TEXT, gives=TEXT)
_part = _takes(f"{DATE}|{TIME}", gives=NUMBER)
_TYPERS: Mapping[type, Callable[..., str]] = {
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Boolean: lambda *_: BOOLEAN,
    exp.Null: lambda *_: NULL,
    exp.Paren: lambda node, kind, *_: kind(node.this),
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In), _compare),
    **dict.fromkeys((exp.And, exp.Or, exp.Not), _logic),
    exp.Is: _is,
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.Abs), _number),
    exp.Round: _with(_constant("decimals", whole=True), _number),
    **dict.fromkeys((exp.Least, exp.Greatest, exp.Coalesce, exp.Nullif), _same),
    exp.Length: _takes(TEXT, gives=NUMBER),
    **dict.fromkeys((exp.Lower, exp.Upper, exp.Trim, exp.DPipe), _text),
    exp.Substring: _with(_constant("start", "length", whole=True), _takes(TEXT, NUMBER, gives=TEXT)),
    **dict.fromkeys((exp.StartsWith, exp.EndsWith, exp.Contains), _takes(TEXT, gives=BOOLEAN)),
    **dict.fromkeys((exp.Like, exp.RegexpLike), _with(_constant("expression"), _takes(TEXT, gives=BOOLEAN))),
    **dict.fromkeys((exp.Year, exp.Month, exp.Day), _part),
    **dict.fromkeys((exp.Cast, exp.TryCast), _cast),
    exp.Case: _case,
}
