"""Rehearses a run: what it would count, and whether it would publish. Nothing is written to the lake."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hexi.data.collecting.connections import Connections, NoConnections
from hexi.data.contracts.model import Contract
from hexi.data.engines import polars_split as engine
from hexi.data.lake.tables import DatasetTable
from hexi.data.lifecycle import judging
from hexi.data.lifecycle.errors import SetRuleBroken
from hexi.data.lifecycle.inputs import inputs_of, open_of, reference_values
from hexi.data.lifecycle.records import Progress, References, RuleCount, Silent, Step
from hexi.kernel.time import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What a run would give."""

    dataset: str
    rows: int
    accepted: int
    quarantined: int
    rules: tuple[RuleCount, ...]
    """Every rule, those of rows first; a set rule fails 0 or 1."""
    broken: tuple[SetRuleBroken, ...]
    """What is wrong with the rows as a whole, in sentences; warnings are left out."""

    def reaches(self, percent: float) -> bool:
        """Whether a run would publish, and accept at least so many percent of the rows."""
        return not self.broken and (100 * self.accepted >= percent * self.rows)


def rehearse(
    contract: Contract,
    *,
    source: Path | None = None,
    references: References,
    connections: Connections | None = None,
    table: DatasetTable | None = None,
    clock: Clock,
    progress: Progress | None = None,
) -> Rehearsal:
    """Clean and test a source exactly as a run would, in a folder that is thrown away.

    `table` is the dataset to compare with, where there is one. Raises what opening and reading a source raises, and
    `Missing` for a reference or a connection; broken promises are told by what comes back.
    """
    watch = progress or Silent()
    now = clock()
    with tempfile.TemporaryDirectory(prefix="hexi-rehearsal-") as folder:
        workspace = Path(folder)
        watch.step(Step.COLLECT)
        inputs = inputs_of(contract, references)
        raw = open_of(
            contract,
            source,
            inputs,
            connections or NoConnections(),
            workspace=workspace,
            mirror=workspace / "mirror",
            now=now,
            seen=watch.rows,
        )
        watch.step(Step.CLEAN)
        done = 0

        def seen(rows: int) -> None:
            nonlocal done
            done += rows
            watch.rows(done, raw.total_rows)

        accepted = workspace / "accepted.parquet"
        split = engine.split(
            raw,
            contract,
            references=reference_values(contract, inputs),
            accepted=accepted,
            quarantined=workspace / "quarantined.parquet",
            workspace=workspace,
            seen=seen,
        )
        found = judging.judge(
            contract,
            split,
            accepted=accepted,
            columns=raw.columns,
            before=judging.Before.of(table, contract) if table is not None else judging.Before(),
            workspace=workspace,
            now=now,
        )
    return Rehearsal(
        dataset=contract.name,
        rows=split.rows,
        accepted=split.accepted,
        quarantined=split.quarantined,
        rules=judging.row_counts(contract, split) + tuple(each.count for each in found),
        broken=tuple(each.broken for each in found if each.stops and each.broken),
    )
