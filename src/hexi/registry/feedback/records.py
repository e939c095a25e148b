"""What feedback tells other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hexi.kernel.names import Text


class Kind(StrEnum):
    """What is asked."""

    CORRECTION = "correction"
    """Something in the data is doubted."""
    REQUEST = "request"
    """Somebody asks to read a dataset."""


class State(StrEnum):
    """Where a question or a wish stands."""

    OPEN = "open"
    REOPENED = "reopened"
    """The answer did not satisfy who asked; another is due."""
    ACCEPTED = "accepted"
    """A correction that will be made, or a request that is granted."""
    DECLINED = "declined"
    """The data is right as it is; or the request is refused."""
    FULFILLED = "fulfilled"
    """A wish whose dataset there is now."""
    CLOSED = "closed"
    """A wish that was answered for good."""
    WITHDRAWN = "withdrawn"
    """A wish that nobody has any more: who had it took it back."""


WAITING = (State.OPEN, State.REOPENED)
"""States in which somebody has to answer."""
WISHES_ENDED = (State.FULFILLED, State.CLOSED, State.WITHDRAWN)
"""States in which nobody joins or answers a wish any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowRecord:
    """What an account follows."""

    object: str
    """`dataset:name` or `organisation:id`."""
    title: Text
    since: datetime
    changed_at: datetime | None
    """When its newest version was certified; None for an organisation and for what is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRecord:
    """What was said of a question."""

    kind: str
    """`accepted`, `declined`, `pass` or `reopen`."""
    account: str
    at: datetime
    text: str
    passed_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRecord:
    """A correction or a request."""

    id: str
    kind: str
    dataset: str
    title: Text
    organisation: str
    state: str
    field: str
    row: str
    proposal: str
    reason: str
    account: str
    asked_at: datetime
    due_on: date
    answered_at: datetime | None
    is_reopened: bool
    replies: tuple[ReplyRecord, ...] = ()
    """Oldest first."""

    @property
    def is_waiting(self) -> bool:
        """Whether somebody has to answer."""
        return self.state in WAITING

    def is_late(self, *, on: date) -> bool:
        """Whether an answer is overdue."""
        return self.is_waiting and on > self.due_on


@dataclass(frozen=True, slots=True, kw_only=True)
class WishRecord:
    """A dataset that is missed."""

    id: str
    title: str
    reason: str
    organisation: str
    state: str
    account: str
    asked_at: datetime
    answer: str
    dataset: str
    answered_at: datetime | None
    due_on: date | None
    """By when it is to be answered; None for one from before wishes had such a day."""
    backers: int
    is_mine: bool
    """Whether the reader asked for it or joined."""

    @property
    def has_ended(self) -> bool:
        """Whether nobody joins or answers it any more."""
        return self.state in WISHES_ENDED

    @property
    def is_waiting(self) -> bool:
        """Whether somebody has to answer."""
        return self.state == State.OPEN

    def is_late(self, *, on: date) -> bool:
        """Whether an answer is overdue."""
        return self.is_waiting and self.due_on is not None and on > self.due_on
