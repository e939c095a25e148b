"""What runs tell other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any


class State(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    UNCHANGED = "unchanged"
    """Over, with nothing to do: the key was that of the standing version."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"
    """Its process died, and no worker can take it up. The table is as it was, or whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run: waiting, at work or over."""

    id: str
    dataset: str
    account: str
    state: str
    """A `State`."""
    step: str
    rows_done: int
    rows_total: int | None
    started_at: datetime
    """When its newest attempt began; of one that waits, when it was queued."""
    finished_at: datetime | None
    version: int | None
    seconds: dict[str, float]
    error_template: str
    error_facts: dict[str, Any]
    key: str = ""
    attempts: int = 1
    due_at: datetime | None = None
    is_stopping: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A queued run that a worker took up: its lease is this worker's until it says otherwise."""

    run: str
    holder: str
    dataset: str
    account: str
    contract_file: Path
    source_file: Path | None
    attempt: int
    """From 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRecord:
    """A dataset that is published again and again."""

    dataset: str
    account: str
    contract_file: Path | None
    """None where the contract of the standing version is published again."""
    source_file: Path | None
    every_s: int
    due_at: datetime
