"""What drafts tell other rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hexi.data.contracts.model import Contract
from hexi.data.contracts.problems import Problem
from hexi.kernel.names import Text


class State(StrEnum):
    """Where a draft stands."""

    DRAFTING = "drafting"
    """The source is being looked at; there is no text yet."""
    EDITING = "editing"
    SUBMITTED = "submitted"
    """With the approver; nobody edits."""
    RETURNED = "returned"
    """Back with the officer, with a reason."""
    PUBLISHING = "publishing"
    """Approved; its run waits or is at work."""
    PUBLISHED = "published"
    DISCARDED = "discarded"


OPEN = (State.DRAFTING, State.EDITING, State.SUBMITTED, State.RETURNED, State.PUBLISHING)
"""States in which somebody, or the node, still has something to do."""
EDITABLE = (State.EDITING, State.RETURNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSummary:
    """One line of a list of drafts."""

    id: str
    organisation: str
    dataset: str
    title: Text
    state: str
    account: str
    changed_by: str
    changed_at: datetime
    submitted_by: str
    is_new: bool
    """Whether the dataset has no version yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkRecord:
    """What was said of a draft."""

    kind: str
    """`submit`, `return`, `approve`, `fail` or `withdraw`."""
    account: str
    at: datetime
    text: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRecord:
    """Who left which text when."""

    number: int
    account: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRecord:
    """Everything about one draft."""

    summary: DraftSummary
    text: str
    number: int
    document: str
    base_version: int | None
    findings: Mapping[str, Any]
    run: str
    created_at: datetime
    contract: Contract | None
    """None while the text is no contract yet; `problems` says why."""
    problems: tuple[Problem, ...] = ()
    remarks: tuple[RemarkRecord, ...] = field(default=())
    """Oldest first."""
    revisions: tuple[RevisionRecord, ...] = field(default=())
    """Newest first."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Of a new version: rows `added`, `removed`, `changed`, `same`, `by_field` and the run's counts; or `error` with
    its `facts`. Empty while the rows were not compared."""
    compared: int = 0
    """Revision that `changes` is about."""

    @property
    def is_compared(self) -> bool:
        """Whether the changes are those of the text as it stands."""
        return self.compared == self.number

    @property
    def is_editable(self) -> bool:
        """Whether its text may be changed now."""
        return self.summary.state in EDITABLE


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One thing to mend in a workbook of the catalogue: where it stands, and what would be right."""

    sheet: str
    row: int
    heading: Text
    """Of the column; empty texts where it is the whole row or sheet."""
    template: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that says something else than the catalogue."""

    field: str
    """The empty text where it is about the dataset itself."""
    heading: Text
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Redescribed:
    """A dataset of which the workbook says something new."""

    dataset: str
    title: Text
    changes: tuple[CellChange, ...]
    text: str
    """The contract with these changes."""


@dataclass(frozen=True, slots=True)
class CheckedWorkbook:
    """What a filled-in workbook would do: nothing while there is a problem."""

    problems: tuple[CellProblem, ...]
    """By sheet and row."""
    changed: tuple[Redescribed, ...]
    """By dataset."""
    unchanged: int
    """Rows that say what the catalogue says."""


class WorkbookState(StrEnum):
    """Where a filled-in workbook stands."""

    CHECKING = "checking"
    CHECKED = "checked"
    """With problems to mend, or changes that can be handed in."""
    HANDING_IN = "handing-in"
    HANDED_IN = "handed-in"
    REFUSED = "refused"
    """Not a workbook of the catalogue at all; or whoever asked may not."""


AT_WORK = (WorkbookState.CHECKING, WorkbookState.HANDING_IN)
"""States in which the worker has something to do."""


@dataclass(frozen=True, slots=True)
class MadeDraft:
    """A draft that a workbook became."""

    dataset: str
    title: Text
    cells: int
    """Cells that say something else than the catalogue."""
    draft: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookRecord:
    """A filled-in workbook, and what came of it so far."""

    document: str
    organisation: str
    state: str
    """A `WorkbookState`."""
    asked_at: datetime
    checked: CheckedWorkbook | None = None
    """The texts of the contracts left out."""
    made: tuple[MadeDraft, ...] = ()
    """By dataset."""
    error: str = ""
    """Why it is refused: a template over `facts`."""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_at_work(self) -> bool:
        """Whether the worker has yet to answer."""
        return self.state in AT_WORK
