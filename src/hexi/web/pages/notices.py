"""Notices: everything one was told, and what is not read yet."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from hexi.registry.accounts.actions import require
from hexi.registry.notices import actions, queries
from hexi.registry.notices.records import NoticeRecord
from hexi.web import tables, wording
from hexi.web.asking import reader
from hexi.web.clock import clock

PLACES = {
    "draft": "draft-review",
    "dataset": "dataset",
    "question": "question",
    "wish": "wish",
    "registration": "registration",
}
"""Kind of thing → the page about it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as the page shows it."""

    notice: NoticeRecord
    sentence: str
    href: str


def notices(request: HttpRequest) -> HttpResponse:
    """The notices of who is signed in, unread ones first; or mark one, or all, as read."""
    by = reader(request)
    require(by, "notice.read", by.account)
    if request.method == "POST":
        actions.mark_read(request.POST.get("notice") or None, by=by, now=clock())
        return redirect("notices")
    page = tables.whole(request.GET.get("page")) or 1
    before, after, last = tables.page_numbers(page, queries.held(by), size=queries.PAGE)
    context = {
        "told": [told(each) for each in queries.notices_of(by, offset=(page - 1) * queries.PAGE)],
        "unread": queries.unread(by),
        "before": before,
        "after": after,
        "number": page,
        "last": last,
    }
    return render(request, "portal/notices.html", context)


def notice(request: HttpRequest, notice_id: str) -> HttpResponse:
    """Go to what a notice tells of: it is read then."""
    by = reader(request)
    require(by, "notice.read", by.account)
    record = queries.notice(notice_id, reader=by)
    actions.mark_read(notice_id, by=by, now=clock())
    return redirect(_place(record) or "notices")


def told(each: NoticeRecord) -> Told:
    """Return a notice in the language of the page, and where it leads; nowhere if its thing has no page.

    A fact whose name ends in `_en` stands for the one without, on English pages.
    """
    facts = dict(each.facts)
    if wording.is_english():
        facts |= {name.removesuffix("_en"): said for name, said in each.facts.items() if name.endswith("_en") and said}
    place = _place(each)
    href = place if each.is_read or not place else reverse("notice", args=[each.id])
    return Told(each, gettext(each.template).format(**facts), href)


def _place(each: NoticeRecord) -> str:
    kind, _, name = each.object.partition(":")
    return reverse(PLACES[kind], args=[name]) if kind in PLACES and name else ""
