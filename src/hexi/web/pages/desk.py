"""The desk of who is signed in: what needs them today, by role."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hexi.registry.accounts import queries as accounts
from hexi.registry.accounts.actions import require
from hexi.registry.accounts.roles import ALL, ROLES
from hexi.registry.notices import queries as notices
from hexi.registry.parties import queries as parties
from hexi.web.asking import reader
from hexi.web.clock import clock
from hexi.web.desks import Looking
from hexi.web.pages import desk_sections
from hexi.web.pages.notices import told

NOTICES = 5


def desk(request: HttpRequest) -> HttpResponse:
    """What waits, by role; what somebody may do nothing about is not shown."""
    by = reader(request)
    require(by, "notice.read", by.account)
    names = {id: each.title for id, each in parties.organisations().items()}
    held = accounts.roles_of(by.account)
    roles = {each.role for each in held}
    if ALL in accounts.authorities().get(by.account, ()):
        roles.add("operator")
    looking = Looking(by=by, now=clock(), roles=frozenset(roles), names=names)
    context = {
        "account": accounts.account(by.account),
        "roles": [(ROLES[each.role].title, names.get(each.organisation or "")) for each in held],
        "sections": [found for each in desk_sections.SECTIONS if (found := each(looking)) is not None],
        "told": [told(each) for each in notices.notices_of(by, limit=NOTICES) if not each.is_read],
        "unread": notices.unread(by),
    }
    return render(request, "portal/desk.html", context)
