"""Objects of a real S3 store become certified versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from hexi.data.collecting import files
from hexi.data.collecting.connections import Connection, made
from hexi.data.collecting.errors import SourceRefused, SourceUnreachable
from hexi.data.lifecycle.records import Outcome, Progress, RunResult
from hexi.kernel.errors import HexiError
from tests.data.lifecycle.conftest import CONTRACT, FIRMS, Workshop, firms

from .elsewhere import QUICK, SECRET, Asked, ObjectStore, seaweedfs, web_server
from .test_databases import Known

BODY = FIRMS.encode()


@pytest.fixture(scope="session")
def running() -> Iterator[ObjectStore]:
    with seaweedfs() as found:
        yield found


@pytest.fixture
def store(running: ObjectStore) -> ObjectStore:
    running.empty()
    return running


def test_an_object_gives_what_the_same_file_gives(workshop: Workshop, store: ObjectStore) -> None:
    from_file = workshop.publish(FIRMS)
    accepted = workshop.accepted()
    store.put("lake/in/企业 1.csv", BODY)
    result = _publish(workshop, store, "in/企业 1.csv")

    assert (result.rows, result.rules) == (from_file.rows, from_file.rules)
    assert workshop.accepted().equals(accepted)
    assert (result.sources[0].name, result.sources[0].format) == ("bucket: in/企业 1.csv", "csv")
    assert workshop.is_proven()
    assert workshop.strays() == ["mirror/shelf.json", *(each for each in workshop.strays() if "kept-" in each)][::-1]


def test_the_newest_object_that_fits_is_read_and_again_only_when_it_changes(
    workshop: Workshop, store: ObjectStore
) -> None:
    store.put("lake/in/firms-2.csv", BODY + b"B1,5,2026-11-20\n")
    store.put("lake/in/deeper/firms-9.csv", b"code\n")
    store.put("lake/in/firms-9.csv.part", b"code\n")
    store.put("other/in/firms-9.csv", b"code\n")
    assert _publish(workshop, store, "in/firms-*.csv").rows == 7
    assert _publish(workshop, store, "in/firms-*.csv").outcome is Outcome.UNCHANGED

    store.put("lake/in/firms-2.csv", BODY)
    assert _publish(workshop, store, "in/firms-*.csv").rows == 6


def test_an_object_of_many_pieces_comes_whole(workshop: Workshop, store: ObjectStore) -> None:
    text = firms(200_000, seed=3).encode()
    assert len(text) > 8 << 20
    store.put("lake/firms.csv", text)

    assert _publish(workshop, store, "firms.csv").accepted == 200_000


def test_what_is_there_is_listed(store: ObjectStore) -> None:
    for name in ("lake/a.csv", "lake/b/c.csv", "other/d.csv"):
        store.put(name, b"x")
    with files.opened(store.connection()) as place:
        assert sorted(place.names()) == ["a.csv", "b/c.csv"]


@pytest.mark.parametrize("path", ["nowhere.csv", "in/nothing-*.csv", "../other/d.csv", "%2e%2e/other/d.csv"])
def test_what_is_not_there_is_named(workshop: Workshop, store: ObjectStore, path: str) -> None:
    _fails(workshop, store.connection(), {"source.refused", "contract.invalid"}, path=path)


def test_a_wrong_key_or_bucket_is_refused_without_the_secret(workshop: Workshop, store: ObjectStore) -> None:
    store.put("lake/firms.csv", BODY)
    for wrong in (store.connection(secret="hidden-word"), store.connection(bucket="nowhere")):
        for path in ("firms.csv", "firms*.csv"):
            error = _fails(workshop, wrong, {"source.refused"}, path=path)
            assert "40" in str(error)


def test_a_store_that_is_not_there_is_worth_another_try(workshop: Workshop) -> None:
    gone = replace(made("bucket", "s3://reader@hexi/lake?endpoint=http://127.0.0.1:1", SECRET), patience=QUICK)
    _fails(workshop, gone, {"source.unreachable"})


def test_a_store_that_is_busy_is_worth_another_try(workshop: Workshop) -> None:
    with web_server() as busy:
        busy.pages["/hexi/lake/firms.csv"] = lambda asked: asked.answer(status=503)
        address = f"s3://reader@hexi/lake?endpoint=http://127.0.0.1:{busy.port}"
        _fails(workshop, replace(made("bucket", address, SECRET), patience=QUICK), {"source.unreachable"})

        assert len(busy.asked) > 1


def test_nothing_of_the_environment_is_sent(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "hidden-word")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with web_server() as other:
        other.pages["/hexi/lake/firms.csv"] = lambda asked: asked.answer(BODY)
        address = f"s3://reader@hexi/lake?endpoint=http://127.0.0.1:{other.port}"
        with pytest.raises(HexiError):
            _publish(workshop, None, "firms.csv", connection=replace(made("bucket", address, SECRET), patience=QUICK))

    assert other.asked
    assert "hidden-word" not in str([each.headers for each in other.asked])


def test_a_store_that_never_gives_a_piece_is_given_up(workshop: Workshop) -> None:
    def page(asked: Asked) -> None:
        asked.answer(b"code", length=10_000)
        asked.drip(b"," * 10_000, pause_s=0.05)

    with web_server() as slow:
        slow.pages["/hexi/lake/firms.csv"] = page
        address = f"s3://reader@hexi/lake?endpoint=http://127.0.0.1:{slow.port}"
        patience = replace(QUICK, silence_s=0.5, tries=1)
        _fails(workshop, replace(made("bucket", address, SECRET), patience=patience), {"source.unreachable"})


def test_an_object_that_is_replaced_while_it_is_read_is_read_anew_later(workshop: Workshop, store: ObjectStore) -> None:
    store.put("lake/firms.csv", firms(200_000, seed=3).encode())

    class Replaces:
        is_done = False

        def step(self, step: object) -> None: ...

        def rows(self, done: int, total: int | None) -> None:
            if not self.is_done:
                self.is_done = True
                store.put("lake/firms.csv", firms(200_000, seed=4).encode())

    with pytest.raises(SourceUnreachable, match="replaced"):
        _publish(workshop, store, "firms.csv", progress=Replaces())
    assert workshop.strays() == []


def test_what_is_too_large_is_refused(workshop: Workshop, store: ObjectStore) -> None:
    store.put("lake/firms.csv", BODY)
    with pytest.raises(SourceRefused, match="HEXI_COLLECT_MB"):
        _publish(workshop, store, "firms.csv", connection=replace(store.connection(), limit_bytes=100))


def test_a_reading_that_is_stopped_ends_at_once(workshop: Workshop, store: ObjectStore) -> None:
    store.put("lake/firms.csv", BODY)

    class Stops:
        def step(self, step: object) -> None: ...

        def rows(self, done: int, total: int | None) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _publish(workshop, store, "firms.csv", progress=Stops())
    assert workshop.strays() == []


def _fails(workshop: Workshop, connection: Connection, codes: set[str], *, path: str = "firms.csv") -> HexiError:
    workshop.publish(FIRMS)
    before = workshop.state()
    with pytest.raises(HexiError) as failure:
        _publish(workshop, None, path, connection=connection)

    assert failure.value.code in codes
    assert workshop.state() == before
    assert workshop.strays() == []
    assert connection.secret not in str(failure.value)
    return failure.value


def _publish(
    workshop: Workshop,
    store: ObjectStore | None,
    path: str,
    *,
    connection: Connection | None = None,
    progress: Progress | None = None,
) -> RunResult:
    if connection is None:
        assert store is not None
        connection = store.connection()
    contract = CONTRACT.replace("{path: firms.csv,", f'{{connection: bucket, path: "{path}",')
    return workshop.publish(None, contract=contract, connections=Known(connection), progress=progress)
