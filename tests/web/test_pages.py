"""Every address of the portal, enumerated from its patterns: none is forgotten when one is added."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from hexi.registry.catalog import queries as catalog
from hexi.registry.events import queries as events
from hexi.registry.runs import queries as runs
from tests.nodes import Node, contract, field
from tests.web.conftest import FIELDS, PLACE, SHOPS, rows

pytestmark = pytest.mark.django_db
NOT_THERE = {"place", "plan", "link", "leave", "closed-email", "closed-providers"}
NOT_THERE |= {"draft", "draft-about", "draft-text", "draft-review", "question", "wish"}
NOT_THERE |= {"registration", "registration-file"}
"""Pages of packs that are not installed, and of what is closed or a stranger knows nothing of: they say so with 404."""
SIGNED_IN = {"desk", "publish", "me", "people", "person", "uploads", "upload", "upload-tables"}
SIGNED_IN |= {"notices", "notice", "correct", "ask", "wish-new"}
SIGNED_IN |= {"catalogue-file", "catalogue-workbook", "mend", "register", "registrations-waiting"}
"""Pages that ask a stranger to sign in."""
DEEDS = {"draft-begin", "draft-field", "draft-decide", "invite", "program", "person-change"}
DEEDS |= {"upload-form", "upload-complete", "upload-discard", "follow", "schedule", "run-stop", "restore"}
"""Addresses that only do something: whoever looks is refused."""
LANGUAGES = {"": "zh-hans", "/en": "en"}
WORDS = ("'", '"><script>', "\x00", "x" * 5000, "-1", "９", "😀")
PARAMETERS = (
    "q",
    "month",
    "state",
    "promise",
    "sort",
    "version",
    "page",
    "columns",
    "column",
    "where.code",
    "where.nobody",
    "filter_column",
    "filter_value",
    "rule",
    "before",
    "about",
    "theme",
    "publisher",
    "sharing",
    "openness",
    "map",
    "by",
    "bbox",
    "field",
    "place",
)


def patterns() -> list[tuple[str, str, bool]]:
    """Name, route, and whether it has a language, of every address."""

    def walk(found: URLResolver, has_language: bool) -> Iterator[tuple[str, str, bool]]:
        for each in found.url_patterns:
            if isinstance(each, URLResolver):
                yield from walk(each, True)
            elif isinstance(each, URLPattern) and each.callback.__module__.startswith("hexi"):
                yield str(each.name), str(each.pattern), has_language

    return list(walk(get_resolver(), False))


def filled(name: str, route: str) -> str:
    """An address of that pattern that leads somewhere on the test's node."""
    newest = catalog.dataset(SHOPS).versions[0]
    event = next(each for each in events.events_about(None, limit=50) if each.sequence is not None)
    facts = {
        "name": SHOPS,
        "filename": f"{SHOPS}.v{newest.version}.csv",
        "digest": newest.certificate_sha256,
        "code": "620000000000",
        "run_id": runs.recent(limit=1)[0].id,
        "event_id": event.id,
        "secret": "x",
        "draft_id": "x",
        "upload_id": "x",
        "document_id": "x",
        "question_id": "none",
        "wish_id": "none",
        "notice_id": "none",
        "chapter": "officer",
        "picture": "officer-rows.png",
        "registration_id": "none",
        "organisation_id": catalog.dataset(SHOPS).summary.publisher_id,
    }
    return "/" + re.sub(
        r"<str:(\w+)>", lambda found: str(facts[found[1]]), route.replace("elements/<str:name>", "elements/phone")
    )


FRAGMENTS = {"suggest"}
"""Addresses that answer with a part of a page."""
ADDRESSES = [
    pytest.param(name, route, prefix, id=f"{name}{prefix or '/zh'}")
    for name, route, has_language in patterns()
    for prefix in (LANGUAGES if has_language else [""])
]


def status_of(name: str) -> int:
    """What a stranger is answered who looks."""
    if name in SIGNED_IN:
        return 302
    if name in DEEDS:
        return 405
    return 404 if name in NOT_THERE else 200


@pytest.mark.parametrize(("name", "route", "prefix"), ADDRESSES)
def test_every_address_answers_in_its_language_and_lets_nothing_in(
    client: Client, name: str, route: str, prefix: str
) -> None:
    answer = client.get(prefix + filled(name, route))

    assert answer.status_code == status_of(name)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    if answer.headers["Content-Type"].startswith("text/html") and answer.status_code in {200, 404}:
        page = answer.content.decode()
        assert name in FRAGMENTS or f'<html lang="{LANGUAGES[prefix]}">' in page
        assert not re.search(r"<script(?! src=)|<style| style=| on\w+=|javascript:", page)


@pytest.mark.parametrize(("name", "route"), [each[:2] for each in patterns()])
def test_no_address_takes_what_is_sent_to_it(client: Client, name: str, route: str) -> None:
    for send in (client.post, client.put, client.delete, client.patch):
        answer = send(filled(name, route))
        is_asked = answer.status_code == 302 and "/accounts/login/" in answer.headers["Location"]
        assert is_asked or answer.status_code in {401, 403, 404, 405}


@pytest.mark.parametrize(("name", "route"), [each[:2] for each in patterns()])
def test_no_parameter_breaks_a_page(client: Client, name: str, route: str) -> None:
    address = filled(name, route)
    answers = {
        (parameter, word[:20]): client.get(address, {parameter: word}).status_code
        for parameter, word in product(PARAMETERS, WORDS)
    }

    assert not {asked: status for asked, status in answers.items() if status >= 500}


@pytest.mark.parametrize(
    "route", sorted({route for name, route, _ in patterns() if "<" in route and name not in SIGNED_IN | DEEDS})
)
@pytest.mark.parametrize("word", ["nobody", "..", "a b", "%2e%2e%2f", "x" * 3000, "店", "%00", "-", "0"])
def test_an_address_of_nothing_is_not_found(client: Client, route: str, word: str) -> None:
    answer = client.get("/" + re.sub(r"<str:\w+>", word, route))

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("name", "route"),
    [(name, route) for name, route, _ in patterns() if status_of(name) == 200 and "<str:event" not in route],
)
def test_a_page_asks_the_database_as_often_however_much_there_is(
    own: Node, name: str, route: str, client_of_own: Client
) -> None:
    address = filled(name, route)
    client_of_own.get(address)
    with CaptureQueriesContext(connection) as before:
        client_of_own.get(address)
    for number in range(4):
        own.publish(contract(f"test.more{number}", field("code", "编号"), zh="表", en="Table"), "code\n1\n")
        own.publish(contract(SHOPS, *FIELDS, properties=PLACE, version=f"2.{number}.0"), rows(40 + number))
    address = filled(name, route)
    client_of_own.get(address)
    with CaptureQueriesContext(connection) as after:
        client_of_own.get(address)

    assert len(after) <= len(before), [each["sql"][:200] for each in after.captured_queries]


def test_pages_travel_compressed_and_downloads_as_they_are(client: Client) -> None:
    page, style = (
        client.get(address, headers={"accept-encoding": "gzip"})
        for address in (f"/datasets/{SHOPS}/", "/static/portal/hexi.css")
    )
    newest = catalog.dataset(SHOPS).versions[0].version
    download = client.get(f"/datasets/{SHOPS}/files/{SHOPS}.v{newest}.csv", headers={"accept-encoding": "gzip"})

    assert page.headers["Content-Encoding"] == style.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in download.headers
    assert int(download.headers["Content-Length"]) == len(b"".join(download.streaming_content))
