"""Where each thing that an office has to mend is mended, and what is done there."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from hexi.registry.drafts.records import DraftSummary, State
from hexi.web import wording

ABOUT, FIELDS, TEXT = "draft-about", "draft", "draft-text"
PLACES: Mapping[str, tuple[str, str]] = {
    "theme": (ABOUT, "theme"),
    "updates": (ABOUT, "updates"),
    "licence": (ABOUT, "licence"),
    "methods": (ABOUT, "methods"),
    "category": (ABOUT, "kind"),
    "contact": (ABOUT, "contact"),
    "code": (TEXT, "contract-text"),
    "fields": (FIELDS, "editor"),
    "late": (FIELDS, "editor"),
    "quality": (FIELDS, "editor"),
}
"""Thing to mend (a gap of the entry, the fields, the date, the rows) → part of a draft and place in it."""
CLOSED = (State.SUBMITTED, State.PUBLISHING)


def place(thing: str, dataset: str, draft: DraftSummary | None) -> str:
    """Return where a thing of a dataset is mended: in its open draft, else where one begins, which leads on there."""
    if draft is None or thing == "quality":
        # A draft that is open may be of the very table whose rows are bad.
        return f"{reverse('publish')}?{urlencode({'dataset': dataset, 'mend': thing})}"
    if draft.state in CLOSED:
        return reverse("draft-review", args=[draft.id])
    if draft.state == State.DRAFTING:
        return f"{reverse('draft', args=[draft.id])}?{urlencode({'mend': thing})}"
    return place_in(thing, draft.id)


def place_in(thing: str, draft_id: str) -> str:
    """Return the place in a draft where a thing is mended."""
    page, fragment = PLACES[thing]
    return f"{reverse(page, args=[draft_id])}#{fragment}"


def how(thing: str) -> str:
    """Say what whoever begins a draft to mend a thing has to do; nothing for what is no such thing."""
    if thing not in PLACES:
        return ""
    if thing == "late":
        return gettext("A new version is due. Hand in the newest table; what the contract says of it stays as it is.")
    if thing == "quality":
        return gettext("Too many rows are in quarantine. Hand in the table in which they were corrected.")
    if thing == "fields":
        return gettext(
            "Of some fields nothing is said. Hand in the table, as it is if its rows are still right; then say under "
            "“More about this field” what each of them means."
        )
    if thing == "code":
        return gettext(
            "The code of the publisher is missing. Hand in the table, as it is if its rows are still right; you are "
            "then led to the contract, where “code” is written beside the name at “hexi.publisher”."
        )
    said = gettext(
        "The catalogue entry lacks this: {gap}. Hand in the table, as it is if its rows are still right; you are then "
        "led to the place where it is said."
    )
    return said.format(gap=wording.say(wording.GAPS[thing]))
