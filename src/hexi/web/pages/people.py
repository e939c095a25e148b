"""People: who has an account and what they may do; invitations; one's own account and its tokens."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from hexi.kernel.errors import HexiError
from hexi.registry.accounts import actions, people, queries
from hexi.registry.accounts.actions import require
from hexi.registry.accounts.roles import ROLES
from hexi.registry.parties import queries as parties
from hexi.web import refusals
from hexi.web.asking import reader
from hexi.web.clock import clock

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SCOPES = ("data.*", "upload.*", "draft.*", "dataset.*")


def listed(request: HttpRequest) -> HttpResponse:
    """Everybody who has an account, with their roles."""
    by = reader(request)
    require(by, "account.see", "people")
    return render(request, "portal/people/list.html", _people(request))


def invite(request: HttpRequest) -> HttpResponse:
    """Open an account, and show its link once."""
    by, said = reader(request), request.POST
    role, organisation = said.get("role", ""), said.get("organisation") or None
    require(by, "account.see", "people")
    try:
        secret = people.invite(
            said.get("name", ""),
            title=said.get("title", ""),
            email=said.get("email", ""),
            roles=[(role, organisation)] if role else [],
            by=by,
            now=clock(),
        )
    except HexiError as error:
        context = {**_people(request), "error": refusals.sentence(error), "typed": said}
        return render(request, "portal/people/list.html", context, status=400)
    return _link(request, said.get("name", "").strip(), secret)


def person(request: HttpRequest, name: str) -> HttpResponse:
    """One account: its roles, and what can be done to it."""
    by = reader(request)
    require(by, "account.see", name)
    return render(request, "portal/people/person.html", _person(request, name))


def change(request: HttpRequest, name: str) -> HttpResponse:
    """Give or take a role, make a link that resets the password, end or put in force."""
    by, said, now = reader(request), request.POST, clock()
    role, organisation = said.get("role", ""), said.get("organisation") or None
    require(by, "account.see", name)
    match said.get("do"):
        case "assign":
            actions.assign(name, role, organisation=organisation, by=by, now=now)
        case "take-away":
            actions.take_away(name, role, organisation=organisation, by=by, now=now)
        case "deactivate":
            people.deactivate(name, by=by, now=now)
        case "activate":
            people.activate(name, by=by, now=now)
        case "reset":
            return _link(request, name, people.reset(name, by=by, now=now))
    return redirect("person", name)


def link(request: HttpRequest, secret: str) -> HttpResponse:
    """A one-time link: whoever holds it sets the account's password."""
    found = queries.link(secret, now=clock())
    if found is None:
        return render(request, "portal/people/link.html", {"link": None}, status=404)
    error = ""
    if request.method == "POST":
        password = request.POST.get("password", "")
        try:
            if password != request.POST.get("again"):
                error = gettext("The two passwords are not the same.")
            else:
                name = people.accept(secret, password, now=clock())
                login(request, get_user_model().objects.get(pk=name), backend=BACKEND)
                return redirect("desk")
        except HexiError as refused:
            error = refusals.sentence(refused)
    context = {"link": found, "account": queries.account(found.account), "error": error}
    return render(request, "portal/people/link.html", context, status=400 if error else 200)


def me(request: HttpRequest) -> HttpResponse:
    """One's own account: roles, password, second factor, tokens."""
    by = reader(request)
    require(by, "token.create", by.account)
    context: dict[str, Any] = {}
    if request.method == "POST":
        said = request.POST
        if said.get("do") == "revoke":
            people.revoke_token(said.get("token", ""), by=by, now=clock())
            return redirect("me")
        scope = [each for each in said.getlist("scope") if each in SCOPES]
        days = int(said["days"]) if said.get("days", "").isdigit() and len(said["days"]) < 5 else 0
        try:
            context["secret"] = people.make_token(said.get("title", ""), scope=scope, days=days, by=by, now=clock())
        except HexiError as error:
            context["error"] = refusals.sentence(error)
    context |= {
        "account": queries.account(by.account),
        "roles": _roles(by.account),
        "tokens": [(each, each.holds(clock())) for each in queries.tokens_of(by.account)],
        "scopes": SCOPES,
    }
    return render(request, "portal/people/me.html", context)


def _people(request: HttpRequest) -> dict[str, Any]:
    by = reader(request)
    names = {id: each.title for id, each in parties.organisations().items()}
    held: dict[str, list[tuple[Any, Any]]] = {}
    for each in queries.all_roles():
        held.setdefault(each.account, []).append((ROLES[each.role].title, names.get(each.organisation or "")))
    return {
        "people": [(each, held.get(each.name, [])) for each in queries.accounts()],
        "roles": [(name, role.title, role.doc) for name, role in ROLES.items()],
        "organisations": list(names.items()),
        "may_invite": queries.may(by, "account.invite"),
    }


def _person(request: HttpRequest, name: str) -> dict[str, Any]:
    by = reader(request)
    return {
        "account": queries.account(name),
        "held": _roles(name),
        "roles": [(id, role.title, role.doc) for id, role in ROLES.items()],
        "organisations": [(id, each.title) for id, each in parties.organisations().items()],
        "may_change": queries.may(by, "account.assign"),
        "is_me": by.account == name,
    }


def _roles(name: str) -> list[tuple[Any, Any, Any]]:
    names = parties.organisations()
    return [
        (each, ROLES[each.role].title, names[each.organisation].title if each.organisation in names else None)
        for each in queries.roles_of(name)
    ]


def _link(request: HttpRequest, name: str, secret: str) -> HttpResponse:
    """Show a one-time link, this once: nothing that could show it again is kept."""
    address = request.build_absolute_uri(reverse("link", args=[secret]))
    return render(request, "portal/people/made.html", {"name": name, "address": address})
