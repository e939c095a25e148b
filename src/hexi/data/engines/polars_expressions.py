"""The expression language's native form in Polars: one visitor over the parsed tree."""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Mapping
from datetime import datetime

import polars as pl
from sqlglot import exp

Columns = Mapping[str, pl.Expr]
Form = Callable[[exp.Expression, Columns], pl.Expr]


def to_polars(tree: exp.Expression, columns: Columns) -> pl.Expr:
    """Return the expression over `columns`, three-valued as SQL's. The tree comes from `parse_expression`."""
    return _FORMS[type(tree)](tree, columns)


def _literal(node: exp.Expression, columns: Columns) -> pl.Expr:
    if node.is_string:
        return pl.lit(node.name)
    return pl.lit(int(node.name), dtype=pl.Int64) if node.name.isdigit() else pl.lit(float(node.name))


def _binary(form: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Form:
    def made(node: exp.Expression, columns: Columns) -> pl.Expr:
        return form(to_polars(node.this, columns), to_polars(node.expression, columns))

    return made


def _unary(form: Callable[[pl.Expr], pl.Expr]) -> Form:
    def made(node: exp.Expression, columns: Columns) -> pl.Expr:
        return form(to_polars(node.this, columns))

    return made


def _divided(form: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Form:
    """Division by zero is NULL, as DuckDB has it."""
    return _binary(lambda left, right: form(left, pl.when(right != 0).then(right)))


def _truncated(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Whole-number division towards zero, as DuckDB's."""
    quotient = left // right
    return pl.when((quotient < 0) & (quotient * right != left)).then(quotient + 1).otherwise(quotient)


def _remainder(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """What is left of a division towards zero: it has the sign of `left`."""
    return left - _truncated(left, right) * right


def _between(node: exp.Expression, columns: Columns) -> pl.Expr:
    value, low, high = (to_polars(node.args[name], columns) for name in ("this", "low", "high"))
    return (value >= low) & (value <= high)


def _in(node: exp.Expression, columns: Columns) -> pl.Expr:
    value = to_polars(node.this, columns)
    # Chained by or: unknown where nothing matches and something is NULL, as SQL says.
    return functools.reduce(operator.or_, (value == to_polars(each, columns) for each in node.expressions))


def _is(node: exp.Expression, columns: Columns) -> pl.Expr:
    value = to_polars(node.this, columns)
    if isinstance(node.expression, exp.Null):
        return value.is_null()
    return value.eq_missing(pl.lit(node.expression.this))


def _several(form: Callable[[list[pl.Expr]], pl.Expr]) -> Form:
    def made(node: exp.Expression, columns: Columns) -> pl.Expr:
        return form([to_polars(each, columns) for each in [node.this, *node.expressions]])

    return made


def _nullif(node: exp.Expression, columns: Columns) -> pl.Expr:
    value, other = to_polars(node.this, columns), to_polars(node.expression, columns)
    return pl.when((value == other).fill_null(value=False)).then(None).otherwise(value)


def _round(node: exp.Expression, columns: Columns) -> pl.Expr:
    digits = node.args.get("decimals")
    return to_polars(node.this, columns).round(
        int(digits.name) if digits is not None else 0, mode="half_away_from_zero"
    )


def _substring(node: exp.Expression, columns: Columns) -> pl.Expr:
    start, length = node.args["start"], node.args.get("length")
    return to_polars(node.this, columns).str.slice(
        max(int(start.name) - 1, 0), int(length.name) if length is not None else None
    )


def _like(node: exp.Expression, columns: Columns) -> pl.Expr:
    pattern = "".join({"%": "(?s:.*)", "_": "(?s:.)"}.get(each, re.escape(each)) for each in node.expression.name)
    return to_polars(node.this, columns).str.contains(f"^(?:{pattern})$")


def _matches(node: exp.Expression, columns: Columns) -> pl.Expr:
    return to_polars(node.this, columns).str.contains(node.expression.name)


def _cast(node: exp.Expression, columns: Columns) -> pl.Expr:
    target = node.args["to"].this
    if isinstance(node.this, exp.Literal) and node.this.is_string and target != exp.DataType.Type.VARCHAR:
        return _constant(node.this.name, target)
    value = to_polars(node.this, columns)
    match target:
        case exp.DataType.Type.VARCHAR | exp.DataType.Type.TEXT:
            return value.cast(pl.String, strict=False)
        case exp.DataType.Type.BIGINT | exp.DataType.Type.INT:
            return (
                value.cast(pl.Float64, strict=False).round(0, mode="half_away_from_zero").cast(pl.Int64, strict=False)
            )
        case exp.DataType.Type.DOUBLE:
            return value.cast(pl.Float64, strict=False)
        case _:
            return value.cast(pl.Date, strict=False)


def _constant(text: str, target: exp.DataType.Type) -> pl.Expr:
    try:
        if target is exp.DataType.Type.DATE:
            return pl.lit(datetime.fromisoformat(text).date())
        if target is exp.DataType.Type.TIMESTAMPTZ:
            return pl.lit(datetime.fromisoformat(text)).cast(pl.Datetime("us", "UTC"))
        return pl.lit(float(text) if target is exp.DataType.Type.DOUBLE else int(text))
    except ValueError:
        return pl.lit(None)


def _case(node: exp.Expression, columns: Columns) -> pl.Expr:
    otherwise = node.args.get("default")
    found = pl.lit(None) if otherwise is None else to_polars(otherwise, columns)
    for branch in reversed(node.args["ifs"]):
        condition = to_polars(branch.this, columns).fill_null(value=False)
        found = pl.when(condition).then(to_polars(branch.args["true"], columns)).otherwise(found)
    return found


_FORMS: Mapping[type, Form] = {
    exp.Column: lambda node, columns: columns[node.name],
    exp.Literal: _literal,
    exp.Boolean: lambda node, columns: pl.lit(bool(node.this)),
    exp.Null: lambda node, columns: pl.lit(None),
    exp.Paren: _unary(lambda value: value),
    exp.EQ: _binary(operator.eq),
    exp.NEQ: _binary(operator.ne),
    exp.GT: _binary(operator.gt),
    exp.GTE: _binary(operator.ge),
    exp.LT: _binary(operator.lt),
    exp.LTE: _binary(operator.le),
    exp.Between: _between,
    exp.In: _in,
    exp.And: _binary(operator.and_),
    exp.Or: _binary(operator.or_),
    exp.Not: _unary(operator.invert),
    exp.Is: _is,
    exp.Add: _binary(operator.add),
    exp.Sub: _binary(operator.sub),
    exp.Mul: _binary(operator.mul),
    exp.Div: _divided(lambda left, right: left.cast(pl.Float64) / right.cast(pl.Float64)),
    exp.IntDiv: _divided(_truncated),
    exp.Mod: _divided(_remainder),
    exp.Neg: _unary(operator.neg),
    exp.Abs: _unary(pl.Expr.abs),
    exp.Round: _round,
    exp.Least: _several(pl.min_horizontal),
    exp.Greatest: _several(pl.max_horizontal),
    exp.Coalesce: _several(pl.coalesce),
    exp.Nullif: _nullif,
    exp.Length: _unary(lambda text: text.str.len_chars().cast(pl.Int64)),
    exp.Lower: _unary(lambda text: text.str.to_lowercase()),
    exp.Upper: _unary(lambda text: text.str.to_uppercase()),
    exp.Trim: _unary(lambda text: text.str.strip_chars(" ")),
    exp.DPipe: _binary(operator.add),
    exp.Substring: _substring,
    exp.StartsWith: _binary(lambda text, other: text.str.starts_with(other)),
    exp.EndsWith: _binary(lambda text, other: text.str.ends_with(other)),
    exp.Contains: _binary(lambda text, other: text.str.contains(other, literal=True)),
    exp.Like: _like,
    exp.RegexpLike: _matches,
    exp.Year: _unary(lambda day: day.dt.year().cast(pl.Int64)),
    exp.Month: _unary(lambda day: day.dt.month().cast(pl.Int64)),
    exp.Day: _unary(lambda day: day.dt.day().cast(pl.Int64)),
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Case: _case,
}
"""A form for each node that `contracts.expressions` allows."""
