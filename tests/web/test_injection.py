"""Whatever an address asks of a public page: it never fails, and nothing comes back as more than text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

import hexi.web
from hexi.kernel.actors import NODE
from hexi.registry.accounts import people
from hexi.registry.accounts.models import Account
from hexi.registry.accounts.roles import ROLES
from tests.nodes import Node
from tests.web.conftest import SHOPS
from tests.web.test_pages import filled, patterns

pytestmark = pytest.mark.django_db
PRODUCT = "50337"
"""What stands on the page if `7*7191` was reckoned out."""
HOSTILE = {
    "a quotation mark": "'",
    "SQL that is always so": "' OR '1'='1",
    "a second statement": "'); DROP TABLE catalog_dataset; --",
    "a union": '" UNION SELECT name, password FROM accounts_account --',
    "signs of the full-text search": 'NEAR("a* OR -b AND (',
    "wildcards": "%_%*?[a-z]",
    "a script": "<script>zq()</script>",
    "out of an attribute": '"><zq onzq="1">',
    "out of a quoted attribute": "'><zq onzq='1'>",
    "an event": '" autofocus onzq="zq()" zq="',
    "an address": "javascript:zq()",
    "a template": "{{7*7191}}{% debug %}${7*7191}#{7*7191}<%= 7*7191 %>",
    "a format": "{0.__class__}{say}%s%n%(zq)s",
    "headers": "a\r\nX-Zq: 1\r\n\r\n<zq>",
    "a zero byte": "a\x00b",
    "half a character": "\ud800",
    "other digits": "９",
    "a huge number": "9" * 40,
    "a number beyond 64 bits": str(1 << 63),
    "a large page": "4000000000000000000",
    "a number below": "-1",
    "no number": "1e309",
    "a path": "../../../../etc/passwd",
    "very long": "长" * 20_000,
    "brackets without end": "(" * 5_000,
    "emptiness": "",
    "blanks": " \t\u3000\u200b\ufeff",
    "a turned direction": "\u202egpj.exe",
}
PASSWORD = "a caravan of salt"
ROWS = ("q", "sort", "page", "columns", "column", "where.code", "where.staff", "where.'", "version")
ASKED: dict[str, tuple[str, ...]] = {
    "datasets": ("q", "sort", "page", "theme", "publisher", "sharing", "openness", "map"),
    "suggest": ("q",),
    "dataset": (*ROWS, "filter_column", "filter_value"),
    "file": ("version", "columns", "where.code", "q"),
    "fields": ("version",),
    "quarantine": ("rule", "page", "version"),
    "compare": ("from", "to"),
    "chart": ("by", "field", "version"),
    "map": ("version", "bbox"),
    "element": ("page",),
    "places": ("q",),
    "organisations": ("q",),
    "registrations": ("q", "state", "page"),
    "wishes": ("q", "open", "page"),
    "runs": ("page", "state", "month"),
    "overview": ("promise",),
    "log": ("before", "about"),
}
"""Page → what it reads of its address."""
TO_PEOPLE: dict[str, tuple[str, ...]] = {
    "publish": ("dataset", "document", "mend"),
    "mend": ("organisation",),
    "uploads": ("next", "document"),
    "notices": ("page",),
    "registrations-waiting": ("page",),
    "wish-new": ("title",),
    "register": ("kind",),
    "people": ("q",),
    "log": ("about", "before"),
}
"""The same of pages that ask a stranger to sign in."""
READS = re.compile(r"GET(?:\.get\(|\[)\"(\w+)\"|query\.get(?:list)?\(\"(\w+)\"")


class Tags(HTMLParser):
    """What a browser makes of a page: tags and attributes that nobody of ours wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.planted: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "zq" or (tag == "script" and "src" not in said):
            self.planted.append(tag)
        for name, value in attrs:
            is_address = name in {"href", "src", "action", "formaction", "hx-get", "hx-post"}
            if name.startswith(("on", "zq")) or (is_address and (value or "").strip().lower().startswith("javascript")):
                self.planted.append(f"{tag} {name}={value}")


def faults(answer: HttpResponse) -> Iterator[str]:
    """What an answer should not be."""
    if answer.status_code >= 500:
        yield f"status {answer.status_code}"
    if "X-Zq" in answer.headers:
        yield "a header of the asker's"
    if answer.headers.get("Location", "/").startswith(("//", "http", "javascript")):
        yield f"leads to {answer.headers['Location'][:80]}"
    if not answer.streaming and answer.headers.get("Content-Type", "").startswith("text/html"):
        page = answer.content.decode()
        if PRODUCT in page:
            yield "reckoned out what was asked"
        if "Traceback" in page or "OperationalError" in page:
            yield "tells of its inside"
        tags = Tags()
        tags.feed(page)
        yield from tags.planted


def address_of(name: str) -> str:
    return filled(name, next(route for each, route, _ in patterns() if each == name))


def found_wrong(client: Client, name: str, parameters: Iterable[str]) -> dict[tuple[str, str], list[str]]:
    """What is wrong with the answers of a page, by what was asked and the parameter that asked it."""
    address, found = address_of(name), {}
    for (what, word), parameter in product(HOSTILE.items(), parameters):
        query = urlencode({parameter: word}, errors="surrogatepass")
        if problems := list(faults(client.get(f"{address}?{query}"))):
            found[what, parameter] = problems
    return found


@pytest.mark.parametrize("name", ASKED)
def test_no_parameter_of_a_public_page_is_more_than_text(client: Client, name: str) -> None:
    assert not found_wrong(client, name, ASKED[name])


@pytest.mark.parametrize("name", TO_PEOPLE)
def test_no_parameter_of_a_page_for_people_is_more_than_text(client: Client, node: Node, name: str) -> None:
    people.invite("li", roles=[(role, None) for role in ROLES], by=NODE, now=node.clock())
    client.force_login(Account.objects.get(name="li"), settings.AUTHENTICATION_BACKENDS[0])
    assert client.get(address_of(name)).status_code == 200

    assert not found_wrong(client, name, TO_PEOPLE[name])


@pytest.mark.parametrize(
    "next",
    [
        "//example.org/",
        "https://example.org/",
        "javascript:zq()",
        "\\\\example.org",
        "/\\example.org",
        "\t//example.org",
    ],
)
def test_signing_in_leads_to_no_other_site(client: Client, node: Node, next: str) -> None:
    people.accept(people.invite("li", by=NODE, now=node.clock()), PASSWORD, now=node.clock())
    said = {"login": "li", "password": PASSWORD, "next": next}

    shown = client.get(f"/accounts/login/?{urlencode({'next': next})}")
    entered = client.post(f"/accounts/login/?{urlencode({'next': next})}", said)
    left = client.post(f"/accounts/logout/?{urlencode({'next': next})}", {"next": next})

    assert [each for answer in (shown, entered, left) for each in faults(answer)] == []
    assert (entered.status_code, left.status_code) == (302, 302)


@pytest.mark.parametrize("name", ASKED)
def test_neither_repeated_nor_unknown_nor_broken_parameters_fail(client: Client, name: str) -> None:
    address, script = address_of(name), quote(HOSTILE["out of an attribute"])
    queries = [
        "&".join(f"{parameter}={script}" for parameter in ASKED[name]),
        *(f"{parameter}=a&{parameter}={script}&{parameter}=1" for parameter in ASKED[name]),
        *(f"{parameter}[]={script}&{parameter}[$ne]=1" for parameter in ASKED[name]),
        f"{script}={script}",
        f"where.{script}={script}",
        "%",
        "%ff=%fe&q=%c0%ae%c0%ae",
        "&&==&;=",
        "&".join(f"p{number}={number}" for number in range(900)),
    ]
    found = {query[:60]: problems for query in queries if (problems := list(faults(client.get(f"{address}?{query}"))))}

    assert not found


@pytest.mark.parametrize(
    "word", ["x' OR '1'='1", "x' OR 1=1 --", "x%' OR title LIKE '%", 'x" OR ""="', "x') OR ('a'='a"]
)
def test_a_condition_in_a_filter_is_looked_for_and_finds_nothing(client: Client, word: str) -> None:
    for parameter in ("q", "where.code", "where.title"):
        page = client.get(f"/en/datasets/{SHOPS}/?{urlencode({parameter: word})}").content.decode()
        assert "店1" not in page, parameter
    for parameter in ("q", "theme", "publisher", "sharing", "openness"):
        page = client.get(f"/en/datasets/?{urlencode({parameter: word})}").content.decode()
        assert 'class="result"' not in page, parameter


def test_every_parameter_that_the_portal_reads_is_tried() -> None:
    folder = Path(hexi.web.__file__).parent
    code = "".join(each.read_text("utf-8") for each in [*folder.glob("*.py"), *folder.glob("pages/*.py")])
    read = {name for found in READS.findall(code) for name in found if name}

    assert read - {name for names in (*ASKED.values(), *TO_PEOPLE.values()) for name in names} == set()


def test_an_organisation_that_there_is_not_has_nothing_to_mend(client: Client, node: Node) -> None:
    people.invite("li", roles=[("officer", None)], by=NODE, now=node.clock())
    client.force_login(Account.objects.get(name="li"), settings.AUTHENTICATION_BACKENDS[0])

    assert client.get("/en/mend/?organisation=../../etc/passwd").status_code == 404
    assert client.get("/en/mend/?organisation=01900000-0000-7000-8000-000000000000").status_code == 404
