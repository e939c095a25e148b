"""Facets, filters, orders and pages: what is counted and in what order it stands."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from hexi.kernel.names import Text
from hexi.registry.search import actions, queries
from hexi.registry.search.records import Answer, Entry

BODIES = {"water": Text("水务局", "Water"), "school": Text("教育局", "Education")}
OPEN = {"open": Text("开放", "Open"), "closed": Text("不开放", "Closed")}
TAGS = {"a": Text("甲", "A"), "b": Text("乙", "B")}


def entry(key: str, zh: str, body: str, openness: str, tags: str = "", **numbers: float) -> Entry:
    return Entry(
        kind="dataset",
        key=key,
        title=Text(zh, key),
        facets={
            "body": ((body, BODIES[body]),),
            "openness": ((openness, OPEN[openness]),),
            **({"tag": tuple((each, TAGS[each]) for each in tags)} if tags else {}),
        },
        boosts={"fresh": numbers.pop("fresh", 0.0)},
        numbers=numbers,
    )


@pytest.fixture
def things(db: None) -> None:
    actions.put(
        [
            entry("1", "水库甲", "water", "open", "a", rows=10, quality=0.9, fresh=300),
            entry("2", "水库乙", "water", "closed", "ab", rows=30, quality=0.5, fresh=100),
            entry("3", "学校", "school", "open", "b", rows=20, quality=1.0, fresh=200),
            entry("4", "水库学校", "school", "open", rows=5, quality=0.7, fresh=400),
        ]
    )


def counted(answer: Answer) -> dict[str, dict[str, int]]:
    return {name: {each.value: each.count for each in choices} for name, choices in answer.facets.items()}


ALL = {"body": {"school": 2, "water": 2}, "openness": {"open": 3, "closed": 1}, "tag": {"a": 2, "b": 2}}
RESERVOIRS = {"body": {"water": 2, "school": 1}, "openness": {"open": 2, "closed": 1}, "tag": {"a": 2, "b": 1}}


@pytest.mark.parametrize(
    ("text", "filters", "total", "counts"),
    [
        pytest.param("", {}, 4, ALL, id="all of them"),
        pytest.param("水库", {}, 3, RESERVOIRS, id="what was found"),
        pytest.param(
            "水库",
            {"openness": "open"},
            2,
            {"body": {"school": 1, "water": 1}, "openness": {"open": 2, "closed": 1}, "tag": {"a": 1}},
            id="what is chosen does not hide its siblings",
        ),
        pytest.param(
            "",
            {"openness": "open", "body": "water"},
            1,
            {"body": {"school": 2, "water": 1}, "openness": {"open": 1, "closed": 1}, "tag": {"a": 1}},
            id="two are chosen",
        ),
        pytest.param("", {"tag": "b"}, 2, {"tag": {"a": 2, "b": 2}}, id="one of several choices of a thing"),
        pytest.param("", {"body": ""}, 4, ALL, id="nothing chosen"),
        pytest.param("", {"body": "no such"}, 0, {"body": {"school": 2, "water": 2}}, id="a choice that nothing has"),
        pytest.param("", {"no such": "x"}, 0, {}, id="a facet that nothing has"),
        pytest.param("学校", {"tag": "a"}, 0, {"tag": {"b": 1, "a": 0}}, id="a choice without any is still shown"),
    ],
)
def test_facets_count_what_is_found_under_all_other_filters(
    things: None, text: str, filters: dict[str, str], total: int, counts: dict[str, dict[str, int]]
) -> None:
    answer = queries.find(text, filters=filters)

    assert answer.total == total
    assert counts.items() <= counted(answer).items()


def test_the_title_of_a_choice_is_the_last_one_put(things: None) -> None:
    told = Entry(kind="dataset", key="5", title=Text("x", "x"), facets={"body": (("water", Text("水利局", "Water")),)})
    actions.put([told])

    assert {each.title.zh for each in queries.find("").facets["body"]} == {"水利局", "教育局"}


@pytest.mark.parametrize(
    ("sort", "order"),
    [("newest", "4132"), ("rows", "2314"), ("quality", "2413"), ("relevance", "1234"), ("x' or 1", "1234")],
)
def test_lists_are_sorted_as_asked(things: None, sort: str, order: str) -> None:
    assert "".join(queries.find("", sort=sort).keys) == order


def test_titles_are_sorted_by_pronunciation_in_chinese_and_by_letters_in_english(things: None) -> None:
    assert queries.find("水库", sort="title").keys == ("1", "4", "2")
    assert queries.find("水库", sort="title", language="en").keys == ("1", "2", "4")


@pytest.mark.parametrize(
    ("limit", "offset", "keys"), [(2, 0, "41"), (2, 2, "32"), (3, 3, "2"), (2, 4, ""), (2, 99, ""), (None, 1, "132")]
)
def test_pages_follow_each_other(things: None, limit: int | None, offset: int, keys: str) -> None:
    found = queries.find("", sort="newest", limit=limit, offset=offset)

    assert ("".join(found.keys), found.total) == (keys, 4)


def test_a_question_takes_as_many_database_queries_for_many_things_as_for_few(
    db: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 60):
        actions.put(entry(f"n{n}", f"水库{n}", "water", "open") for n in range(count))
        queries.find("水库")
        with django_assert_max_num_queries(3):
            assert queries.find("水库").total == count
