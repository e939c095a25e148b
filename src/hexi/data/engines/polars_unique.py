"""Which rows repeat a key: found before the scan, so that they fail like any other row.

The cleaned keys are set aside with a 64-bit hash. Only hashes are sorted, in as many passes as keep
memory small; whoever shares a hash is then compared in full, so that a collision fails nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import polars as pl

from hexi.data.contracts.model import Contract, RowRule
from hexi.data.engines.polars_compile import CLEAN, LINE, typed

ROWS_A_PASS = 25_000_000
"""Hashes that are sorted at once: 200 MB."""
Hash = Callable[[list[pl.Expr]], pl.Expr]


def hash_of(keys: list[pl.Expr]) -> pl.Expr:
    """A 64-bit hash over all key columns."""
    return keys[0].hash() if len(keys) == 1 else pl.struct(keys).hash()


def duplicates(
    raw: pl.LazyFrame, contract: Contract, *, workspace: Path, hashing: Hash = hash_of
) -> Mapping[str, pl.Series]:
    """Return for each `unique` rule the lines (Int64) that repeat a key of an earlier line.

    A key with a missing part repeats nothing.
    """
    rules = [rule for rule in contract.row_rules if rule.check == "unique"]
    found = {}
    for number, rule in enumerate(rules):
        aside = workspace / f"keys{number}.parquet"
        _set_aside(raw, contract, rule, aside, hashing)
        found[rule.id] = _repeats(aside, rule)
        aside.unlink()
    return found


def _set_aside(raw: pl.LazyFrame, contract: Contract, rule: RowRule, aside: Path, hashing: Hash) -> None:
    keys = [CLEAN + name for name in rule.fields]
    columns = [typed(contract.field(name)).alias(CLEAN + name) for name in rule.fields]
    raw.select(LINE, *columns).drop_nulls(keys).with_columns(
        hashing([pl.col(key) for key in keys]).alias("hash")
    ).sink_parquet(aside, compression="lz4", statistics=False)


def _repeats(aside: Path, rule: RowRule) -> pl.Series:
    scan = pl.scan_parquet(aside)
    total = int(scan.select(pl.len()).collect().item())
    passes = max(1, -(-total // ROWS_A_PASS))
    lines = []
    for number in range(passes):
        part = scan.filter(pl.col("hash") % passes == number) if passes > 1 else scan
        hashes = part.select("hash").collect(engine="streaming")["hash"].to_numpy().copy()
        hashes.sort()
        shared = np.unique(hashes[1:][hashes[1:] == hashes[:-1]])
        del hashes
        if not len(shared):
            continue
        candidates = part.filter(pl.col("hash").is_in(pl.Series(shared).implode())).collect(engine="streaming")
        keys = [CLEAN + name for name in rule.fields]
        repeated = candidates.sort(LINE).filter(~pl.struct(keys).is_first_distinct())
        lines.append(repeated[LINE])
    return pl.concat(lines).sort() if lines else pl.Series(LINE, [], dtype=pl.Int64)
