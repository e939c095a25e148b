"""What a web server gives becomes a certified version, or a clear refusal, however the server behaves."""

from __future__ import annotations

import gzip
import json
import subprocess
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from hexi.data.collecting import files
from hexi.data.collecting.connections import Connection, made
from hexi.data.collecting.errors import ConnectionInvalid, SourceRefused, SourceUnreachable
from hexi.data.engines.sources.records import Bomb, SourceTruncated, WrongPlace
from hexi.data.lifecycle.records import Outcome, Progress, RunResult
from hexi.kernel.errors import HexiError
from tests.data.lifecycle.conftest import CONTRACT, FIRMS, Workshop, firms

from .elsewhere import QUICK, Asked, WebServer, web_server
from .test_databases import Known

BODY = FIRMS.encode()
RECORDS = [dict(zip(FIRMS.splitlines()[0].split(","), line.split(","), strict=True)) for line in FIRMS.splitlines()[1:]]


@pytest.fixture(scope="session")
def listening() -> Iterator[WebServer]:
    with web_server() as found:
        yield found


@pytest.fixture
def web(listening: WebServer) -> WebServer:
    listening.pages.clear()
    listening.asked.clear()
    return listening


def test_a_file_of_a_server_gives_what_the_same_file_gives(workshop: Workshop, web: WebServer) -> None:
    from_file = workshop.publish(FIRMS)
    accepted = workshop.accepted()
    web.pages["/api/in/firms.csv"] = lambda asked: asked.answer(BODY, Content_Type="text/csv")
    result = _publish(workshop, web, "{path: in/firms.csv}")

    assert (result.rows, result.rules) == (from_file.rows, from_file.rules)
    assert workshop.accepted().equals(accepted)
    assert (result.sources[0].name, result.sources[0].format) == ("portal: in/firms.csv", "csv")
    assert workshop.is_proven()
    assert workshop.strays() == []


@pytest.mark.parametrize(
    ("user", "sent"), [("", "Bearer a caravan of salt"), ("li", "Basic bGk6YSBjYXJhdmFuIG9mIHNhbHQ=")]
)
def test_the_secret_is_sent_as_a_token_or_as_the_password_of_a_user(
    workshop: Workshop, web: WebServer, user: str, sent: str
) -> None:
    def page(asked: Asked) -> None:
        asked.answer(BODY if asked.headers.get("authorization") == sent else b"", status=200)

    web.pages["/api/firms.csv"] = page
    connection = web.connection(user=user, secret="a caravan of salt")

    assert _publish(workshop, web, "{path: firms.csv}", connection=connection).rows == 6


def test_what_is_as_it_was_is_not_sent_again_and_is_unchanged(workshop: Workshop, web: WebServer) -> None:
    def page(asked: Asked) -> None:
        if asked.headers.get("if-none-match") == '"one"':
            asked.answer(status=304, ETag='"one"')
        else:
            asked.answer(BODY, ETag='"one"')

    web.pages["/api/firms.csv"] = page
    first = _publish(workshop, web, "{path: firms.csv}")
    again = _publish(workshop, web, "{path: firms.csv}")

    assert (first.rows, again.outcome, len(web.asked)) == (6, Outcome.UNCHANGED, 2)
    web.pages["/api/firms.csv"] = lambda asked: asked.answer(BODY + b"B1,5,2026-11-20\n", ETag='"two"')
    assert _publish(workshop, web, "{path: firms.csv}").rows == 7
    assert len(list((workshop.table.folder / "mirror").glob("kept-*"))) == 1


def test_a_date_does_where_there_is_no_etag(workshop: Workshop, web: WebServer) -> None:
    day = "Mon, 23 Nov 2026 08:00:00 GMT"

    def page(asked: Asked) -> None:
        if asked.headers.get("if-modified-since") == day:
            asked.answer(status=304)
        else:
            asked.answer(BODY, Last_Modified=day)

    web.pages["/api/firms.csv"] = page
    _publish(workshop, web, "{path: firms.csv}")

    assert _publish(workshop, web, "{path: firms.csv}").outcome is Outcome.UNCHANGED


def test_a_kept_file_that_was_cut_is_asked_for_anew(workshop: Workshop, web: WebServer) -> None:
    web.pages["/api/firms.csv"] = lambda asked: asked.answer(
        b"" if "if-none-match" in asked.headers else BODY,
        status=304 if "if-none-match" in asked.headers else 200,
        ETag='"one"',
    )
    _publish(workshop, web, "{path: firms.csv}")
    (kept,) = (workshop.table.folder / "mirror").glob("kept-*")
    kept.write_bytes(BODY[:20])

    assert _publish(workshop, web, "{path: firms.csv}").outcome is Outcome.UNCHANGED
    assert "if-none-match" not in web.asked[-1].headers


def test_what_breaks_off_is_taken_up_where_it_broke(workshop: Workshop, web: WebServer) -> None:
    def page(asked: Asked) -> None:
        if asked.headers.get("range") == "bytes=30-" and asked.headers.get("if-range") == '"one"':
            span = f"bytes 30-{len(BODY) - 1}/{len(BODY)}"
            asked.answer(BODY[30:], status=206, ETag='"one"', Content_Range=span)
        else:
            asked.answer(BODY, ETag='"one"', hang_up_after=30)

    web.pages["/api/firms.csv"] = page

    assert _publish(workshop, web, "{path: firms.csv}").rows == 6
    assert len(web.asked) == 2


def test_what_changed_meanwhile_is_read_from_the_beginning(workshop: Workshop, web: WebServer) -> None:
    longer = BODY + b"B1,5,2026-11-20\n"

    def page(asked: Asked) -> None:
        if asked.number == 1:
            asked.answer(BODY, ETag='"one"', hang_up_after=30)
        else:
            asked.answer(longer, ETag='"two"')

    web.pages["/api/firms.csv"] = page

    assert _publish(workshop, web, "{path: firms.csv}").rows == 7


def test_without_a_strong_etag_a_broken_file_is_read_from_the_beginning(workshop: Workshop, web: WebServer) -> None:
    web.pages["/api/firms.csv"] = lambda asked: asked.answer(
        BODY, ETag='W/"one"', hang_up_after=30 if asked.number == 1 else None
    )

    assert _publish(workshop, web, "{path: firms.csv}").rows == 6
    assert "range" not in web.asked[1].headers


@pytest.mark.parametrize("length", [len(BODY) + 10, -1], ids=["length", "chunks"])
def test_what_never_comes_whole_changes_nothing(workshop: Workshop, web: WebServer, length: int) -> None:
    def page(asked: Asked) -> None:
        if length == -1:
            asked.answer(b"%x\r\n" % (len(BODY) + 10) + BODY, length=-1, Transfer_Encoding="chunked")
        else:
            asked.answer(BODY, length=length)

    _standing(workshop)
    web.pages["/api/firms.csv"] = page
    _fails(workshop, web, SourceUnreachable)
    assert len(web.asked) == 1 + QUICK.tries


def test_a_server_that_is_busy_is_asked_again_when_it_says(workshop: Workshop, web: WebServer) -> None:
    def page(asked: Asked) -> None:
        if asked.number == 1:
            asked.answer(status=503, Retry_After="0")
        elif asked.number == 2:
            asked.answer(status=429, Retry_After="3600")
        else:
            asked.answer(BODY)

    web.pages["/api/firms.csv"] = page
    begun = time.monotonic()

    assert _publish(workshop, web, "{path: firms.csv}").rows == 6
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_worth_another_try(workshop: Workshop, web: WebServer, status: int) -> None:
    _standing(workshop)
    web.pages["/api/firms.csv"] = lambda asked: asked.answer(status=status)

    assert str(status) in str(_fails(workshop, web, SourceUnreachable))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 501])
def test_what_is_refused_is_said_at_once_and_without_the_secret(
    workshop: Workshop, web: WebServer, status: int
) -> None:
    _standing(workshop)
    web.pages["/api/firms.csv"] = lambda asked: asked.answer(asked.headers["authorization"].encode(), status=status)
    error = _fails(workshop, web, SourceRefused, source="{path: firms.csv?key=hidden-word, format: csv}")

    assert str(status) in str(error)
    assert len(web.asked) == 1


def test_a_server_that_lets_the_body_drip_is_given_up(workshop: Workshop, web: WebServer) -> None:
    def page(asked: Asked) -> None:
        asked.answer(b"code", length=10_000)
        asked.drip(b"," * 10_000, pause_s=0.05)

    _standing(workshop)
    web.pages["/api/firms.csv"] = page

    assert "slow" in str(_fails(workshop, web, SourceUnreachable))


def test_a_server_that_lets_the_head_drip_is_given_up(workshop: Workshop, web: WebServer) -> None:
    _standing(workshop)
    web.pages["/api/firms.csv"] = lambda asked: asked.drip(b"HTTP/1.1 200 OK\r\n" * 50, pause_s=0.05)
    patience = replace(QUICK, head_s=0.3, tries=1)

    _fails(workshop, web, SourceUnreachable, connection=web.connection(secret="hidden-word", patience=patience))


def test_a_server_that_falls_silent_is_given_up(workshop: Workshop, web: WebServer) -> None:
    def page(asked: Asked) -> None:
        asked.answer(b"code", length=10_000)
        time.sleep(0.6)

    _standing(workshop)
    web.pages["/api/firms.csv"] = page
    patience = replace(QUICK, silence_s=0.2, tries=1)

    _fails(workshop, web, SourceUnreachable, connection=web.connection(patience=patience))


def test_a_server_that_is_not_there_is_worth_another_try(workshop: Workshop, web: WebServer) -> None:
    _standing(workshop)
    gone = WebServer(1)

    assert "nobody answers" in str(_fails(workshop, gone, SourceUnreachable))


def test_a_token_that_can_be_none_is_refused_and_not_shown(workshop: Workshop, web: WebServer) -> None:
    _standing(workshop)
    for secret in ("hidden-word\r\nX-Other: 1", "hidden-word 口令"):
        _fails(workshop, web, SourceRefused, connection=web.connection(secret=secret))

    assert web.asked == []


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(workshop: Workshop, tmp_path: Path) -> None:
    _standing(workshop)
    said = [
        "-subj",
        "/CN=127.0.0.1",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
    ]
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", *said],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    with web_server(certificate=tmp_path / "cert.pem", key=tmp_path / "key.pem") as safe:
        safe.pages["/api/firms.csv"] = lambda asked: asked.answer(BODY)
        address = f"https://127.0.0.1:{safe.port}/api/"
        connection = replace(made("portal", address, "hidden-word"), patience=QUICK)

        assert "certificate" in str(_fails(workshop, safe, SourceRefused, connection=connection))
        assert safe.asked == []


def test_what_is_too_large_is_refused_before_it_comes(workshop: Workshop, web: WebServer) -> None:
    _standing(workshop)
    connection = replace(web.connection(), limit_bytes=100)
    web.pages["/api/firms.csv"] = lambda asked: asked.answer(BODY)
    assert "HEXI_COLLECT_MB" in str(_fails(workshop, web, SourceRefused, connection=connection))

    web.pages["/api/firms.csv"] = lambda asked: asked.answer(BODY, length=-1)
    assert "HEXI_COLLECT_MB" in str(_fails(workshop, web, SourceRefused, connection=connection))


@pytest.mark.parametrize(("packing", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_what_is_packed_for_the_way_is_unpacked(
    workshop: Workshop, web: WebServer, packing: str, pack: Callable[[bytes], bytes]
) -> None:
    web.pages["/api/firms.csv"] = lambda asked: asked.answer(pack(BODY), Content_Encoding=packing)

    assert _publish(workshop, web, "{path: firms.csv}").rows == 6


def test_a_bomb_is_not_unpacked(workshop: Workshop, web: WebServer) -> None:
    _standing(workshop)
    web.pages["/api/firms.csv"] = lambda asked: asked.answer(gzip.compress(b"0" * (8 << 20)), Content_Encoding="gzip")

    _fails(workshop, web, Bomb, connection=replace(web.connection(), limit_bytes=1 << 20))


def test_what_cannot_be_unpacked_is_said(workshop: Workshop, web: WebServer) -> None:
    _standing(workshop)
    web.pages["/api/firms.csv"] = lambda asked: asked.answer(gzip.compress(BODY)[:-9], Content_Encoding="gzip")
    _fails(workshop, web, SourceTruncated)

    web.pages["/api/firms.csv"] = lambda asked: asked.answer(BODY, Content_Encoding="gzip")
    _fails(workshop, web, SourceTruncated)

    web.pages["/api/firms.csv"] = lambda asked: asked.answer(BODY, Content_Encoding="br")
    _fails(workshop, web, SourceRefused)


def test_a_page_that_moved_on_the_same_host_is_followed(workshop: Workshop, web: WebServer) -> None:
    web.pages["/api/firms.csv"] = lambda asked: asked.answer(status=302, Location="/files/firms.csv?token=hidden-word")
    web.pages["/files/firms.csv"] = lambda asked: asked.answer(BODY)

    assert _publish(workshop, web, "{path: firms.csv}").rows == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://localhost:{port}/files/firms.csv?token=hidden-word",
        "http://127.0.0.1:1/files/firms.csv?token=hidden-word",
        "https://127.0.0.1:{port}/?token=hidden-word",
        "//evil.example/?token=hidden-word",
        "file:///etc/passwd",
        "http://[broken",
    ],
)
def test_a_page_that_moved_to_another_host_is_not_followed(workshop: Workshop, web: WebServer, location: str) -> None:
    _standing(workshop)
    web.pages["/api/firms.csv"] = lambda asked: asked.answer(status=302, Location=location.format(port=web.port))
    web.pages["/files/firms.csv"] = lambda asked: asked.answer(BODY)
    _fails(workshop, web, SourceRefused)

    assert len(web.asked) == 1


def test_a_page_that_moves_in_circles_is_left(workshop: Workshop, web: WebServer) -> None:
    _standing(workshop)
    web.pages["/api/firms.csv"] = lambda asked: asked.answer(status=307, Location="/api/firms.csv?token=hidden-word")

    _fails(workshop, web, SourceRefused)


@pytest.mark.parametrize(
    "path",
    ["../secret.csv", "%2e%2e/secret.csv", "a/%252e%252e/%2e%2e/b", "..\\\\b.csv", "/etc/passwd", "//evil/x.csv"],
)
def test_no_path_leaves_the_address(workshop: Workshop, web: WebServer, path: str) -> None:
    _standing(workshop)
    with pytest.raises(HexiError) as refusal:
        _publish(workshop, web, f'{{path: "{path}", format: csv}}')

    assert refusal.value.code in {"source.refused", "contract.invalid"}
    assert web.asked == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!DOCTYPE html><html><title>Sign in</title></html>", "web page"),
        (b'{"code": 401, "msg": "the token ran out"}', "the token ran out"),
        (b'{"error": {"message": "no such table"}}', "no such table"),
        (b'{"success": false, "message": "quota"}', "quota"),
        (b"%PDF-1.7 ...", "PDF"),
        (b'{"hello": 1}', "JSON"),
    ],
)
def test_what_only_looks_like_success_is_told(workshop: Workshop, web: WebServer, body: bytes, said: str) -> None:
    _standing(workshop)
    web.pages["/api/firms.csv"] = lambda asked: asked.answer(body, Content_Type="text/plain; charset=utf-8")

    assert said in str(_fails(workshop, web, SourceRefused))


@pytest.mark.parametrize("said", ['"code": 0, "msg": ""', '"code": "200", "msg": "done"', '"code": 1, "msg": "成功"'])
def test_an_answer_that_says_success_is_none_of_these(workshop: Workshop, web: WebServer, said: str) -> None:
    body = f'{{{said}, "data": {json.dumps(RECORDS)}}}'.encode()
    web.pages["/api/firms"] = lambda asked: asked.answer(body, Content_Type="application/json")

    assert _publish(workshop, web, '{path: firms, format: json, records: "data.*"}').rows == 6


def test_a_reading_that_is_stopped_ends_at_once(workshop: Workshop, web: WebServer) -> None:
    _standing(workshop)
    web.pages["/api/firms.csv"] = lambda asked: asked.answer(firms(100_000, seed=1).encode())

    class Stops:
        seen = 0

        def step(self, step: object) -> None: ...

        def rows(self, done: int, total: int | None) -> None:
            self.seen += 1
            if self.seen == 2:
                raise KeyboardInterrupt

    stops = Stops()
    with pytest.raises(KeyboardInterrupt):
        _publish(workshop, web, "{path: firms.csv}", progress=stops)

    assert stops.seen == 2
    assert workshop.strays() == []


def test_a_stop_is_obeyed_while_a_server_lets_wait(workshop: Workshop, web: WebServer) -> None:
    web.pages["/api/firms.csv"] = lambda asked: asked.answer(status=503, Retry_After="60")

    class Stops:
        def step(self, step: object) -> None: ...

        def rows(self, done: int, total: int | None) -> None:
            raise KeyboardInterrupt

    begun = time.monotonic()
    patience = replace(QUICK, longest_pause_s=60)
    with pytest.raises(KeyboardInterrupt):
        _publish(workshop, web, "{path: firms.csv}", progress=Stops(), connection=web.connection(patience=patience))
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("pages", "records"),
    [
        ("{next: links.next}", "items.*"),
        ("{next: header}", "items.*"),
        ("{parameter: page}", "items.*"),
        ("{parameter: page, first: 0}", "items.*"),
        ("{parameter: offset, step: 2}", None),
    ],
)
def test_all_pages_together_are_one_source(workshop: Workshop, web: WebServer, pages: str, records: str | None) -> None:
    first = 1 if "page}" in pages else 0

    def page(asked: Asked) -> None:
        query = dict(each.split("=") for each in asked.path.partition("?")[2].split("&") if each)
        place = 2 * (int(query["page"]) - first) if "page" in query else int(query.get("offset", 0))
        some = RECORDS[place : place + 2]
        following = f"/api/firms?size=2&offset={place + 2}" if place + 2 < len(RECORDS) else None
        document = {"items": some, "links": {"next": following}} if records else some
        head = {"Link": f'</api/firms>; rel="first", <{following}>; rel="next"'} if following else {}
        asked.answer(json.dumps(document).encode(), Content_Type="application/json", **head)

    web.pages["/api/firms"] = page
    said = f', records: "{records}"' if records else ""
    source = f"{{path: firms?size=2, format: json, pages: {pages}{said}}}"
    result = _publish(workshop, web, source)

    assert (result.rows, result.sources[0].name, result.sources[0].format) == (6, "portal: firms", "json")
    assert dict(workshop.accepted().select("code", "staff").rows()) == {"A1": 12, "A3": 7}
    assert all("size=2" in each.path for each in web.asked)
    assert _publish(workshop, web, source).outcome is Outcome.UNCHANGED
    assert workshop.strays() == []


@pytest.mark.parametrize(
    ("pages", "link", "said"),
    [
        ("{next: links.next}", "/api/firms", "circles"),
        ("{next: links.next}", "/api/firms?page={number}", "circles"),
        ("{parameter: page}", None, "circles"),
        ("{next: links.next}", "http://evil.example/?token=hidden-word", "evil.example"),
    ],
)
def test_pages_without_an_end_are_left(
    workshop: Workshop, web: WebServer, pages: str, link: str | None, said: str
) -> None:
    _standing(workshop)

    def page(asked: Asked) -> None:
        following = link.format(number=asked.number) if link else None
        asked.answer(json.dumps({"items": RECORDS, "links": {"next": following}}).encode())

    web.pages["/api/firms"] = page
    source = f'{{path: firms, format: json, records: "items.*", pages: {pages}}}'

    assert said in str(_fails(workshop, web, SourceRefused, source=source))
    assert len(web.asked) <= 2


def test_more_pages_than_anybody_has_are_left(workshop: Workshop, web: WebServer) -> None:
    _standing(workshop)
    web.pages["/api/firms"] = lambda asked: asked.answer(json.dumps([{"code": str(asked.number)}]).encode())
    connection = replace(web.connection(), patience=replace(QUICK, pages=3))
    source = "{path: firms, format: json, pages: {parameter: page}}"

    assert "3 pages" in str(_fails(workshop, web, SourceRefused, source=source, connection=connection))


def test_a_page_that_fails_in_the_middle_fails_the_whole(workshop: Workshop, web: WebServer) -> None:
    _standing(workshop)

    def page(asked: Asked) -> None:
        if "page=2" in asked.path:
            asked.answer(b'{"code": 500, "msg": "try later"}')
        else:
            asked.answer(json.dumps({"items": RECORDS}).encode())

    web.pages["/api/firms"] = page
    source = '{path: firms, format: json, records: "items.*", pages: {parameter: page}}'

    assert "try later" in str(_fails(workshop, web, SourceRefused, source=source))


def test_a_next_page_that_is_nowhere_is_told(workshop: Workshop, web: WebServer) -> None:
    _standing(workshop)
    web.pages["/api/firms"] = lambda asked: asked.answer(json.dumps({"items": RECORDS}).encode())
    source = '{path: firms, format: json, records: "items.*", pages: {next: links.next}}'

    assert "links" in str(_fails(workshop, web, WrongPlace, source=source))


@pytest.mark.parametrize(("status", "answers"), [(200, True), (404, True), (401, False), (503, False)])
def test_a_server_is_there_whatever_it_says_at_its_address_but_not_where_it_refuses(
    web: WebServer, status: int, answers: bool
) -> None:
    web.pages["/api/"] = lambda asked: asked.answer(status=status)
    with files.opened(web.connection()) as place, nullcontext() if answers else pytest.raises(HexiError):
        assert list(place.names()) == []


def test_an_answer_without_records_may_say_success(workshop: Workshop, web: WebServer) -> None:
    web.pages["/api/firms"] = lambda asked: asked.answer('{"code": 1, "msg": "成功", "data": []}'.encode())

    with pytest.raises(HexiError) as failure:
        _publish(workshop, web, '{path: firms, format: json, records: "data.*"}')
    assert failure.value.code != "source.refused"


def test_what_was_kept_of_one_source_goes_with_another(workshop: Workshop, web: WebServer) -> None:
    web.pages["/api/firms.csv"] = lambda asked: asked.answer(BODY, ETag='"one"')
    web.pages["/api/other.csv"] = lambda asked: asked.answer(BODY)
    _publish(workshop, web, "{path: firms.csv}")
    assert workshop.strays() != []
    _publish(workshop, web, "{path: other.csv}")

    assert workshop.strays() == []


def test_a_table_is_no_file_of_a_server(workshop: Workshop, web: WebServer) -> None:
    with pytest.raises(ConnectionInvalid, match="path"):
        _publish(workshop, web, "{table: firms}")


def _standing(workshop: Workshop) -> None:
    workshop.publish(FIRMS)


def _fails(
    workshop: Workshop,
    web: WebServer,
    kind: type[HexiError],
    *,
    source: str = "{path: firms.csv}",
    connection: Connection | None = None,
) -> HexiError:
    before = workshop.state()
    with pytest.raises(kind) as failure:
        _publish(workshop, web, source, connection=connection or web.connection(secret="hidden-word"))

    assert workshop.state() == before
    assert workshop.strays() == []
    assert "hidden-word" not in str(failure.value)
    return failure.value


def _publish(
    workshop: Workshop,
    web: WebServer,
    source: str,
    *,
    connection: Connection | None = None,
    progress: Progress | None = None,
) -> RunResult:
    said = f"{{connection: portal, {source[1:]}"
    contract = CONTRACT.replace("{path: firms.csv, format: csv}", said)
    return workshop.publish(
        None, contract=contract, connections=Known(connection or web.connection()), progress=progress
    )
