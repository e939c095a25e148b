"""Values written in an expression, and what may be cast to what."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from hexi.data.contracts.terms import MAX_SCALE, NUMBERS, Kind, Term, converted

BEIJING = timezone(timedelta(hours=8))
CASTS = {
    "VARCHAR": Kind.TEXT,
    "TEXT": Kind.TEXT,
    "BIGINT": Kind.INTEGER,
    "INT": Kind.INTEGER,
    "DOUBLE": Kind.DOUBLE,
    "DATE": Kind.DATE,
}
READABLE = {
    Kind.TEXT: {Kind.INTEGER, Kind.DATE, Kind.BOOLEAN, Kind.TEXT, Kind.NULL},
    Kind.INTEGER: {*NUMBERS, Kind.TEXT, Kind.NULL},
    Kind.DOUBLE: {*NUMBERS, Kind.TEXT, Kind.NULL},
    Kind.DATE: {Kind.DATE, Kind.TEXT, Kind.NULL},
}
"""What may be cast to each kind. A double as text is missing: engines print the same number differently."""


def moment(term: Term, kind: Kind) -> Term | None:
    """A text literal as a date or a time; without a zone a time is Beijing's."""
    if term.op != "literal" or not isinstance(term.value, str):
        return None
    try:
        if kind is Kind.DATE:
            return Term("literal", kind, value=a_date(term.value))
        moment = datetime.fromisoformat(term.value)
    except ValueError:
        return None
    return Term("literal", kind, value=moment if moment.tzinfo else moment.replace(tzinfo=BEIJING))


def a_date(text: str) -> date:
    """A day of the years 1000 to 2999, as 2026-11-23. Raises `ValueError`."""
    if not re.fullmatch(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def number(text: str) -> Term | None:
    """A number as it is written: whole, with a point (exact), or with an exponent; None if it fits none."""
    if text.isdigit():
        return Term("literal", Kind.INTEGER, value=int(text)) if int(text) < 2**63 else None
    if re.fullmatch(rf"[0-9]{{0,20}}\.[0-9]{{1,{MAX_SCALE}}}", text):
        return Term("literal", Kind.DECIMAL, value=Decimal(text), scale=len(text.split(".")[1]))
    value = float(text)
    return Term("literal", Kind.DOUBLE, value=value) if math.isfinite(value) else None


def cast_to(value: Term, target: Kind) -> Term:
    """A term of a kind that `READABLE` lists for the target, as the target."""
    if value.kind in {target, Kind.NULL}:
        return converted(value, target)
    if target is Kind.DATE:
        return moment(value, Kind.DATE) or Term("read", target, (value,))
    if value.kind is Kind.TEXT:
        return Term("read", target, (value,))
    if target is Kind.DOUBLE:
        return converted(value, target)
    return Term("write" if target is Kind.TEXT else "whole", target, (value,))
