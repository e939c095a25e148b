"""What drafts do of their own accord: look at new uploads, and note how publishing ended."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, count

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from hexi.data.contracts.model import Publisher
from hexi.data.drafting import drafts as drafting
from hexi.data.drafting import editing, renewing
from hexi.data.drafting.comparing import changes
from hexi.data.drafting.headings import name_of
from hexi.data.engines.sources.taking import told_as
from hexi.data.lake.tables import Lake, translated
from hexi.kernel.actors import NODE
from hexi.kernel.errors import HexiError
from hexi.kernel.names import Text
from hexi.kernel.time import Clock
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.actions import LakeReferences
from hexi.registry.documents import queries as documents
from hexi.registry.drafts import filling
from hexi.registry.drafts.checking import contract_of
from hexi.registry.drafts.models import Draft, Remark, Revision
from hexi.registry.drafts.queries import sample_path
from hexi.registry.drafts.records import EDITABLE, OPEN, State
from hexi.registry.drafts.sourcing import called, path_of
from hexi.registry.drafts.telling import tell_author
from hexi.registry.parties import queries as parties
from hexi.registry.runs import queries as runs
from hexi.registry.runs.records import State as RunState


def work(*, clock: Clock) -> bool:
    """Look at the upload that waits longest, settle a draft whose run is over, work on a filled-in workbook, or compare
    the rows of a new version.

    Returns whether there was something to do.
    """
    waiting = Draft.objects.filter(state=State.DRAFTING).order_by("created_at").first()
    if waiting is not None:
        _look_at(waiting, clock=clock)
        return True
    return _settle(clock=clock) or filling.work(clock=clock) or _compare(clock=clock)


def _look_at(draft: Draft, *, clock: Clock) -> None:
    try:
        with translated(sample_path(draft.id).parent):
            text, findings = _proposal(draft)
    except HexiError as error:
        with transaction.atomic():
            _end(draft, State.DISCARDED, "fail", error.template, error.kept_facts, clock=clock)
            tell_author(draft, "Your upload “{title}” cannot be read; its page says why.", by=NODE, now=clock())
        return
    except Exception as error:
        # A bug must not keep all other work waiting: this upload is given up, and the worker tells of the bug.
        with transaction.atomic():
            failed = "Hexi itself failed at this file ({reason}). Tell the operator; the file was not changed."
            _end(draft, State.DISCARDED, "fail", failed, {"reason": type(error).__name__}, clock=clock)
            tell_author(draft, "Your upload “{title}” cannot be read; its page says why.", by=NODE, now=clock())
        raise
    now = clock()
    about = editing.about(text)
    with transaction.atomic():
        if Draft.objects.filter(id=draft.id, state=State.DRAFTING).update(
            state=State.EDITING,
            text=text,
            number=1,
            findings=findings,
            dataset=about.name,
            title_zh=about.title.zh,
            title_en=about.title.en,
            changed_at=now,
        ):
            Revision.objects.create(draft=draft, number=1, text=text, account=NODE.account, at=now)


def _proposal(draft: Draft) -> tuple[str, dict[str, object]]:
    document = documents.document(draft.document)
    organisation = parties.organisation(draft.organisation)
    sample = sample_path(draft.id)
    sample.parent.mkdir(parents=True, exist_ok=True)
    title = document.name.rpartition(".")[0] or document.name
    with told_as(document.name):
        found = drafting.draft(
            document.path,
            name=_name_for(draft, title),
            title=Text(title, title),
            publisher=Publisher(name=organisation.title, code=organisation.code),
            sample=sample,
            called=document.name,
        )
    if draft.base_version is None:
        return found.text, found.as_json()
    standing = catalog.dataset(draft.dataset).contract
    proposed = renewing.source_of(found.text)
    text = renewing.with_source(standing.text, proposed, version=renewing.next_version(standing.version))
    return text, found.as_json()


def _name_for(draft: Draft, title: str) -> str:
    """A name that nobody has yet, made of the publisher's and the file's; people may still change it."""
    publisher, table = (
        name_of(each).replace("_", "-")[:40].strip("-")
        for each in (parties.organisation(draft.organisation).title.en, title)
    )
    name = f"{publisher}.{table}"
    drafts = Draft.objects.filter(state__in=OPEN).exclude(id=draft.id)
    return next(
        each
        for each in chain([name], (f"{name}-{n}" for n in count(2)))
        if not catalog.titles_of({each}) and not drafts.filter(dataset=each).exists()
    )


def _settle(*, clock: Clock) -> bool:
    is_any = False
    for draft in Draft.objects.filter(state=State.PUBLISHING):
        run = runs.run(draft.run)
        if run.state in {RunState.QUEUED, RunState.RUNNING}:
            continue
        is_any = True
        with transaction.atomic():
            if run.state in {RunState.DONE, RunState.UNCHANGED}:
                _end(draft, State.PUBLISHED, "publish", "", {}, clock=clock)
                tell_author(draft, "Your draft “{title}” is published.", by=NODE, now=clock())
            else:
                template = run.error_template or "The run ended without a result; hand the draft in again."
                _end(draft, State.RETURNED, "fail", template, run.error_facts, clock=clock)
                tell_author(draft, "Publishing your draft “{title}” failed; its page says why.", by=NODE, now=clock())
    return is_any


def _compare(*, clock: Clock) -> bool:
    """Say what a new version would change in the rows: once as it came, and again as it was handed in."""
    is_due = Q(compared=0, state__in=EDITABLE) | Q(state=State.SUBMITTED) & ~Q(compared=F("number"))
    draft = Draft.objects.filter(is_due, base_version__isnull=False).order_by("changed_at").first()
    if draft is None:
        return False
    lake = Lake(settings.HEXI_LAKE)
    try:
        contract = contract_of(draft)
        with told_as(called(draft)), translated(sample_path(draft.id).parent):
            found = changes(
                contract,
                source=path_of(draft),
                before=lake.dataset(draft.dataset).files(draft.base_version),
                workspace=sample_path(draft.id).parent / "compared",
                references=LakeReferences(lake),
                clock=clock,
            ).as_json()
    except HexiError as error:
        found = {"error": error.template, "facts": error.kept_facts}
    Draft.objects.filter(id=draft.id).update(changes=found, compared=draft.number)
    return True


def _end(draft: Draft, state: State, kind: str, template: str, facts: Mapping[str, object], *, clock: Clock) -> None:
    now = clock()
    Draft.objects.filter(id=draft.id).update(state=state, changed_by=NODE.account, changed_at=now)
    Remark.objects.create(draft=draft, kind=kind, account=NODE.account, at=now, text=template, facts=facts)
