"""Tables as offices write them become drafts that their own rows keep."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from hexi.data.contracts.reading import contract_from_text
from hexi.data.drafting.drafts import Draft, draft
from hexi.data.drafting.editing import edit_field, fields
from hexi.data.drafting.trials import Trial, trial

COUNTIES = ("城关区", "七里河区", "西固区", "安宁区")


def table(tmp_path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    path = tmp_path / "t.csv"
    path.write_text(out.getvalue(), "utf-8")
    return path


def drafted(path: Path) -> tuple[Draft, Trial]:
    found = draft(path, name="test.table")
    return found, trial(contract_from_text(found.text), source=path, rows=10_000)


def meanings(found: Draft) -> dict[str, str]:
    return {each.source: each.meaning for each in found.columns}


def problems(found: Draft) -> str:
    return "\n".join(each.zh for each in found.problems)


def test_words_that_stand_for_no_value_are_no_value(tmp_path: Path) -> None:
    words = ("-", "/", "无", "暂无", "NaN", "")
    rows = [
        (f"B{i:04d}", *([words[i % 6]] * 4 if i % 7 == 0 else ["2024-01-05", i, f"1380931{i:04d}", f"103.{i:04d}"]))
        for i in range(300)
    ]

    found, tried = drafted(table(tmp_path, ("编号", "成立日期", "人数", "联系电话", "经度"), rows))

    assert list(meanings(found).values()) == ["code", "date", "integer", "phone", "longitude"]
    assert (tried.accepted, tried.failed) == (300, 0)
    assert sum(1 for row in tried.rows if row.values["founded_on"] is None) == 43


def test_a_new_meaning_keeps_that_words_stand_for_no_value(tmp_path: Path) -> None:
    rows = [(f"B{i:04d}", "-" if i % 5 == 0 else i) for i in range(50)]
    found, _ = drafted(table(tmp_path, ("编号", "人数"), rows))
    people = next(each for each in fields(found.text) if each.name == "people")
    assert (people.meaning, people.clean) == ("integer", ("empty_to_null", "integer"))

    changed = edit_field(found.text, "people", replace(people, meaning="number"))

    assert fields(changed)[1].clean == ("empty_to_null", "number")
    assert fields(edit_field(changed, "people", replace(people, meaning="boolean")))[1].clean == ("boolean",)


def test_no_is_an_answer_where_the_question_is_yes_or_no(tmp_path: Path) -> None:
    rows = [(f"B{i:04d}", ("有", "无")[i % 2]) for i in range(60)]

    found, tried = drafted(table(tmp_path, ("编号", "是否有证"), rows))

    assert meanings(found)["是否有证"] == "boolean"
    assert sum(1 for row in tried.rows if row.values["shi_fou_you_zheng"] is False) == 30


def test_phones_of_offices_have_brackets_and_extensions(tmp_path: Path) -> None:
    rows = [
        (f"B{i}", (f"（0931）8465{i:03d}", f"0931-8465{i:03d}转{i % 9 + 1}", f"0931-8465{i:03d}-80{i % 10}")[i % 3])
        for i in range(90)
    ]

    found, tried = drafted(table(tmp_path, ("编号", "办公电话"), rows))

    assert meanings(found)["办公电话"] == "phone"
    assert tried.failed == 0
    assert [row.values["office_phone"] for row in tried.rows[:3]] == [
        "0931-8465000",
        "0931-8465001-2",
        "0931-8465002-802",
    ]


def test_days_as_numbers_of_excel_are_dates_where_the_heading_says_so(tmp_path: Path) -> None:
    rows = [(f"B{i}", 44_000 + i if i % 2 else "2020-06-18", 44_000 + i) for i in range(60)]

    found, tried = drafted(table(tmp_path, ("编号", "发证日期", "数量"), rows))

    assert meanings(found) == {"编号": "code", "发证日期": "date", "数量": "integer"}
    assert str(tried.rows[1].values["issued_on"]) == "2020-06-19"
    assert any("日期序号" in each.claim.zh for each in found.columns[1].evidence)


def test_longitude_and_latitude_under_each_others_name_change_places_and_that_is_said(tmp_path: Path) -> None:
    rows = [(f"站{i}", f"{36 + i / 1000:.6f}", f"{103 + i / 1000:.6f}") for i in range(60)]

    found, tried = drafted(table(tmp_path, ("名称", "经度", "纬度"), rows))

    assert meanings(found) == {"名称": "title", "经度": "latitude", "纬度": "longitude"}
    assert [each.field for each in found.columns] == ["name", "latitude", "longitude"]
    assert tried.rows[0].values["longitude"] == pytest.approx(103)
    assert "对调" in problems(found)


@pytest.mark.parametrize(
    ("answers", "meaning"),
    [
        (("true", "false"), "boolean"),
        (("Y", "N"), "boolean"),
        (("Yes", "no"), "boolean"),
        (("Y", "Y"), "text"),
        (("0", "1"), "integer"),
    ],
)
def test_answers_are_yes_or_no_where_nothing_else_can_be_meant(
    tmp_path: Path, answers: tuple[str, str], meaning: str
) -> None:
    found, _ = drafted(table(tmp_path, ("编号", "启用"), [(f"B{i}", answers[i % 2]) for i in range(40)]))

    assert meanings(found)["启用"] == meaning


def test_numbers_of_a_parquet_file_that_are_none_are_no_value(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame(
        {"编号": [f"B{i}" for i in range(200)], "比重": [float("nan") if i % 9 == 0 else i / 3 for i in range(200)]}
    ).write_parquet(path)

    found, tried = drafted(path)

    assert meanings(found)["比重"] == "number"
    assert tried.failed == 0


def test_records_are_found_below_what_an_interface_wraps_around_them(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    items = [{"编号": f"B{i}", "金额": i * 10.5} for i in range(30)]
    path.write_text(json.dumps({"code": 200, "msg": "ok", "data": {"total": 30, "list": items}}), "utf-8")

    found, tried = drafted(path)

    assert found.rows == tried.accepted == 30
    assert [each.source for each in contract_from_text(found.text).fields] == ["编号", "金额"]
    assert "“code”、“msg”、“data.total”" in problems(found)


def test_no_measure_and_no_postcode_is_a_key_because_its_values_happen_to_differ(tmp_path: Path) -> None:
    rows = [(f"73{i:04d}", i * 37 % 1009 + 5, f"{i * 10}平方米", COUNTIES[i % 4]) for i in range(80)]

    found, _ = drafted(table(tmp_path, ("邮编", "指标一", "规模", "县区"), rows))

    assert found.key == ()
    assert "无法确定主键" in problems(found)


def test_a_count_without_gaps_is_a_key(tmp_path: Path) -> None:
    found, _ = drafted(table(tmp_path, ("顺序", "县区"), [(i, COUNTIES[i % 4]) for i in range(1, 90)]))

    assert found.key == ("shun_xu",)


def test_columns_that_only_together_never_repeat_are_the_key_together(tmp_path: Path) -> None:
    rows = [
        (f"6201{county:02d}", year, what, county * year % 97)
        for county in range(1, 9)
        for year in range(2010, 2020)
        for what in ("人口", "产值")
    ]

    found, tried = drafted(table(tmp_path, ("区划代码", "年份", "指标", "数值"), rows))

    assert found.key == contract_from_text(found.text).key == ("division_code", "year", "zhi_biao")
    assert tried.failed == 0
    assert "合起来标识一行：160行中没有重复" in found.columns[0].evidence[-1].claim.zh


def test_texts_over_several_lines_are_kept(tmp_path: Path) -> None:
    rows = [(f"B{i}", f"第一行\n第{i}行" if i % 3 else "一行") for i in range(60)]

    _, tried = drafted(table(tmp_path, ("编号", "备注"), rows))

    assert tried.failed == 0
    assert tried.rows[1].values["remark"] == "第一行\n第1行"


def test_private_characters_speak_against_a_text_as_they_will_in_the_run(tmp_path: Path) -> None:
    rows = [(f"B{i}", "\ue000村" if i % 10 == 0 else f"村{i}") for i in range(50)]

    found, tried = drafted(table(tmp_path, ("编号", "村名"), rows))

    assert (found.columns[1].evidence[0].holds, found.columns[1].evidence[0].of) == (45, 50)
    assert tried.failed == 5


@pytest.mark.parametrize(
    ("heading", "texts"),
    [
        ("备注", ("已核", "未核")),
        ("填报期", ("2024年1月", "2024年2月")),
        ("批复", ("同意" * 30, "不同意" * 20)),
    ],
)
def test_what_will_be_written_anew_is_no_list_of_allowed_values(
    tmp_path: Path, heading: str, texts: tuple[str, str]
) -> None:
    found, _ = drafted(table(tmp_path, ("编号", heading), [(f"B{i}", texts[i % 2]) for i in range(40)]))

    assert "validValues" not in found.text


def test_numbers_that_excel_has_rounded_are_pointed_out(tmp_path: Path) -> None:
    found, _ = drafted(table(tmp_path, ("编号", "银行账号"), [(f"B{i}", "6.2284E+18") for i in range(30)]))

    assert "6.2284E+18" in problems(found)
    assert meanings(found)["银行账号"] == "code"


@pytest.mark.parametrize(
    ("heading", "text", "classification"),
    [
        ("出生日期", "1990-01-01", "personal"),
        ("户籍地址", "兰州市城关区", "personal"),
        ("银行账号", "6228480000000000", "sensitive"),
        ("网格员", "赵一", "personal"),
        ("注册地址", "兰州市城关区", "open"),
    ],
)
def test_what_tells_about_one_person_is_not_open(tmp_path: Path, heading: str, text: str, classification: str) -> None:
    found, _ = drafted(table(tmp_path, ("编号", heading), [(f"B{i}", text) for i in range(30)]))

    assert found.columns[1].classification == classification


def test_a_table_about_people_is_drafted_as_shared_under_a_condition(tmp_path: Path) -> None:
    people, _ = drafted(
        table(tmp_path, ("编号", "联系人", "电话"), [(f"B{i}", "王一", "13909371111") for i in range(30)])
    )
    places, _ = drafted(table(tmp_path, ("编号", "名称"), [(f"B{i}", f"地{i}") for i in range(30)]))

    contract = contract_from_text(people.text)
    assert contract.sharing.value == "conditional"
    assert contract.sharing_condition is not None
    assert "同意" in contract.sharing_condition.zh
    assert "“联系人”、“电话”是个人信息" in problems(people)
    assert contract_from_text(places.text).sharing.value == "unconditional"


def test_a_contract_lists_nothing_of_what_is_personal(tmp_path: Path) -> None:
    numbers = [f"62010219900101{i:03d}*" for i in range(4)]

    found, _ = drafted(table(tmp_path, ("编号", "身份证号"), [(f"B{i}", numbers[i % 4]) for i in range(60)]))

    assert not any(each in found.text for each in numbers)


def test_a_second_row_of_names_and_notes_below_the_table_are_pointed_out(tmp_path: Path) -> None:
    rows: list[Sequence[object]] = [("", "户数", "人口")]
    rows += [(f"县{i}", i * 3, i * 10) for i in range(1, 80)]
    rows += [("注：数据来源于统计局", "", "")]

    found, _ = drafted(table(tmp_path, ("地区", "城镇", ""), rows))

    assert "第2行（户数、人口）像是列名的第二行" in problems(found)
    assert "第82行像是表后的说明（注：数据来源于统计局）" in problems(found)
