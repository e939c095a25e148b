"""What the log tells other rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hexi.data.lifecycle.findings import Finding, exit_code_of
from hexi.kernel.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """One entry of the log."""

    id: str
    sequence: int | None
    """Place in the log; `None` until it is sealed."""
    at: datetime
    by: Actor
    verb: str
    object: str
    """Kind and name, such as `dataset:gansu.airports`."""
    details: Mapping[str, Any]
    grant: str | None
    personal_sha256: str | None
    """Salted hash of personal details beside the log, where it has any; stays when they are erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedEvent(EventRecord):
    """An entry that has its place for good."""

    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointRecord:
    """A signed size and root."""

    origin: str
    size: int
    root: bytes
    note: str
    """As signed, C2SP tlog-checkpoint."""
    sealed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedUpTo:
    """What one call of the sealer did."""

    size: int
    sealed: int
    """Events that this call sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """Proof that an event stands in the log that a checkpoint signs."""

    entry: bytes
    """The canonical JSON that was hashed."""
    index: int
    size: int
    path: tuple[bytes, ...]
    """RFC 6962, from the leaf upwards."""
    checkpoint: str
    """The signed note of that size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogVerdict:
    """What checking the whole log found."""

    size: int
    """Events that the newest checkpoint covers."""
    root: str
    """Its root, base64; empty where nothing is sealed yet."""
    checkpoints: int
    unsealed: int
    """Events not covered yet."""
    problems: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether every sealed event is as it was sealed, and the seal is good."""
        return not self.problems

    @property
    def exit_code(self) -> int:
        """0, or that of the gravest problem."""
        return exit_code_of(self.problems)
