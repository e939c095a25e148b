"""Tries a contract on some rows of a source, so that whoever edits it sees what it does."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hexi.data.contracts.model import Contract, RowRule
from hexi.data.engines.polars_split import values_of
from hexi.data.engines.polars_trial import References, Tried, try_rows
from hexi.data.engines.profiles import open_sample
from hexi.data.engines.sources.opening import open_source
from hexi.kernel.errors import HexiError

ROWS = 2_000


class Snapshot(Protocol):
    """One version of another dataset."""

    @property
    def files(self) -> tuple[Path, ...]:
        """Parquet files of its accepted rows."""


class Snapshots(Protocol):
    """Resolves the datasets that `reference` rules name."""

    def snapshot(self, dataset: str) -> Snapshot:
        """The newest accepted version of `dataset`. Raises a `HexiError` where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRow:
    """One row: as it came, as it would be published, and what is wrong with it."""

    line: int
    """Of the source, from 1."""
    raw: Mapping[str, str | None]
    """Field → text of its source column."""
    values: Mapping[str, object]
    """Field → value after cleaning."""
    reasons: tuple[str, ...]
    """Rules of severity error that it breaks; empty for a row that would be published."""
    failed: frozenset[str]
    """Fields that a broken rule is about."""
    rewritten: frozenset[str]
    """Fields whose text is written differently after cleaning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a contract makes of some rows."""

    rows: tuple[TrialRow, ...]
    """In the order of the source."""
    accepted: int
    failed: int
    failed_by_rule: Mapping[str, int]
    """Row rule → rows that break it, warnings included; the most first."""
    rewritten: Mapping[str, int]
    """Field → values that are written differently after cleaning."""
    not_checked: tuple[str, ...]
    """Rules that refer to datasets that are not there."""
    total_rows: int | None
    """Rows of the source; None where only reading all of it would tell."""

    @property
    def rows_tried(self) -> int:
        """How many rows were looked at."""
        return len(self.rows)


def trial(
    contract: Contract,
    *,
    source: Path,
    rows: int = ROWS,
    references: Snapshots | None = None,
    is_sample: bool = False,
) -> Trial:
    """Clean and test the first `rows` rows of a source; nothing is written. The verdicts are those of a run.

    With `is_sample`, `source` is a sample that drafting wrote, and the rows are spread over it. A key counts as
    repeated where the rows that are tried repeat it. Raises what opening and reading a source raises.
    """
    known, missing = _references(contract, references)
    reduced = dataclasses.replace(
        contract, row_rules=tuple(each for each in contract.row_rules if each.id not in missing)
    )
    with tempfile.TemporaryDirectory(prefix="hexi-trial-") as folder:
        workspace = Path(folder)
        raw = open_sample(source, rows=rows) if is_sample else open_source(reduced, source, workspace=workspace)
        tried = try_rows(raw, reduced, references=known, rows=rows, workspace=workspace)
        total = raw.total_rows
    found = _rows(reduced, tried)
    bad = sum(tried.quarantined)
    return Trial(
        rows=found,
        accepted=len(found) - bad,
        failed=bad,
        failed_by_rule=dict(sorted(tried.failed.items(), key=lambda pair: -pair[1])),
        rewritten=tried.rewritten,
        not_checked=tuple(sorted(missing)),
        total_rows=total,
    )


def _rows(contract: Contract, tried: Tried) -> tuple[TrialRow, ...]:
    errors = {rule.id: rule for rule in contract.row_rules if rule.severity.value == "error"}
    cleaned = {each.name for each in contract.fields if each.cleaners}
    source = {each.name: each.source for each in contract.fields}
    found = []
    for at, line in enumerate(tried.lines):
        reasons = tuple(id for id in tried.reasons[at] if id in errors) if tried.quarantined[at] else ()
        raw = {name: tried.raw[column][at] for name, column in source.items()}
        values = {name: column[at] for name, column in tried.values.items()}
        found.append(
            TrialRow(
                line=line,
                raw=raw,
                values=values,
                reasons=reasons,
                failed=frozenset(name for id in reasons for name in errors[id].fields),
                rewritten=frozenset(
                    name for name in cleaned if values[name] is not None and str(values[name]) != (raw[name] or "")
                ),
            )
        )
    return tuple(found)


def _references(contract: Contract, resolver: Snapshots | None) -> tuple[References, set[str]]:
    known: References = {}
    missing: set[str] = set()
    for rule in contract.row_rules:
        if rule.check != "reference":
            continue
        dataset, field = _refers_to(rule)
        try:
            if resolver is None:
                missing.add(rule.id)
                continue
            known[dataset, field] = values_of(resolver.snapshot(dataset).files, field, dataset=dataset)
        except HexiError:
            missing.add(rule.id)
    return known, missing


def _refers_to(rule: RowRule) -> tuple[str, str]:
    return str(rule.arguments["dataset"]), str(rule.arguments["field"])
