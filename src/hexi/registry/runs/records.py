"""What runs tell other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run, at work or over."""

    id: str
    dataset: str
    account: str
    state: str
    """running, done, unchanged, failed or lost (its process died)."""
    step: str
    rows_done: int
    rows_total: int | None
    started_at: datetime
    finished_at: datetime | None
    version: int | None
    seconds: dict[str, float]
    error_template: str
    error_facts: dict[str, Any]
