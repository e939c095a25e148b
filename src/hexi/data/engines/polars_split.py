"""Clean, test and split in one scan: accepted rows to one Parquet file, quarantined rows to another."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl

from hexi.data.contracts.model import Contract, Field, FieldType, SetRule
from hexi.data.engines.counting import parquet_rows
from hexi.data.engines.polars_compile import CLEAN, LINE, REASONS, Compiled
from hexi.data.engines.polars_unique import duplicates
from hexi.data.engines.sources.records import RawSource

ENGINE = ("polars", pl.__version__)
Seen = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What one scan gave."""

    rows: int
    accepted: int
    quarantined: int
    failed: Mapping[str, int]
    """Row rule → rows that break it, warnings included."""
    newest: Mapping[str, date | None]
    """Freshness rule → the newest date of its field among the accepted rows."""


def split(
    source: RawSource,
    contract: Contract,
    *,
    references: Mapping[tuple[str, str], pl.Series],
    accepted: Path,
    quarantined: Path,
    workspace: Path,
    seen: Seen,
) -> Split:
    """Write the two files and return the counts. `seen` is told how many rows went by.

    Raises what the source's `explain` and `check` raise; the files are then to be thrown away.
    """
    compiled = Compiled(contract, references)
    try:
        repeats = duplicates(source.frame, contract, workspace=workspace)
        masked = compiled.masked(compiled.cleaned(_counted(source.frame, seen)), repeats)
        fails = compiled.is_quarantined
        results = pl.collect_all(
            [
                masked.filter(~fails)
                .select(compiled.output)
                .sink_parquet(accepted, compression="zstd", metadata=geo_metadata(contract), lazy=True),
                masked.filter(fails)
                .select(LINE, compiled.reasons.alias(REASONS), *source.columns)
                .sink_parquet(quarantined, compression="zstd", lazy=True),
                masked.select(
                    pl.len().alias(LINE),
                    *compiled.counts(),
                    *(_newest(rule, ~fails) for rule in _fresh(contract)),
                    *(each.name.prefix("?") for each in source.watch),
                ),
            ],
            engine="streaming",
        )
    except (pl.exceptions.PolarsError, OSError) as error:
        raise source.explain(error) from error
    counted = results[2].row(0, named=True)
    source.check({name[1:]: value for name, value in counted.items() if name.startswith("?")})
    return Split(
        rows=int(counted[LINE]),
        accepted=parquet_rows(accepted),
        quarantined=parquet_rows(quarantined),
        failed={rule.id: int(counted[rule.id]) for rule in contract.row_rules},
        newest={rule.id: counted[f"!{rule.id}"] for rule in _fresh(contract)},
    )


def values_of(files: tuple[Path, ...], field: str) -> pl.Series:
    """The different values of a column, for a `reference` rule."""
    return pl.scan_parquet(list(files)).select(field).unique().collect()[field].drop_nulls()


def statistics(file: Path, contract: Contract) -> dict[str, object]:
    """Delta's statistics of a file of accepted rows: least, greatest and missing, for what skipping can use."""
    useful = {FieldType.INTEGER, FieldType.NUMBER, FieldType.DECIMAL, FieldType.DATE}
    names = [each.name for each in contract.fields if each.type in useful]
    if not names:
        return {}
    row = (
        pl.scan_parquet(file)
        .select(
            *(pl.col(name).min().alias(f"<{name}") for name in names),
            *(pl.col(name).max().alias(f">{name}") for name in names),
            *(pl.col(name).null_count().alias(f"0{name}") for name in names),
        )
        .collect(engine="streaming")
        .row(0, named=True)
    )
    return {
        "minValues": {name: _plain(row[f"<{name}"]) for name in names if row[f"<{name}"] is not None},
        "maxValues": {name: _plain(row[f">{name}"]) for name in names if row[f">{name}"] is not None},
        "nullCount": {name: row[f"0{name}"] for name in names},
    }


def delta_schema(contract: Contract) -> str:
    """The accepted table's schema as Delta's JSON."""
    return _schema([(each.name, _delta_type(each)) for each in contract.fields])


def quarantine_schema(columns: tuple[str, ...]) -> str:
    """The quarantined table's schema as Delta's JSON."""
    reasons = {"type": "array", "elementType": "string", "containsNull": True}
    return _schema([(LINE, "long"), (REASONS, reasons), *((name, "string") for name in columns)])


def geo_metadata(contract: Contract) -> dict[str, str] | None:
    """GeoParquet 1.1 metadata where a field holds geometry."""
    place = contract.geometry
    if place is None or place.field is None:
        return None
    authority, _, code = place.crs.partition(":")
    column = {
        "encoding": "WKB",
        "geometry_types": [],
        "crs": {"id": {"authority": authority, "code": int(code)}, "name": place.crs, "type": "GeographicCRS"},
    }
    geo = {"version": "1.1.0", "primary_column": place.field, "columns": {place.field: column}}
    return {"geo": json.dumps(geo)}


def _counted(frame: pl.LazyFrame, seen: Seen) -> pl.LazyFrame:
    def look(lines: pl.Series) -> pl.Series:
        seen(len(lines))
        return lines

    return frame.with_columns(pl.col(LINE).map_batches(look, return_dtype=pl.Int64, is_elementwise=True))


def _fresh(contract: Contract) -> list[SetRule]:
    return [rule for rule in contract.set_rules if rule.check == "freshness" and rule.fields]


def _newest(rule: SetRule, accepted: pl.Expr) -> pl.Expr:
    return pl.col(CLEAN + rule.fields[0]).filter(accepted).max().cast(pl.Date).alias(f"!{rule.id}")


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
