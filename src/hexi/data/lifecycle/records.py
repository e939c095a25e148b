"""What a run is given, says while it works, and leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from hexi.data.contracts.model import SourceFingerprint
from hexi.kernel.names import Text

__all__ = [
    "Outcome",
    "Progress",
    "ReferenceSnapshot",
    "References",
    "RuleCount",
    "RunResult",
    "Silent",
    "SourceFingerprint",
    "Step",
]


class Step(StrEnum):
    """The five visible steps of a run, in order (cleaning and testing are one scan)."""

    COLLECT = "collect"
    CLEAN = "clean"
    SPLIT = "split"
    COMMIT = "commit"
    CERTIFY = "certify"


class Progress(Protocol):
    """Somebody who watches a run. Called from the run's own threads; must return at once."""

    def step(self, step: Step) -> None:
        """A step begins."""

    def rows(self, done: int, total: int | None) -> None:
        """So many source rows have been worked through in the present step."""


class Silent:
    """Watches nothing."""

    def step(self, step: Step) -> None:
        """Ignore it."""

    def rows(self, done: int, total: int | None) -> None:
        """Ignore it."""


class References(Protocol):
    """Resolves the datasets that a contract refers to. `data` is handed one from above."""

    def snapshot(self, dataset: str) -> ReferenceSnapshot:
        """The newest accepted version of `dataset`. Raises `Missing` where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceSnapshot:
    """One version of a dataset that a run reads."""

    dataset: str
    version: int
    certificate: str
    """SHA-256 of the certificate's envelope, hex."""
    files: tuple[Path, ...]
    """Parquet files of the accepted rows."""


class Outcome(StrEnum):
    """How a run ended without an error."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """How one rule fared."""

    id: str
    check: str
    fields: tuple[str, ...]
    severity: str
    dimension: str
    failed: int
    """Rows that broke it; for a set rule 0 or 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What a run left behind. For an unchanged one, the facts are those of the standing version."""

    dataset: str
    outcome: Outcome
    key: str
    """SHA-256 over source, contract, references, parameters and engine-independent versions."""
    version: int
    """Version of the accepted Delta table."""
    rows: int
    accepted: int
    quarantined: int
    rules: tuple[RuleCount, ...]
    rewritten: Mapping[str, int]
    """Field that is cleaned → values that the source has written differently."""
    sources: tuple[SourceFingerprint, ...]
    certificate: Path
    certificate_sha256: str
    started_at: datetime
    finished_at: datetime
    seconds: Mapping[str, float]
    """Wall seconds by step."""
    notes: tuple[Text, ...] = ()
    """What was left out of the source or is doubtful in it; none where nothing was done."""
