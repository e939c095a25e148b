"""What a run reads: its source, the datasets that it refers to, and the values that those allow."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from hexi.data.collecting.collected import open_collected
from hexi.data.collecting.connections import Connections
from hexi.data.contracts.model import Contract
from hexi.data.engines import polars_split as engine
from hexi.data.engines.sources.opening import open_query, open_source
from hexi.data.engines.sources.records import RawSource
from hexi.data.lifecycle.records import References, ReferenceSnapshot


def inputs_of(contract: Contract, references: References) -> tuple[ReferenceSnapshot, ...]:
    """Return the versions of other datasets that a run reads. Raises `Missing` where one has none."""
    named = {str(rule.arguments["dataset"]) for rule in contract.row_rules if rule.check == "reference"}
    return tuple(references.snapshot(name) for name in sorted(named | set(contract.source.inputs)))


def open_of(
    contract: Contract,
    source: Path | None,
    inputs: tuple[ReferenceSnapshot, ...],
    connections: Connections,
    *,
    workspace: Path,
    mirror: Path,
    now: datetime,
    seen: Callable[[int, int | None], None],
) -> RawSource:
    """Return the source of a run: a file, the answer of a query, or what a connection leads to."""
    if source is None and contract.source.connection is not None:
        return open_collected(contract, connections, workspace=workspace, mirror=mirror, now=now, seen=seen)
    if source is None and contract.source.query is not None:
        read = [each for each in inputs if each.dataset in contract.source.inputs]
        return open_query(
            contract,
            {each.dataset: each.files for each in read},
            {each.dataset: each.certificate for each in read},
            workspace=workspace,
        )
    return open_source(contract, source, workspace=workspace)


def reference_values(contract: Contract, inputs: Collection[ReferenceSnapshot]) -> dict[tuple[str, str], engine.Values]:
    """Return the values that each `reference` rule allows, by dataset and field."""
    files = {each.dataset: each.files for each in inputs}
    named = {
        (str(rule.arguments["dataset"]), str(rule.arguments["field"]))
        for rule in contract.row_rules
        if rule.check == "reference"
    }
    return {(dataset, field): engine.values_of(files[dataset], field, dataset=dataset) for dataset, field in named}
