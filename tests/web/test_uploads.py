"""Uploads over HTTP: in parts, gone on with, by a plain form; never by a stranger or from another site's page."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from hexi.kernel.actors import NODE, Actor
from hexi.registry.accounts import actions as accounts
from hexi.registry.accounts import people
from hexi.registry.documents import queries
from hexi.web.clock import clock
from tests.nodes import Node
from tests.registry.documents.hostile import CSV, zipped

pytestmark = pytest.mark.django_db
SCRIPT_NAME = "<img src=x onerror=alert(1)>.csv"


class Member:
    """A person's browser: it has that person's session, and says the token that its page gave it."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.client = Client(raise_request_exception=False, enforce_csrf_checks=True)
        self.client.cookies["csrftoken"] = self.token = "a" * 32

    def ask(self, method: str, path: str, body: object = b"", **headers: str):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        said = {"X-CSRFToken": self.token, "Accept": "application/json", **headers}
        return self.client.generic(method, path, content, content_type=kind, headers=said)

    def begin(self, content: bytes = CSV, name: str = "床位.csv") -> str:
        return self.ask("POST", "/uploads/", {"name": name, "size_bytes": len(content)}).json()["address"]

    def send(self, address: str, content: bytes, offset: int = 0, **headers: str):
        return self.ask("PATCH", address, content, **{"Upload-Offset": str(offset), **headers})


@pytest.fixture
def signed_in(own: Node) -> Callable[[str], Member]:
    """Give a browser that is signed in as somebody who may hand in files."""
    for each in ("li", "wang"):
        accounts.allow(each, "upload.*", by=NODE, now=own.clock())

    def sign_in(account: str) -> Member:
        member = Member(account)
        user = get_user_model().objects.get(name=account)
        member.client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return member

    return sign_in


def test_a_file_in_parts_becomes_a_document_and_the_answer_says_where_to_go(signed_in) -> None:
    li = signed_in("li")
    announced = li.ask("POST", "/uploads/", {"name": "床位.csv", "size_bytes": len(CSV)})
    address = announced.headers["Location"]
    assert (announced.status_code, announced.json()["offset"]) == (201, 0)

    first = li.send(address, CSV[:10])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "10")
    for method in ("GET", "HEAD"):
        answer = li.ask(method, address)
        assert (answer.headers["Upload-Offset"], answer.headers["Cache-Control"]) == ("10", "no-store")
    assert li.ask("PUT", address, CSV[10:], **{"Upload-Offset": "10"}).status_code == 204
    done = li.ask("POST", f"{address}complete/", {"next": "/datasets/?a=b"})

    said = done.json()
    assert (done.status_code, said["format"], said["sha256"]) == (200, "csv", hashlib.sha256(CSV).hexdigest())
    assert said["go"] == f"/datasets/?a=b&document={said['document']}"
    assert queries.document(said["document"]).path.read_bytes() == CSV
    assert li.ask("POST", f"{address}complete/").json()["document"] == said["document"]


def test_a_wrong_offset_is_answered_with_the_right_one_in_the_language_of_the_address(signed_in) -> None:
    li = signed_in("li")
    address = li.begin()
    li.send(address, CSV[:10])

    for prefix, words in (("", "应从"), ("/en", "begins at byte 10")):
        answer = li.send(prefix + address, CSV, 3)
        assert (answer.status_code, answer.json()["error"]["code"], answer.json()["error"]["offset"]) == (
            409,
            "upload.offset",
            10,
        )
        assert words in answer.json()["error"]["message"]


@pytest.mark.parametrize("offset", [None, "", "-1", "1e3", "٣", "9" * 40])
def test_a_piece_without_a_place_is_refused(signed_in, offset: str | None) -> None:
    li = signed_in("li")
    headers = {} if offset is None else {"Upload-Offset": offset}

    answer = li.ask("PATCH", li.begin(), CSV, **headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "upload.request")


def test_a_digest_is_checked_where_one_is_said(signed_in) -> None:
    li = signed_in("li")
    address = li.begin()
    said = "sha-256=:" + base64.b64encode(hashlib.sha256(CSV).digest()).decode() + ":"

    damaged = li.send(address, CSV[:-1] + b"x", **{"Content-Digest": said})
    nonsense = li.send(address, CSV, **{"Content-Digest": "sha-256=:nonsense:"})

    assert (damaged.status_code, damaged.json()["error"]["code"]) == (400, "upload.damaged")
    assert (nonsense.status_code, nonsense.json()["error"]["code"]) == (400, "upload.request")
    assert li.send(address, CSV, **{"Content-Digest": said}).headers["Upload-Offset"] == str(len(CSV))


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"[" * 100_000, b'{"name": "a.csv"}', b'{"name": 1, "size_bytes": 1}']
)
def test_an_announcement_that_says_nothing_is_refused_with_an_example(signed_in, body: bytes) -> None:
    answer = signed_in("li").client.post(
        "/en/uploads/", body, content_type="application/json", headers={"X-CSRFToken": "a" * 32}
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "upload.request")
    assert "beds.csv" in answer.json()["error"]["message"]


def test_a_refused_file_is_told_as_a_sentence(signed_in) -> None:
    li = signed_in("li")
    address = li.begin(b"%PDF-1.7", "床位.csv")
    li.send(address, b"%PDF-1.7")

    answer = li.ask("POST", f"/en{address}complete/")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "source.format")
    assert answer.json()["error"]["message"].startswith("“床位.csv” is PDF and no table")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/uploads/"),
        ("GET", "/uploads/x/"),
        ("PATCH", "/uploads/x/"),
        ("DELETE", "/uploads/x/"),
        ("POST", "/uploads/x/complete/"),
        ("POST", "/uploads/x/discard/"),
        ("POST", "/uploads/x/tables/"),
    ],
)
def test_a_stranger_is_asked_to_sign_in_before_anything_is_read(signed_in, method: str, path: str) -> None:
    answer = Client().generic(method, path, CSV, headers={"Upload-Offset": "0", "Accept": "application/json"})

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_stranger_who_opens_the_page_or_sends_the_form_is_sent_to_sign_in(signed_in) -> None:
    page = Client().get("/uploads/?next=/x")
    form = Client().post("/uploads/form/", {"file": SimpleUploadedFile("a.csv", CSV)})

    assert (page.status_code, form.status_code) == (302, 302)
    assert page.headers["Location"] == "/accounts/login/?next=/uploads/%3Fnext%3D/x"


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("PATCH", "x/"), ("DELETE", "x/"), ("POST", "x/complete/")])
def test_a_page_of_another_site_can_send_nothing_with_a_session(signed_in, method: str, path: str) -> None:
    li = signed_in("li")

    answer = li.ask(method, f"/uploads/{path}", CSV, **{"X-CSRFToken": "b" * 32, "Upload-Offset": "0"})

    assert answer.status_code == 403


@pytest.mark.parametrize(("scope", "status"), [((), 201), (("upload.create",), 201), (("draft.see",), 403)])
def test_a_token_needs_no_proof_of_the_page_and_does_what_it_is_for(
    signed_in, own: Node, scope: tuple[str, ...], status: int
) -> None:
    secret = people.make_token("nightly", scope=scope, by=Actor(account="li"), now=clock())
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {secret}"})

    answer = client.post("/uploads/", {"name": "a.csv", "size_bytes": 9}, content_type="application/json")

    assert answer.status_code == status


def test_a_token_that_opens_nothing_is_refused_in_json(signed_in) -> None:
    client = Client(headers={"Authorization": "Bearer hexi_nothing"})

    answer = client.patch("/uploads/x/", CSV, headers={"Upload-Offset": "0"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "account.token-void")


def test_to_others_an_upload_is_as_if_it_were_not(signed_in) -> None:
    li, wang = signed_in("li"), signed_in("wang")
    address = li.begin()

    for path in (address, "/uploads/nobody/"):
        answers = [
            wang.ask("GET", path),
            wang.send(path, CSV),
            wang.ask("DELETE", path),
            wang.ask("POST", f"{path}complete/"),
        ]
        assert {(each.status_code, each.json()["error"]["code"]) for each in answers} == {(404, "upload.missing")}
    assert li.ask("GET", address).json()["state"] == "receiving"


def test_a_plain_form_hands_in_a_file_without_scripts(signed_in, own: Node) -> None:
    li = signed_in("li")
    fields = {"file": SimpleUploadedFile("床位.csv", CSV * 100_000), "next": "/about/", "csrfmiddlewaretoken": li.token}

    answer = li.client.post("/uploads/form/", fields)

    assert answer.status_code == 303
    path, _, id = answer.headers["Location"].partition("?document=")
    assert (path, queries.document(id).size_bytes) == ("/about/", len(CSV) * 100_000)
    assert [each.name for each in (own.home / "uploads").iterdir()] == [id]


@pytest.mark.parametrize(
    ("fields", "words"),
    [({}, "Choose a file first"), ({"file": SimpleUploadedFile("a.csv", b"%PDF-1.7")}, "PDF and no table")],
    ids=["no file", "no table"],
)
def test_a_plain_form_that_cannot_be_taken_says_why_on_a_page(signed_in, fields: dict, words: str) -> None:
    li = signed_in("li")

    answer = li.client.post("/en/uploads/form/", {**fields, "csrfmiddlewaretoken": li.token})

    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_a_plain_form_from_another_page_or_beyond_the_limit_is_refused(signed_in, own: Node) -> None:
    li = signed_in("li")
    foreign = li.client.post("/uploads/form/", {"file": SimpleUploadedFile("a.csv", CSV)})
    with override_settings(HEXI_UPLOAD_BYTES=1 << 20):
        large = li.client.post("/en/uploads/form/", {"file": SimpleUploadedFile("a.csv", b"x" * (2 << 20))})

    assert (foreign.status_code, large.status_code) == (403, 400)
    assert "larger than 1 MB" in large.content.decode()
    assert queries.documents(Actor(account="li")) == ()


@pytest.mark.parametrize(
    "next", ["https://example.org/", "//example.org/", "javascript:alert(1)", "", "\\\\example.org"]
)
def test_nobody_is_sent_to_another_site(signed_in, next: str) -> None:
    li = signed_in("li")
    address = li.begin()
    li.send(address, CSV)

    assert li.ask("POST", f"{address}complete/", {"next": next}).json()["go"].startswith("/uploads/?document=")


def test_the_only_table_of_an_archive_is_taken_at_once(signed_in) -> None:
    li = signed_in("li")
    address = li.begin(content := zipped({"数据/床位.csv": CSV}), "床位.zip")
    li.send(address, content)

    said = li.ask("POST", f"{address}complete/").json()

    assert (said["name"], said["format"], said["members"]) == ("床位.csv", "csv", [])


def test_of_an_archive_of_several_tables_one_is_chosen_on_a_page(signed_in) -> None:
    li = signed_in("li")
    address = li.begin(content := zipped({"b.csv": CSV, SCRIPT_NAME: CSV}), "两表.zip")
    li.send(address, content)
    go = li.ask("POST", f"{address}complete/", {"next": "/about/"}).json()["go"]
    page = li.client.get(go).content.decode()

    assert SCRIPT_NAME not in page
    assert "&lt;img src=x" in page
    assert signed_in("wang").client.get(go).status_code == 404
    chosen = li.client.post(go, {"member": "b.csv", "next": "/about/", "csrfmiddlewaretoken": li.token})
    assert chosen.headers["Location"].startswith("/about/?document=")
    assert li.client.post(go, {"member": "../x", "csrfmiddlewaretoken": li.token}).status_code == 400


def test_the_page_shows_what_is_on_its_way_and_what_a_mislabelled_file_is(signed_in) -> None:
    li, asked = signed_in("li"), []
    for name in ("first.csv", "says-excel.xlsx", SCRIPT_NAME, "fourth.csv"):
        li.begin(name=f"on-its-way-{name}")
        address = li.begin(name=name)
        li.send(address, CSV)
        li.ask("POST", f"{address}complete/")
        with CaptureQueriesContext(connection) as queries_made:
            page = li.client.get("/en/uploads/").content.decode()
        asked.append(len(queries_made))

    assert len(set(asked)) == 1
    assert "on-its-way-first.csv" in page
    assert "Its name says Excel, its content is CSV; it is read as CSV." in page
    assert SCRIPT_NAME not in page
    assert "on-its-way" not in signed_in("wang").client.get("/en/uploads/").content.decode()


def test_an_upload_is_given_up_from_the_page_or_by_a_program(signed_in) -> None:
    li = signed_in("li")
    first, second = li.begin(), li.begin()

    assert li.client.post(f"{first}discard/", {"csrfmiddlewaretoken": li.token}).status_code == 303
    assert li.ask("DELETE", second).status_code == 204
    assert [li.send(each, CSV).json()["error"]["code"] for each in (first, second)] == ["upload.over"] * 2
