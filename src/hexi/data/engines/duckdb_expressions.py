"""The expression language's native form in DuckDB: SQL written anew from the typed terms.

What a contract's author wrote never reaches the engine: names and text are quoted here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from hexi.data.contracts.terms import MAX_DECIMAL, Kind, Term

Form = Callable[[Term, list[str]], str]


def to_duckdb(term: Term) -> str:
    """Return SQL over columns named as the fields. The term comes from `parse_expression`."""
    if term.op == "column":
        name = '"' + str(term.value).replace('"', '""') + '"'
        return f"({name})::{_type(term)}" if term.kind is Kind.DECIMAL else name
    return _FORMS[term.op](term, [to_duckdb(each) for each in term.args])


def _type(term: Term) -> str:
    return f"decimal(38,{term.scale})" if term.kind is Kind.DECIMAL else _TYPES[term.kind]


_TYPES: Mapping[Kind, str] = {
    Kind.INTEGER: "bigint",
    Kind.DOUBLE: "double",
    Kind.TEXT: "varchar",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.TIMESTAMP: "timestamptz",
    Kind.NULL: "integer",
}


def _text(value: object) -> str:
    # A chr() keeps NUL and the like out of the statement.
    plain = str(value).replace("'", "''")
    return "'" + plain.replace("\x00", "' || chr(0) || '") + "'"


def _literal(term: Term, args: list[str]) -> str:
    match term.value:
        case None:
            shown = "null"
        case bool():
            return "true" if term.value else "false"
        case datetime() | date():
            shown = _text(term.value.isoformat())
        case int() | Decimal():
            # Quoted: a bare 9223372036854775808 with a minus before it would already be too large.
            shown = _text(term.value)
        case float():
            shown = _text(repr(term.value))
        case _:
            shown = _text(term.value)
    return f"({shown})::{_type(term)}"


def _infix(sign: str) -> Form:
    return lambda term, args: "(" + f" {sign} ".join(args) + ")"


def _call(name: str) -> Form:
    return lambda term, args: f"{name}({', '.join(args)})"


def _postfix(words: str) -> Form:
    return lambda term, args: f"({args[0]} {words})"


def _arithmetic(sign: str) -> Form:
    def made(term: Term, args: list[str]) -> str:
        if term.kind is Kind.DECIMAL:
            fits = f"abs({args[0]}::double {sign} {args[1]}::double) < {MAX_DECIMAL}"
            return f"(case when {fits} then try(({args[0]} {sign} {args[1]})::{_type(term)}) end)"
        return _finite(f"try({args[0]} {sign} {args[1]})", term)

    return made


def _finite(sql: str, term: Term) -> str:
    return f"(case when isfinite({sql}) then {sql} end)" if term.kind is Kind.DOUBLE else sql


def _divided(term: Term, args: list[str]) -> str:
    return _finite(f"try({args[0]} / nullif({args[1]}, 0))", term)


def _round(term: Term, args: list[str]) -> str:
    if term.kind is Kind.DECIMAL:
        return f"round({args[0]}, {term.value})::{_type(term)}"
    power = f"1e{term.value}::double"
    rounded = f"(round({args[0]} * {power}) / {power})"
    return f"(case when abs({args[0]}) < 1.7e308 / {power} then {rounded} else {args[0]} end)"


def _substring(term: Term, args: list[str]) -> str:
    start, length = term.value if isinstance(term.value, tuple) else (1, None)
    return f"substr({args[0]}, {start}{'' if length is None else f', {length}'})"


def _letters(before: str, after: str) -> Form:
    return lambda term, args: f"translate({args[0]}, '{before}', '{after}')"


def _read(term: Term, args: list[str]) -> str:
    pattern = {
        Kind.INTEGER: "[-+]?[0-9]{1,30}",
        Kind.DOUBLE: r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,4})?",
        Kind.DATE: "[12][0-9]{3}-[0-9]{2}-[0-9]{2}",
    }[term.kind]
    read = f"try_cast(case when regexp_full_match({args[0]}, '{pattern}') then {args[0]} end as {_type(term)})"
    return _finite(read, term)


def _case(term: Term, args: list[str]) -> str:
    branches = " ".join(f"when {each} then {value}" for each, value in zip(args[:-1:2], args[1:-1:2], strict=True))
    return f"(case {branches} else {args[-1]} end)"


_FORMS: Mapping[str, Form] = {
    "literal": _literal,
    "convert": lambda term, args: f"({args[0]})::{_type(term)}",
    "eq": _infix("="),
    "ne": _infix("<>"),
    "lt": _infix("<"),
    "le": _infix("<="),
    "gt": _infix(">"),
    "ge": _infix(">="),
    "and": _infix("and"),
    "or": _infix("or"),
    "not": lambda term, args: f"(not {args[0]})",
    "in": lambda term, args: f"({args[0]} in ({', '.join(args[1:])}))",
    "is_null": _postfix("is null"),
    "is_true": lambda term, args: f"coalesce({args[0]}, false)",
    "is_false": lambda term, args: f"(not coalesce({args[0]}, true))",
    "add": _arithmetic("+"),
    "sub": _arithmetic("-"),
    "mul": _arithmetic("*"),
    "div": _divided,
    "int_div": lambda term, args: f"try({args[0]} // nullif({args[1]}, 0))",
    "mod": lambda term, args: (
        f"(case when {args[1]} = -1 then {args[0]} * 0 else {args[0]} % nullif({args[1]}, 0) end)"
    ),
    "neg": lambda term, args: f"try(-({args[0]}))",
    "abs": lambda term, args: f"try(abs({args[0]}))",
    "round": _round,
    "least": _call("least"),
    "greatest": _call("greatest"),
    "coalesce": _call("coalesce"),
    "nullif": _call("nullif"),
    "length": _call("length"),
    "lower": _letters("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"),
    "upper": _letters("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "trim": lambda term, args: f"trim({args[0]}, ' ')",
    "join": _infix("||"),
    "concat": _call("concat"),
    "substr": _substring,
    "starts_with": _call("starts_with"),
    "ends_with": _call("ends_with"),
    "contains": _call("contains"),
    "like": lambda term, args: f"({args[0]} like {_text(term.value)})",
    "matches": lambda term, args: f"regexp_matches({args[0]}, {_text(term.value)})",
    "year": _call("year"),
    "month": _call("month"),
    "day": _call("day"),
    "read": _read,
    "write": lambda term, args: f"({args[0]})::varchar",
    "whole": lambda term, args: f"try_cast(round({args[0]}) as bigint)",
    "case": _case,
}
"""A form for every op of `contracts.terms`."""
