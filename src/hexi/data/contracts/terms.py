"""An expression after it was checked: typed terms, each with one meaning that every engine has a form for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from hexi.data.contracts.model import Field, FieldType


class Kind(StrEnum):
    """What sort of value a term gives."""

    INTEGER = "whole number"
    DECIMAL = "decimal number"
    DOUBLE = "number"
    TEXT = "text"
    BOOLEAN = "condition"
    DATE = "date"
    TIMESTAMP = "time"
    GEOMETRY = "geometry"
    NULL = "NULL"


NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.DOUBLE})
MAX_SCALE = 12
MAX_DECIMAL = 1e25
"""A decimal result is NULL from here on: 25 digits before the point and 12 after fit every engine."""
KINDS = {
    FieldType.STRING: Kind.TEXT,
    FieldType.INTEGER: Kind.INTEGER,
    FieldType.DECIMAL: Kind.DECIMAL,
    FieldType.NUMBER: Kind.DOUBLE,
    FieldType.DATE: Kind.DATE,
    FieldType.TIMESTAMP: Kind.TIMESTAMP,
    FieldType.BOOLEAN: Kind.BOOLEAN,
    FieldType.GEOMETRY: Kind.GEOMETRY,
}


@dataclass(frozen=True, slots=True)
class Term:
    """One step of a computation. `op` is a key of every engine's table of forms."""

    op: str
    kind: Kind
    args: tuple[Term, ...] = ()
    value: object = None
    """A column's name, a literal's value, a pattern, a number of digits."""
    scale: int = 0
    """Digits after the point, of decimals."""

    def walk(self) -> Iterator[Term]:
        """Yield this term and all inside it."""
        yield self
        for each in self.args:
            yield from each.walk()


def column(field: Field) -> Term:
    """The value of a field."""
    return Term("column", KINDS[field.type], value=field.name, scale=field.scale or 0)


def converted(term: Term, kind: Kind, scale: int = 0) -> Term:
    """The same number as another kind of number, or NULL as any kind; never loses a digit but to a double."""
    if term.kind is Kind.NULL:
        return replace(term, kind=kind, scale=scale)
    if term.kind is kind and term.scale == scale:
        return term
    return Term("convert", kind, (term,), scale=scale)


def alike(terms: list[Term]) -> list[Term] | None:
    """The terms as one kind: numbers as the widest of them. None where kinds do not go together."""
    kinds = {each.kind for each in terms} - {Kind.NULL}
    if not kinds:
        return terms
    if len(kinds) == 1 and Kind.DECIMAL not in kinds:
        return [converted(each, next(iter(kinds))) for each in terms]
    if not kinds <= NUMBERS:
        return None
    if Kind.DOUBLE in kinds:
        return [converted(each, Kind.DOUBLE) for each in terms]
    scale = max(each.scale for each in terms)
    return [converted(each, Kind.DECIMAL, scale) for each in terms]
