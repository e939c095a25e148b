from __future__ import annotations

import pytest

from hexi.data.lake.reading import NoSuchColumn, NoSuchVersion
from hexi.exchange.door import queries as door
from hexi.exchange.door.errors import NothingToDraw
from hexi.exchange.grants.errors import NotReadable
from hexi.kernel.actors import EVERYONE
from hexi.registry.catalog import actions as catalog
from hexi.registry.events import queries as events
from tests.exchange.conftest import COLUMNS, FIELDS, FIRMS, ROWS, commit_behind_the_catalogue, firms
from tests.nodes import Node, field


def test_a_preview_shows_the_open_fields_of_the_accepted_rows(node: Node, db: None) -> None:
    page = door.preview(FIRMS, reader=EVERYONE, now=node.clock())

    assert (page.version, page.columns, page.total) == (0, COLUMNS, 3)
    assert page.rows == (
        ("A1", "兰州拉面", 12, 103.83, 36.06),
        ("A3", "天水,麻辣烫", 7, 105.72, 34.58),
        ("A4", "张掖牛肉小饭", None, None, None),
    )


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"columns": ("code", "phone")}, id="shown"),
        pytest.param({"where": {"phone": "139*"}}, id="filtered"),
        pytest.param({"sort": "phone"}, id="sorted"),
        pytest.param({"columns": ("code", "no_such")}, id="unknown"),
    ],
)
def test_a_hidden_field_cannot_be_shown_filtered_or_sorted_by(node: Node, db: None, asked: dict[str, object]) -> None:
    with pytest.raises(NoSuchColumn, match="its columns are code, title, staff, longitude, latitude"):
        door.preview(FIRMS, reader=EVERYONE, now=node.clock(), **asked)


def test_a_search_finds_nothing_by_a_hidden_field(node: Node, db: None) -> None:
    hidden = door.preview(FIRMS, reader=EVERYONE, now=node.clock(), search="13900000001")
    shown = door.preview(FIRMS, reader=EVERYONE, now=node.clock(), search="拉面")

    assert (hidden.total, shown.total) == (0, 1)


def test_a_hidden_field_is_in_no_picture(node: Node, db: None) -> None:
    now = node.clock()

    assert [each.name for each in door.column_facts(FIRMS, reader=EVERYONE, now=now)] == list(COLUMNS)
    with pytest.raises(NoSuchColumn):
        door.tally(FIRMS, reader=EVERYONE, now=now, field="phone")
    with pytest.raises(NoSuchColumn):
        door.tally(FIRMS, reader=EVERYONE, now=now, field="staff", by="phone")
    with pytest.raises(NoSuchColumn):
        door.features(FIRMS, reader=EVERYONE, now=now, properties=("phone",))


def test_pages_are_filtered_sorted_and_cut(node: Node, db: None) -> None:
    def codes(**asked: object) -> list[object]:
        page = door.preview(FIRMS, reader=EVERYONE, now=node.clock(), columns=("code",), **asked)
        return [row[0] for row in page.rows]

    assert codes(where={"title": "天水*"}) == ["A3"]
    assert codes(where={"staff": ""}) == ["A4"]
    assert codes(sort="staff", descending=True) == ["A1", "A3", "A4"]
    assert codes(limit=1, offset=1) == ["A3"]
    assert codes(limit=0) == ["A1"]
    assert codes(limit=10**9, offset=-5) == ["A1", "A3", "A4"]


def test_a_map_shows_the_rows_that_have_a_place_longitude_first(node: Node, db: None) -> None:
    found = door.features(FIRMS, reader=EVERYONE, now=node.clock(), properties=("code",))

    assert [(each.properties, each.geometry) for each in found] == [
        ({"code": "A1"}, {"type": "Point", "coordinates": (103.83, 36.06)}),
        ({"code": "A3"}, {"type": "Point", "coordinates": (105.72, 34.58)}),
    ]


@pytest.mark.parametrize("hidden", ["longitude", "latitude"])
def test_a_place_that_is_hidden_is_on_no_map(own: Node, hidden: str) -> None:
    fields = (each.replace("open", "internal") if f"name: {hidden}\n" in each else each for each in FIELDS)
    own.publish(firms(*fields, version="2.0.0"), ROWS)

    with pytest.raises(NoSuchColumn):
        door.features(FIRMS, reader=EVERYONE, now=own.clock())


def test_a_dataset_without_geometry_has_no_map(own: Node) -> None:
    own.publish(firms(properties="", version="2.0.0"), ROWS)

    with pytest.raises(NothingToDraw):
        door.features(FIRMS, reader=EVERYONE, now=own.clock())


def test_numbers_are_told_as_intervals_and_texts_by_their_frequency(node: Node, db: None) -> None:
    staff = door.tally(FIRMS, reader=EVERYONE, now=node.clock(), field="staff", bins=5)
    titles = door.tally(FIRMS, reader=EVERYONE, now=node.clock(), field="title")
    sums = door.tally(FIRMS, reader=EVERYONE, now=node.clock(), field="staff", by="code")

    assert (staff.kind, sum(bar.amount for bar in staff.bars)) == ("histogram", 2)
    assert (titles.kind, len(titles.bars)) == ("values", 3)
    assert (sums.kind, [(bar.label, bar.amount) for bar in sums.bars][:2]) == ("sums", [("A1", 12), ("A3", 7)])


def test_the_quarantine_shows_reasons_and_the_raw_text_of_open_fields_only(node: Node, db: None) -> None:
    page = door.quarantined(FIRMS, reader=EVERYONE, now=node.clock())

    assert (page.total, page.columns) == (1, ("code", "title", "staff", "phone", "longitude", "latitude"))
    (row,) = page.rows
    assert (row.line, row.reasons) == (3, ("staff.type",))
    assert row.values == ("a2", "=敦煌杏皮水", "many", "•••", "94.66", "40.14")


def test_raw_text_of_a_source_column_that_feeds_a_hidden_field_too_is_not_shown(own: Node) -> None:
    twice = field("number", "电话号码").replace("[trim]}", "[trim]}\n          - {property: hexi.source, value: phone}")

    own.publish(firms(*FIELDS, twice, version="2.0.0"), ROWS)

    (row,) = door.quarantined(FIRMS, reader=EVERYONE, now=own.clock()).rows
    assert row.values[3] == "•••"


def test_the_quarantine_is_asked_by_rule(node: Node, db: None) -> None:
    assert door.quarantined(FIRMS, reader=EVERYONE, now=node.clock(), rule="staff.type").total == 1
    assert door.quarantined(FIRMS, reader=EVERYONE, now=node.clock(), rule="title.required").rows == ()


def test_earlier_versions_stay_readable(own: Node) -> None:
    own.publish(firms(), ROWS + "a5,陇南橄榄油,3,13900000005,104.92,33.40\n")

    assert [door.preview(FIRMS, reader=EVERYONE, now=own.clock(), version=each).total for each in (None, 0, 1)] == [
        4,
        3,
        4,
    ]


@pytest.mark.parametrize("version", [-1, 1, 99])
def test_a_version_that_never_was_is_refused(node: Node, db: None, version: int) -> None:
    with pytest.raises(NoSuchVersion, match="the newest is 0"):
        door.preview(FIRMS, reader=EVERYONE, now=node.clock(), version=version)


def test_an_earlier_version_is_shown_with_the_columns_it_has(own: Node) -> None:
    added = field("town", "乡镇")
    own.publish(firms(*FIELDS[:2], added, version="2.0.0", properties=""), "code,title,town\na1,兰州拉面,皋兰\n")

    newest = door.preview(FIRMS, reader=EVERYONE, now=own.clock())
    first = door.preview(FIRMS, reader=EVERYONE, now=own.clock(), version=0)

    assert newest.columns == ("code", "title", "town")
    assert (first.columns, first.total) == (("code", "title"), 3)


def test_a_version_that_the_catalogue_does_not_know_yet_is_not_shown(own: Node) -> None:
    commit_behind_the_catalogue(own)

    assert door.preview(FIRMS, reader=EVERYONE, now=own.clock()).version == 0
    assert door.quarantined(FIRMS, reader=EVERYONE, now=own.clock()).version == 0
    with pytest.raises(NoSuchVersion, match="the newest is 0"):
        door.preview(FIRMS, reader=EVERYONE, now=own.clock(), version=1)

    catalog.catch_up(clock=own.clock)
    assert door.preview(FIRMS, reader=EVERYONE, now=own.clock()).version == 1


def test_views_add_up_by_day_and_leave_no_event(own: Node) -> None:
    before = events.size() + events.unsealed()

    for _ in range(3):
        door.preview(FIRMS, reader=EVERYONE, now=own.clock(), limit=2)
    door.quarantined(FIRMS, reader=EVERYONE, now=own.clock())

    usage = door.usage(FIRMS)
    assert (usage.views, usage.downloads, usage.rows) == (4, 0, 7)
    assert usage.last_on == own.clock().date()
    assert events.size() + events.unsealed() == before


def test_a_refused_view_is_not_counted(own: Node) -> None:
    with pytest.raises(NoSuchColumn):
        door.preview(FIRMS, reader=EVERYONE, now=own.clock(), columns=("phone",))
    with pytest.raises(NotReadable):
        door.preview("test.nowhere", reader=EVERYONE, now=own.clock())

    assert (door.usage(FIRMS).views, door.usage("test.nowhere").views) == (0, 0)
