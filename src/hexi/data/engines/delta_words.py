"""A contract's tables in Delta's words: schemas and statistics as the log's JSON has them."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import polars as pl

from hexi.data.contracts.model import Contract, Field, FieldType
from hexi.data.engines.polars_compile import LINE, REASONS

MEASURED = {FieldType.INTEGER, FieldType.NUMBER, FieldType.DECIMAL, FieldType.DATE}
"""Types whose least and greatest value readers skip files by."""


def delta_schema(contract: Contract) -> str:
    """The accepted table's schema as Delta's JSON."""
    return _schema([(each.name, _delta_type(each)) for each in contract.fields])


def quarantine_schema(columns: tuple[str, ...]) -> str:
    """The quarantined table's schema as Delta's JSON."""
    reasons = {"type": "array", "elementType": "string", "containsNull": True}
    return _schema([(LINE, "long"), (REASONS, reasons), *((name, "string") for name in columns)])


class Statistics:
    """Least, greatest and missing values of the accepted rows, gathered batch by batch."""

    def __init__(self, contract: Contract) -> None:
        self._names = [each.name for each in contract.fields if each.type in MEASURED]
        self._parts: list[pl.DataFrame] = []

    def add(self, rows: pl.DataFrame) -> None:
        """Look at accepted rows."""
        if self._names and rows.height:
            measured = pl.col(self._names)
            self._parts.append(
                rows.select(
                    measured.min().name.prefix("<"),
                    measured.max().name.prefix(">"),
                    measured.null_count().name.prefix("0"),
                )
            )

    def said(self) -> dict[str, object]:
        """Return Delta's `minValues`, `maxValues` and `nullCount`; empty where there is nothing to say."""
        if not self._parts:
            return {}
        parts = pl.concat(self._parts)
        least = {name: parts[f"<{name}"].min() for name in self._names}
        most = {name: parts[f">{name}"].max() for name in self._names}
        return {
            "minValues": {name: _plain(value) for name, value in least.items() if value is not None},
            "maxValues": {name: _plain(value) for name, value in most.items() if value is not None},
            "nullCount": {name: int(parts[f"0{name}"].sum()) for name in self._names},
        }


def _schema(fields: list[tuple[str, object]]) -> str:
    return json.dumps(
        {
            "type": "struct",
            "fields": [{"name": name, "type": kind, "nullable": True, "metadata": {}} for name, kind in fields],
        }
    )


def _delta_type(field: Field) -> str:
    if field.type is FieldType.DECIMAL:
        return f"decimal({field.precision},{field.scale})"
    return {
        FieldType.STRING: "string",
        FieldType.INTEGER: "long",
        FieldType.NUMBER: "double",
        FieldType.DATE: "date",
        FieldType.TIMESTAMP: "timestamp",
        FieldType.BOOLEAN: "boolean",
        FieldType.GEOMETRY: "binary",
    }[field.type]


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
