"""The desk of who is signed in: what needs them today."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hexi.registry.accounts import queries as accounts
from hexi.registry.accounts.actions import require
from hexi.registry.accounts.roles import ROLES
from hexi.registry.parties import queries as parties
from hexi.web.asking import reader


def desk(request: HttpRequest) -> HttpResponse:
    """What waits, by role."""
    by = reader(request)
    require(by, "notice.read", by.account)
    names = parties.organisations()
    context = {
        "account": accounts.account(by.account),
        "roles": [
            (ROLES[each.role].title, names[each.organisation].title if each.organisation in names else None)
            for each in accounts.roles_of(by.account)
        ],
    }
    return render(request, "portal/desk.html", context)
