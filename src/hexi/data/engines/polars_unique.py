"""Which rows repeat a key, found while the rows go by in the order of their source.

Keys are compared by a 64-bit hash: all hashes seen so far are kept, eight bytes a row. So that a collision
fails nobody, the keys themselves are set aside on disk, and at the end whoever shares a hash is compared
in full; if hashes lied, which happens once in a million tables, the scan is done again with the true lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from hexi.data.contracts.model import Contract, RowRule
from hexi.data.engines.polars_compile import CLEAN, LINE, breaks

Hash = Callable[[list[pl.Expr]], pl.Expr]
Hashes = npt.NDArray[np.uint64]


class HashesLied(Exception):
    """Two different keys have one hash. `lines` are those that truly repeat a key."""

    def __init__(self, lines: Mapping[str, pl.Series]) -> None:
        self.lines = lines
        super().__init__("two different keys have one hash")


def hash_of(keys: list[pl.Expr]) -> pl.Expr:
    """A 64-bit hash over all key columns."""
    return keys[0].hash() if len(keys) == 1 else pl.struct(keys).hash()


class Repeats:
    """The `unique` rules of a contract over one scan."""

    def __init__(
        self,
        contract: Contract,
        *,
        workspace: Path,
        known: Mapping[str, pl.Series] | None = None,
        hashing: Hash = hash_of,
    ) -> None:
        """`known`: the lines that break each rule, if a former scan found them out."""
        rules = [rule for rule in contract.row_rules if rule.check == "unique"]
        self._known = known
        self._keys = {rule.id: _Keys(rule, workspace / f"keys{number}", hashing) for number, rule in enumerate(rules)}

    @property
    def fields(self) -> frozenset[str]:
        """The key fields, whose cleaned columns `look` needs."""
        return frozenset(name for keys in self._keys.values() for name in keys.rule.fields)

    def look(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Add for each rule a Boolean column, named by `breaks`: a key of an earlier row. Call it in order.

        A key with a missing part repeats nothing.
        """
        if not self._keys:
            return batch
        if self._known is not None:
            return batch.with_columns(
                pl.col(LINE).is_in(lines.implode()).alias(breaks(rule)) for rule, lines in self._known.items()
            )
        return batch.with_columns(keys.look(batch).alias(breaks(rule)) for rule, keys in self._keys.items())

    def confirm(self) -> None:
        """Compare in full what shared a hash, after the last batch. Raises `HashesLied`."""
        if self._known is not None:
            return
        found = {rule: keys.exact() for rule, keys in self._keys.items()}
        if any(len(lines) != self._keys[rule].repeats for rule, lines in found.items()):
            raise HashesLied(found)


class _Keys:
    """The keys of one rule."""

    def __init__(self, rule: RowRule, folder: Path, hashing: Hash) -> None:
        self.rule, self._folder = rule, folder
        self.repeats = 0
        self._columns = [CLEAN + name for name in rule.fields]
        self._hash = hashing([pl.col(name) for name in self._columns])
        self._seen: list[Hashes] = []
        self._shared: list[Hashes] = []
        self._files: list[Path] = []
        folder.mkdir(exist_ok=True)

    def look(self, batch: pl.DataFrame) -> pl.Series:
        whole = batch.select(pl.all_horizontal(pl.col(self._columns).is_not_null())).to_series()
        keys = batch.select(LINE, *self._columns) if whole.all() else batch.filter(whole).select(LINE, *self._columns)
        keys = keys.with_columns(self._hash.alias("hash"))
        self._files.append(self._folder / f"{len(self._files):06}.arrow")
        keys.write_ipc(self._files[-1])
        hashes = keys["hash"].to_numpy()
        order = np.argsort(hashes)
        ordered = hashes[order]
        repeats = np.zeros(len(ordered), dtype=bool)
        repeats[1:] = ordered[1:] == ordered[:-1]
        # The fast sort leaves equal hashes in any order; the first of them in the source repeats nothing.
        equal = repeats.copy()
        equal[:-1] |= repeats[1:]
        places = order[equal]
        order[equal] = places[np.lexsort((places, ordered[equal]))]
        for seen in self._seen:
            at = np.searchsorted(seen, ordered)
            at[at == len(seen)] = 0
            repeats |= seen[at] == ordered
        self._add(ordered[~repeats])
        self._shared.append(_distinct(ordered[repeats]))
        self.repeats += int(repeats.sum())
        found = np.zeros(len(whole), dtype=bool)
        found[np.flatnonzero(whole.to_numpy())[order[repeats]]] = True
        return pl.Series(found)

    def _add(self, ordered: Hashes) -> None:
        """Keep the hashes in few sorted runs, each at least twice as long as the next."""
        if not len(ordered):
            return
        self._seen.append(ordered)
        while len(self._seen) > 1 and len(self._seen[-2]) < 2 * len(self._seen[-1]):
            last = np.concatenate([self._seen.pop(-2), self._seen.pop()])
            last.sort(kind="stable")
            self._seen.append(last)

    def exact(self) -> pl.Series:
        """The lines that repeat the key of an earlier line, compared in full."""
        shared = _distinct(np.sort(np.concatenate(self._shared))) if self._shared else np.array([], dtype=np.uint64)
        if not len(shared):
            return pl.Series(LINE, [], dtype=pl.Int64)
        keys = pl.scan_ipc(self._files, glob=False).filter(pl.col("hash").is_in(pl.Series(shared).implode()))
        repeated = keys.collect(engine="streaming").sort(LINE).filter(~pl.struct(self._columns).is_first_distinct())
        return repeated[LINE]


def _distinct(ordered: Hashes) -> Hashes:
    """Each of the sorted hashes once. `np.unique` would load numpy's masked arrays, a tenth of a second."""
    keep = np.ones(len(ordered), dtype=bool)
    keep[1:] = ordered[1:] != ordered[:-1]
    return ordered[keep]
