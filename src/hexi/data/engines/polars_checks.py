"""The checks' native forms in Polars: each gives a Boolean, true where the value fails, never NULL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import polars as pl
import shapely

from hexi.data.contracts import identifiers as ids
from hexi.data.contracts.model import Field, FieldType, RowRule
from hexi.data.engines.polars_cleaners import POLARS_TYPES, decimal_type

Form = Callable[[pl.Expr, RowRule, Field], pl.Expr]

UNFIT = {
    "private_use": r"\u{E000}-\u{F8FF}\u{F0000}-\u{FFFFD}\u{100000}-\u{10FFFD}",
    "control": r"\u{00}-\u{08}\u{0B}\u{0C}\u{0E}-\u{1F}\u{7F}-\u{9F}",
    "line_breaks": r"\u{09}\u{0A}\u{0D}",
    "replacement": r"\u{FFFD}",
}
"""Characters that no published text holds, by kind."""


def fails(value: pl.Expr) -> pl.Expr:
    """What is unknown, because the value is missing, does not fail."""
    return value.fill_null(value=False)


def _characters(value: pl.Expr, rule: RowRule, field: Field) -> pl.Expr:
    allowed = rule.arguments.get("allow", ())
    kinds = [members for kind, members in UNFIT.items() if kind not in _list(allowed)]
    return fails(value.str.contains(f"[{''.join(kinds)}]")) if kinds else pl.lit(value=False)


def _length(value: pl.Expr, rule: RowRule, field: Field) -> pl.Expr:
    length = value.str.len_chars()
    least, most = rule.arguments.get("min"), rule.arguments.get("max")
    return fails(
        (length < int(str(least)) if least is not None else pl.lit(value=False))
        | (length > int(str(most)) if most is not None else pl.lit(value=False))
    )


def _pattern(value: pl.Expr, rule: RowRule, field: Field) -> pl.Expr:
    return fails(~value.str.contains(f"^(?:{rule.arguments['pattern']})$"))


def literal(value: object, field: Field) -> pl.Expr:
    """An argument of a rule as a value of the field's type. Raises `ValueError` where it is none."""
    match field.type:
        case FieldType.DATE:
            return pl.lit(value if isinstance(value, date) else date.fromisoformat(str(value)), dtype=pl.Date)
        case FieldType.TIMESTAMP:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
            return pl.lit(moment).cast(POLARS_TYPES[FieldType.TIMESTAMP])
        case FieldType.DECIMAL:
            # Compared with all its digits: a bound may be finer than the field.
            return pl.lit(Decimal(str(value))).cast(pl.Decimal(38, 12))
        case FieldType.INTEGER:
            return pl.lit(int(str(value)) if float(str(value)).is_integer() else float(str(value)))
        case FieldType.NUMBER:
            return pl.lit(float(str(value)), dtype=pl.Float64)
        case FieldType.BOOLEAN:
            return pl.lit(value if isinstance(value, bool) else str(value).lower() == "true")
        case _:
            return pl.lit(str(value))


def _range(value: pl.Expr, rule: RowRule, field: Field) -> pl.Expr:
    comparable = value.cast(pl.Decimal(38, 12)) if field.type is FieldType.DECIMAL else value
    given = {name: literal(bound, field) for name, bound in rule.arguments.items() if bound is not None}
    broken = [
        outside(comparable, given[name])
        for name, outside in (
            ("min", pl.Expr.__lt__),
            ("max", pl.Expr.__gt__),
            ("above", pl.Expr.__le__),
            ("below", pl.Expr.__ge__),
        )
        if name in given
    ]
    return fails(pl.any_horizontal(broken)) if broken else pl.lit(value=False)


def _allowed(value: pl.Expr, rule: RowRule, field: Field) -> pl.Expr:
    return outside(value, _list(rule.arguments["values"]), field)


def outside(value: pl.Expr, values: Sequence[object], field: Field) -> pl.Expr:
    """Whether a value is none of `values`, given as the field's type or as text."""
    kind = decimal_type(field) if field.type is FieldType.DECIMAL else POLARS_TYPES[field.type]
    if not values:
        return value.is_not_null()
    known = pl.Series("known", values) if not isinstance(values, pl.Series) else values
    if known.dtype != kind:
        known = (
            known.cast(kind)
            if known.dtype != pl.String
            else pl.select(pl.concat([pl.select(literal(each, field)).to_series() for each in known]))
            .to_series()
            .cast(kind)
        )
    return fails(~value.is_in(known.implode()))


def _credit_code_format(value: pl.Expr, rule: RowRule, field: Field) -> pl.Expr:
    return fails(~value.str.contains(ids.CREDIT_CODE_PATTERN))


def _resident_id_format(value: pl.Expr, rule: RowRule, field: Field) -> pl.Expr:
    return fails(~value.str.contains(ids.RESIDENT_ID_PATTERN))


def _phone(value: pl.Expr, rule: RowRule, field: Field) -> pl.Expr:
    return fails(~value.str.contains(ids.PHONE_PATTERN))


def _in_batches(test: Callable[[pl.Series], pl.Series]) -> Form:
    """A form that looks at a whole morsel at once in numpy."""

    def form(value: pl.Expr, rule: RowRule, field: Field) -> pl.Expr:
        return value.map_batches(test, return_dtype=pl.Boolean, is_elementwise=True)

    return form


def _table(alphabet: str, weights: Sequence[int]) -> list[np.ndarray]:
    """For each place a table from byte to weighted value."""
    tables = []
    for weight in weights:
        table = np.zeros(256, dtype=np.int32)
        for value, character in enumerate(alphabet):
            table[ord(character)] = value * weight
        tables.append(table)
    return tables


_CREDIT_TABLES = _table(ids.CREDIT_CODE_ALPHABET, ids.CREDIT_CODE_WEIGHTS)
_RESIDENT_TABLES = _table("0123456789", ids.RESIDENT_ID_WEIGHTS)
_CREDIT_CHECK = np.frombuffer(
    "".join(ids.CREDIT_CODE_ALPHABET[(31 - each) % 31] for each in range(31)).encode(), dtype=np.uint8
)
_RESIDENT_CHECK = np.frombuffer(ids.RESIDENT_ID_CHECKS.encode(), dtype=np.uint8)


def _has_wrong_check(formed: pl.Series, tables: list[np.ndarray], checks: np.ndarray) -> np.ndarray:
    """For well-formed ASCII codes of 18 characters: whether the last one contradicts the others."""
    places = np.ascontiguousarray(
        np.frombuffer(str(formed.str.join("").item()).encode(), dtype=np.uint8).reshape(-1, 18).T
    )
    total = tables[0][places[0]]
    for table, place in zip(tables[1:], places[1:17], strict=True):
        total += table[place]
    wrong: np.ndarray = checks[total % len(checks)] != places[17]
    return wrong


def _formed(column: pl.Series, pattern: str) -> tuple[pl.Series, np.ndarray]:
    """The well-formed values, and which of the column they are."""
    mask = column.str.contains(pattern).fill_null(value=False)
    return (column if mask.all() else column.filter(mask)), mask.to_numpy()


def _wrong_credit_code(column: pl.Series) -> pl.Series:
    formed, is_formed = _formed(column, ids.CREDIT_CODE_PATTERN)
    failed = column.is_not_null().to_numpy().copy()
    if len(formed):
        failed[is_formed] = _has_wrong_check(formed, _CREDIT_TABLES, _CREDIT_CHECK)
    return pl.Series(column.name, failed)


def _wrong_resident_id(column: pl.Series) -> pl.Series:
    formed, is_formed = _formed(column, ids.RESIDENT_ID_PATTERN)
    failed = column.is_not_null().to_numpy().copy()
    if len(formed):
        born = formed.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
        is_born = born.dt.year().is_between(1800, 2999).fill_null(value=False).to_numpy()
        failed[is_formed] = _has_wrong_check(formed, _RESIDENT_TABLES, _RESIDENT_CHECK) | ~is_born
    return pl.Series(column.name, failed)


def _invalid_geometry(column: pl.Series) -> pl.Series:
    shapes = shapely.from_wkb(column.to_numpy(), on_invalid="ignore")
    failed = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    return pl.Series(column.name, failed)


def _list(values: object) -> list[object]:
    return list(values) if isinstance(values, list | tuple) else [values]


FORMS: Mapping[str, Form] = {
    "required": lambda value, rule, field: value.is_null(),
    "characters": _characters,
    "length": _length,
    "pattern": _pattern,
    "range": _range,
    "allowed": _allowed,
    "credit_code_format": _credit_code_format,
    "credit_code": _in_batches(_wrong_credit_code),
    "resident_id_format": _resident_id_format,
    "resident_id": _in_batches(_wrong_resident_id),
    "phone": _phone,
    "geometry": _in_batches(_invalid_geometry),
}
"""Checks of one value by name. `type`, `reference`, `unique` and `sql` need more: see the compiler."""
