"""What every page about one dataset shows above its own part: title, state, tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from hexi.kernel.errors import Denied, HexiError
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.records import DatasetRecord, VersionRecord
from hexi.web import refusals, tables


@dataclass(frozen=True, slots=True)
class Tab:
    """One part of a dataset's pages, with an address of its own."""

    name: str
    title: str
    href: str


def context(record: DatasetRecord, *, tab: str) -> dict[str, Any]:
    """Return the variables of `portal/dataset/base.html`."""
    summary = record.summary
    titles = {
        "dataset": gettext("Preview"),
        "fields": gettext("Fields"),
        "quality": gettext("Quality"),
        "versions": gettext("Versions"),
        "entry": gettext("Catalogue entry"),
        "map": gettext("Map"),
        "chart": gettext("Chart"),
        "use": gettext("Use it"),
        "questions": gettext("Questions"),
    }
    if not record.contract.has_open_place:
        del titles["map"]
    tabs = [Tab(name, title, reverse(name, args=[summary.name])) for name, title in titles.items()]
    return {"record": record, "summary": summary, "contract": record.contract, "tabs": tabs, "tab": tab}


def dataset(name: str) -> DatasetRecord:
    """Return the dataset, or raise what becomes a page of “nothing here”."""
    return catalog.dataset(name)


def version_of(request: HttpRequest, record: DatasetRecord) -> VersionRecord:
    """Return the version that the address asks for, or the newest."""
    wanted = tables.whole(request.GET.get("version"))
    if "version" not in request.GET:
        return record.versions[0]
    found = next((each for each in record.versions if each.version == wanted), None)
    if found is None:
        raise Http404
    return found


def closed(request: HttpRequest, context: dict[str, Any], refusal: HexiError) -> HttpResponse:
    """Show that the rows are not for whoever asks, and whom to ask; of a grant that ended, also that it did."""
    ended = refusals.sentence(refusal) if isinstance(refusal, Denied) else ""
    return render(request, "portal/dataset/closed.html", {**context, "ended": ended})
