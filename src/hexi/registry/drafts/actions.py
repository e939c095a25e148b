"""Everything that changes a draft. One function per verb; each leaves an event.

An edit names the revision that it was made on. Two people who change different fields both succeed; who changes
what somebody else has just changed is told so, and nothing is overwritten.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from hexi.data.drafting import editing
from hexi.data.lake.tables import translated
from hexi.kernel.actors import Actor
from hexi.kernel.names import check_dataset_name, new_id
from hexi.registry.accounts import actions as accounts
from hexi.registry.accounts import queries as authority
from hexi.registry.catalog import queries as catalog
from hexi.registry.documents import queries as documents
from hexi.registry.documents.errors import DocumentMissing
from hexi.registry.drafts.checking import check_base, check_contract, check_owner, next_text
from hexi.registry.drafts.errors import DraftChanged, DraftMissing, DraftNotOpen, OwnDraft, ReasonMissing
from hexi.registry.drafts.models import Draft, Remark, Revision
from hexi.registry.drafts.records import EDITABLE, State
from hexi.registry.drafts.sourcing import last_source, path_of
from hexi.registry.drafts.telling import tell_approvers, tell_author
from hexi.registry.events import actions as events
from hexi.registry.runs import actions as runs

Change = Callable[[str], str]


@transaction.atomic
def begin(document_id: str | None, *, organisation: str, dataset: str | None = None, by: Actor, now: datetime) -> str:
    """Begin a draft on an upload and return its id; `tasks.work` looks at the source.

    With `dataset`, the draft is of a new version of that dataset and begins with its contract; then it needs no
    upload, and reads again what the version before read. Raises `NotAuthorised`, what `documents` says of the upload,
    `DatasetMissing`, `SourceGone`, and `NameTaken` where the dataset is another organisation's.
    """
    accounts.require(by, "draft.create", organisation, organisation=organisation)
    if document_id is None and dataset is not None:
        return _begin_again(dataset, organisation=organisation, by=by, now=now)
    document = documents.document(document_id or "")
    if document.account != by.account:
        raise DocumentMissing("There is no such document, or it is not yours.")
    base = None
    if dataset is not None:
        check_dataset_name(dataset)
        standing = catalog.dataset(dataset)
        check_owner(dataset, organisation)
        base = standing.summary.version
    draft = Draft.objects.create(
        id=new_id(now),
        organisation=organisation,
        dataset=dataset or "",
        title_zh=document.name,
        title_en=document.name,
        state=State.DRAFTING,
        document=document.id,
        base_version=base,
        account=by.account,
        created_at=now,
        changed_by=by.account,
        changed_at=now,
    )
    _record(draft, "draft.create", by=by, now=now, document=document.id)
    return draft.id


def _begin_again(dataset: str, *, organisation: str, by: Actor, now: datetime) -> str:
    check_dataset_name(dataset)
    standing = catalog.dataset(dataset)
    check_owner(dataset, organisation)
    source, text = last_source(standing), next_text(standing.contract)
    draft = Draft.objects.create(
        id=new_id(now),
        organisation=organisation,
        dataset=dataset,
        title_zh=standing.contract.title.zh,
        title_en=standing.contract.title.en,
        state=State.EDITING,
        text=text,
        number=1,
        document=source.document,
        source_file=source.file,
        base_version=standing.summary.version,
        account=by.account,
        created_at=now,
        changed_by=by.account,
        changed_at=now,
    )
    Revision.objects.create(draft=draft, number=1, text=text, account=by.account, at=now)
    _record(draft, "draft.create", by=by, now=now, document=source.document)
    return draft.id


@transaction.atomic
def edit(draft_id: str, text: str, *, number: int, by: Actor, now: datetime) -> int:
    """Replace the text, which was made of revision `number`; return the new revision's number.

    Raises `DraftMissing`, `DraftNotOpen`, `DraftChanged`.
    """
    draft = _known(draft_id, by)
    accounts.require(by, "draft.edit", draft_id, organisation=draft.organisation)
    _check_state(draft, *EDITABLE)
    if number != draft.number:
        raise _changed(draft)
    return _save(draft, text, by=by, now=now)


@transaction.atomic
def edit_field(draft_id: str, name: str, form: editing.FieldForm, *, number: int, by: Actor, now: datetime) -> int:
    """Change one field as a form says, made of revision `number`; return the new revision's number.

    A field that nobody touched since is changed in the newest text. Raises what `edit` raises, `NotEditable`,
    `FieldMissing`.
    """
    draft = _known(draft_id, by)
    accounts.require(by, "draft.edit", draft_id, organisation=draft.organisation)
    _check_state(draft, *EDITABLE)
    _check_untouched(draft, number, lambda text: _field(text, name))
    return _save(draft, editing.edit_field(draft.text, name, form), by=by, now=now)


@transaction.atomic
def remove_field(draft_id: str, name: str, *, number: int, by: Actor, now: datetime) -> int:
    """Leave a column out, as seen in revision `number`; return the new revision's number. Raises as `edit_field`."""
    draft = _known(draft_id, by)
    accounts.require(by, "draft.edit", draft_id, organisation=draft.organisation)
    _check_state(draft, *EDITABLE)
    _check_untouched(draft, number, lambda text: _field(text, name))
    return _save(draft, editing.remove_field(draft.text, name), by=by, now=now)


@transaction.atomic
def add_field(draft_id: str, source: str, *, by: Actor, now: datetime) -> int:
    """Take in a column of the source; return the new revision's number. Raises what `edit_field` raises."""
    draft = _known(draft_id, by)
    accounts.require(by, "draft.edit", draft_id, organisation=draft.organisation)
    _check_state(draft, *EDITABLE)
    return _save(draft, editing.add_field(draft.text, source), by=by, now=now)


@transaction.atomic
def edit_about(draft_id: str, form: editing.AboutForm, *, number: int, by: Actor, now: datetime) -> int:
    """Change what is said of the dataset; return the new revision's number. Raises what `edit_field` raises."""
    draft = _known(draft_id, by)
    accounts.require(by, "draft.edit", draft_id, organisation=draft.organisation)
    _check_state(draft, *EDITABLE)
    _check_untouched(draft, number, editing.about)
    return _save(draft, editing.edit_about(draft.text, form), by=by, now=now)


@transaction.atomic
def submit(draft_id: str, *, note: str = "", by: Actor, now: datetime) -> None:
    """Hand a draft in for review; whoever may approve it is told.

    Raises what `edit` raises, `ContractInvalid` with all problems while the text is no contract, `NameTaken`,
    `NotThePublisher`.
    """
    draft = _known(draft_id, by)
    accounts.require(by, "draft.submit", draft_id, organisation=draft.organisation)
    _check_state(draft, *EDITABLE)
    check_contract(draft)
    Draft.objects.filter(id=draft.id).update(
        state=State.SUBMITTED, submitted_by=by.account, changed_by=by.account, changed_at=now
    )
    _remark(draft, "submit", note, by=by, now=now)
    _record(draft, "draft.submit", by=by, now=now, number=draft.number)
    tell_approvers(draft, by=by, now=now)


@transaction.atomic
def take_back(draft_id: str, *, by: Actor, now: datetime) -> None:
    """Take a draft back that waits for review. Raises `DraftMissing`, `DraftNotOpen`."""
    draft = _known(draft_id, by)
    accounts.require(by, "draft.submit", draft_id, organisation=draft.organisation)
    _check_state(draft, State.SUBMITTED)
    Draft.objects.filter(id=draft.id).update(state=State.EDITING, changed_by=by.account, changed_at=now)
    _remark(draft, "withdraw", "", by=by, now=now)
    _record(draft, "draft.withdraw", by=by, now=now)


@transaction.atomic
def give_back(draft_id: str, *, because: str, by: Actor, now: datetime) -> None:
    """Return a draft to its officer with a reason. Raises `DraftMissing`, `DraftNotOpen`, `ReasonMissing`."""
    draft = _known(draft_id, by)
    accounts.require(by, "draft.return", draft_id, organisation=draft.organisation)
    _check_state(draft, State.SUBMITTED)
    if not because.strip():
        raise ReasonMissing("Say why the draft goes back: the officer mends what the reason names.")
    Draft.objects.filter(id=draft.id).update(state=State.RETURNED, changed_by=by.account, changed_at=now)
    _remark(draft, "return", because.strip(), by=by, now=now)
    _record(draft, "draft.return", by=by, now=now, because=because.strip())
    tell_author(draft, "{who} returned your draft “{title}”: {because}", by=by, now=now, because=because.strip())


@transaction.atomic
def approve(draft_id: str, *, note: str = "", by: Actor, now: datetime) -> str:
    """Approve a draft and queue its publication; return the id of the run.

    Two pairs of eyes: raises `OwnDraft` where `by` handed it in. Also raises `DraftMissing`, `DraftNotOpen`,
    `NameTaken`, `DraftChanged` where the dataset got another version since the draft began, and `LakeUnwritable` or
    `LakeFull` where the node cannot keep the text.
    """
    draft = _known(draft_id, by)
    accounts.require(by, "draft.approve", draft_id, organisation=draft.organisation)
    _check_state(draft, State.SUBMITTED)
    if by.account == draft.submitted_by:
        raise OwnDraft("You handed this draft in yourself; somebody else with the approver’s role has to look at it.")
    contract = check_contract(draft)
    check_base(draft)
    folder = Path(settings.HEXI_HOME) / "drafts" / draft.id
    file = folder / f"{draft.number}.odcs.yaml"
    with translated(folder):
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(draft.text, "utf-8")
    run = runs.enqueue(contract.name, file, source_file=path_of(draft), organisation=draft.organisation, by=by, now=now)
    Draft.objects.filter(id=draft.id).update(state=State.PUBLISHING, run=run, changed_by=by.account, changed_at=now)
    _remark(draft, "approve", note, by=by, now=now)
    _record(draft, "draft.approve", by=by, now=now, number=draft.number, run=run)
    tell_author(draft, "{who} approved your draft “{title}”; it is being published.", by=by, now=now)
    return run


@transaction.atomic
def discard(draft_id: str, *, by: Actor, now: datetime) -> None:
    """Throw a draft away; the upload goes when its time is over. Raises `DraftMissing`, `DraftNotOpen`."""
    draft = _known(draft_id, by)
    accounts.require(by, "draft.discard", draft_id, organisation=draft.organisation)
    _check_state(draft, State.DRAFTING, *EDITABLE)
    Draft.objects.filter(id=draft.id).update(state=State.DISCARDED, changed_by=by.account, changed_at=now)
    _record(draft, "draft.discard", by=by, now=now)


def _check_untouched(draft: Draft, number: int, part: Callable[[str], object]) -> None:
    """Raise `DraftChanged` if what the form is about was changed since revision `number`."""
    if number == draft.number:
        return
    then = Revision.objects.filter(draft=draft, number=number).values_list("text", flat=True).first()
    if then is None or part(then) != part(draft.text):
        raise _changed(draft)


def _field(text: str, name: str) -> editing.FieldForm | None:
    return next((each for each in editing.fields(text) if each.name == name), None)


def _changed(draft: Draft) -> DraftChanged:
    return DraftChanged(
        "{who} changed this draft at {at}, after you had opened it. Nothing of yours was saved: load the page anew, "
        "look at what changed, then make your change again.",
        who=draft.changed_by,
        at=draft.changed_at.isoformat(timespec="minutes"),
    )


def _save(draft: Draft, text: str, *, by: Actor, now: datetime) -> int:
    if text == draft.text:
        return draft.number
    number = draft.number + 1
    about = editing.about_if_readable(text)
    said = {"title_zh": about.title.zh, "title_en": about.title.en} if about and about.title.zh else {}
    name = {"dataset": about.name} if about and draft.base_version is None else {}
    # Update-where: of two who save at once, the row itself decides who was first.
    if not Draft.objects.filter(id=draft.id, number=draft.number).update(
        text=text, number=number, changed_by=by.account, changed_at=now, **said, **name
    ):
        raise _changed(Draft.objects.get(id=draft.id))
    Revision.objects.create(draft=draft, number=number, text=text, account=by.account, at=now)
    _record(draft, "draft.edit", by=by, now=now, number=number)
    return number


def _known(draft_id: str, by: Actor) -> Draft:
    draft = Draft.objects.filter(id=draft_id).first()
    if draft is None or not authority.may(by, "draft.see", draft.organisation):
        raise DraftMissing("There is no such draft, or you have no part in it.")
    return draft


def _check_state(draft: Draft, *states: State) -> None:
    if draft.state not in states:
        raise DraftNotOpen("The draft is {state} now, so this cannot be done to it.", state=str(draft.state))


def _remark(draft: Draft, kind: str, text: str, *, by: Actor, now: datetime, **facts: object) -> None:
    Remark.objects.create(draft=draft, kind=kind, account=by.account, at=now, text=text.strip(), facts=facts)


def _record(draft: Draft, verb: str, *, by: Actor, now: datetime, **details: object) -> None:
    events.record(by=by, verb=verb, object=f"draft:{draft.id}", details=details, now=now)
