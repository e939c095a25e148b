"""Filled-in workbooks on their way through the worker: to check a long one, or to hand it in, takes minutes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from hexi.kernel.actors import Actor
from hexi.kernel.errors import HexiError, Unavailable
from hexi.kernel.names import Text
from hexi.kernel.time import Clock
from hexi.registry.accounts import actions as accounts
from hexi.registry.documents import queries as documents
from hexi.registry.documents.errors import DocumentMissing
from hexi.registry.drafts import bulk
from hexi.registry.drafts.errors import WorkbookWrong
from hexi.registry.drafts.models import Workbook
from hexi.registry.drafts.records import (
    AT_WORK,
    CellChange,
    CellProblem,
    CheckedWorkbook,
    MadeDraft,
    Redescribed,
    WorkbookRecord,
    WorkbookState,
)

BROKEN = (
    "The node itself failed over this workbook ({reason}); nothing was done. Tell its operator, whose log says more."
)


@transaction.atomic
def ask(document_id: str, *, organisation: str, again: bool = False, by: Actor, now: datetime) -> WorkbookRecord:
    """Have a filled-in workbook checked by the worker, unless that was done; return where it stands.

    With `again`, one that was checked is checked anew. Repeats safely. Leaves no event: nothing was changed. Raises
    `NotAuthorised`, `DocumentMissing`.
    """
    row = _asked(document_id, organisation, by=by, now=now)
    if again and row.state in {WorkbookState.CHECKED, WorkbookState.REFUSED}:
        row.state, row.asked_at, row.result = WorkbookState.CHECKING, now, {}
        row.save()
    return _record(row)


@transaction.atomic
def ask_to_hand_in(document_id: str, *, organisation: str, by: Actor, now: datetime) -> WorkbookRecord:
    """Have the worker hand a checked workbook in; return where it stands. Asked twice, it is handed in once.

    Raises what `ask` raises.
    """
    row = _asked(document_id, organisation, by=by, now=now)
    if row.state == WorkbookState.CHECKED and row.result["checked"]["changed"]:
        row.state, row.asked_at = WorkbookState.HANDING_IN, now
        row.save()
    return _record(row)


def last_asked(organisation: str, *, by: Actor) -> WorkbookRecord | None:
    """The newest workbook that `by` had checked for an organisation; None where there is none."""
    row = Workbook.objects.filter(organisation=organisation, account=by.account).order_by("-asked_at").first()
    return None if row is None else _record(row)


def work(*, clock: Clock) -> bool:
    """Check or hand in the workbook that waits longest; return whether there was one.

    Whoever asked acts, with the authority they have now. Handing in and noting it are one transaction, so a worker
    that was cut off does it anew.
    """
    row = Workbook.objects.filter(state__in=AT_WORK).order_by("asked_at").first()
    if row is None:
        return False
    by = Actor(account=row.account)
    try:
        with transaction.atomic():
            if row.state == WorkbookState.HANDING_IN and not _hand_in(row, by=by, now=clock()):
                row.state = WorkbookState.CHECKING
            if row.state == WorkbookState.CHECKING:
                checked = bulk.check(row.document, organisation=row.organisation, by=by)
                row.state, row.result = WorkbookState.CHECKED, {"checked": _kept(checked)}
            row.save()
    except Unavailable:
        raise
    except HexiError as error:
        row.state, row.result = WorkbookState.REFUSED, {"error": error.template, "facts": error.kept_facts}
        row.save()
    except Exception as error:
        # A bug is not swallowed, but must not come back before all other work either.
        row.state, row.result = WorkbookState.REFUSED, {"error": BROKEN, "facts": {"reason": type(error).__name__}}
        row.save()
        raise
    return True


def _asked(document_id: str, organisation: str, *, by: Actor, now: datetime) -> Workbook:
    accounts.require(by, "draft.create", organisation, organisation=organisation)
    document = documents.document(document_id)
    if document.account != by.account:
        raise DocumentMissing("There is no such document, or it is not yours.")
    row, _ = Workbook.objects.get_or_create(
        document=document.id,
        organisation=organisation,
        defaults={"account": by.account, "state": WorkbookState.CHECKING, "asked_at": now},
    )
    return row


def _hand_in(row: Workbook, *, by: Actor, now: datetime) -> bool:
    """Hand in; return whether that was possible. The catalogue may say something else by now."""
    try:
        made = bulk.hand_in(row.document, organisation=row.organisation, by=by, now=now)
    except WorkbookWrong:
        return False
    row.state = WorkbookState.HANDED_IN
    row.result = {
        "made": [
            {"dataset": each.dataset, "title": _both(each.title), "cells": len(each.changes), "draft": draft}
            for each, draft in made
        ]
    }
    return True


def _record(row: Workbook) -> WorkbookRecord:
    checked = row.result.get("checked")
    return WorkbookRecord(
        document=row.document,
        organisation=row.organisation,
        state=row.state,
        asked_at=row.asked_at,
        checked=None if checked is None or row.state in AT_WORK else _checked(checked),
        made=tuple(MadeDraft(**{**each, "title": Text(*each["title"])}) for each in row.result.get("made", ())),
        error=row.result.get("error", ""),
        facts=row.result.get("facts", {}),
    )


def _kept(checked: CheckedWorkbook) -> dict[str, object]:
    return {
        "problems": [
            {
                "sheet": each.sheet,
                "row": each.row,
                "heading": _both(each.heading),
                "template": each.template,
                "facts": HexiError(each.template, **each.facts).kept_facts,
            }
            for each in checked.problems
        ],
        "changed": [
            {
                "dataset": each.dataset,
                "title": _both(each.title),
                "changes": [[one.field, _both(one.heading), one.before, one.after] for one in each.changes],
            }
            for each in checked.changed
        ],
        "unchanged": checked.unchanged,
    }


def _checked(said: Mapping[str, Any]) -> CheckedWorkbook:
    return CheckedWorkbook(
        problems=tuple(CellProblem(**{**each, "heading": Text(*each["heading"])}) for each in said["problems"]),
        changed=tuple(
            Redescribed(
                dataset=each["dataset"],
                title=Text(*each["title"]),
                changes=tuple(
                    CellChange(field, Text(*heading), before, after)
                    for field, heading, before, after in each["changes"]
                ),
                text="",
            )
            for each in said["changed"]
        ),
        unchanged=said["unchanged"],
    )


def _both(text: Text) -> list[str]:
    return [text.zh, text.en]
