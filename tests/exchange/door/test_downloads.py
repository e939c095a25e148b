from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from hexi.data.lake.errors import FileMissing
from hexi.data.lake.reading import NoSuchVersion
from hexi.data.lifecycle.certificates import Derived
from hexi.data.lifecycle.verifying import Verdict, verify
from hexi.exchange.door import actions, queries
from hexi.exchange.door.errors import UnknownFormat
from hexi.exchange.door.records import Download
from hexi.exchange.grants import actions as grants
from hexi.exchange.grants.errors import GrantEnded, NotReadable
from hexi.exchange.grants.queries import grants_of
from hexi.kernel.actors import EVERYONE, NODE, Actor
from hexi.registry.catalog import actions as catalog
from hexi.registry.events import queries as events
from hexi.registry.events.records import SealedEvent
from tests.exchange.conftest import COLUMNS, FIELDS, FIRMS, ROWS, commit_behind_the_catalogue, firms
from tests.nodes import Node, field

READER = Actor(account="li")
PHONES = tuple(f"1390000000{n}" for n in range(1, 5))
FORMATS = ("csv", "xlsx", "parquet", "geojson")


def take(node: Node, format: str, **how: object) -> Download:
    return actions.download(FIRMS, format=format, reader=READER, now=node.clock(), **how)


def columns_in(path: Path) -> list[str]:
    """Columns of a file as somebody who took it sees them, in order."""
    match path.suffix:
        case ".csv":
            return next(csv.reader(path.read_text("utf-8").splitlines()))
        case ".xlsx":
            return pl.read_excel(path, sheet_name="data").columns
        case ".parquet":
            return list(pl.read_parquet_schema(path))
        case _:
            features = json.loads(path.read_text("utf-8"))["features"]
            return list(dict.fromkeys(name for each in features for name in each["properties"]))


def rows_in(path: Path) -> int:
    match path.suffix:
        case ".csv":
            return pl.read_csv(path).height
        case ".xlsx":
            return pl.read_excel(path, sheet_name="data").height
        case ".parquet":
            return pl.read_parquet(path).height
        case _:
            return len(json.loads(path.read_text("utf-8"))["features"])


def check(node: Node, download: Download) -> Verdict:
    return verify(download.bundle_path, [download.path], trust=node.trust, now=node.clock())


def downloads_logged(node: Node) -> list[SealedEvent]:
    node.settle()
    return [each for each in events.events_about(f"dataset:{FIRMS}") if each.verb == "data.download"]


def left_behind(node: Node) -> list[str]:
    """Files below the node's exports, but for the lock."""
    return sorted(path.name for path in (node.home / "exports").rglob("*") if path.is_file() and path.name != ".lock")


@pytest.mark.parametrize("format", FORMATS)
def test_a_download_holds_the_accepted_rows_and_the_open_fields_only(node: Node, db: None, format: str) -> None:
    download = take(node, format)

    assert columns_in(download.path) == list(COLUMNS)
    assert rows_in(download.path) == download.rows == 3
    content = download.path.read_bytes()
    assert not any(phone.encode() in content for phone in PHONES)


def test_a_workbook_describes_no_hidden_field(node: Node, db: None) -> None:
    path = take(node, "xlsx").path
    described = pl.read_excel(path, sheet_name="fields")["name"].to_list()
    everything = pl.read_excel(path, sheet_id=0)

    assert described == list(COLUMNS)
    assert not any("phone" in str(cell) for sheet in everything.values() for row in sheet.rows() for cell in row)


@pytest.mark.parametrize("format", FORMATS)
def test_the_certificate_of_a_download_proves_it_offline(node: Node, db: None, format: str) -> None:
    download = take(node, format)

    verdict = check(node, download)

    assert verdict.ok, verdict.problems
    assert isinstance(verdict.statement, Derived)
    assert verdict.statement.columns == COLUMNS
    assert (verdict.source is not None and verdict.source.dataset, verdict.exit_code) == (FIRMS, 0)


@pytest.mark.parametrize("format", FORMATS)
def test_digest_size_and_rows_are_those_of_the_file(node: Node, db: None, format: str) -> None:
    download = take(node, format)
    content = download.path.read_bytes()

    verdict = check(node, download)

    assert (download.sha256, download.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert isinstance(verdict.statement, Derived)
    (certified,) = verdict.statement.files
    assert (certified.sha256, certified.size_bytes, certified.rows) == (download.sha256, download.size_bytes, 3)
    assert certified.name == download.filename == f"test.firms.v0.{format}"


def test_a_changed_download_is_found_out(node: Node, db: None, tmp_path: Path) -> None:
    download = take(node, "csv")
    copy = tmp_path / download.filename
    copy.write_text(download.path.read_text("utf-8").replace("兰州", "定西"), "utf-8")

    verdict = verify(download.bundle_path, [copy], trust=node.trust, now=node.clock())

    assert verdict.exit_code == 10


def test_a_geojson_file_says_longitude_first_and_null_for_no_place(node: Node, db: None) -> None:
    features = json.loads(take(node, "geojson").path.read_text("utf-8"))["features"]

    assert [each["geometry"] and each["geometry"]["coordinates"] for each in features] == [
        [103.83, 36.06],
        [105.72, 34.58],
        None,
    ]


def test_every_download_is_logged_with_its_grant_and_metered_on_its_own(own: Node) -> None:
    first, again = take(own, "csv"), take(own, "csv")
    other = take(own, "parquet")

    logged = downloads_logged(own)
    assert [each.details["sha256"] for each in reversed(logged)] == [first.sha256, again.sha256, other.sha256]
    assert {each.by.account for each in logged} == {"li"}
    assert {each.grant for each in logged} == {grants_of(FIRMS)[0].id}
    assert len({each.details["query"] for each in logged}) == 3
    assert (first.path, first.sha256) == (again.path, again.sha256)
    usage = queries.usage(FIRMS)
    assert (usage.downloads, usage.views, usage.rows) == (3, 0, 9)


def test_a_proof_holds_no_row_and_is_neither_logged_nor_metered(own: Node) -> None:
    bundle = actions.proof(FIRMS, format="csv", reader=EVERYONE, now=own.clock())

    assert bundle == take(own, "csv").bundle_path
    assert len(downloads_logged(own)) == 1
    assert queries.usage(FIRMS).downloads == 1


def test_a_file_somebody_tidied_away_is_written_again(own: Node) -> None:
    first = take(own, "csv")
    content = first.path.read_bytes()
    first.path.unlink()

    again = take(own, "csv")

    assert again.path.read_bytes() == content
    assert check(own, again).ok


def test_earlier_versions_can_be_taken_with_a_proof_of_their_own(own: Node) -> None:
    own.publish(firms(), ROWS + "a5,陇南橄榄油,3,13900000005,104.92,33.40\n")

    newest, first = take(own, "csv"), take(own, "csv", version=0)

    assert [(each.filename, each.rows) for each in (newest, first)] == [
        ("test.firms.v1.csv", 4),
        ("test.firms.v0.csv", 3),
    ]
    assert check(own, newest).ok
    assert check(own, first).ok


def test_an_earlier_version_is_taken_with_the_columns_it_has(own: Node) -> None:
    text = firms(*FIELDS[:2], field("town", "乡镇"), version="2.0.0", properties="")
    own.publish(text, "code,title,town\na1,兰州拉面,皋兰\n")

    first = take(own, "csv", version=0)

    assert columns_in(first.path) == ["code", "title"]
    assert check(own, first).ok


def test_a_field_that_is_hidden_later_leaves_the_downloads_of_every_version(own: Node) -> None:
    before = take(own, "csv")
    hidden = FIELDS[1].replace("classification: open", "classification: internal")

    own.publish(firms(FIELDS[0], hidden, *FIELDS[2:], version="2.0.0"), ROWS)
    after = take(own, "csv", version=0)

    assert columns_in(before.path) == list(COLUMNS)
    assert columns_in(after.path) == ["code", "staff", "longitude", "latitude"]
    assert after.path != before.path


def test_a_version_that_the_catalogue_does_not_know_yet_cannot_be_taken(own: Node) -> None:
    commit_behind_the_catalogue(own)

    assert take(own, "csv").filename == "test.firms.v0.csv"
    with pytest.raises(NoSuchVersion):
        take(own, "csv", version=1)

    catalog.catch_up(clock=own.clock)
    assert take(own, "csv").filename == "test.firms.v1.csv"


@pytest.mark.parametrize("format", ["pdf", "", "../csv"])
def test_a_format_that_is_not_offered_is_refused_with_those_that_are(node: Node, db: None, format: str) -> None:
    with pytest.raises(UnknownFormat, match="choose one of csv, xlsx, parquet, geojson"):
        take(node, format)


def test_a_place_that_is_hidden_leaves_in_no_geojson(own: Node) -> None:
    hidden = FIELDS[4].replace("classification: open", "classification: internal")

    own.publish(firms(*FIELDS[:4], hidden, FIELDS[5], version="2.0.0"), ROWS)

    with pytest.raises(UnknownFormat, match="choose one of csv, xlsx, parquet\\."):
        take(own, "geojson")
    assert columns_in(take(own, "csv").path) == ["code", "title", "staff", "latitude"]


def test_a_version_without_an_accepted_row_is_an_empty_file_with_its_header(own: Node) -> None:
    own.publish(firms(), "code,title,staff,phone,longitude,latitude\na1,兰州拉面,many,13900000001,103.83,36.06\n")

    assert queries.preview(FIRMS, reader=READER, now=own.clock()).total == 0
    for format in ("csv", "xlsx", "parquet"):
        download = take(own, format)
        assert (columns_in(download.path), download.rows) == (list(COLUMNS), 0)
        assert check(own, download).ok


def test_whoever_may_not_read_takes_nothing(own: Node) -> None:
    with pytest.raises(NotReadable):
        actions.download("test.nowhere", format="csv", reader=READER, now=own.clock())
    grants.revoke(grants_of(FIRMS)[0].id, because="over", by=NODE, now=own.clock())

    with pytest.raises(GrantEnded):
        take(own, "csv")
    with pytest.raises(GrantEnded):
        actions.proof(FIRMS, format="csv", reader=READER, now=own.clock())
    assert (left_behind(own), downloads_logged(own), queries.usage(FIRMS).downloads) == ([], [], 0)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


DAMAGES = [pytest.param(cut, id="cut off"), pytest.param(flip, id="one bit"), pytest.param(Path.unlink, id="gone")]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_of_the_lake_is_refused_and_leaves_no_half_download(
    own: Node, damage: Callable[[Path], None], format: str
) -> None:
    (file,) = own.table(FIRMS).files()
    damage(file)

    with pytest.raises(FileMissing, match=r"^A file of test.firms is missing from the lake or damaged"):
        take(own, format)

    assert (left_behind(own), downloads_logged(own), queries.usage(FIRMS).downloads) == ([], [], 0)


@pytest.mark.parametrize("damage", [DAMAGES[0], DAMAGES[2]])
def test_a_preview_of_a_damaged_file_is_refused(own: Node, damage: Callable[[Path], None]) -> None:
    (file,) = own.table(FIRMS).files()
    damage(file)

    with pytest.raises(FileMissing, match="missing from the lake or damaged"):
        queries.preview(FIRMS, reader=READER, now=own.clock())


def test_publishing_again_mends_a_damaged_version(own: Node) -> None:
    (file,) = own.table(FIRMS).files()
    flip(file)
    with pytest.raises(FileMissing):
        take(own, "csv")

    own.publish(firms(), ROWS)

    mended = take(own, "csv")
    assert (mended.filename, mended.rows) == ("test.firms.v1.csv", 3)
    assert check(own, mended).ok


def test_a_certificate_that_is_gone_from_the_lake_gives_no_download(own: Node) -> None:
    for path in (own.table(FIRMS).folder / "certificates").iterdir():
        path.unlink()

    with pytest.raises(FileMissing):
        take(own, "csv")
    assert left_behind(own) == []
