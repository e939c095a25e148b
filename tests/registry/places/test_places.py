"""Places by small lists: who is who, what ends, what comes back; ids stay through all of it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import Text
from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.events import queries as events
from hexi.registry.places import actions, divisions, queries
from hexi.registry.places.errors import BadGridCode, BadScheme, PlaceMissing
from hexi.registry.places.matching import Known, Row, match
from hexi.registry.places.records import ListedChange, ListedPlace, Origin, Outline
from hexi.registry.places.spelling import spelling, typed
from tests.nodes import Node

TODAY = date(2026, 11, 23)
TOMORROW = date(2026, 11, 24)
SCHEMES = {"stats": Text("统计用代码", "statistical code"), "names": Text("地名库代码", "place-name code")}
CITIES = [("6201", "兰州市"), ("6205", "天水市")]
COUNTIES = [("620102", "城关区"), ("620502", "秦州区"), ("620503", "麦积区")]
STATS = [("620102001", "酒泉路街道"), ("620102002", "张掖路街道"), ("620102003", "雁南街道")]
NAMES = [("620102001000", "酒泉路街道"), ("620102003000", "张掖路街道"), ("620102009000", "高新区街道")]


@pytest.fixture
def places(own: Node) -> Node:
    """A node with a province, two cities, three counties, and townships by two lists that disagree."""
    actions.declare(SCHEMES, by=NODE, now=own.clock())
    load(own, "stats", CITIES, level=4)
    load(own, "stats", COUNTIES, level=6)
    load(own, "stats", STATS, level=9)
    load(own, "names", NAMES, level=9)
    return own


def load(node: Node, scheme: str, rows: list[tuple[str, str]], *, level: int, version: int = 0) -> bool:
    return actions.load(
        scheme,
        [ListedPlace(code=code, name=name) for code, name in rows],
        level=level,
        as_of="2023-06-30",
        origin=Origin(dataset=f"{scheme}.{level}", version=version, mark=str(version)),
        by=NODE,
        now=node.clock(),
    )


def named(name: str) -> str:
    return queries.find(name)[0].place.id


def test_the_lists_make_a_tree_below_a_province_that_none_of_them_names(places: Node) -> None:
    road = queries.by_code("stats", "620102001", on=TODAY)

    assert [each.name for each in queries.parents(road.id)] == ["甘肃省", "兰州市", "城关区"]
    top = queries.top()
    assert top is not None
    assert (top.name, top.address, queries.counts()) == ("甘肃省", "620000000000", {2: 1, 4: 2, 6: 3, 9: 4})
    assert [each.name for each in queries.children(top.id)] == ["兰州市", "天水市"]


def test_a_place_is_known_by_name_and_parent_and_a_code_is_only_evidence(places: Node) -> None:
    held = queries.with_code("620102003000", on=TODAY)

    assert [(each.name, schemes) for each, schemes in held] == [
        ("雁南街道", ("stats",)),
        ("张掖路街道", ("names",)),
    ]
    assert queries.by_code(None, "620102003", on=TODAY).name == "雁南街道"
    assert queries.by_code("names", "620102003", on=TODAY).name == "张掖路街道"
    disputed = queries.by_code("stats", "620102002", on=TODAY)
    assert (disputed.values, disputed.is_disputed) == (("620102002000", "620102003000"), True)
    said = {each.dataset: each.counts for each in queries.loads()}["names.9"]
    assert (said["rows"], said["same_code"], said["other_code"], said["only_here"]) == (3, 1, 1, 1)


def test_an_address_is_the_code_where_it_is_the_places_own(places: Node) -> None:
    load(places, "names", [*NAMES, ("620102002000", "新街道")], level=9, version=1)

    taken = queries.find("新街道")[0].place
    assert queries.find("张掖路街道")[0].place.address == "620102002000"
    assert queries.find("高新区街道")[0].place.address == "620102009000"
    assert taken.address == taken.id


def test_the_same_list_again_does_nothing(places: Node) -> None:
    before = (queries.loads(), queries.counts(), named("雁南街道"))
    places.settle()
    size = events.size()

    assert not load(places, "stats", STATS, level=9)
    assert (queries.loads(), queries.counts(), named("雁南街道")) == before
    places.settle()
    assert events.size() == size


def test_a_reading_is_one_event(places: Node) -> None:
    places.settle()

    (event,) = events.events_about("dataset:stats.9")
    assert (event.verb, event.details["scheme"], event.details["counts"]["rows"]) == ("place.load", "stats", 3)


def test_what_a_list_no_longer_holds_is_ended_and_comes_back_as_itself(places: Node) -> None:
    south = named("雁南街道")
    load(places, "stats", STATS[:2], level=9, version=1)

    gone = queries.place(south)
    assert (gone.until, gone.code_in("stats")) == ("2026-11-23", None)
    assert "雁南街道" not in {each.name for each in queries.children(gone.parent or "")}
    assert queries.by_code("stats", "620102003", on=date(2025, 1, 1)).id == south
    load(places, "stats", STATS, level=9, version=2)
    back = queries.place(south)
    assert (back.until, back.code_in("stats")) == (None, "620102003000")


def test_a_place_that_another_list_still_holds_does_not_end(places: Node) -> None:
    load(places, "stats", STATS[1:], level=9, version=1)

    road = queries.place(named("酒泉路街道"))
    assert (road.until, road.code_in("stats"), road.code_in("names")) == (None, None, "620102001000")


def test_a_place_that_got_another_code_in_its_list_stays_the_same_place(places: Node) -> None:
    south = named("雁南街道")
    load(places, "stats", [*STATS[:2], ("620102008", "雁南街道")], level=9, version=1)

    moved = queries.place(south)
    assert moved.code_in("stats") == "620102008000"
    assert queries.by_code("stats", "620102003", on=date(2025, 1, 1)).id == south


def test_a_new_name_under_the_old_code_is_a_renaming(places: Node) -> None:
    south = named("雁南街道")
    load(places, "stats", [*STATS[:2], ("620102003", "雁滩街道")], level=9, version=1)

    assert (queries.place(south).name, queries.place(south).pinyin) == ("雁滩街道", "yantanjiedao")
    assert [(each.name, each.until) for each in queries.names(south)] == [("雁南街道", "2026-11-23")]
    (hit,) = queries.find("yannan")
    assert (hit.place.id, hit.name) == (south, "雁南街道")


def test_a_new_name_in_one_list_is_another_place_while_the_other_list_keeps_the_old_one(places: Node) -> None:
    road = named("酒泉路街道")
    load(places, "stats", [("620102001", "酒泉街道"), *STATS[1:]], level=9, version=1)

    assert queries.by_code("stats", "620102001", on=TOMORROW).name == "酒泉街道"
    assert queries.by_code("names", "620102001", on=TOMORROW).id == road


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("张掖路", "张掖路街道"),
        ("zhangye", "张掖路街道"),
        ("ZHANG YE", "张掖路街道"),
        ("zyl", "张掖路街道"),
        ("lz", "兰州市"),
        ("lanzhoushi", "兰州市"),
        ("街道", "雁南街道"),
    ],
)
def test_a_place_is_found_as_it_is_written_and_as_it_sounds(places: Node, text: str, first: str) -> None:
    assert first in [each.place.name for each in queries.find(text)][:2]


@pytest.mark.parametrize("text", ["", "  ", "%", "_", "'", "nowhere", "\\", "%%%"])
def test_what_nobody_is_called_finds_nothing(places: Node, text: str) -> None:
    assert queries.find(text) == ()


def test_changes_give_places_their_former_names_codes_and_predecessors(places: Node) -> None:
    for version in range(2):
        actions.chronicle(
            "gb",
            [
                change(1985, "撤地设市", 2, ("622500", "天水地区"), ("620500", "天水市")),
                change(1985, "撤销", 3, ("622501", "天水市"), ("620500", "天水市"), parent="622500"),
                change(1985, "新设", 3, None, ("620502", "秦城区")),
                change(2004, "更名", 3, ("620502", "秦城区"), ("620502", "秦州区")),
            ],
            origin=Origin(dataset="changes", version=version, mark=f"c{version}"),
            by=NODE,
            now=places.clock(),
        )

    city, district = queries.by_code(None, "6205", on=TODAY), queries.by_code(None, "620502", on=TODAY)
    assert [(each.name, each.until) for each in queries.names(city.id)] == [("天水地区", "1985")]
    assert [(each.name, each.until) for each in queries.names(district.id)] == [("秦城区", "2004")]
    assert district.since == "1985"
    old = queries.by_code("gb", "622501", on=TODAY)
    assert (old.name, old.level, old.until, old.parent) == ("天水市", 6, "1985", city.id)
    (told,) = queries.changes(old.id)
    assert told.other is not None
    assert (told.on, told.kind, told.other.id) == ("1985", "撤销", city.id)
    assert [each.place.id for each in queries.find("天水市")] == [city.id, old.id]
    assert [each.id for each in queries.former_children(city.id)] == [old.id]
    assert queries.by_code(None, "622500", on=date(1980, 1, 1)).id == city.id


def change(
    year: int,
    kind: str,
    level: int,
    old: tuple[str, str] | None,
    new: tuple[str, str],
    *,
    parent: str | None = None,
) -> ListedChange:
    return ListedChange(
        year=year,
        kind=kind,
        level=level,
        old_code=old[0] if old else None,
        old_name=old[1] if old else None,
        old_parent=parent,
        new_code=new[0],
        new_name=new[1],
        source="test",
    )


def test_a_point_lies_in_the_deepest_area_that_holds_it(places: Node) -> None:
    square = [[[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]]]
    corner = [[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]]
    actions.outline(
        [
            Outline(code="6201", geometry={"type": "Polygon", "coordinates": square}),
            Outline(code="620102", geometry={"type": "Polygon", "coordinates": corner}),
            Outline(code="990000", geometry={"type": "Polygon", "coordinates": corner}),
        ],
        origin=Origin(dataset="areas", version=0, mark="areas of one node"),
        by=NODE,
        now=places.clock(),
    )

    def at(longitude: float, latitude: float) -> str | None:
        found = queries.at(longitude, latitude)
        return found.name if found else None

    assert (at(0.5, 0.5), at(2, 2), at(9, 9)) == ("城关区", "兰州市", None)
    assert {each.dataset: each.counts for each in queries.loads()}["areas"] == {"rows": 3, "left_out": 1}


def test_a_grid_lies_in_the_village_of_its_code(places: Node) -> None:
    load(places, "stats", [("620102001001", "畅家巷社区")], level=12)

    found = queries.grid("620102001001007", on=TODAY)

    assert found.village is not None
    assert (found.division, found.number, found.village.name) == ("620102001001", "007", "畅家巷社区")
    assert queries.grid("620102001999001", on=TODAY).village is None


@pytest.mark.parametrize(
    "code", ["", "62010200100", "6201020010010070", "62010200100100x", "620102001000001", "620102001001000"]
)
def test_what_is_no_grid_code_is_refused(code: str) -> None:
    with pytest.raises(BadGridCode):
        divisions.check_grid(code)


def test_taking_a_list_back_ends_what_only_it_knew(places: Node) -> None:
    for _ in range(2):
        actions.withdraw("stats.9", by=NODE, now=places.clock())

    assert queries.counts() == {2: 1, 4: 2, 6: 3, 9: 3}
    assert queries.find("雁南街道")[0].place.until == "2026-11-23"
    for level in (6, 4):
        actions.withdraw(f"stats.{level}", by=NODE, now=places.clock())
    assert queries.counts() == {9: 3}
    assert load(places, "stats", CITIES, level=4, version=1)
    assert queries.counts()[2] == 1


def test_nobody_without_authority_and_no_unknown_scheme_changes_places(places: Node) -> None:
    origin = Origin(dataset="x", version=0, mark="x")
    with pytest.raises(BadScheme):
        actions.load("other", [], level=4, origin=origin, by=NODE, now=places.clock())
    with pytest.raises(NotAuthorised):
        actions.load("stats", [], level=4, origin=origin, by=Actor(account="li"), now=places.clock())
    with pytest.raises(PlaceMissing):
        queries.place("nobody")
    with pytest.raises(PlaceMissing):
        queries.by_code(None, "110000", on=TODAY)


ROWS = st.lists(
    st.builds(Row, st.sampled_from(["1", "2", "3", "4"]), st.sampled_from("甲乙丙丁"), st.sampled_from(["p", "q"])),
    unique_by=(lambda row: row.code, lambda row: (row.parent, row.name)),
)


@given(rows=ROWS, before=ROWS)
def test_each_row_gets_one_place_and_no_place_two_rows(rows: list[Row], before: list[Row]) -> None:
    known = [Known(f"id{row.code}", row.name, row.parent, {"s": row.code}, False) for row in before]

    found = match(rows, known, scheme="s")

    paired = [*found.same, *found.joined, *found.renamed]
    assert sorted(row.code for row, _ in paired) + sorted(row.code for row in found.fresh) != [] or not rows
    assert len(paired) + len(found.fresh) == len(rows)
    taken = [each.id for _, each in paired]
    assert len(set(taken)) == len(taken)
    assert {each.id for each in found.gone} == {each.id for each in known} - set(taken)
    assert all(row.parent == each.parent for row, each in paired)
    again = match(rows, [Known(row.code, row.name, row.parent, {"s": row.code}, False) for row in rows], scheme="s")
    assert (len(again.same), again.fresh, again.gone) == (len(rows), [], [])


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("兰州市", ("lanzhoushi", "lzs")),
        ("宕昌县", ("tanchangxian", "tcx")),
        ("重庆", ("chongqing", "cq")),
        ("吕A1（撤销）", ("lva1chexiao", "lacx")),
    ],
)
def test_names_are_spelt_as_they_are_typed(name: str, spelt: tuple[str, str]) -> None:
    assert spelling(name) == spelt
    assert typed(" Lán".replace("á", "a") + "’ zhou ") == "lanzhou"
