"""What registrations tell other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hexi.kernel.names import Text


class Kind(StrEnum):
    """What is asked of the register."""

    FIRST = "first"
    CHANGE = "change"
    """The resource changed."""
    CORRECTION = "correction"
    """What the register says was wrong."""
    CANCELLATION = "cancellation"


class State(StrEnum):
    """Where a registration stands, or its application."""

    APPLIED = "applied"
    RETURNED = "returned"
    """With a reason; whoever applied may apply again."""
    NOTICE = "notice"
    """In public notice."""
    REGISTERED = "registered"
    CHANGED = "changed"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"


UNDER_WAY = (State.APPLIED, State.NOTICE)
IN_FORCE = (State.REGISTERED, State.CHANGED, State.CORRECTED)
ENDED = (State.RETURNED, State.CANCELLED)
"""After which the dataset may be registered anew, under another code."""
PUBLIC = (State.NOTICE, *IN_FORCE, State.CANCELLED)
BECOMES = {
    Kind.FIRST: State.REGISTERED,
    Kind.CHANGE: State.CHANGED,
    Kind.CORRECTION: State.CORRECTED,
    Kind.CANCELLATION: State.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the register says of a resource."""

    title: Text
    publisher: Text
    version: int
    certificate_sha256: str
    rows: int
    sharing: str
    openness: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRecord:
    """What somebody holds against an application."""

    id: str
    account: str
    at: datetime
    text: str
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRecord:
    """What somebody asked of the register, and what became of it."""

    id: str
    kind: str
    state: str
    facts: Facts
    reason: str
    applied_by: str
    applied_at: datetime
    notice_at: datetime | None
    notice_until: date | None
    is_calendar_known: bool
    decided_by: str
    decided_at: datetime | None
    because: str
    objections: tuple[ObjectionRecord, ...] = ()
    """Oldest first."""

    @property
    def waiting(self) -> int:
        """How many objections have no answer."""
        return sum(each.answered_at is None for each in self.objections)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationSummary:
    """One line of the register."""

    id: str
    code: str | None
    dataset: str
    organisation: str
    state: str
    facts: Facts
    registered_at: datetime | None
    valid_until: date | None
    moved_at: datetime

    def holds(self, *, on: date) -> bool:
        """Whether the registration is in force on a day."""
        return self.state in IN_FORCE and self.valid_until is not None and on < self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRecord:
    """Everything about one registration."""

    summary: RegistrationSummary
    applications: tuple[ApplicationRecord, ...]
    """Newest first; those that the reader may see."""

    @property
    def under_way(self) -> ApplicationRecord | None:
        """The application that is not decided yet."""
        return next((each for each in self.applications if each.state in UNDER_WAY), None)
