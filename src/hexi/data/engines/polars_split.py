"""Clean, test and split in one scan: accepted rows to one Parquet file, quarantined rows to another."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from hexi.data.contracts.model import Contract, SetRule
from hexi.data.engines.delta_words import Statistics
from hexi.data.engines.polars_batches import ParquetSink, batches
from hexi.data.engines.polars_cleaners import column_type
from hexi.data.engines.polars_compile import LINE, REASONS, Compiled
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
    statistics: Mapping[str, object]
    """Delta's statistics of the accepted rows."""


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
    tally = _Tally(contract)
    try:
        repeats = duplicates(source.frame, contract, workspace=workspace)
        compiled = Compiled(contract, references, repeats)
        is_quarantined, reasons = compiled.is_quarantined, compiled.reasons.alias(REASONS)
        counts = compiled.counts()
        kept = {each.name: column_type(each) for each in contract.fields}
        raw = dict.fromkeys(source.columns, pl.String())
        with (
            ParquetSink(accepted, kept, metadata=geo_metadata(contract)) as good,
            ParquetSink(quarantined, {LINE: pl.Int64(), REASONS: pl.List(pl.String), **raw}) as bad,
        ):
            for batch in batches(source.frame, columns=len(source.columns)):
                source.check(batch)
                masked = compiled.masked(batch)
                passed = masked.filter(~is_quarantined).select(compiled.output)
                failed = masked.filter(is_quarantined).select(LINE, reasons, *source.columns)
                tally.add(masked.select(counts), passed, failed)
                good.write(passed)
                bad.write(failed)
                seen(batch.height)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise source.explain(error) from error
    return tally.split()


class _Tally:
    """What is counted while the batches go by."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.accepted = self.quarantined = 0
        self.failed = dict.fromkeys((rule.id for rule in contract.row_rules), 0)
        self.newest: dict[str, date | None] = {rule.id: None for rule in _fresh(contract)}
        self._statistics = Statistics(contract)

    def add(self, counts: pl.DataFrame, passed: pl.DataFrame, failed: pl.DataFrame) -> None:
        self.accepted += passed.height
        self.quarantined += failed.height
        for name, number in counts.row(0, named=True).items():
            self.failed[name] += number
        for rule in _fresh(self.contract):
            self.newest[rule.id] = _later(self.newest[rule.id], passed[rule.fields[0]].cast(pl.Date).max())
        self._statistics.add(passed)

    def split(self) -> Split:
        return Split(
            rows=self.accepted + self.quarantined,
            accepted=self.accepted,
            quarantined=self.quarantined,
            failed=self.failed,
            newest=self.newest,
            statistics=self._statistics.said(),
        )


def values_of(files: tuple[Path, ...], field: str) -> pl.Series:
    """The different values of a column, for a `reference` rule."""
    return pl.scan_parquet(list(files)).select(field).unique().collect()[field].drop_nulls()


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


def _fresh(contract: Contract) -> list[SetRule]:
    return [rule for rule in contract.set_rules if rule.check == "freshness" and rule.fields]


def _later(one: date | None, other: object) -> date | None:
    return max((each for each in (one, other) if isinstance(each, date)), default=None)
