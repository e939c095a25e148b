"""A draft says what the columns of a table mean, and is a contract."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hexi.data.contracts.reading import contract_from_text
from hexi.data.drafting.drafts import NothingToDraft, draft
from hexi.data.drafting.headings import heading_of, name_of, unit_of
from hexi.data.drafting.trials import trial
from hexi.data.engines.sources.synthetic import GENERATORS
from hexi.kernel.errors import HexiError

PACKS = Path(__file__).parents[3] / "packs"
SOURCES = sorted(each for each in PACKS.glob("*/data/*") if each.suffix in {".csv", ".geojson"})
MEANT = {
    "统一社会信用代码": ("credit_code", "credit_code"),
    "企业名称": ("name", "title"),
    "行政区划代码": ("division_code", "division_code"),
    "住所": ("address", "title"),
    "成立日期": ("founded_on", "date"),
    "注册资本": ("registered_capital", "money"),
    "联系电话": ("phone", "phone"),
    "法定代表人身份证号": ("representative_id", "resident_id"),
    "行业代码": ("industry_code", "code"),
    "登记状态": ("status", "text"),
    "经度": ("longitude", "longitude"),
    "纬度": ("latitude", "latitude"),
}


@pytest.fixture(scope="module")
def firms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("firms") / "firms.csv"
    GENERATORS["enterprises"](path, rows=5_000, seed=2015)
    return path


def written(tmp_path: Path, text: str, name: str = "t.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_draft_of_every_source_of_our_packs_is_a_contract_that_its_rows_keep(path: Path) -> None:
    found = draft(path, name="test.table")
    contract = contract_from_text(found.text)
    tried = trial(contract, source=path)

    assert contract.openness.value == "closed"
    assert len(contract.fields) == sum(1 for each in found.columns if each.empty < each.rows)
    assert tried.failed <= 0.02 * tried.rows_tried + 2


def test_what_the_columns_of_a_register_of_firms_mean_is_found(firms: Path) -> None:
    found = draft(firms, name="test.firms")

    assert {each.source: (each.field, each.meaning) for each in found.columns} == MEANT
    assert found.key == ("credit_code",)
    classes = {each.field: each.classification for each in found.columns if each.classification != "open"}
    assert classes == {"phone": "personal", "representative_id": "sensitive"}
    contract = contract_from_text(found.text)
    assert contract.geometry is not None
    assert contract.place_field == "division_code"
    status = next(each for each in found.columns if each.field == "status")
    assert any("5" in one.claim.zh for one in status.evidence)


def test_each_evidence_counts_what_holds_and_shows_what_does_not(firms: Path) -> None:
    found = draft(firms, name="test.firms")
    code = next(each for each in found.columns if each.field == "credit_code").evidence[0]

    assert 0.96 * code.of < code.holds < code.of
    assert 0 < len(code.against) <= 5


def test_a_trial_of_a_sample_says_what_a_trial_of_its_rows_says(firms: Path, tmp_path: Path) -> None:
    sample = tmp_path / "sample.parquet"
    found = draft(firms, name="test.firms", sample=sample)
    contract = contract_from_text(found.text)
    whole = trial(contract, source=firms, rows=5_000)
    spread = trial(contract, source=sample, rows=5_000, is_sample=True)

    assert (spread.accepted, spread.failed) == (whole.accepted, whole.failed)
    assert spread.failed_by_rule == whole.failed_by_rule
    assert [each.line for each in spread.rows] == [each.line for each in whole.rows]


def test_rows_above_the_names_of_the_columns_are_skipped_and_totals_pointed_out(tmp_path: Path) -> None:
    table = (
        "重点企业名录,,\n（截至十月）,,\n编号,名称,人数\n"
        + "".join(f"a{n},店{n},{n}\n" for n in range(9))
        + "合计,,36\n"
    )
    found = draft(written(tmp_path, table), name="test.table")

    assert [each.source for each in found.columns] == ["编号", "名称", "人数"]
    assert "header_row: 3" in found.text
    assert [problem.en[:7] for problem in found.problems] == ["Rows 1 ", "Line 13"]


def test_codes_with_leading_zeros_stay_text(tmp_path: Path) -> None:
    found = draft(written(tmp_path, "x,y\n" + "".join(f"{n:05},{n}\n" for n in range(1, 99))), name="test.table")

    assert [each.meaning for each in found.columns] == ["text", "integer"]


def test_amounts_in_a_unit_of_their_heading_stay_numbers_of_that_unit(tmp_path: Path) -> None:
    found = draft(written(tmp_path, "投资额（万元）\n" + "".join(f"{n}.5\n" for n in range(1, 99))), name="test.table")

    assert found.columns[0].meaning == "number"
    assert "hexi.unit, value: 万元" in found.text


@pytest.mark.parametrize("table", ["", "a,b\n", "a,b\n,\n,\n", "\n"])
def test_a_table_with_nothing_in_it_is_refused(tmp_path: Path, table: str) -> None:
    with pytest.raises(HexiError):
        draft(written(tmp_path, table), name="test.table")


def test_nothing_to_draft_says_so(tmp_path: Path) -> None:
    with pytest.raises(NothingToDraft):
        draft(written(tmp_path, "a,b\n,\n"), name="test.table")


CELL = st.text(max_size=12) | st.sampled_from(
    ["", "2024年1月2日", "5,000", "是", "91620100MA00000019", "13800138000", "NaN", "1e400", "-0", "0", "暂无", "=1+1"]
)


@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=30),
    heads=st.lists(CELL, min_size=3, max_size=3),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_table_holds_a_draft_is_a_contract_or_a_named_error(
    tmp_path: Path, heads: list[str], rows: list[list[str]]
) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([heads, *rows])
    path = tmp_path / "any.csv"
    path.write_text(out.getvalue(), "utf-8", errors="replace")
    try:
        found = draft(path, name="test.table")
        tried = trial(contract_from_text(found.text), source=path)
    except HexiError:
        return
    assert tried.accepted + tried.failed == tried.rows_tried


@pytest.mark.parametrize(
    ("heading", "name", "meaning"),
    [
        ("统一社会信用代码", "credit_code", "credit_code"),
        ("企业成立日期", "qi_ye_cheng_li_ri_qi", "date"),
        ("联系电话*", "phone", "phone"),
        ("注册资本（万元）", "registered_capital", "money"),
        ("areaCode", "area_code", "code"),
        ("是否规上", "shi_fou_gui_shang", "boolean"),
    ],
)
def test_headings_are_known_with_their_notes_and_prefixes(heading: str, name: str, meaning: str) -> None:
    found = heading_of(heading)

    assert found is not None
    assert (found.name, found.meaning) == (name, meaning)


def test_names_and_units_come_from_headings() -> None:
    assert name_of("门店 数量（2024）") == "men_dian_shu_liang"
    assert name_of("2024年") == "field_2024_nian"
    assert name_of("＃＃") == "field"
    assert unit_of("面积（平方米）") == "平方米"
    assert unit_of("面积（约）") is None


def test_a_source_with_many_rows_is_weighed_on_rows_spread_over_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "long.parquet"
    pl.DataFrame({"n": [str(n) for n in range(200_000)]}).write_parquet(path)
    found = draft(path, name="test.long", sample=tmp_path / "sample.parquet")
    lines = pl.read_parquet(tmp_path / "sample.parquet")["_line"]

    assert found.rows == 200_000
    assert found.columns[0].distinct == 200_000
    assert found.looked_at <= 60_000
    assert lines.max() > 190_000
