"""People: who has an account and what they may do; invitations; one's own account and its tokens."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import perform_login
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from hexi.kernel.actors import Actor
from hexi.kernel.errors import Conflict, HexiError, Invalid
from hexi.registry.accounts import actions, people, queries
from hexi.registry.accounts.actions import require
from hexi.registry.accounts.errors import AccountMissing
from hexi.registry.accounts.records import TokenRecord
from hexi.registry.accounts.roles import ROLES
from hexi.registry.parties import queries as parties
from hexi.web import refusals
from hexi.web.asking import reader
from hexi.web.clock import clock

SCOPES = {
    "data.*": gettext_lazy("read data"),
    "upload.*": gettext_lazy("hand files in"),
    "draft.*": gettext_lazy("edit and submit drafts"),
    "dataset.*": gettext_lazy("publish, describe and follow datasets"),
}
"""To what a token can be limited on a page; the command line takes every verb."""


def listed(request: HttpRequest) -> HttpResponse:
    """Everybody who has an account, with their roles; an organisation's auditor or operator sees its people."""
    return render(request, "portal/people/list.html", _people(request))


def invite(request: HttpRequest) -> HttpResponse:
    """Open an account for a person, and show its link once."""
    by, said = reader(request), request.POST
    context = _people(request)
    try:
        secret = people.invite(
            said.get("name", ""),
            title=said.get("title", ""),
            email=said.get("email", ""),
            roles=_roles_said(said),
            by=by,
            now=clock(),
        )
    except (Invalid, Conflict) as error:
        context |= {"error": refusals.sentence(error), "typed": said}
        return render(request, "portal/people/list.html", context, status=400)
    return _link(request, said.get("name", "").strip(), secret)


def open_program(request: HttpRequest) -> HttpResponse:
    """Open an account for a program; its tokens are made on its page."""
    by, said = reader(request), request.POST
    context = _people(request)
    name = said.get("name", "").strip()
    try:
        people.open_service(name, title=said.get("title", ""), roles=_roles_said(said), by=by, now=clock())
    except (Invalid, Conflict) as error:
        context |= {"program_error": refusals.sentence(error), "typed": said}
        return render(request, "portal/people/list.html", context, status=400)
    return redirect("person", name)


def person(request: HttpRequest, name: str) -> HttpResponse:
    """One account: its roles, and what can be done to it."""
    return render(request, "portal/people/person.html", _person(request, name))


def change(request: HttpRequest, name: str) -> HttpResponse:
    """Give or take a role, make or revoke a link, end or put in force, make or revoke a program's token."""
    by, said, now = reader(request), request.POST, clock()
    context = _person(request, name)
    role, organisation = said.get("role", ""), said.get("organisation") or None
    try:
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
            case "revoke-link":
                people.revoke_link(name, by=by, now=now)
            case "token":
                secret = people.make_token(
                    said.get("title", ""), scope=_scope(said), days=_days(said), account=name, by=by, now=now
                )
                context = {**_person(request, name), "secret": secret}
                return render(request, "portal/people/person.html", context)
            case "revoke":
                people.revoke_token(said.get("token", ""), by=by, now=now)
    except Invalid as error:
        context |= {"error": refusals.sentence(error)}
        return render(request, "portal/people/person.html", context, status=400)
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
                # The link stands for the password only: a second factor is still asked for.
                answer: HttpResponse = perform_login(request, get_user_model().objects.get(pk=name))
                return answer
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
        try:
            context["secret"] = people.make_token(
                said.get("title", ""), scope=_scope(said), days=_days(said), by=by, now=clock()
            )
        except HexiError as error:
            context["error"] = refusals.sentence(error)
    context |= {
        "account": queries.account(by.account),
        "roles": _roles(by.account),
        "tokens": _tokens(by.account),
        "scopes": list(SCOPES.items()),
    }
    return render(request, "portal/people/me.html", context)


def _people(request: HttpRequest) -> dict[str, Any]:
    by = reader(request)
    places = _places_seen(by, "people")
    names = {id: each.title for id, each in parties.organisations().items()}
    held: dict[str, list[tuple[Any, Any]]] = {}
    for each in queries.all_roles():
        if places is None or each.organisation in places:
            held.setdefault(each.account, []).append((ROLES[each.role].title, names.get(each.organisation or "")))
    inviting = queries.organisations_within(by, "account.invite")
    found, given = queries.accounts(), queries.authorities()
    return {
        "people": [
            (each, held.get(each.name, []), given.get(each.name, ()))
            for each in found
            if places is None or each.name in held
        ],
        "roles": [(name, role.title, role.doc) for name, role in ROLES.items()],
        "organisations": [(id, title) for id, title in names.items() if inviting is None or id in inviting],
        "may_invite": inviting is None or bool(inviting),
        "may_invite_anywhere": inviting is None,
    }


def _person(request: HttpRequest, name: str) -> dict[str, Any]:
    by = reader(request)
    places = _places_seen(by, name)
    held = _roles(name)
    if places is not None and not any(each.organisation in places for each, _, _ in held):
        raise AccountMissing("There is no account “{account}”.", account=name)
    assigning = queries.organisations_within(by, "account.assign")
    found = queries.account(name)
    return {
        "account": found,
        "held": [
            (each, title, organisation, assigning is None or each.organisation in assigning)
            for each, title, organisation in held
        ],
        "roles": [(id, role.title, role.doc) for id, role in ROLES.items()],
        "organisations": [
            (id, each.title) for id, each in parties.organisations().items() if assigning is None or id in assigning
        ],
        "may_assign": assigning is None or bool(assigning),
        "may_assign_anywhere": assigning is None,
        "may_change": assigning is None or queries.places_of(name) <= assigning,
        "is_me": by.account == name,
        "given": queries.authorities().get(name, ()),
        "link": queries.open_link(name, now=clock()),
        "tokens": _tokens(name) if found.is_service else [],
        "scopes": list(SCOPES.items()),
    }


def _places_seen(by: Actor, object: str) -> frozenset[str] | None:
    places = queries.organisations_within(by, "account.see")
    if places is not None and not places:
        require(by, "account.see", object)
    return places


def _roles_said(said: QueryDict) -> list[tuple[str, str | None]]:
    role, organisation = said.get("role", ""), said.get("organisation") or None
    return [(role, organisation)] if role else []


def _scope(said: QueryDict) -> list[str]:
    return [each for each in said.getlist("scope") if each in SCOPES]


def _days(said: QueryDict) -> int:
    days = said.get("days", "")
    return int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0


def _tokens(name: str) -> list[tuple[TokenRecord, bool]]:
    return [(each, each.holds(clock())) for each in queries.tokens_of(name)]


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
