"""Files that others put into a folder become certified versions, once they are complete."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hexi.data.collecting import files
from hexi.data.collecting.connections import Connection, made
from hexi.data.collecting.errors import ConnectionInvalid, SourceRefused, SourceUnreachable
from hexi.data.lifecycle.records import Outcome, RunResult
from hexi.kernel.errors import HexiError
from tests.data.lifecycle.conftest import CONTRACT, FIRMS, NOON, Workshop

from .test_databases import Known

MORE = FIRMS + "B1,5,2026-11-20\n"


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    (tmp_path / "incoming" / "in").mkdir(parents=True)
    return tmp_path / "incoming"


def test_a_file_of_a_folder_gives_what_the_file_itself_gives(workshop: Workshop, incoming: Path) -> None:
    from_file = workshop.publish(FIRMS)
    accepted = workshop.accepted()
    _put(incoming / "in/企业 1.csv", FIRMS)
    result = _publish(workshop, incoming, "in/企业 1.csv")

    assert (result.rows, result.rules) == (from_file.rows, from_file.rules)
    assert workshop.accepted().equals(accepted)
    assert (result.sources[0].name, result.sources[0].format) == ("incoming: in/企业 1.csv", "csv")
    assert workshop.is_proven()
    assert workshop.strays() == []


def test_any_format_is_read(workshop: Workshop, incoming: Path) -> None:
    workshop.publish(FIRMS)
    workshop.accepted().write_parquet(incoming / "firms.parquet")
    _age(incoming / "firms.parquet")

    assert _publish(workshop, incoming, "firms.parquet", format="parquet").accepted == 2


@pytest.mark.parametrize(("age_of_first", "age_of_second", "rows"), [(60, 90, 6), (90, 60, 7), (60, 60, 7)])
def test_the_newest_file_that_fits_is_read_and_of_equals_the_last_by_name(
    workshop: Workshop, incoming: Path, age_of_first: int, age_of_second: int, rows: int
) -> None:
    _put(incoming / "in/firms-1.csv", FIRMS, age_s=age_of_first)
    _put(incoming / "in/firms-2.csv", MORE, age_s=age_of_second)
    for other in ("in/other.csv", "in/.firms-9.csv", "in/firms-9.csv.part", "firms-9.csv"):
        _put(incoming / other, "code\n", age_s=10)

    assert _publish(workshop, incoming, "in/firms-*.csv").rows == rows
    assert _publish(workshop, incoming, "in/firms-*.csv").outcome is Outcome.UNCHANGED


@pytest.mark.parametrize("path", ["in/firms-2.csv", "in/firms-*.csv"])
def test_a_file_that_is_still_being_written_is_waited_for(workshop: Workshop, incoming: Path, path: str) -> None:
    _put(incoming / "in/firms-1.csv", FIRMS, age_s=60)
    _put(incoming / "in/firms-2.csv", MORE, age_s=1)
    workshop.publish(FIRMS)
    before = workshop.state()
    with pytest.raises(SourceUnreachable, match="still being written"):
        _publish(workshop, incoming, path)
    assert (workshop.state(), workshop.strays()) == (before, [])

    _age(incoming / "in/firms-2.csv", age_s=6)
    assert _publish(workshop, incoming, path).rows == 7


def test_a_file_that_grows_while_it_is_read_is_waited_for(workshop: Workshop, incoming: Path) -> None:
    _put(incoming / "firms.csv", FIRMS)

    class Writes:
        def step(self, step: object) -> None: ...

        def rows(self, done: int, total: int | None) -> None:
            with (incoming / "firms.csv").open("a") as file:
                file.write("B1,5,2026-11-20\n")

    with pytest.raises(SourceUnreachable, match="still being written"):
        _publish(workshop, incoming, "firms.csv", progress=Writes())
    assert workshop.strays() == []


@pytest.mark.parametrize(
    "path",
    ["../outside.csv", "in/../../outside.csv", "%2e%2e/outside.csv", "/etc/passwd", "in/link.csv", "out/outside.csv"],
)
def test_nothing_outside_of_the_folder_is_read(workshop: Workshop, incoming: Path, path: str) -> None:
    (incoming.parent / "outside").mkdir()
    for each in (incoming.parent / "outside.csv", incoming.parent / "outside/outside.csv"):
        _put(each, FIRMS)
    (incoming / "in/link.csv").symlink_to(incoming.parent / "outside.csv")
    (incoming / "out").symlink_to(incoming.parent / "outside")
    _fails(workshop, incoming, path)


def test_a_link_within_the_folder_is_followed(workshop: Workshop, incoming: Path) -> None:
    _put(incoming / "in/firms-1.csv", FIRMS)
    (incoming / "newest.csv").symlink_to("in/firms-1.csv")

    assert _publish(workshop, incoming, "newest.csv").rows == 6


def test_what_is_no_file_or_not_there_is_named(workshop: Workshop, incoming: Path) -> None:
    os.mkfifo(incoming / "pipe.csv")
    (incoming / "folder.csv").mkdir()
    (incoming / "circle.csv").symlink_to("circle.csv")
    for path in ("pipe.csv", "folder.csv", "circle.csv", "nowhere.csv", "nothing-*.csv"):
        assert path in str(_fails(workshop, incoming, path))


def test_what_is_wrong_with_a_file_is_said_under_its_own_name(workshop: Workshop, incoming: Path) -> None:
    _put(incoming / "firms.csv", "code,people\nA1,3\n")

    error = _fails(workshop, incoming, "firms.csv", code="source.header")
    assert "incoming: firms.csv" in str(error)
    assert str(workshop.folder) not in str(error)


def test_what_is_there_is_listed(incoming: Path) -> None:
    for name in ("b.csv", "in/a.csv", ".hidden", "in/.hidden"):
        _put(incoming / name, "x")
    with files.opened(made("incoming", f"folder://{incoming}")) as place:
        assert sorted(place.names()) == ["b.csv", "in/a.csv"]


def test_a_folder_that_is_not_there_is_refused(workshop: Workshop, tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="no folder"):
        _publish(workshop, tmp_path / "nowhere", "firms.csv")


def test_a_path_is_nothing_for_a_database(workshop: Workshop) -> None:
    with pytest.raises(ConnectionInvalid, match="table"):
        _publish(workshop, Path(), "firms.csv", connection=made("incoming", "sqlite:///srv/trade.db"))


def _put(path: Path, text: str, *, age_s: float = 60) -> None:
    path.write_text(text, "utf-8")
    _age(path, age_s=age_s)


def _age(path: Path, *, age_s: float = 60) -> None:
    at = NOON.timestamp() - age_s
    os.utime(path, (at, at))


def _fails(workshop: Workshop, incoming: Path, path: str, *, code: str = "") -> HexiError:
    workshop.publish(FIRMS)
    before = workshop.state()
    with pytest.raises(HexiError) as failure:
        _publish(workshop, incoming, path)

    assert failure.value.code in ({code} if code else {"source.refused", "contract.invalid"})
    assert (workshop.state(), workshop.strays()) == (before, [])
    return failure.value


def _publish(
    workshop: Workshop,
    incoming: Path,
    path: str,
    *,
    connection: Connection | None = None,
    format: str = "csv",
    **more: object,
) -> RunResult:
    contract = CONTRACT.replace(
        "{path: firms.csv, format: csv}", f'{{connection: incoming, path: "{path}", format: {format}}}'
    )
    known = Known(connection or made("incoming", f"folder://{incoming}"))
    return workshop.publish(None, contract=contract, connections=known, **more)
