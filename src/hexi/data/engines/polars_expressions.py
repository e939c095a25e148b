"""The expression language's native form in Polars: one visitor over the typed terms."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal

import polars as pl

from hexi.data.contracts.terms import MAX_DECIMAL, Kind, Term

Columns = Mapping[str, pl.Expr]
Form = Callable[[Term, list[pl.Expr]], pl.Expr]

LOWER, UPPER = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WHOLE, NUMBER, DAY = (
    r"^[-+]?[0-9]{1,30}$",
    r"^[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]{1,4})?$",
    r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}$",
)
"""How a text must look to be read as a number or a date."""
ASCII = {
    r"\d": "[0-9]",
    r"\D": "[^0-9]",
    r"\w": "[0-9A-Za-z_]",
    r"\W": "[^0-9A-Za-z_]",
    r"\s": r"[\t\n\f\r ]",
    r"\S": r"[^\t\n\f\r ]",
    r"\b": r"(?-u:\b)",
    r"\B": r"(?:\B)",
}
"""Rust's regex means Unicode by these, RE2 and contracts mean ASCII."""


def to_polars(term: Term, columns: Columns) -> pl.Expr:
    """Return the expression over `columns`, three-valued as SQL's. The term comes from `parse_expression`."""
    if term.op == "column":
        found = columns[str(term.value)]
        # Fields hold decimals of their own precision; computing needs room.
        return found.cast(_type(term)) if term.kind is Kind.DECIMAL else found
    return _FORMS[term.op](term, [to_polars(each, columns) for each in term.args])


def rust_pattern(pattern: str) -> str:
    r"""Return a contract's pattern for Rust's regex, where `\d`, `\w`, `\s` and `\b` would mean Unicode."""
    return re.sub(r"\\.", lambda escape: ASCII.get(escape[0], escape[0]), pattern, flags=re.DOTALL)


def _type(term: Term) -> pl.DataType:
    return pl.Decimal(38, term.scale) if term.kind is Kind.DECIMAL else _TYPES[term.kind]


_TYPES: Mapping[Kind, pl.DataType] = {
    Kind.INTEGER: pl.Int64(),
    Kind.DOUBLE: pl.Float64(),
    Kind.TEXT: pl.String(),
    Kind.BOOLEAN: pl.Boolean(),
    Kind.DATE: pl.Date(),
    Kind.TIMESTAMP: pl.Datetime("us", "UTC"),
    Kind.NULL: pl.Null(),
}


def _literal(term: Term, args: list[pl.Expr]) -> pl.Expr:
    if term.kind is Kind.DECIMAL and isinstance(term.value, Decimal):
        return pl.lit(term.value).cast(_type(term))
    if term.kind is Kind.TIMESTAMP:
        return pl.lit(term.value).dt.convert_time_zone("UTC").cast(_type(term))
    return pl.lit(term.value, dtype=_type(term))


def _convert(term: Term, args: list[pl.Expr]) -> pl.Expr:
    return args[0].cast(_type(term))


def _binary(form: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Form:
    return lambda term, args: form(args[0], args[1])


def _unary(form: Callable[[pl.Expr], pl.Expr]) -> Form:
    return lambda term, args: form(args[0])


def _all(form: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Form:
    return lambda term, args: _folded(form, args)


def _folded(form: Callable[[pl.Expr, pl.Expr], pl.Expr], values: list[pl.Expr]) -> pl.Expr:
    """One after the other, by halves: for a chain of thousands the engine would take hours, or run out of stack."""
    if len(values) == 1:
        return values[0]
    middle = len(values) // 2
    return form(_folded(form, values[:middle]), _folded(form, values[middle:]))


def _compared(sign: str) -> Form:
    return lambda term, args: _ordered(sign, term.args[0], args[0], args[1])


def _ordered(sign: str, first: Term, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """The comparison, a constant on its right: on the left of a `when` it shrinks to one row (Polars 2.1)."""
    if any(each.op == "column" for each in first.walk()):
        return _COMPARISONS[sign](left, right)
    return _COMPARISONS[_MIRRORED.get(sign, sign)](right, left)


_COMPARISONS: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
_MIRRORED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}


def _in(term: Term, args: list[pl.Expr]) -> pl.Expr:
    # Chained by or: unknown where nothing matches and something is NULL, as SQL says.
    return _folded(operator.or_, [_ordered("eq", term.args[0], args[0], each) for each in args[1:]])


def _arithmetic(form: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Form:
    """Whole numbers through 128 bits, decimals only where they fit, doubles only where they are finite."""

    def made(term: Term, args: list[pl.Expr]) -> pl.Expr:
        left, right = args
        if term.kind is Kind.INTEGER:
            return form(left.cast(pl.Int128), right.cast(pl.Int128)).cast(pl.Int64, strict=False)
        if term.kind is Kind.DOUBLE:
            return _finite(form(left, right))
        fits = form(left.cast(pl.Float64), right.cast(pl.Float64)).abs() < MAX_DECIMAL
        # The operand goes, not the result: Polars would stop at a row that overflows.
        return form(pl.when(fits).then(left).cast(_type(term)), right.cast(_type(term)))

    return made


def _finite(value: pl.Expr) -> pl.Expr:
    return pl.when(value.is_finite()).then(value)


def _divided(term: Term, args: list[pl.Expr]) -> pl.Expr:
    return _finite(args[0] / pl.when(args[1] != 0).then(args[1]))


def _truncated(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Whole-number division towards zero; by zero NULL."""
    divisor = pl.when(right != 0).then(right).cast(pl.Int128)
    quotient = left.cast(pl.Int128) // divisor
    return pl.when((quotient < 0) & (quotient * divisor != left.cast(pl.Int128))).then(quotient + 1).otherwise(quotient)


def _int_div(term: Term, args: list[pl.Expr]) -> pl.Expr:
    return _truncated(args[0], args[1]).cast(pl.Int64, strict=False)


def _mod(term: Term, args: list[pl.Expr]) -> pl.Expr:
    """What is left of a division towards zero: it has the sign of the dividend."""
    left, right = (each.cast(pl.Int128) for each in args)
    return (left - _truncated(args[0], args[1]) * right).cast(pl.Int64, strict=False)


def _neg(term: Term, args: list[pl.Expr]) -> pl.Expr:
    if term.kind is Kind.INTEGER:
        return (pl.lit(0, dtype=pl.Int128) - args[0].cast(pl.Int128)).cast(pl.Int64, strict=False)
    if term.kind is Kind.DECIMAL:
        return pl.lit(Decimal(0)).cast(_type(term)) - args[0]
    return -args[0]


def _abs(term: Term, args: list[pl.Expr]) -> pl.Expr:
    if term.kind is Kind.INTEGER:
        return args[0].cast(pl.Int128).abs().cast(pl.Int64, strict=False)
    return args[0].abs()


def _round(term: Term, args: list[pl.Expr]) -> pl.Expr:
    digits = int(str(term.value))
    if term.kind is Kind.DECIMAL:
        return args[0].round(digits, mode="half_away_from_zero").cast(_type(term))
    scaled = args[0] * 10.0**digits
    rounded = scaled.round(0, mode="half_away_from_zero") / 10.0**digits
    # A number too large to be scaled has no digits that could go.
    return pl.when(rounded.is_finite()).then(rounded).otherwise(args[0])


def _nullif(term: Term, args: list[pl.Expr]) -> pl.Expr:
    return pl.when((args[0] == args[1]).fill_null(value=False)).then(None).otherwise(args[0])


def _letters(before: str, after: str) -> Form:
    return _unary(lambda text: text.str.replace_many(list(before), list(after)))


def _substring(term: Term, args: list[pl.Expr]) -> pl.Expr:
    start, length = term.value if isinstance(term.value, tuple) else (1, None)
    return args[0].str.slice(start - 1, length)


def _like(term: Term, args: list[pl.Expr]) -> pl.Expr:
    wild = {"%": "(?s:.*)", "_": "(?s:.)"}
    pattern = "".join(wild.get(each) or _plain(each) for each in str(term.value))
    return args[0].str.contains(f"^(?:{pattern})$")


def _plain(character: str) -> str:
    return rf"\x{{{ord(character):X}}}" if character.isascii() and not character.isalnum() else character


def _read(term: Term, args: list[pl.Expr]) -> pl.Expr:
    text = args[0]
    if term.kind is Kind.INTEGER:
        return pl.when(text.str.contains(WHOLE)).then(text).cast(pl.Int64, strict=False)
    if term.kind is Kind.DOUBLE:
        return _finite(pl.when(text.str.contains(NUMBER)).then(text).cast(pl.Float64, strict=False))
    return pl.when(text.str.contains(DAY)).then(text).str.to_date("%Y-%m-%d", strict=False)


def _whole(term: Term, args: list[pl.Expr]) -> pl.Expr:
    """A fraction as a whole number, halves away from zero; NULL beyond 64 bits."""
    return args[0].round(0, mode="half_away_from_zero").cast(pl.Int64, strict=False)


def _case(term: Term, args: list[pl.Expr]) -> pl.Expr:
    found = args[-1]
    for condition, value in reversed(list(zip(args[:-1:2], args[1:-1:2], strict=True))):
        found = pl.when(condition.fill_null(value=False)).then(value).otherwise(found)
    return found


_FORMS: Mapping[str, Form] = {
    "literal": _literal,
    "convert": _convert,
    **{sign: _compared(sign) for sign in _COMPARISONS},
    "and": _all(operator.and_),
    "or": _all(operator.or_),
    "not": _unary(operator.invert),
    "in": _in,
    "is_null": _unary(pl.Expr.is_null),
    "is_true": _unary(lambda value: value.fill_null(value=False)),
    "is_false": _unary(lambda value: ~value.fill_null(value=True)),
    "add": _arithmetic(operator.add),
    "sub": _arithmetic(operator.sub),
    "mul": _arithmetic(operator.mul),
    "div": _divided,
    "int_div": _int_div,
    "mod": _mod,
    "neg": _neg,
    "abs": _abs,
    "round": _round,
    "least": lambda term, args: pl.min_horizontal(args),
    "greatest": lambda term, args: pl.max_horizontal(args),
    "coalesce": lambda term, args: pl.coalesce(args),
    "nullif": _nullif,
    "length": _unary(lambda text: text.str.len_chars().cast(pl.Int64)),
    "lower": _letters(UPPER, LOWER),
    "upper": _letters(LOWER, UPPER),
    "trim": _unary(lambda text: text.str.strip_chars(" ")),
    "join": _all(operator.add),
    "concat": lambda term, args: pl.concat_str(args, ignore_nulls=True),
    "substr": _substring,
    "starts_with": _binary(lambda text, other: text.str.starts_with(other)),
    "ends_with": _binary(lambda text, other: text.str.ends_with(other)),
    "contains": _binary(lambda text, other: text.str.contains(other, literal=True)),
    "like": _like,
    "matches": lambda term, args: args[0].str.contains(rust_pattern(str(term.value))),
    "year": _unary(lambda day: day.dt.year().cast(pl.Int64)),
    "month": _unary(lambda day: day.dt.month().cast(pl.Int64)),
    "day": _unary(lambda day: day.dt.day().cast(pl.Int64)),
    "read": _read,
    "write": _unary(lambda value: value.cast(pl.String)),
    "whole": _whole,
    "case": _case,
}
"""A form for every op of `contracts.terms`."""
