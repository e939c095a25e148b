"""What a new version would change in the rows of a dataset: the whole run, beside the lake instead of in it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hexi.data.contracts.model import Contract
from hexi.data.engines.duckdb_comparing import compare
from hexi.data.lake.tables import Lake
from hexi.data.lifecycle.records import References
from hexi.data.lifecycle.running import run
from hexi.data.lifecycle.signing import NodeKey
from hexi.kernel.time import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What would come of publishing, against the version that stands."""

    rows: int
    """Rows of the source."""
    accepted: int
    quarantined: int
    key: tuple[str, ...]
    """Fields by which rows were told; empty where whole rows were compared."""
    added: int
    removed: int
    changed: int
    same: int
    by_field: Mapping[str, int]
    """Field → rows in which its value changed, the most first."""

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "quarantined": self.quarantined,
            "key": list(self.key),
            "added": self.added,
            "removed": self.removed,
            "changed": self.changed,
            "same": self.same,
            "by_field": dict(self.by_field),
        }


def changes(
    contract: Contract,
    *,
    source: Path,
    before: Sequence[Path],
    workspace: Path,
    references: References,
    clock: Clock,
) -> Changes:
    """Run a source through its contract below `workspace`, and compare what is accepted with the files `before`.

    The counts are those of the run that would publish it. Nothing stays: `workspace` is removed. Raises what a run
    raises.
    """
    shutil.rmtree(workspace, ignore_errors=True)
    try:
        lake = Lake(workspace / "lake")
        result = run(
            contract,
            source=source,
            lake=lake,
            signer=NodeKey.create(workspace / "key.pem"),
            node="draft",
            references=references,
            clock=clock,
        )
        after = lake.dataset(contract.name).files(result.version)
        found = compare(before, after, key=contract.key)
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
    return Changes(
        rows=result.rows,
        accepted=result.accepted,
        quarantined=result.quarantined,
        key=tuple(contract.key),
        added=found.added,
        removed=found.removed,
        changed=found.changed,
        same=found.same,
        by_field=found.by_field,
    )
