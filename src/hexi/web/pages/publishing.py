"""Publishing in the browser: an upload becomes a draft, is mended, reviewed and published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from hexi.data.contracts.cataloguing import KINDS, METHODS
from hexi.data.contracts.elements import ELEMENTS
from hexi.data.drafting import editing
from hexi.data.drafting.meanings import MEANINGS
from hexi.kernel.actors import Actor
from hexi.kernel.errors import Denied, HexiError
from hexi.registry.accounts import queries as authority
from hexi.registry.accounts.actions import require
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.records import DatasetRecord
from hexi.registry.documents import queries as documents
from hexi.registry.documents.records import DocumentRecord
from hexi.registry.drafts import actions, queries
from hexi.registry.drafts.errors import SourceGone
from hexi.registry.drafts.records import DraftRecord, State
from hexi.registry.drafts.sourcing import last_file
from hexi.registry.parties import queries as parties
from hexi.registry.runs import queries as runs
from hexi.web import mending, refusals, wording
from hexi.web.asking import reader
from hexi.web.clock import clock
from hexi.web.pages import publishing_forms as forms
from hexi.web.pages.publishing_view import changes_of, columns_of, differences, preview_of, taken_in_words
from hexi.web.pages.runs import progress_of

UPDATES = ("", *wording.UPDATES)


def desk(request: HttpRequest) -> HttpResponse:
    """Where publishing begins: hand in a file, go on with a draft, look at what waits for review."""
    asking = reader(request)
    require(asking, "draft.begin", asking.account)
    dataset, mend = _dataset(request), request.GET.get("mend", "")
    standing, organisations = dataset.summary if dataset else None, _organisations(request)
    if dataset and standing and standing.publisher_id not in {id for id, _ in organisations}:
        dataset = None
    context = {
        **(_again(dataset) if dataset else {}),
        "mend": mend,
        "how": mending.how(mend) if standing else "",
        "organisations": organisations,
        "dataset": standing,
        "document": _document(request),
        "next": request.get_full_path(),
        "drafts": queries.drafts_of(asking),
        "reviews": queries.drafts_to_review(asking),
        "done": queries.drafts_of(asking, states=(State.PUBLISHED, State.DISCARDED), limit=10),
        "names": {each.id: each.title for each in parties.organisations().values()},
    }
    return render(request, "portal/publish/desk.html", context)


def begin(request: HttpRequest) -> HttpResponse:
    """Begin a draft on an upload, or on the file of the version before."""
    said = request.POST
    draft = actions.begin(
        said.get("document") or (None if said.get("dataset") else ""),
        organisation=said.get("organisation", ""),
        dataset=said.get("dataset") or None,
        by=reader(request),
        now=clock(),
    )
    mend = said.get("mend", "")
    return redirect(reverse("draft", args=[draft]) + (f"?mend={mend}" if mend in mending.PLACES else ""))


def draft(request: HttpRequest, draft_id: str) -> HttpResponse:
    """The fields: left the column as it came, right what it means; below, what would fail."""
    record = queries.draft(draft_id, reader=reader(request))
    if record.summary.state == State.DRAFTING:
        return render(request, "portal/publish/waiting.html", _context(request, record, "fields"))
    if request.headers.get("HX-Target") == "waiting":
        return HttpResponse(headers={"HX-Refresh": "true"})
    if (mend := request.GET.get("mend", "")) in mending.PLACES:
        return redirect(mending.place_in(mend, draft_id))
    return _fields(request, record)


def field(request: HttpRequest, draft_id: str, name: str) -> HttpResponse:
    """Change a field, leave a column out, or take it in."""
    by, said = reader(request), request.POST
    record = queries.draft(draft_id, reader=by)
    if said.get("do") == "add":
        return _changed(request, draft_id, "draft", lambda: actions.add_field(draft_id, name, by=by, now=clock()))
    number = _number(request)
    if said.get("do") == "remove":
        return _changed(
            request,
            draft_id,
            "draft",
            lambda: actions.remove_field(draft_id, name, number=number, by=by, now=clock()),
        )
    shown = {each.name: each for each in editing.fields(_text_of(record, number, by))}
    if name not in shown:
        return _answer(request, draft_id, "draft", gettext("This field is no longer there."))
    form = forms.field_form(said, shown[name])
    return _changed(
        request,
        draft_id,
        "draft",
        lambda: actions.edit_field(draft_id, name, form, number=number, by=by, now=clock()),
    )


def about(request: HttpRequest, draft_id: str) -> HttpResponse:
    """What is said of the dataset."""
    by = reader(request)
    record = queries.draft(draft_id, reader=by)
    if request.method == "POST":
        number = _number(request)
        before = editing.about(_text_of(record, number, by))
        form = forms.about_form(request.POST, before)
        return _changed(
            request,
            draft_id,
            "draft-review" if request.POST.get("do") == "next" else "draft-about",
            lambda: actions.edit_about(draft_id, form, number=number, by=by, now=clock()),
        )
    shown = editing.about_if_readable(record.text)
    context = {
        "form": shown,
        "sharings": wording.SHARING,
        "opennesses": wording.OPENNESS,
        "updates": UPDATES,
        "methods": METHODS,
        "kinds": KINDS,
        "levels": forms.levels(shown.catalogue) if shown else [],
    }
    return render(request, "portal/publish/about.html", {**_context(request, record, "about"), **context})


def text(request: HttpRequest, draft_id: str) -> HttpResponse:
    """The contract itself, for those who write YAML."""
    by = reader(request)
    record = queries.draft(draft_id, reader=by)
    context: dict[str, Any] = {"text": record.text, "number": record.number}
    status = 200
    if request.method == "POST":
        said = request.POST.get("text", "").replace("\r\n", "\n")
        if request.POST.get("do") == "try":
            record = queries.draft(draft_id, text=said, reader=by)
            tried = {**_context(request, record, "text"), **preview_of(record, by)}
            return render(request, "portal/publish/text.html", {**tried, "text": said, "number": record.number})
        number = _number(request)
        try:
            actions.edit(draft_id, said, number=number, by=by, now=clock())
            return redirect("draft-text", draft_id)
        except Denied:
            raise
        except HexiError as error:
            # What was typed stays on the page, whatever is wrong with it.
            context = {"text": said, "number": number, "error": refusals.sentence(error)}
            status = 409
    context = {**_context(request, record, "text"), **preview_of(record, by), **context}
    return render(request, "portal/publish/text.html", context, status=status)


def review(request: HttpRequest, draft_id: str) -> HttpResponse:
    """What will change, what was said, and what can be decided."""
    record = queries.draft(draft_id, reader=reader(request))
    if request.headers.get("HX-Target") == "run" and record.summary.state != State.PUBLISHING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "differences": differences(record),
        "changes": changes_of(record),
        **(progress_of(runs.run(record.run)) if record.run else {}),
        **preview_of(record, reader(request)),
    }
    return render(request, "portal/publish/review.html", {**_context(request, record, "review"), **context})


def decide(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Hand in, take back, return, approve or discard."""
    by, now, note = reader(request), clock(), request.POST.get("note", "")[:2000]
    queries.draft(draft_id, reader=by)
    match request.POST.get("do"):
        case "submit":
            actions.submit(draft_id, note=note, by=by, now=now)
        case "take-back":
            actions.take_back(draft_id, by=by, now=now)
        case "return":
            actions.give_back(draft_id, because=note, by=by, now=now)
        case "approve":
            actions.approve(draft_id, note=note, by=by, now=now)
        case "discard":
            actions.discard(draft_id, by=by, now=now)
            return redirect("publish")
    return redirect("draft-review", draft_id)


def _fields(request: HttpRequest, record: DraftRecord, *, said: str = "", status: int = 200) -> HttpResponse:
    shown = preview_of(record, reader(request))
    context = {
        **_context(request, record, "fields"),
        **shown,
        "columns": columns_of(record, shown.get("trial")),
        "left_out": _left_out(record),
        "elements": [(each.name, each.title) for each in ELEMENTS.values()],
        "meanings": [(each.name, each.title) for each in MEANINGS.values()],
        "classes": [(name, wording.CLASSES[name]) for name in forms.CLASSES],
        "said": said,
    }
    return render(request, "portal/publish/fields.html", context, status=status)


def _changed(request: HttpRequest, draft_id: str, page: str, change: Callable[[], int]) -> HttpResponse:
    try:
        change()
    except Denied:
        raise
    except HexiError as error:
        return _answer(request, draft_id, page, refusals.sentence(error))
    return _answer(request, draft_id, page, "")


def _answer(request: HttpRequest, draft_id: str, page: str, said: str) -> HttpResponse:
    """Return the page as it now is: for htmx in place, for a plain form by its address."""
    if page == "draft" and (said or "HX-Request" in request.headers):
        record = queries.draft(draft_id, reader=reader(request))
        # htmx swaps only answers of 200; the sentence stands on the page.
        return _fields(request, record, said=said, status=200 if "HX-Request" in request.headers else 409)
    if said:
        return refusals.page(request, 409, said)
    return redirect(page, draft_id)


def _context(request: HttpRequest, record: DraftRecord, tab: str) -> dict[str, Any]:
    by, summary = reader(request), record.summary
    titles = {
        "fields": (gettext("Fields"), "draft"),
        "about": (gettext("About"), "draft-about"),
        "text": (gettext("Contract"), "draft-text"),
        "review": (gettext("Review"), "draft-review"),
    }
    organisation = summary.organisation
    return {
        "stages": _stages(summary.state),
        "record": record,
        "draft": summary,
        "tab": tab,
        "tabs": [(name, title, reverse(address, args=[summary.id])) for name, (title, address) in titles.items()],
        "organisation": parties.organisation(organisation),
        "may_submit": record.is_editable and authority.may(by, "draft.submit", organisation),
        "may_edit": record.is_editable and authority.may(by, "draft.edit", organisation),
        "may_decide": summary.state == State.SUBMITTED
        and summary.submitted_by != by.account
        and authority.may(by, "draft.approve", organisation),
        "taken": taken_in_words(record.contract),
        "is_own": summary.submitted_by == by.account,
    }


def _stages(state: str) -> list[tuple[str, str, str]]:
    """The way of a draft: name, title, and `done`, `now` or nothing."""
    titles = {
        "look": gettext("Looked at"),
        "mend": gettext("Mended"),
        "review": gettext("Reviewed"),
        "publish": gettext("Published"),
    }
    at = {
        State.DRAFTING: 0,
        State.EDITING: 1,
        State.RETURNED: 1,
        State.SUBMITTED: 2,
        State.PUBLISHING: 3,
        State.PUBLISHED: 4,
        State.DISCARDED: 0,
    }[State(state)]
    return [
        (name, title, "done" if place < at else "now" if place == at and state != State.DISCARDED else "")
        for place, (name, title) in enumerate(titles.items())
    ]


def _left_out(record: DraftRecord) -> list[str]:
    """Columns of the source that no field publishes."""
    try:
        published = {each.source for each in editing.fields(record.text)}
    except HexiError:
        return []
    return [str(each["source"]) for each in record.findings.get("columns", ()) if each["source"] not in published]


def _organisations(request: HttpRequest) -> list[tuple[str, Any]]:
    """Organisations for which whoever asks may draft."""
    allowed = authority.organisations_where(reader(request), "draft.create")
    known = parties.organisations()
    return [(id, each.title) for id, each in known.items() if allowed is None or id in allowed]


def _dataset(request: HttpRequest) -> DatasetRecord | None:
    """The dataset of which a new version is to be published."""
    name = request.GET.get("dataset")
    return catalog.dataset(name) if name else None


def _again(dataset: DatasetRecord) -> dict[str, str]:
    """The file that may be read again for a new version, or why none can."""
    try:
        return {"last_file": last_file(dataset)}
    except SourceGone as error:
        return {"no_file": refusals.sentence(error)}


def _document(request: HttpRequest) -> DocumentRecord | None:
    """The upload that has just arrived, if it is whoever asks's own."""
    found = documents.document(request.GET["document"]) if request.GET.get("document") else None
    return found if found is not None and found.account == reader(request).account else None


def _number(request: HttpRequest) -> int:
    """The revision that a form was made of; 0, which none has, where it names none."""
    said = request.POST.get("number", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def _text_of(record: DraftRecord, number: int, by: Actor) -> str:
    """The text that a form was made of; for a revision that there is not the newest, which the action then refuses."""
    known = any(each.number == number for each in record.revisions)
    return queries.text_of(record.summary.id, number, reader=by) if known else record.text
