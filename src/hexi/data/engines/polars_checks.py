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
from hexi.data.engines.polars_expressions import rust_pattern

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
    pattern = unfit(rule)
    return fails(value.str.contains(pattern)) if pattern else pl.lit(value=False)


def unfit(rule: RowRule) -> str:
    """A pattern of what a `characters` rule refuses; empty where it allows everything."""
    allowed = _list(rule.arguments.get("allow", ()))
    kinds = [members for kind, members in UNFIT.items() if kind not in allowed]
    return f"[{''.join(kinds)}]" if kinds else ""


def passes_only_fit_characters(rule: RowRule) -> bool:
    """Whether whatever passes a rule holds none of the unfit characters."""
    if rule.check == "allowed":
        values = [str(each) for each in _list(rule.arguments["values"])]
        return all(value.isprintable() and "\ufffd" not in value for value in values)
    return rule.check in {"credit_code_format", "resident_id_format", "phone"}


def _length(value: pl.Expr, rule: RowRule, field: Field) -> pl.Expr:
    length = value.str.len_chars()
    least, most = rule.arguments.get("min"), rule.arguments.get("max")
    return fails(
        (length < int(str(least)) if least is not None else pl.lit(value=False))
        | (length > int(str(most)) if most is not None else pl.lit(value=False))
    )


def _pattern(value: pl.Expr, rule: RowRule, field: Field) -> pl.Expr:
    return fails(~value.str.contains(f"^(?:{rust_pattern(str(rule.arguments['pattern']))})$"))


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
    known = pl.concat([pl.select(literal(each, field)).to_series() for each in values]).cast(kind)
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


def _values_of(alphabet: str) -> bytes:
    """A table from byte to the value of the character; 255 for what is not in the alphabet."""
    table = bytearray(b"\xff" * 256)
    for value, character in enumerate(alphabet):
        table[ord(character)] = value
    return bytes(table)


_CREDIT = _values_of(ids.CREDIT_CODE_ALPHABET)
_RESIDENT = _values_of("0123456789")
_CREDIT_CHECK = np.frombuffer(
    "".join(ids.CREDIT_CODE_ALPHABET[(31 - each) % 31] for each in range(31)).encode(), dtype=np.uint8
)
_RESIDENT_CHECK = np.frombuffer(ids.RESIDENT_ID_CHECKS.encode(), dtype=np.uint8)
_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int16)


def _bytes_of(column: pl.Series, table: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which texts have 18 bytes, their characters' values as 18 × texts, and their last bytes."""
    fits = (column.str.len_bytes() == 18).fill_null(value=False)
    chosen = column if fits.all() else column.filter(fits)
    text = str(chosen.str.join("").item()).encode() if len(chosen) else b""
    # Twice as fast as looking the bytes up in an array.
    values = np.frombuffer(text.translate(table), dtype=np.int8).reshape(-1, 18).T
    return fits.to_numpy(), np.ascontiguousarray(values), np.frombuffer(text, dtype=np.uint8)[17::18]


def _remainder(values: np.ndarray, weights: Sequence[int], modulus: int) -> np.ndarray:
    # Row by row in 16 bits, where no sum overflows. A product of matrices would wake BLAS, whose threads spin.
    total = np.zeros(values.shape[1], dtype=np.int16)
    for row, weight in zip(values, weights, strict=True):
        total += row * np.int16(weight)
    return total % np.int16(modulus)


def _wrong_credit_code(column: pl.Series) -> pl.Series:
    failed = column.is_not_null().to_numpy().copy()
    fits, values, last = _bytes_of(column, _CREDIT)
    is_foreign = (values.min(axis=0) < 0) | (values[2:8].max(axis=0) > 9)
    failed[fits] = is_foreign | (_CREDIT_CHECK[_remainder(values[:17], ids.CREDIT_CODE_WEIGHTS, 31)] != last)
    return pl.Series(column.name, failed)


def _wrong_resident_id(column: pl.Series) -> pl.Series:
    failed = column.is_not_null().to_numpy().copy()
    fits, values, last = _bytes_of(column, _RESIDENT)
    digits = values[:17]
    is_wrong = _RESIDENT_CHECK[_remainder(digits, ids.RESIDENT_ID_WEIGHTS, 11)] != last
    failed[fits] = (digits.min(axis=0) < 0) | is_wrong | ~_is_day(digits[6:14].astype(np.int16))
    return pl.Series(column.name, failed)


def _is_day(digits: np.ndarray) -> np.ndarray:
    """Whether eight rows of digits are a day of the years 1800 to 2999, leap years observed."""
    year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
    month = np.clip(digits[4] * 10 + digits[5], 0, 99)
    day = digits[6] * 10 + digits[7]
    is_month = (month >= 1) & (month <= 12)
    most = _DAYS[np.where(is_month, month, 0)]
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    most = most - ((month == 2) & ~is_leap)
    found: np.ndarray = is_month & (day >= 1) & (day <= most) & (year >= 1800) & (year <= 2999)
    return found


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
