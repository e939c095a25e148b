"""What is found by which words, and in what order."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import override_settings

from hexi.kernel.names import Text
from hexi.registry.search import actions, queries
from hexi.registry.search.records import Entry

CREDIT = ("credit_code", "统一社会信用代码", "Unified social credit code")
CITY = ("city", "所在城市", "City")
YEAR = 365 * 86_400.0


def entry(key: str, zh: str, en: str = "", *fields: tuple[str, str, str], other: str = "", **more: object) -> Entry:
    return Entry(kind="dataset", key=key, title=Text(zh, en or key), fields=fields, parts={"other": other}, **more)


THINGS = (
    entry("firms", "甘肃省企业名录", "Register of enterprises", CREDIT, CITY, other="登记在册的经营单位。"),
    entry("airports", "甘肃机场", "Airports of Gansu", CITY, ("iata", "三字码", "IATA code"), other="民用航空"),
    entry("hospitals", "医疗卫生机构", "Hospitals", CREDIT, ("beds", "床位数", "Number of beds")),
    entry("gdp", "地区生产总值（GDP）2024年", "Gross domestic product", ("value", "数值", "Value")),
    entry("caves", "敦煌石窟游客", "Visitors of the Dunhuang caves", ("day", "日期", "Day")),
)


@pytest.fixture
def things(db: None, tmp_path: Path) -> None:
    with override_settings(HEXI_HOME=tmp_path):
        actions.put(THINGS)
        yield


def keys(text: str, **how: object) -> list[str]:
    return list(queries.find(text, **how).keys)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("机场", ["airports"], id="a Chinese word"),
        pytest.param("甘肃", ["airports", "firms"], id="a word in two titles"),
        pytest.param("肃省企", ["firms"], id="a part of a title across its words"),
        pytest.param("窟", ["caves"], id="one character"),
        pytest.param("客", ["caves"], id="the last character"),
        pytest.param("社会信用", ["firms", "hospitals"], id="a part of a field's title"),
        pytest.param("会信", ["firms", "hospitals"], id="a part that is no word"),
        pytest.param("信会", [], id="its characters in another order"),
        pytest.param("jichang", ["airports"], id="pinyin of a word"),
        pytest.param("gansujichang", ["airports"], id="pinyin of a title"),
        pytest.param("gansu jichang", ["airports"], id="pinyin in two words"),
        pytest.param("tongyi shehui", ["firms", "hospitals"], id="pinyin of a field"),
        pytest.param("tongyishehuixinyongdaima", ["firms", "hospitals"], id="pinyin of a field in one piece"),
        pytest.param("tyshxydm", ["firms", "hospitals"], id="initials of a field"),
        pytest.param("TYSHXYDM", ["firms", "hospitals"], id="initials in capitals"),
        pytest.param("gsjc", ["airports"], id="initials of a title"),
        pytest.param("jc", ["airports"], id="initials of a word at the end"),
        pytest.param("qymingl", [], id="initials and pinyin mixed are neither"),
        pytest.param("airports", ["airports"], id="an English word"),
        pytest.param("Airport", ["airports"], id="its singular"),
        pytest.param("airp", ["airports"], id="its beginning"),
        pytest.param("ports", [], id="not its end"),
        pytest.param("iata", ["airports"], id="the name of a field"),
        pytest.param("number of beds", ["hospitals"], id="an English title of a field, its small word not counted"),
        pytest.param("ｇｄｐ", ["gdp"], id="full width"),
        pytest.param("2024", ["gdp"], id="a number"),
        pytest.param("2024年", ["gdp"], id="a number with its word"),
        pytest.param("公司", ["firms"], id="a synonym"),
        pytest.param("company", ["firms"], id="a synonym in English"),
        pytest.param("companies", ["firms"], id="a synonym in the plural"),
        pytest.param("credit code", ["firms", "hospitals"], id="a synonym of two words"),
        pytest.param("USCC", ["firms", "hospitals"], id="an abbreviation"),
        pytest.param("甘肃 公司", ["firms"], id="every word, one by synonym"),
        pytest.param("机场 床位", [], id="no thing holds both"),
        pytest.param("企业的名录", ["firms"], id="a small word does not count"),
        pytest.param("的", ["firms"], id="unless it stands alone"),
        pytest.param("民用航空", ["airports"], id="the rest of the text"),
    ],
)
def test_a_question_finds_what_holds_all_its_words(things: None, text: str, found: list[str]) -> None:
    assert sorted(keys(text)) == sorted(found)


@pytest.mark.parametrize(
    ("typed", "meant", "found"),
    [
        pytest.param(
            "统一社会信用代吗", "统一社会信用代码", ["firms", "hospitals"], id="a wrong character of the same sound"
        ),
        pytest.param("社会信佣代码", "统一社会信用代码", ["firms", "hospitals"], id="a wrong character inside"),
        pytest.param("企业明录", "企业名录", ["firms"], id="a word of the same sound"),
        pytest.param("airprots", "airports", ["airports"], id="two letters exchanged"),
        pytest.param("gansu airprots", "gansu airports", ["airports"], id="only the wrong one of two words"),
        pytest.param("jichagn", "机场", ["airports"], id="pinyin mistyped"),
        pytest.param("zzzzzzzz", None, [], id="nothing alike"),
        pytest.param("量子纠缠", None, [], id="a good word that nothing holds"),
        pytest.param("99999", None, [], id="a number is not mistyped"),
    ],
)
def test_what_is_mistyped_is_corrected_to_what_finds_something(
    things: None, typed: str, meant: str | None, found: list[str]
) -> None:
    answer = queries.find(typed)

    assert (answer.total, answer.correction) == (0, meant)
    assert sorted(keys(answer.correction or typed)) == found


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        pytest.param(
            "信用代码", {"firms": ["统一社会", "[信用代码]"], "hospitals": ["统一社会", "[信用代码]"]}, id="a part"
        ),
        pytest.param(
            "uscc", {"firms": ["统一社会", "[信用代码]"], "hospitals": ["统一社会", "[信用代码]"]}, id="by a synonym"
        ),
        pytest.param(
            "shxy",
            {"firms": ["统一", "[社会信用]", "代码"], "hospitals": ["统一", "[社会信用]", "代码"]},
            id="by initials",
        ),
        pytest.param("chengshi", {}, id="not within a word of the dictionary"),
        pytest.param(
            "suozaich",
            {"firms": ["[所在城]", "市"], "airports": ["[所在城]", "市"]},
            id="by the beginning of its pinyin",
        ),
        pytest.param(
            "beds", {"hospitals": ["床位数"]}, id="by its name or English title, so that no Chinese is marked"
        ),
    ],
)
def test_the_fields_that_hold_a_word_are_told_with_the_place_marked(things: None, text: str, hits: object) -> None:
    found = {
        hit.key: [f"[{part.text}]" if part.is_hit else part.text for part in hit.fields[0].parts("zh")]
        for hit in queries.find(text).hits
        if hit.fields
    }

    assert found == hits


def test_a_title_ranks_before_a_field_and_a_field_before_the_rest(db: None) -> None:
    actions.put(
        [
            entry("rest", "甲", other="关于水库"),
            entry("field", "乙", "", ("x", "水库名称", "Reservoir")),
            entry("title", "水库大坝"),
            entry("exact", "水库"),
        ]
    )

    assert keys("水库") == ["exact", "title", "field", "rest"]


@pytest.mark.parametrize(
    "better",
    [
        pytest.param({"certified": 1.0}, id="certified"),
        pytest.param({"fresh": 9 * YEAR}, id="fresh"),
        pytest.param({"used": 50.0}, id="used"),
    ],
)
def test_of_two_alike_the_better_one_comes_first(db: None, better: dict[str, float]) -> None:
    actions.put(
        [entry("a", "水库甲", boosts={"fresh": 8 * YEAR}), entry("b", "水库乙", boosts={"fresh": 8 * YEAR, **better})]
    )

    assert keys("水库") == ["b", "a"]


def test_what_is_used_more_rises(db: None) -> None:
    actions.put([entry("a", "水库甲"), entry("b", "水库乙")])
    assert keys("水库") == ["a", "b"]

    actions.boost("dataset", {"b": 12, "no such": 1})

    assert keys("水库") == ["b", "a"]


def test_synonyms_that_counted_are_told(things: None) -> None:
    said = dict(queries.find("甘肃 公司").synonyms)

    assert list(said) == ["公司"]
    assert {"企业", "enterprise"} <= set(said["公司"])


def test_an_operator_adds_synonyms_of_the_node(things: None, tmp_path: Path) -> None:
    assert keys("莫高窟") == []

    (tmp_path / "synonyms.txt").write_text("# 文物\n莫高窟，敦煌石窟, Mogao\n", "utf-8")

    assert keys("莫高窟") == keys("mogao") == ["caves"]


def test_what_is_put_again_is_found_by_its_new_words_alone(things: None) -> None:
    actions.put([entry("caves", "莫高景区")])

    assert (keys("敦煌"), keys("日期"), keys("莫高")) == ([], [], ["caves"])


def test_what_is_removed_or_hidden_is_in_no_answer_and_comes_back(things: None) -> None:
    actions.remove("dataset", ["airports", "no such"])
    actions.put([entry("firms", "甘肃省企业名录", is_visible=False)])

    found = queries.find("")
    assert sorted(found.keys) == ["caves", "gdp", "hospitals"]
    assert (keys("甘肃"), keys("民用航空")) == ([], [])

    actions.put(THINGS)
    assert keys("机场") == ["airports"]


def test_what_is_undone_was_never_there(things: None) -> None:
    from django.db import transaction

    with transaction.atomic():
        actions.put([entry("lakes", "湖泊")])
        assert keys("湖泊") == ["lakes"]
        transaction.set_rollback(True)
    assert keys("湖泊") == []

    actions.put([entry("rivers", "河流")])
    assert (keys("湖泊"), keys("河流")) == ([], ["rivers"])


def test_each_kind_of_things_is_found_by_itself(things: None) -> None:
    actions.put([Entry(kind="place", key="airports", title=Text("机场街道", "Airport street"))])

    assert (keys("机场"), keys("机场", kind="place"), keys("街道")) == (["airports"], ["airports"], [])


def test_suggestions_are_the_best_titles_for_what_is_typed_so_far(things: None) -> None:
    assert queries.suggest("gansuj") == (("airports", Text("甘肃机场", "Airports of Gansu")),)
    assert len(queries.suggest("甘", limit=1)) == 1
    assert queries.suggest(" ") == queries.suggest("%") == ()
