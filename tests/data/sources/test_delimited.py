from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexi.data.engines.sources.records import (
    CellTooLarge,
    NulByte,
    RaggedRow,
    SourceEmpty,
    SourceInvalid,
    SourceTruncated,
    WrongEncoding,
    WrongHeader,
)
from tests.data.sources.opened import Opener

TABLE = "名称,人口\n兰州,440\n敦煌,18\n"
ROWS = [(2, "兰州", "440"), (3, "敦煌", "18")]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_the_encoding_is_found_out(opener: Opener, encoding: str) -> None:
    assert opener.rows(TABLE.encode(encoding), "名称", "人口") == ROWS


def test_a_rare_character_of_gb18030_survives(opener: Opener) -> None:
    assert opener.rows("村\n𠅤屲\n".encode("gb18030"), "村") == [(2, "𠅤屲")]


def test_big5_is_read_where_the_contract_says_so(opener: Opener) -> None:
    source = opener.open(opener.write("縣市,鄉鎮\n臺北,鹿港\n".encode("big5")), encoding="big5")

    assert source.encoding == "big5"
    assert opener.frame(source).rows() == [(2, "臺北", "鹿港")]


def test_a_byte_that_the_promised_encoding_has_not_is_named(opener: Opener) -> None:
    with pytest.raises(WrongEncoding) as refusal:
        opener.rows(TABLE.encode("gbk"), encoding="utf-8")

    assert refusal.value.facts["line"] == 1
    assert refusal.value.facts["byte"] == 0
    assert "gb18030" in refusal.value.message


def test_a_wrong_byte_far_into_the_file_is_named(opener: Opener) -> None:
    with pytest.raises(WrongEncoding) as refusal:
        opener.rows("名\n甘肃\n".encode() * 2 + b"\xff\n", encoding="utf-8")

    assert refusal.value.facts["line"] == 5
    assert refusal.value.facts["byte"] == 22


def test_an_unknown_encoding_is_refused(opener: Opener) -> None:
    with pytest.raises(WrongEncoding, match="try utf-8 or gb18030"):
        opener.rows(TABLE, encoding="klingon")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_dialect_is_found_out(opener: Opener, delimiter: str, line_end: str) -> None:
    text = TABLE.replace(",", delimiter).replace("\n", line_end)

    assert opener.rows(text, "名称", "人口") == ROWS


def test_the_contract_tells_the_delimiter_where_several_would_do(opener: Opener) -> None:
    assert opener.read("a;b,c;d\n1;2,3;4\n", "b,c").columns == ["_line", "a", "b,c", "d"]
    assert opener.read("a;b,c;d\n1;2,3;4\n", delimiter=",").columns == ["_line", "a;b", "c;d"]


def test_another_quotation_mark_is_respected(opener: Opener) -> None:
    assert opener.rows("a,b\n'1,5',2\n", quote="'") == [(2, "1,5", "2")]
    assert opener.rows('a,b\n"1,5"\n', quote="") == [(2, '"1', '5"')]


def test_titles_above_the_header_are_passed_over(opener: Opener) -> None:
    assert opener.rows("表一 甘肃,,\n\n名称,人口\n兰州,440\n", "名称", header_row=3) == [(4, "兰州", "440")]


def test_a_header_may_hold_line_ends(opener: Opener) -> None:
    assert opener.rows('名称,"资本\n（万元）"\n甲,1\n', "名称", "资本\n（万元）") == [(3, "甲", "1")]


def test_lines_are_those_of_the_file_whatever_cells_hold(opener: Opener) -> None:
    text = 'a,b\n1,"x\ny"\n\n2,"p\r\nq\n"\n,\n3,z\n'

    assert opener.rows(text) == [(2, "1", "x\ny"), (5, "2", "p\r\nq\n"), (9, "3", "z")]


def test_lines_without_text_are_no_rows(opener: Opener) -> None:
    source = opener.open(opener.write("a,b\r\n1,2\r\n\r\n,\r\n3,4\r\n\r\n"))

    assert opener.frame(source).rows() == [(2, "1", "2"), (5, "3", "4")]
    assert source.total_rows == 2


def test_quotation_marks_inside_a_text_are_text(opener: Opener) -> None:
    assert opener.rows('a,b\n屏幕5",2\n\n1,x"y"\n') == [(2, '屏幕5"', "2"), (4, "1", 'x"y"')]


def test_a_header_alone_is_a_table_without_rows(opener: Opener) -> None:
    source = opener.open(opener.write("a,b\n"))

    assert source.total_rows == 0
    assert opener.frame(source).shape == (0, 3)


def test_a_column_without_a_name_is_called_by_its_place(opener: Opener) -> None:
    assert opener.read("a,,b\n1,2,3\n").columns == ["_line", "a", "#2", "b"]


def test_a_column_with_a_name_of_our_own_is_called_by_its_place(opener: Opener) -> None:
    assert opener.read("_line,a\n7,1\n", "a").to_dicts() == [{"_line": 2, "#1": "7", "a": "1"}]
    with pytest.raises(WrongHeader, match="_line"):
        opener.rows("_line,a\n7,1\n", "_line")


def test_the_source_is_recognised(opener: Opener) -> None:
    found = opener.open(opener.write(TABLE.encode("gbk"))).fingerprint

    assert (found.name, found.format, found.encoding, found.size_bytes) == ("table.csv", "csv", "gb18030", 27)
    assert found.sha256 == hashlib.sha256(TABLE.encode("gbk")).hexdigest()


def test_a_clean_file_is_scanned_where_it_lies(opener: Opener) -> None:
    source = opener.open(opener.write(TABLE))

    assert list((opener.folder / "workspace").iterdir()) == []
    assert opener.frame(source).height > 0


@pytest.mark.parametrize("quoted", ["", '"x"'], ids=["plain", "with-quotation-marks"])
@pytest.mark.parametrize(
    ("row", "cells"),
    [pytest.param("1,2", 2, id="too-few"), pytest.param("1,2,3,4", 4, id="too-many"), pytest.param("1", 1, id="one")],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_ragged_row_is_named(opener: Opener, quoted: str, row: str, cells: int, place: int) -> None:
    rows = [f"{quoted},b,c"] * 2
    rows.insert(place, row)

    with pytest.raises(RaggedRow) as refusal:
        opener.rows("\n".join(["x,y,z", *rows, ""]))

    assert refusal.value.facts["line"] == place + 2
    assert refusal.value.facts["found"] == cells


def test_a_short_and_a_long_row_do_not_make_up_for_each_other(opener: Opener) -> None:
    with pytest.raises(RaggedRow) as refusal:
        opener.rows("a,b\n1\n2,3\n4,,")

    assert refusal.value.facts["line"] == 2


def test_blank_lines_right_after_the_header_are_passed_over(opener: Opener) -> None:
    assert opener.rows("a,b\n\n\n1,2\n") == [(4, "1", "2")]


def test_a_row_with_an_empty_end_is_not_ragged(opener: Opener) -> None:
    assert opener.rows('x,y,z\n"1,1",,\n2,3,\n') == [(2, "1,1", None, None), (3, "2", "3", None)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param('a,b\n1,2\n3,"4', 3, id="inside-a-quoted-cell"),
        pytest.param("a,b\n1,2\n3", 3, id="in-a-row"),
        pytest.param("a,b\n1,兰".encode()[:-1], 2, id="inside-a-character"),
    ],
)
def test_a_file_that_was_cut_is_told_by_its_last_line(opener: Opener, text: str | bytes, line: int) -> None:
    with pytest.raises(SourceTruncated) as refusal:
        opener.rows(text)

    assert refusal.value.facts["line"] == line


def test_text_after_a_closing_quotation_mark_is_refused_with_its_line(opener: Opener) -> None:
    with pytest.raises(RaggedRow) as refusal:
        opener.rows('a,b\n1,2\n"x"y,3\n')

    assert refusal.value.facts["line"] == 3


def test_a_wrong_header_says_what_is_missing_what_is_there_and_what_is_near(opener: Opener) -> None:
    with pytest.raises(WrongHeader) as refusal:
        opener.rows("企业名,人口\nx,1\n", "企业名称", "人口")

    assert "lacks “企业名称”" in refusal.value.message
    assert "Perhaps “企业名” → “企业名称”?" in refusal.value.message


def test_a_column_that_stands_there_twice_is_refused(opener: Opener) -> None:
    with pytest.raises(WrongHeader, match=r"“a” stands there 2 times \(columns 1, 3\)"):
        opener.rows("a,b,a\n1,2,3\n")


@pytest.mark.parametrize(
    "text",
    ["甘肃省人口统计表\n\n名称;人口\n兰州;440\n", "甘肃,,\n（2023 年）,,\n名称,人口,备注\n", "一\t\n\n 名称 \t人口\n"],
    ids=["bare", "as-wide", "spaces"],
)
def test_a_header_below_a_title_is_found_and_the_remedy_named(opener: Opener, text: str) -> None:
    with pytest.raises(WrongHeader, match="“header_row: 3”"):
        opener.rows(text, "名称", "人口")


def test_a_header_that_only_lacks_a_column_says_nothing_of_others(opener: Opener) -> None:
    with pytest.raises(WrongHeader, match=r"lacks “人口”, which the contract reads\. Add the column"):
        opener.rows("名称\n兰州\n", "名称", "人口")


def test_a_header_row_beyond_the_end_is_refused(opener: Opener) -> None:
    with pytest.raises(WrongHeader, match="has no line 5"):
        opener.rows("a,b\n1,2\n", header_row=5)


def test_a_zero_byte_is_named_by_its_line(opener: Opener) -> None:
    with pytest.raises(NulByte) as refusal:
        opener.rows("a,b\n1,2\n3,\0\n")

    assert refusal.value.facts["line"] == 3


def test_zero_bytes_for_a_header_are_not_repeated_to_the_reader(opener: Opener) -> None:
    with pytest.raises(NulByte, match="Line 1"):
        opener.rows(bytes(100), "a")


@pytest.mark.parametrize("content", [b"\n\r\n\n", b"\xef\xbb\xbf", b" \n\t\n"], ids=["lines", "mark", "spaces"])
def test_blank_lines_alone_are_nothing(opener: Opener, content: bytes) -> None:
    with pytest.raises(SourceEmpty, match="blank lines"):
        opener.rows(content, "a")


def test_mixed_line_ends_are_named_as_such(opener: Opener) -> None:
    with pytest.raises(RaggedRow, match=r"begins in line 3 .* line ends are mixed"):
        opener.rows(b"a,b\r\n1,2\n3,4\r5,6\r\n")


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_of_ten_megabytes_is_refused_with_its_line(opener: Opener, quote: str) -> None:
    with pytest.raises(CellTooLarge) as refusal:
        opener.rows(f"a,b\n1,2\n{quote}{'x' * 10_000_000}{quote},3\n4,5\n")

    assert (refusal.value.facts["line"], refusal.value.facts["column"]) == (3, "a")


def test_a_missing_quotation_mark_does_not_swallow_the_file_in_silence(opener: Opener) -> None:
    with pytest.raises((RaggedRow, SourceTruncated)) as refusal:
        opener.rows('a,b\n1,"2\n' + "3,4\n" * 1000)

    assert refusal.value.facts["line"] == 2


@pytest.mark.parametrize("delimiter", ["||", ""])
def test_a_delimiter_is_one_character(opener: Opener, delimiter: str) -> None:
    with pytest.raises(SourceInvalid, match="must be one character"):
        opener.rows("a||b\n", delimiter=delimiter)


def test_lines_hold_across_the_pieces_that_a_large_file_is_read_in(opener: Opener) -> None:
    rows = [f'{i},"text {i}\n{"x" * 90}",{"y" * 40}' for i in range(60_000)]

    frame = opener.read("a,b,c\n" + "\n".join(rows) + "\n", "a")

    assert frame.select((pl.col("_line") == pl.col("a").cast(pl.Int64) * 2 + 2).all()).item()
    assert frame.height == 60_000


@pytest.mark.parametrize("first", ["\ufeff", "\ufeffa", '"\ufeff"', "\ufeff,b"])
def test_a_mark_at_the_beginning_of_the_first_cell_is_part_of_it(opener: Opener, first: str) -> None:
    header = "a,b" if "," in first else "a"
    frame = opener.read(f"{header}\n{first}\nlast{',' * header.count(',')}\n", *header.split(","))

    assert frame.rows()[0][:2] == (2, first.strip('"').partition(",")[0])
    assert frame.height == 2


CELLS = st.text(st.characters(codec="gb18030", exclude_characters="\0\r", exclude_categories=["Cs", "Cn"]), max_size=6)
NEEDY = st.one_of(CELLS, st.sampled_from(['"', ",", "\n", "a\nb", '""', "\n\n", ",,", ";", "，", " ", "x,\ny"]))


@settings(max_examples=150, deadline=None)
@given(
    table=st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(NEEDY, min_size=width, max_size=width), max_size=8)
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_any_table_comes_back_as_it_was_written(
    table: list[list[str]], encoding: str, delimiter: str, line_end: str, quoting: Any
) -> None:
    width = len(table[0]) if table else 2
    header = [f"c{i}" for i in range(width)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerow(header)
    expected = []
    for row in table:
        line = text.getvalue().count("\n") + 1
        writer.writerow(row)
        if any(row) or quoting == csv.QUOTE_ALL:
            expected.append((line, *(cell or None for cell in row)))

    with tempfile.TemporaryDirectory() as folder:
        opener = Opener(Path(folder))
        found = opener.rows(text.getvalue().encode(encoding), *header, encoding=encoding, delimiter=delimiter)

    assert [
        tuple(cell or None for cell in row) for row in found if any(row[1:]) or quoting == csv.QUOTE_ALL
    ] == expected


def read_by_the_standard_library(text: str, width: int) -> list[tuple[object, ...]] | None:
    """Rows with their lines as `csv` reads them, None where it or the width refuses one."""
    rows, line = [], 1
    reader = csv.reader(io.StringIO(text, newline="\n"), strict=True)
    try:
        for cells in reader:
            rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        return None
    if any(cells and len(cells) != width for _, cells in rows):
        return None
    return [(line, *(cell or None for cell in cells)) for line, cells in rows[1:] if any(cells)]


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.sampled_from(["a", "中", '"', '""', '"x"', ",", "\n", "\r\n", ",\n", "a,b\n", '"p\nq",b\n']), max_size=14
    ),
    st.integers(1, 3),
)
def test_any_text_is_read_as_the_standard_library_does_or_refused(pieces: list[str], width: int) -> None:
    text = ",".join(f"c{i}" for i in range(width)) + "\n" + "".join(pieces)
    expected = read_by_the_standard_library(text, width)

    with tempfile.TemporaryDirectory() as folder:
        try:
            found = Opener(Path(folder)).rows(text, delimiter=",")
        except SourceInvalid:
            assert expected is None
            return

    rows = [tuple(cell or None for cell in row) for row in found]
    assert [row for row in rows if any(row[1:])] == expected


def test_a_file_that_changes_while_it_is_read_is_refused(opener: Opener) -> None:
    path = opener.write(TABLE.encode())
    source = opener.open(path)
    with path.open("a", encoding="utf-8") as file:
        file.write("酒泉,105\n")

    with pytest.raises(SourceInvalid, match="was changed while it was read"):
        _ = source.sha256
