"""A table below titles is the same table, however its titles are written; a broken one stays refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from hexi.data.contracts.reading import contract_from_text
from hexi.data.drafting.drafts import Draft, draft
from hexi.data.drafting.trials import trial
from hexi.data.engines.sources.records import RaggedRow
from hexi.data.lake.tables import Lake
from hexi.data.lifecycle.running import run
from hexi.data.lifecycle.signing import NodeKey
from tests.data.lifecycle.conftest import Tables

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HEADINGS = ["代码", "名称", "人数"]
TABLE = "代码,名称,人数\n" + "".join(f"a{n},店{n},{n if n != 9 else '许多'}\n" for n in range(1, 31))
BROKEN = 10
"""Line of the table on which a number is none."""
TITLES = {
    "one without separators": "某局企业名录\n",
    "one whose words are those of columns": "兰州市常住人口\n",
    "two without separators": "某局企业名录\n单位：家\n",
    "two with a separator for each column": "某局企业名录,,\n单位：家,,\n",
    "one of fewer cells": "某局企业名录,2024年\n",
    "one of more cells": "填报单位：,某局,填报日期：,2024-01-01\n",
    "one of two lines in quotation marks": '"某局企业名录\n（内部）"\n',
    "one with a stray quotation mark": '“名录”"（内部）"\n',
    "one with commas of Chinese text": "某局，企业，名录\n",
    "one above a blank line": "某局企业名录\n\n",
    "a blank line alone": "\n",
}


def drafted(tmp_path: Path, text: str, *, encoding: str = "utf-8") -> Draft:
    path = tmp_path / "firms.csv"
    path.write_bytes(text.encode(encoding))
    return draft(path, name="test.firms")


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_a_table_below_a_title_is_drafted_as_without_it(tmp_path: Path, title: str) -> None:
    found, plain = drafted(tmp_path, title + TABLE), drafted(tmp_path, TABLE)
    row = title.count("\n") + 1

    assert found.columns == plain.columns
    assert contract_from_text(found.text).source.header_row == row
    assert found.problems[0].zh.endswith(f"列名在第{row}行。")
    assert found.problems[1:] == plain.problems


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(("delimiter", "line_end"), [("\t", "\n"), (";", "\r\n"), ("|", "\r")])
def test_titles_are_told_in_every_encoding_and_dialect(
    tmp_path: Path, encoding: str, delimiter: str, line_end: str
) -> None:
    text = ("某局企业名录\n" + TABLE.replace(",", delimiter)).replace("\n", line_end)
    found = drafted(tmp_path, text, encoding=encoding)

    assert [each.source for each in found.columns] == HEADINGS
    assert contract_from_text(found.text).source.header_row == 2


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_draft_trial_and_publication_read_the_same_rows_on_the_lines_of_the_file(tmp_path: Path, title: str) -> None:
    contract = contract_from_text(drafted(tmp_path, title + TABLE).text)
    lake, key = Lake(tmp_path / "lake"), NodeKey.create(tmp_path / "key.pem")
    tried = trial(contract, source=tmp_path / "firms.csv")
    done = run(
        contract,
        source=tmp_path / "firms.csv",
        lake=lake,
        signer=key,
        node="test",
        references=Tables(lake),
        clock=lambda: NOON,
    )
    quarantined = pl.read_parquet(list(lake.dataset("test.firms").quarantine_files()))

    assert (tried.accepted, tried.failed) == (done.accepted, done.quarantined) == (29, 1)
    assert [each.line for each in tried.rows if each.reasons] == quarantined["_line"].to_list()
    assert quarantined["_line"].to_list() == [title.count("\n") + BROKEN]


def test_columns_that_nobody_knows_are_told_from_the_numbers_below_them(tmp_path: Path) -> None:
    found = drafted(tmp_path, "名录\n甲项,乙项\na,3\nb,4\n")

    assert [each.source for each in found.columns] == ["甲项", "乙项"]


def test_years_may_name_columns(tmp_path: Path) -> None:
    found = drafted(tmp_path, "各市人口\n地区,2020,2021\n兰州,440,441\n天水,290,291\n")

    assert [each.source for each in found.columns] == ["地区", "2020", "2021"]


def test_a_broken_row_below_a_title_is_refused_by_its_line_and_the_true_header(tmp_path: Path) -> None:
    with pytest.raises(RaggedRow, match=r"Line 33 of .* has 2 cells, the header has 3"):
        drafted(tmp_path, f"名录\n{TABLE}a31,店\n")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("代码,名称\na1,甲,12\na2,乙,30\n", id="a header that lacks a name"),
        pytest.param("代码\na1,甲,12\na2,乙,30\n", id="a header that lacks all names but one"),
        pytest.param("编目,所处\n甲,兰州,暂无\n乙,天水,3\n", id="one of names that nobody knows"),
        pytest.param("姓名,地址\n张三,兰州,男\n李四,天水,女\n", id="one above texts"),
        pytest.param("代码,地址\n1,兰州,城关\n2,天水,秦州\n3,陇南\n", id="commas in texts"),
        pytest.param("名录\n甲项,乙项\na,b\nc,d\n", id="nothing tells names from records"),
    ],
)
def test_what_may_be_a_broken_header_is_no_title(tmp_path: Path, text: str) -> None:
    with pytest.raises(RaggedRow, match=r"Line 2 of .* If that is a title, take it out; if it is the header"):
        drafted(tmp_path, text)


def test_a_column_of_texts_with_commas_stays_one(tmp_path: Path) -> None:
    found = drafted(tmp_path, "意见\n甲，乙\n丙，丁\n戊\n")

    assert ([each.source for each in found.columns], found.rows) == (["意见"], 3)


def test_a_note_below_the_table_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RaggedRow, match=r"Line 32 of .* has a single cell, the header has 3. If it is a note, take"):
        drafted(tmp_path, f"{TABLE}注：数据截至2024年底\n")


@pytest.mark.parametrize(
    "rows",
    [
        [["某局企业名录"], ["单位：家"], HEADINGS],
        [["某局企业名录"], [], HEADINGS],
    ],
)
def test_a_workbook_is_read_as_the_delimited_file_with_the_same_rows(tmp_path: Path, rows: list[list[str]]) -> None:
    book = xlsxwriter.Workbook(tmp_path / "firms.xlsx")
    sheet = book.add_worksheet()
    table = [line.split(",") for line in TABLE.splitlines()[1:]]
    for number, cells in enumerate([*rows, *table]):
        sheet.write_row(number, 0, cells)
    book.close()
    text = "\n".join(",".join(cells) for cells in [*rows, *table]) + "\n"
    there, here = draft(tmp_path / "firms.xlsx", name="test.firms"), drafted(tmp_path, text)

    assert there.columns == here.columns
    assert there.problems == here.problems
    assert contract_from_text(there.text).source.header_row == contract_from_text(here.text).source.header_row == 3
