"""A contract tried on some rows: cleaned, tested and kept in memory; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hexi.data.contracts.model import Contract
from hexi.data.engines.polars_compile import CLEAN, LINE, REASONS, Compiled
from hexi.data.engines.polars_rewrites import Rewrites
from hexi.data.engines.polars_unique import HashesLied, Repeats
from hexi.data.engines.sources.records import RawSource

References = dict[tuple[str, str], pl.Series]
"""(dataset, field) → the values that a `reference` rule allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of the rows."""

    lines: tuple[int, ...]
    raw: Mapping[str, tuple[str | None, ...]]
    """Source column → its texts, row by row."""
    values: Mapping[str, tuple[object, ...]]
    """Field → its values, row by row; a geometry as its size in bytes."""
    reasons: tuple[tuple[str, ...], ...]
    """Row by row the row rules that it breaks, warnings included."""
    quarantined: tuple[bool, ...]
    failed: Mapping[str, int]
    """Row rule → rows that break it."""
    rewritten: Mapping[str, int]
    """Field that is cleaned → values that the source has written differently."""


def try_rows(
    source: RawSource,
    contract: Contract,
    *,
    references: References,
    rows: int,
    workspace: Path,
) -> Tried:
    """Clean and test the first `rows` rows exactly as a run would. Raises what reading the source raises."""
    try:
        # Read as the run reads: eagerly, row by row of the source's own order.
        head = source.frame.head(rows).collect(engine="streaming").rechunk()
        source.check(head)
        compiled = Compiled(contract, references)
        repeats = Repeats(contract, workspace=workspace)
        keyed = repeats.look(compiled.cleaned(head, repeats.fields))
        try:
            repeats.confirm()
        except HashesLied as lied:
            known = Repeats(contract, workspace=workspace, known=lied.lines)
            keyed = known.look(compiled.cleaned(head, repeats.fields))
        judged = compiled.judged(keyed)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise source.explain(error) from error
    failed = compiled.counts(judged)
    broken = [rule for rule, count in failed.items() if count]
    bad = compiled.quarantined(judged, broken)
    rewritten = Rewrites(contract, clean=CLEAN, line=LINE).look(judged, ~bad)
    reasons = compiled.reasons(judged, broken).alias(REASONS)
    return Tried(
        lines=tuple(judged[LINE].to_list()),
        raw={name: tuple(judged[name].to_list()) for name in dict.fromkeys(each.source for each in contract.fields)},
        values={each.name: tuple(_shown(judged[CLEAN + each.name]).to_list()) for each in contract.fields},
        reasons=tuple(tuple(each or ()) for each in reasons.to_list()),
        quarantined=tuple(bad.to_list()),
        failed=failed,
        rewritten=rewritten.counts,
    )


def _shown(column: pl.Series) -> pl.Series:
    return column.bin.size() if column.dtype == pl.Binary else column
