"""The catalogue's own pages: a dataset's entry, data elements with their sources, and what is to be mended."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from hexi.data.contracts.cataloguing import KINDS
from hexi.data.contracts.elements import ELEMENTS
from hexi.registry.accounts import queries as authority
from hexi.registry.accounts.actions import require
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.records import ToMend
from hexi.registry.drafts import filling
from hexi.registry.drafts import queries as drafts
from hexi.registry.drafts.records import DraftSummary
from hexi.registry.parties import queries as parties
from hexi.web import mending, tables, wording
from hexi.web.asking import reader
from hexi.web.clock import clock
from hexi.web.pages import subject

USES_A_PAGE = 50
OPEN_DRAFTS = 1_000
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def entry(request: HttpRequest, name: str) -> HttpResponse:
    """The catalogue entry of a dataset: every element of the guide."""
    record = subject.dataset(name)
    contract = record.contract
    titles = catalog.titles_of(contract.related)
    category = contract.category
    context = {
        "category": category,
        "kind": KINDS[category.kind] if category else None,
        "was_reclassified": catalog.was_classified_anew(record),
        "publisher": parties.organisation(record.summary.publisher_id),
        "related": [(each, titles.get(each)) for each in contract.related],
        "elements": [(each, ELEMENTS[each.element]) for each in contract.fields if each.element],
        "first": record.versions[-1],
        "formats": sorted({str(each["format"]) for each in record.versions[0].sources}),
    }
    return render(request, "portal/dataset/entry.html", {**subject.context(record, tab="entry"), **context})


def elements(request: HttpRequest) -> HttpResponse:
    """Every data element, who is its source, and how many fields hold it."""
    counts, sources = catalog.element_counts(), catalog.sources()
    names = parties.titles_of({each.publisher_id for each in sources})
    by_element: dict[str, list[Any]] = {}
    claimed: set[tuple[str, tuple[str, ...]]] = set()
    for each in sources:
        key = (each.element, each.scope)
        # Whoever was first is the source; a later claim is told on the element's own page.
        if key not in claimed:
            claimed.add(key)
            by_element.setdefault(each.element, []).append((each, names.get(each.publisher_id)))
    rows = [(each, by_element.get(each.name, []), counts.get(each.name, 0)) for each in ELEMENTS.values()]
    held, unheld = [row for row in rows if row[2]], [row for row in rows if not row[2]]
    return render(request, "portal/elements.html", {"rows": held + unheld})


def element(request: HttpRequest, name: str) -> HttpResponse:
    """One data element: its source, and every field that holds it."""
    if name not in ELEMENTS:
        raise Http404
    number = max(1, tables.whole(request.GET.get("page")) or 1)
    found, total = catalog.element_uses(name, limit=USES_A_PAGE, offset=(number - 1) * USES_A_PAGE)
    before, after, last = tables.page_numbers(number, total, size=USES_A_PAGE)
    names = parties.titles_of({each.publisher_id for each in found})
    claimed: set[tuple[str, ...]] = set()
    rows = []
    for each in found:
        state = ("source" if each.scope not in claimed else "claims") if each.is_source else ""
        claimed |= {each.scope} if each.is_source else set()
        scope = [ELEMENTS[one].title for one in each.scope if one in ELEMENTS]
        rows.append((each, names.get(each.publisher_id), state, scope))
    context = {"element": ELEMENTS[name], "rows": rows, "total": total}
    pages = {"number": number, "before": before, "after": after, "last": last}
    return render(request, "portal/element.html", {**context, **pages})


def mend(request: HttpRequest) -> HttpResponse:
    """What an officer's organisation has to mend, each thing with the place where that is done."""
    by = reader(request)
    allowed = authority.organisations_where(by, "dataset.describe")
    published = catalog.published_counts()
    known = parties.titles_of(set(published) if allowed is None else set(published) & set(allowed))
    choices = sorted(known.items(), key=lambda pair: pair[1].zh)
    wanted = request.GET.get("organisation") or next(iter([*(id for id, _ in choices), *sorted(allowed or ())]), "")
    require(by, "dataset.describe", wanted, organisation=wanted)
    if wanted:
        parties.organisation(wanted)
    found = catalog.to_mend(wanted, now=clock()) if wanted else ()
    names = {each.dataset for each in found}
    # The newest change comes first, and the last one written into the mapping stays.
    open_drafts = {each.dataset: each for each in reversed(drafts.drafts_of(by, datasets=names, limit=OPEN_DRAFTS))}
    context = {
        "organisation": wanted,
        "organisations": choices,
        "rows": [_to_mend(each, open_drafts.get(each.dataset)) for each in found],
        "total": published.get(wanted, 0),
        "may_fill_in": bool(wanted) and authority.may(by, "draft.create", wanted),
    }
    return render(request, "portal/mend.html", context)


def _to_mend(each: ToMend, draft: DraftSummary | None) -> dict[str, Any]:
    """What is to be mended of one dataset, and the place of each thing."""
    places = {thing: mending.place(thing, each.dataset, draft) for thing in mending.PLACES}
    return {
        "mend": each,
        "gaps": [(gap, places[gap]) for gap in each.gaps],
        "places": places,
        "draft": draft,
        "waits": draft is not None and draft.state in mending.CLOSED,
    }


def fill_in(request: HttpRequest, organisation_id: str) -> HttpResponse:
    """The workbook filled in and handed in again: what is wrong row by row, or what it changes and the drafts of it."""
    by, address = reader(request), reverse("catalogue-workbook", args=[organisation_id])
    require(by, "draft.create", organisation_id, organisation=organisation_id)
    if request.method == "POST":
        document = request.POST.get("document", "")
        if request.POST.get("do") == "check":
            filling.ask(document, organisation=organisation_id, again=True, by=by, now=clock())
        else:
            filling.ask_to_hand_in(document, organisation=organisation_id, by=by, now=clock())
        return redirect(f"{address}?{urlencode({'document': document})}")
    document = request.GET.get("document", "")
    found = filling.ask(document, organisation=organisation_id, by=by, now=clock()) if document else None
    if found and not found.is_at_work and request.headers.get("HX-Target") == "waiting":
        return HttpResponse(headers={"HX-Refresh": "true"})
    context: dict[str, Any] = {
        "organisation": parties.organisation(organisation_id),
        "document": document,
        "next": address,
        "workbook": found,
        "checked": found.checked if found else None,
        "failure": wording.told(found.error, found.facts) if found and found.error else "",
        "last": None if found else filling.last_asked(organisation_id, by=by),
    }
    return render(request, "portal/workbook.html", context)


def export(request: HttpRequest, organisation_id: str) -> FileResponse:
    """The catalogue of an organisation as a workbook."""
    # The file has no name on disk once it is open, so nothing stays behind when the reader goes away.
    with tempfile.TemporaryDirectory(prefix="hexi-catalogue-") as folder:
        target = Path(folder) / "catalogue.xlsx"
        catalog.write_workbook(organisation_id, target, by=reader(request))
        return FileResponse(target.open("rb"), as_attachment=True, filename=target.name, content_type=WORKBOOK)
