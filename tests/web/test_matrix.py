"""Who may do what to what, as a matrix: every asker × every deed of the portal × an object: own, foreign, absent.

Allowed is exactly what `roles.py` says. A refusal changes nothing, and to whoever has no part in an object it reads as
if the object were not there. An address that takes something and stands in neither table fails the last test.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from inspect import getclosurevars
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django.plugin import DjangoDbBlocker

from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import people, queries
from hexi.registry.accounts.actions import require
from hexi.registry.accounts.models import Account
from hexi.registry.accounts.roles import ROLES, SIGNED_IN_MAY, covers
from hexi.registry.documents import actions as documents
from hexi.registry.drafts import actions as drafts
from hexi.registry.drafts import tasks
from hexi.registry.parties import actions as parties
from tests.nodes import Node, node_in

PASSWORD = "a caravan of salt"
ABSENT = "01900000-0000-7000-8000-000000000000"
ROWS = "编号,名称\n" + "".join(f"a{n:03},店{n}\n" for n in range(1, 31))
PLACES = ("own", "parent", "other", "node")
REACHES = {"own": {"own"}, "parent": {"own"}, "other": {"foreign"}, "node": {"own", "foreign", "absent"}}
"""Where a role is held → the objects that it is over."""


@dataclass(frozen=True)
class Asker:
    """Somebody who asks: with a role somewhere, by session or by token."""

    name: str
    role: str = ""
    place: str = ""
    token: str = ""
    """`""` for a session; else `whole`, `narrow`, `expired`, `revoked`, `none`."""
    session: str = ""
    """Why the session that is shown is nobody's: `foreign`, `unknown`, `closed`, `deleted`."""

    @property
    def has_account(self) -> bool:
        return self.name != "nobody" and not self.token and self.session not in {"foreign", "unknown"}

    def may(self, verb: str, object: str) -> bool:
        if self.token in {"narrow", "expired", "revoked", "none"} or self.session or self.name == "nobody":
            return False
        holds = bool(self.role) and covers(ROLES[self.role].verbs, verb) and object in REACHES[self.place]
        return holds or verb in SIGNED_IN_MAY


ASKERS = (
    Asker("nobody"),
    Asker("roleless"),
    *(Asker(f"{role}-{place}", role, place) for role in ROLES for place in PLACES),
    *(
        Asker(f"operator-node:{token}", "operator", "node", token)
        for token in ("whole", "narrow", "expired", "revoked")
    ),
    Asker("operator-node:foreign", "operator", "node", "none"),
    *(Asker(f"{how}-session", "operator", "node", session=how) for how in ("foreign", "unknown", "closed", "deleted")),
)


@dataclass(frozen=True)
class Deed:
    """Something that an address does: the verb it takes, on an object of which organisation."""

    url: str
    verb: str
    said: dict[str, str] = field(default_factory=dict)
    state: str = "editing"
    """Of the draft that it is done to; empty where no draft is."""
    sees: str = "draft.see"
    """What one must hold to be told of the object at all."""

    def __str__(self) -> str:
        return f"{self.url} {self.said.get('do', '')}".strip()


ON_DRAFTS = (
    Deed("draft-field", "draft.edit", {"title_zh": "新名", "number": "1"}),
    Deed("draft-field", "draft.edit", {"do": "remove", "number": "1"}),
    Deed("draft-about", "draft.edit", {"title_zh": "新名", "number": "1"}),
    Deed("draft-text", "draft.edit", {"text": "name: x", "number": "1"}),
    Deed("draft-decide", "draft.submit", {"do": "submit"}),
    Deed("draft-decide", "draft.discard", {"do": "discard"}),
    Deed("draft-decide", "draft.submit", {"do": "take-back"}, "submitted"),
    Deed("draft-decide", "draft.return", {"do": "return", "note": "不行"}, "submitted"),
    Deed("draft-decide", "draft.approve", {"do": "approve"}, "submitted"),
)
ON_ORGANISATIONS = (
    Deed("invite", "account.invite", {"name": "neu", "role": "officer"}),
    Deed("program", "account.create", {"name": "neu", "role": "officer"}),
)
ELSEWHERE = {
    "catalogue-workbook": "takes one's own upload alone: tests/web/test_workbook.py",
    "draft-begin": "takes one's own upload alone: test_only_one_s_own_upload_becomes_a_draft",
    "person-change": "test_an_operator_of_one_organisation_has_no_hold_over_greater_ones and its page's tests",
    "me": "one's own account alone: test_a_token_is_made_shown_once_and_revoked_on_the_page_of_one_s_account",
    "link": "whoever holds the secret acts: test_a_link_sets_a_password_once",
    "leave": "goes to the provider and changes nothing here",
    "closed-email": "closed to everybody",
    "closed-providers": "closed to everybody",
    **dict.fromkeys(
        ("follow", "correct", "ask", "question", "wish-new", "wish", "notices"),
        "what everybody signed in may ask and read of their own: the tests of the feedback room",
    ),
    **dict.fromkeys(
        ("schedule", "run-stop", "restore"),
        "what the whole catalogue knows of: tests/web/test_scheduling.py, and the tests of schedules and runs",
    ),
    **dict.fromkeys(
        ("register", "registration"),
        "test_the_officer_applies_and_the_approver_decides and the tests of the room of registrations",
    ),
    **dict.fromkeys(
        ("uploads", "upload-form", "upload", "upload-complete", "upload-discard", "upload-tables"),
        "one's own uploads alone: test_to_others_an_upload_is_as_if_it_were_not",
    ),
}
"""Addresses that take something and are no matter of roles: why, and which test holds them."""


@dataclass
class World:
    """A node with a draft in each state for two organisations, and an account for every asker."""

    node: Node
    organisations: dict[str, str]
    drafts: dict[tuple[str, str], str]
    tokens: dict[str, str]
    sessions: dict[str, str]
    """Why each is nobody's → the cookie."""

    def client(self, asker: Asker) -> Client:
        headers = {"Authorization": f"Bearer {self.tokens[asker.token]}"} if asker.token else {}
        client = Client(headers=headers, raise_request_exception=False)
        if asker.session:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[asker.session]
        elif asker.has_account:
            client.force_login(Account.objects.get(name=asker.name), settings.AUTHENTICATION_BACKENDS[0])
        return client

    def contents(self) -> dict[str, int]:
        """Digest of every table but those that any visit writes to."""
        found = {}
        for model in apps.get_models():
            if model._meta.label_lower not in {"sessions.session", "accounts.token"}:
                rows = model._base_manager.order_by("pk").values_list()
                found[model._meta.label] = hash(repr(list(rows)))
        return found


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with django_db_blocker.unblock(), node_in(tmp_path_factory.mktemp("matrix")) as node:
        known: dict[str, Any] = {"by": NODE, "now": node.clock()}
        ids = {
            name: parties.register(Text(title, title), code=None, **known)
            for name, title in (("own", "城关区教育局"), ("parent", "兰州市"), ("other", "酒泉市"))
        }
        parties.relate(ids["own"], ids["parent"], kind="part_of", require=require, **known)
        ids |= {"foreign": ids["other"], "absent": ABSENT}
        for asker in ASKERS:
            if asker.has_account:
                roles = [(asker.role, None if asker.place == "node" else ids[asker.place])] if asker.role else []
                people.accept(people.invite(asker.name, roles=roles, **known), PASSWORD, now=node.clock())
        clerk = Actor(account="officer-node")
        made = {
            (object, state): _draft(node, ids[object], state, clerk)
            for object in ("own", "foreign")
            for state in ("editing", "submitted")
        }
        yield World(node, ids, made, _tokens(node), _sessions(node))


def _tokens(node: Node) -> dict[str, str]:
    operator = Actor(account="operator-node")
    tokens = {
        "whole": people.make_token("whole", by=operator, now=node.clock()),
        "narrow": people.make_token("narrow", by=operator, scope=["data.*"], now=node.clock()),
        "expired": people.make_token("expired", by=operator, days=1, now=node.clock() - timedelta(days=9)),
        "revoked": people.make_token("revoked", by=operator, now=node.clock()),
        "none": "hexi_" + "x" * 40,
    }
    revoked = next(each.id for each in queries.tokens_of("operator-node") if each.title == "revoked")
    people.revoke_token(revoked, by=operator, now=node.clock())
    return tokens


def _sessions(node: Node) -> dict[str, str]:
    """Sessions that were an operator's until the account was closed or deleted, or that another node began."""
    begun = {}
    for how, name in (("foreign", "operator-node"), ("closed", "closed-session"), ("deleted", "deleted-session")):
        client = Client()
        with override_settings(SECRET_KEY="another node's" if how == "foreign" else settings.SECRET_KEY):
            client.force_login(Account.objects.get(name=name), settings.AUTHENTICATION_BACKENDS[0])
            assert client.get(reverse("desk")).status_code == 200, "there it opens what it may"
        begun[how] = client.cookies[settings.SESSION_COOKIE_NAME].value
    people.deactivate("closed-session", by=NODE, now=node.clock())
    Account.objects.filter(name="deleted-session").delete()
    return {**begun, "unknown": "x" * 32}


def _draft(node: Node, organisation: str, state: str, by: Actor) -> str:
    raw = ROWS.encode()
    upload = documents.begin("商店.csv", size_bytes=len(raw), organisation=organisation, by=by, now=node.clock())
    digest = hashlib.sha256(raw).hexdigest()
    documents.append(upload.id, raw, offset=0, sha256=digest, by=by, now=node.clock())
    document = documents.complete(upload.id, by=by, now=node.clock()).id
    draft = drafts.begin(document, organisation=organisation, by=by, now=node.clock())
    while tasks.work(clock=node.clock):
        pass
    if state == "submitted":
        drafts.submit(draft, by=by, now=node.clock())
    return draft


@pytest.mark.parametrize("asker", ASKERS, ids=lambda each: each.name)
def test_a_draft_is_changed_by_whoever_may_and_is_not_there_for_whoever_has_no_part(world: World, asker: Asker) -> None:
    client = world.client(asker)
    before = world.contents()
    for deed in ON_DRAFTS:
        answers = {}
        for object in ("own", "foreign", "absent"):
            id = world.drafts.get((object, deed.state), ABSENT)
            arguments = [id, "name"] if deed.url == "draft-field" else [id]
            status, said, is_changed = _do(world, client, reverse(deed.url, args=arguments), deed.said, before)
            answers[object] = (status, said.replace(id, ABSENT))
            case = f"{asker.name} does {deed} to {object}: {status}"
            is_there = object != "absent"
            if asker.token in {"expired", "revoked", "none"}:
                assert (status, is_changed) == (401, False), case
            elif is_there and asker.may(deed.verb, object):
                assert status == 302, case
                assert is_changed, case
            elif is_there and asker.may(deed.sees, object):
                assert (status, is_changed) == (403, False), case
            else:
                assert (status, is_changed) == (404, False), case
        unseen = {answers[each] for each in answers if each == "absent" or not asker.may(deed.sees, each)}
        assert len(unseen) == 1, f"{asker.name} can tell a foreign draft from none by {deed}"


@pytest.mark.parametrize("asker", ASKERS, ids=lambda each: each.name)
def test_accounts_are_opened_by_whoever_may_for_that_organisation(world: World, asker: Asker) -> None:
    client = world.client(asker)
    before = world.contents()
    for deed in ON_ORGANISATIONS:
        answers = {}
        for object in ("own", "foreign", "absent"):
            said = {**deed.said, "organisation": world.organisations[object]}
            status, text, is_changed = _do(world, client, reverse(deed.url), said, before)
            answers[object] = (status, text.replace(said["organisation"], ABSENT))
            case = f"{asker.name} does {deed} for {object}: {status}"
            if object != "absent" and asker.may(deed.verb, object):
                assert status in {200, 302}, case
                assert is_changed, case
            else:
                assert status in {302, 401, 403, 404}, case
                assert not is_changed, case
        if not asker.may(deed.verb, "foreign"):
            assert answers["foreign"] == answers["absent"], f"{asker.name} can tell an organisation from none by {deed}"


@pytest.mark.parametrize("asker", [each for each in ASKERS if each.session], ids=lambda each: each.name)
def test_a_session_that_is_nobody_s_reads_what_a_stranger_reads(world: World, asker: Asker) -> None:
    client, stranger = world.client(asker), Client()
    pages = ("desk", "people", "publish", "notices", "uploads", "me", "log", "datasets", "registrations-waiting")

    for name in pages:
        address = reverse(name)
        shown, same = client.get(address), stranger.get(address)
        assert (shown.status_code, shown.headers.get("Location")) == (same.status_code, same.headers.get("Location"))
        assert shown.content == same.content, name


@pytest.mark.django_db
def test_every_address_that_takes_something_stands_in_a_table() -> None:
    ours = {each.url for each in (*ON_DRAFTS, *ON_ORGANISATIONS)}
    taking = {name for name, pattern in _patterns(get_resolver()) if _takes(pattern)}

    assert taking - ours - ELSEWHERE.keys() == set(), "say in ON_DRAFTS, ON_ORGANISATIONS or ELSEWHERE who may do this"
    assert ours | ELSEWHERE.keys() <= taking, "no such address any more"


def _do(
    world: World, client: Client, address: str, said: dict[str, str], before: dict[str, int]
) -> tuple[int, str, bool]:
    """Status, text without what differs each time, and whether anything changed; all of it is undone."""
    with transaction.atomic():
        answer = client.post(address, said)
        is_changed = world.contents() != before
        transaction.set_rollback(True)
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    return answer.status_code, text, is_changed


def _patterns(resolver: URLResolver) -> Iterator[tuple[str, URLPattern]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            yield str(each.name), each
        elif isinstance(each.urlconf_name, list):
            # What is included by its module's name is allauth's, which its own tests hold.
            yield from _patterns(each)


def _takes(pattern: URLPattern) -> bool:
    """Whether an address is more than a page: `page` in `web/urls.py` refuses everything but looking."""
    methods = getclosurevars(pattern.callback).nonlocals.get("request_method_list")
    return methods is None or bool({"POST", "PUT", "PATCH", "DELETE"} & set(methods))
