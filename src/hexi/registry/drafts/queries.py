"""Questions about drafts. Whoever has no part in a draft is told that there is none."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from django.conf import settings

from hexi.data.contracts.model import Contract
from hexi.data.contracts.problems import ContractInvalid, Problem
from hexi.data.drafting.trials import Trial, trial
from hexi.data.lake.tables import Lake
from hexi.kernel.actors import Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import queries as authority
from hexi.registry.catalog.actions import LakeReferences
from hexi.registry.drafts.checking import contract_of
from hexi.registry.drafts.errors import DraftMissing
from hexi.registry.drafts.models import Draft
from hexi.registry.drafts.records import OPEN, DraftRecord, DraftSummary, RemarkRecord, RevisionRecord, State
from hexi.registry.drafts.sourcing import path_of

TRIAL_ROWS = 2_000
"""Rows that a draft is tried on while it is edited."""


def draft(draft_id: str, *, reader: Actor, text: str | None = None) -> DraftRecord:
    """Everything about one draft; with `text`, as if that were its text. Raises `DraftMissing`."""
    found = _draft(draft_id, reader)
    if text is not None:
        found.text = text
    contract, problems = _contract(found)
    return DraftRecord(
        summary=_summary(found),
        text=found.text,
        number=found.number,
        document=found.document,
        base_version=found.base_version,
        findings=found.findings,
        changes=found.changes,
        compared=found.compared,
        run=found.run,
        created_at=found.created_at,
        contract=contract,
        problems=problems,
        remarks=tuple(
            RemarkRecord(kind=each.kind, account=each.account, at=each.at, text=each.text, facts=each.facts)
            for each in found.remarks.order_by("id")
        ),
        revisions=tuple(
            RevisionRecord(number=number, account=account, at=at)
            for number, account, at in found.revisions.order_by("-number").values_list("number", "account", "at")
        ),
    )


def drafts_of(
    reader: Actor, *, states: Collection[State] = OPEN, datasets: Collection[str] | None = None, limit: int = 50
) -> tuple[DraftSummary, ...]:
    """Drafts that the reader has a part in, of any dataset or of some, the newest change first."""
    found = Draft.objects.filter(state__in=states)
    if datasets is not None:
        found = found.filter(dataset__in=set(datasets))
    organisations = authority.organisations_where(reader, "draft.see")
    if organisations is not None:
        found = found.filter(organisation__in=organisations)
    return tuple(_summary(each) for each in found.order_by("-changed_at")[:limit])


def drafts_to_review(reader: Actor, *, limit: int = 50) -> tuple[DraftSummary, ...]:
    """Drafts that wait for the reader's approval, who handed in first comes first."""
    found = Draft.objects.filter(state=State.SUBMITTED).exclude(submitted_by=reader.account)
    organisations = authority.organisations_where(reader, "draft.approve")
    if organisations is not None:
        found = found.filter(organisation__in=organisations)
    return tuple(_summary(each) for each in found.order_by("changed_at")[:limit])


def text_of(draft_id: str, number: int, *, reader: Actor) -> str:
    """The text of a revision. Raises `DraftMissing`, also for a revision that there is not."""
    found = _draft(draft_id, reader)
    text = found.revisions.filter(number=number).values_list("text", flat=True).first()
    if text is None:
        raise DraftMissing("There is no such draft, or you have no part in it.")
    return str(text)


def trial_of(draft_id: str, *, reader: Actor, rows: int = TRIAL_ROWS, text: str | None = None) -> Trial:
    """Clean and test some rows of the upload as the draft stands, or as `text` says; nothing is written.

    Raises `DraftMissing`, `ContractInvalid`, and what the source is found to be.
    """
    found = _draft(draft_id, reader)
    found.text = found.text if text is None else text
    sample = sample_path(found.id)
    return trial(
        contract_of(found),
        source=sample if sample.is_file() else path_of(found),
        rows=rows,
        references=LakeReferences(Lake(settings.HEXI_LAKE)),
        is_sample=sample.is_file(),
    )


def document_path(draft_id: str, *, reader: Actor) -> Path:
    """Where the upload of a draft lies. Raises `DraftMissing`."""
    return path_of(_draft(draft_id, reader))


def open_drafts_of(organisation: str) -> dict[str, str]:
    """Dataset → draft that is open of it, of an organisation; for callers that asked for authority."""
    found = Draft.objects.filter(organisation=organisation, state__in=OPEN).exclude(dataset="")
    return dict(found.values_list("dataset", "id"))


def sample_path(draft_id: str) -> Path:
    """Where the rows are kept on which a draft is tried."""
    return Path(settings.HEXI_HOME) / "drafts" / draft_id / "sample.parquet"


def _draft(draft_id: str, reader: Actor) -> Draft:
    found = Draft.objects.filter(id=draft_id).first()
    if found is None or not authority.may(reader, "draft.see", found.organisation):
        raise DraftMissing("There is no such draft, or you have no part in it.")
    return found


def _contract(found: Draft) -> tuple[Contract | None, tuple[Problem, ...]]:
    if not found.text:
        return None, ()
    try:
        return contract_of(found), ()
    except ContractInvalid as error:
        return None, error.problems


def _summary(row: Draft) -> DraftSummary:
    return DraftSummary(
        id=row.id,
        organisation=row.organisation,
        dataset=row.dataset,
        title=Text(row.title_zh, row.title_en),
        state=row.state,
        account=row.account,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
        submitted_by=row.submitted_by,
        is_new=row.base_version is None,
    )
