"""Organisations: the tree as it stands today, what became of those that are gone, and what each publishes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.records import Freshness
from hexi.registry.parties import queries as parties
from hexi.registry.parties.records import (
    KINDS,
    NAME_KINDS,
    HitRecord,
    Moment,
    OrganisationRecord,
    TreeLine,
)
from hexi.web import charts, lineage, wording
from hexi.web.clock import clock
from hexi.web.pages.overview import promised

DATASETS = 12
"""Datasets that the page of an organisation names; the rest is a click away."""
CHARTED = 6
"""Datasets whose rows it draws."""


@dataclass(frozen=True, slots=True)
class Former:
    """A body that is gone, and who carries on."""

    organisation: OrganisationRecord
    successors: tuple[OrganisationRecord, ...]


def organisations(request: HttpRequest) -> HttpResponse:
    """The tree of today, those that are gone; or, asked for a name, who bears or bore it."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:100]
    today = timezone.localtime(clock()).date()
    published = catalog.published_counts()
    successions = parties.successions()
    context = {
        "text": text,
        "hits": [_hit(each) for each in parties.find_by_name(text)] if text else [],
        "tree": [_line(each, published) for each in parties.tree(on=today)],
        "former": [Former(each, successions.get(each.id, ())) for each in parties.former(on=today)],
    }
    return render(request, "portal/organisations.html", context)


def organisation(request: HttpRequest, organisation_id: str) -> HttpResponse:
    """One organisation: what it is, what became of it, its parts, its posts, its datasets."""
    own = parties.organisation(organisation_id)
    today = timezone.localtime(clock()).date()
    every = parties.organisations()
    picture = lineage.draw(
        parties.lineage(own.id),
        here=own.id,
        title=gettext("What became of it"),
        description=gettext("Bodies from the earlier to the later; each line says when and what happened."),
        link=lambda each: reverse("organisation", args=[each.id]),
    )
    context = {
        "organisation": own,
        "kind": wording.say(KINDS[own.kind]),
        "is_gone": not own.exists(on=today),
        "successors": parties.successors(own.id, on=today),
        "above": [every[id] for id in reversed(parties.ancestors(own.id, on=today))],
        "names": [(wording.say(NAME_KINDS[each.kind]), each) for each in parties.names(own.id)],
        "picture": picture,
        "history": [(each, _said(each)) for each in parties.history(own.id)],
        "children": parties.children(own.id, on=today),
        "posts": parties.posts(own.id, on=today),
        **_datasets(own.id),
    }
    return render(request, "portal/organisation.html", context)


def _datasets(publisher: str) -> dict[str, Any]:
    """What an organisation publishes: sums of all, the newest, those that are late, and the rows of the largest."""
    counts = catalog.promise_counts(publisher=publisher, now=clock())
    late = catalog.promised(Freshness.LATE, publisher=publisher, now=clock(), limit=DATASETS)
    largest = catalog.published_by(publisher, limit=CHARTED, largest=True)
    return {
        "datasets": catalog.published_by(publisher, limit=DATASETS),
        "sums": catalog.sums_of(publisher),
        "late": counts[Freshness.LATE],
        "largest": {
            "title": gettext("Rows of its largest datasets"),
            "rows": [
                charts.accepted_row(
                    wording.say(each.title),
                    rows=each.rows,
                    accepted=each.accepted,
                    most=largest[0].rows or 1,
                    href=reverse("quality", args=[each.name]),
                )
                for each in largest
            ],
        },
        **promised(counts, Freshness.LATE, late),
    }


def _line(each: TreeLine, published: dict[str, int]) -> tuple[TreeLine, str, int]:
    return each, wording.say(KINDS[each.organisation.kind]), published.get(each.organisation.id, 0)


def _hit(each: HitRecord) -> tuple[HitRecord, str]:
    return each, wording.say(NAME_KINDS[each.kind]) if each.kind in NAME_KINDS else ""


def _said(each: Moment) -> str:
    """What happened, before the name of the other organisation."""
    return {
        "founded": gettext("founded"),
        "dissolved": gettext("dissolved"),
        "named": gettext("renamed; until then called"),
        "joined": gettext("became part of"),
        "left": gettext("was no longer part of"),
        "succeeded_by": gettext("its work went to"),
        "split_into": gettext("was split; part of its work went to"),
        "renamed_to": gettext("was reorganised as"),
        "from_succeeded_by": gettext("took over the work of"),
        "from_split_into": gettext("took over a part of"),
        "from_renamed_to": gettext("came out of"),
    }[each.kind]
