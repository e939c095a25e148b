"""Clean, test and split in one scan: accepted rows to one Parquet file, quarantined rows to another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from hexi.data.contracts.model import Contract, SetRule
from hexi.data.contracts.problems import nearest
from hexi.data.engines.delta_words import Statistics
from hexi.data.engines.polars_batches import CELLS_A_BATCH, ParquetSink, batches, side_by_side
from hexi.data.engines.polars_compile import CLEAN, LINE, REASONS, Compiled, breaks
from hexi.data.engines.polars_rewrites import Pair, Rewrites, Rewritten, plain
from hexi.data.engines.polars_unique import Hash, HashesLied, Repeats, hash_of
from hexi.data.engines.sources.records import RawSource
from hexi.kernel.errors import Invalid

ENGINE = ("polars", pl.__version__)
Seen = Callable[[int], None]
Values = pl.Series
"""The different values of a column."""


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
    rewritten: Mapping[str, int]
    """Field that is cleaned → values that the source has written differently."""
    examples: Mapping[str, tuple[Pair, ...]]
    """Field → some of these, before and after, from accepted rows."""


def split(
    source: RawSource,
    contract: Contract,
    *,
    references: Mapping[tuple[str, str], pl.Series],
    accepted: Path,
    quarantined: Path,
    workspace: Path,
    seen: Seen,
    hashing: Hash = hash_of,
    cells: int = CELLS_A_BATCH,
) -> Split:
    """Write the two files and return the counts. `seen` is told how many rows went by, a batch of `cells` at a time.

    Raises what the source's `explain` and `check` raise; the files are then to be thrown away.
    """

    def scan(known: Mapping[str, pl.Series] | None) -> Split:
        compiled = Compiled(contract, references)
        repeats = Repeats(contract, workspace=workspace, known=known, hashing=hashing)
        rewrites = Rewrites(contract, clean=CLEAN, line=LINE)
        tally = _Tally(contract, rewrites.none())
        with (
            ParquetSink(accepted, compiled.schema, metadata=geo_metadata(contract)) as good,
            ParquetSink(quarantined, _quarantine(source.columns)) as bad,
        ):
            keyed = _keyed(source, compiled, repeats, cells=cells)
            parting = _Parting(compiled, source.columns, rewrites)
            for part in side_by_side(parting, keyed, workers=pl.thread_pool_size()):
                good.write(part.passed)
                bad.write(part.failed)
                tally.add(part)
                seen(part.passed.height + part.failed.height)
        repeats.confirm()
        return tally.split()

    try:
        try:
            return scan(None)
        except HashesLied as lied:
            return scan(lied.lines)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise source.explain(error) from error


def _keyed(source: RawSource, compiled: Compiled, repeats: Repeats, *, cells: int) -> Iterator[pl.DataFrame]:
    """The source's batches in order, with what tells repeated keys."""
    for batch in batches(source.frame, columns=len(source.columns), cells=cells):
        source.check(batch)
        yield repeats.look(compiled.cleaned(batch, repeats.fields))


def _quarantine(columns: tuple[str, ...]) -> dict[str, pl.DataType]:
    return {LINE: pl.Int64(), REASONS: pl.List(pl.String), **dict.fromkeys(columns, pl.String())}


@dataclass(frozen=True, slots=True)
class _Part:
    """What became of one batch."""

    passed: pl.DataFrame
    failed: pl.DataFrame
    counts: Mapping[str, int]
    """Row rule → rows that break it."""
    rewritten: Rewritten


class _Parting:
    """Cleans and tests a batch, and parts it."""

    def __init__(self, compiled: Compiled, columns: tuple[str, ...], rewrites: Rewrites) -> None:
        self._compiled, self._rewrites = compiled, rewrites
        self._columns = columns

    def __call__(self, batch: pl.DataFrame) -> _Part:
        judged = self._compiled.judged(batch)
        counts = self._compiled.counts(judged)
        # Of the many rules, a batch breaks few.
        broken = [rule for rule, rows in counts.items() if rows]
        fails = self._compiled.quarantined(judged, broken)
        passes = ~fails
        failing = judged.select(LINE, *map(breaks, broken), *self._columns).filter(fails)
        return _Part(
            # Chosen first, then filtered: whoever filters first, filters columns that nobody wants.
            judged.select(self._compiled.output).filter(passes),
            failing.select(LINE, self._compiled.reasons(failing, broken).alias(REASONS), *self._columns),
            counts,
            self._rewrites.look(judged, passes),
        )


class _Tally:
    """What is counted while the batches go by."""

    def __init__(self, contract: Contract, rewritten: Rewritten) -> None:
        self.contract, self.rewritten = contract, rewritten
        self.accepted = self.quarantined = 0
        self.failed = dict.fromkeys((rule.id for rule in contract.row_rules), 0)
        self.newest: dict[str, date | None] = {rule.id: None for rule in _fresh(contract)}
        self._statistics = Statistics(contract)

    def add(self, part: _Part) -> None:
        self.accepted += part.passed.height
        self.quarantined += part.failed.height
        for name, number in part.counts.items():
            self.failed[name] += number
        for rule in _fresh(self.contract):
            self.newest[rule.id] = _later(self.newest[rule.id], part.passed[rule.fields[0]].cast(pl.Date).max())
        self._statistics.add(part.passed)
        self.rewritten.add(part.rewritten)

    def split(self) -> Split:
        return Split(
            rows=self.accepted + self.quarantined,
            accepted=self.accepted,
            quarantined=self.quarantined,
            failed=self.failed,
            newest=self.newest,
            statistics=self._statistics.said(),
            rewritten=self.rewritten.counts,
            examples=plain(self.rewritten.examples),
        )


class ReferenceUnfit(Invalid):
    """A contract refers to a field that the other dataset does not have."""

    code = "contract.reference"


def values_of(files: tuple[Path, ...], field: str, *, dataset: str) -> pl.Series:
    """The different values of a column, for a `reference` rule. Raises `ReferenceUnfit`."""
    frame = pl.scan_parquet(list(files))
    known = frame.collect_schema().names()
    if field not in known:
        raise ReferenceUnfit(
            "The contract refers to the field “{field}” of {dataset}, which has none of that name; try: {near}.",
            field=field,
            dataset=dataset,
            near=nearest(field, known),
        )
    return frame.select(field).unique().collect()[field].drop_nulls()


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
