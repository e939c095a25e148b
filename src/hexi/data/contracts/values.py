"""What a value written in a contract means for a field's type: bounds, allowed values, examples."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from hexi.data.contracts.model import FieldType
from hexi.kernel.names import Text

Comparable = str | int | float | Decimal | date | datetime | bool

WRITTEN: dict[FieldType, Text] = {
    FieldType.STRING: Text("文本，加引号", "text; put it in quotes"),
    FieldType.INTEGER: Text("整数，如 42", "a whole number such as 42"),
    FieldType.DECIMAL: Text("小数，如 1234.50", "a decimal number such as 1234.50"),
    FieldType.NUMBER: Text("数值，如 103.85", "a number such as 103.85"),
    FieldType.DATE: Text("日期，如 2026-11-23", "a date such as 2026-11-23"),
    FieldType.TIMESTAMP: Text("时间，如 2026-11-23T08:00:00Z", "a time such as 2026-11-23T08:00:00Z"),
    FieldType.BOOLEAN: Text("true 或 false", "true or false"),
    FieldType.GEOMETRY: Text("GeoJSON 几何对象", "a GeoJSON geometry"),
}
"""How a value of each type is written in a contract."""


def value_of(written: object, kind: FieldType) -> Comparable:
    """Return what `written` means as a `kind`. Raises `ValueError` where it means nothing.

    A text field takes text alone: `062` without quotes would already have lost its zero elsewhere.
    """
    match kind:
        case FieldType.STRING:
            if isinstance(written, str):
                return written
        case FieldType.INTEGER:
            if isinstance(written, int) and not isinstance(written, bool):
                return written
            if isinstance(written, str):
                return int(written)
        case FieldType.DECIMAL:
            if isinstance(written, str | int | float | Decimal) and not isinstance(written, bool):
                return _decimal(str(written))
        case FieldType.NUMBER:
            if isinstance(written, str | int | float | Decimal) and not isinstance(written, bool):
                found = float(written)
                if math.isfinite(found):
                    return found
        case FieldType.DATE:
            if isinstance(written, str) and len(written) == len("2026-11-23"):
                return date.fromisoformat(written)
        case FieldType.TIMESTAMP:
            if isinstance(written, str) and len(written) >= len("2026-11-23"):
                moment = datetime.fromisoformat(written)
                return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        case FieldType.BOOLEAN:
            if isinstance(written, bool):
                return written
            if written in {"true", "false"}:
                return written == "true"
        case FieldType.GEOMETRY:
            if isinstance(written, str):
                return written
    raise ValueError(written)


def _decimal(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not found.is_finite():
        raise ValueError(text)
    return found
