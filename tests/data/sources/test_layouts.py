"""A sheet is read as offices lay it out; what is filled or left out is counted and told."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from hexi.data.contracts.reading import contract_from_text
from hexi.data.drafting.drafts import draft
from tests.data.sources.opened import Opener


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A register with a title, groups of headings, merged districts, totals, and notes below."""
    path = tmp_path / "units.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("名录")
        page.merge_range(0, 0, 0, 4, "某市养老机构名录")
        page.merge_range(1, 0, 2, 0, "区县")
        page.merge_range(1, 1, 2, 1, "机构名称")
        page.merge_range(1, 2, 1, 3, "联系方式")
        page.write_row(2, 2, ["电话", "地址"])
        page.merge_range(1, 4, 2, 4, "床位")
        row = 3
        for district in ("城关区", "七里河区"):
            page.merge_range(row, 0, row + 2, 0, district)
            for number in range(3):
                page.write_row(
                    row + number, 1, [f"{district}{number}院", f"0931-123456{number}", f"{number}号", number + 10]
                )
            page.write_row(row + 3, 0, ["小 计", "", "", "", 33])
            row += 4
        page.write_row(row, 1, ["红古区0院", "0931-7654321", "9号", 5])
        page.write_row(row + 1, 0, ["合计", "", "", "", 71])
        page.write(row + 2, 0, "注：床位为核定数。")
        page.write(row + 3, 0, "制表人：李某")
    return path


LAID_OUT = {"header_row": 2, "header_rows": 2, "totals": "drop", "footnotes": "drop"}


def test_groups_of_headings_are_joined_with_the_names_below_them(opener: Opener, sheet: Path) -> None:
    source = opener.open(sheet, "联系方式.电话", **LAID_OUT)

    assert source.columns == ("区县", "机构名称", "联系方式.电话", "联系方式.地址", "床位")


def test_a_merged_value_belongs_to_every_row_of_its_range_and_to_no_other(opener: Opener, sheet: Path) -> None:
    rows = opener.frame(opener.open(sheet, "区县", **LAID_OUT)).select("_line", "区县", "机构名称").rows()

    assert rows == [
        (4, "城关区", "城关区0院"),
        (5, "城关区", "城关区1院"),
        (6, "城关区", "城关区2院"),
        (8, "七里河区", "七里河区0院"),
        (9, "七里河区", "七里河区1院"),
        (10, "七里河区", "七里河区2院"),
        (12, None, "红古区0院"),
    ]


def test_what_is_filled_and_left_out_is_counted(opener: Opener, sheet: Path) -> None:
    source = opener.open(sheet, "区县", **LAID_OUT)

    assert [each.zh for each in source.notes] == [
        "合并单元格的值已填入所含各行，共4格。",
        "表格下方的说明、落款行共2行，已略去。",
        "合计、小计行共3行，已略去。",
    ]


def test_totals_and_notes_are_rows_unless_the_contract_drops_them(opener: Opener, sheet: Path) -> None:
    source = opener.open(sheet, "区县", header_row=2, header_rows=2)

    assert opener.frame(source).height == 7 + 3 + 2


def test_a_draft_finds_the_layout_and_says_so(sheet: Path) -> None:
    found = draft(sheet, name="test.units")
    source = contract_from_text(found.text).source

    assert (source.header_row, source.header_rows, source.totals, source.footnotes) == (2, 2, "drop", "drop")
    assert found.rows == 7
    assert [each.source for each in found.columns] == ["区县", "机构名称", "联系方式.电话", "联系方式.地址", "床位"]
    said = [each.zh for each in found.problems]
    assert "列名占2行（有合并单元格），分组名与列名用点连接。" in said
    assert "合计、小计行共3行，已略去。" in said


def test_a_plain_sheet_is_drafted_without_words_about_its_layout(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["名称", "备注", "人数"])
        for row in range(1, 20):
            page.write_row(row, 0, [f"合计{row}店", "注意安全", row])

    source = contract_from_text(draft(tmp_path / "t.xlsx", name="test.shops").text).source

    assert (source.header_rows, source.totals, source.footnotes) == (1, "keep", "keep")


def test_a_heading_that_is_merged_names_its_first_column_where_there_is_one_row_of_names(opener: Opener) -> None:
    path = opener.folder / "t.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.merge_range(0, 0, 0, 1, "名称")
        page.write_row(1, 0, ["甲", "乙"])

    assert opener.open(path, "名称").columns == ("名称", "#2")
