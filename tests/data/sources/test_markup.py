from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexi.data.engines.sources.opening import format_of_head
from hexi.data.engines.sources.records import (
    Bomb,
    NoRecords,
    SourceInvalid,
    SourceTruncated,
    WrongEncoding,
    WrongFormat,
    WrongPlace,
)
from tests.data.sources.opened import Opener

UNITS = """<?xml version="1.0" encoding="UTF-8"?>
<名录 year="2024">
  <单位 id="1"><名称>兰州大学</名称><地址><区 code="620102">城关区</区></地址><电话>1</电话><电话>2</电话></单位>
  <单位 id="2"><名称>敦煌 &amp; 酒泉</名称><地址/><备注><![CDATA[<无>]]></备注></单位>
</名录>
"""


def test_elements_and_attributes_become_columns(opener: Opener) -> None:
    found = opener.read(UNITS, "名称", name="t.xml", records="名录.单位")

    assert found.columns == ["_line", "名录.@year", "@id", "名称", "地址.区.@code", "地址.区", "电话", "地址", "备注"]
    assert found.rows() == [
        (1, "2024", "1", "兰州大学", "620102", "城关区", "1|2", None, None),
        (2, "2024", "2", "敦煌 & 酒泉", None, None, None, None, "<无>"),
    ]


def test_elements_that_repeat_are_the_records_where_nothing_is_said(opener: Opener) -> None:
    assert opener.read(UNITS, name="t.xml").equals(opener.read(UNITS, name="t.xml", records="名录.单位"))


def test_the_only_child_of_the_root_is_a_record(opener: Opener) -> None:
    assert opener.rows("<list><row><a>1</a></row></list>", name="t.xml") == [(1, "1")]


def test_a_star_is_any_element(opener: Opener) -> None:
    text = "<list><east code='1'><row><a>1</a></row></east><west><row><a>2</a></row></west></list>"

    assert opener.rows(text, "a", name="t.xml", records="list.*.row") == [(1, "1", "1"), (2, None, "2")]


def test_text_of_a_record_itself_is_its_value(opener: Opener) -> None:
    assert opener.rows("<a><b x='1'>甲</b><b> 乙 </b></a>", name="t.xml") == [(1, "1", "甲"), (2, None, "乙")]


def test_names_keep_their_prefix_and_declarations_are_no_columns(opener: Opener) -> None:
    text = '<r xmlns:g="urn:g"><g:row xmlns:h="urn:h" g:id="1"><g:a>1</g:a></g:row><g:row/></r>'

    found = opener.read(text, name="t.xml")

    assert found.columns == ["_line", "@g:id", "g:a"]
    assert found.rows() == [(1, "1", "1"), (2, None, None)]


@pytest.mark.parametrize("encoding", ["gb2312", "GBK", "gb18030", "utf-16", "big5", "UTF-8"])
def test_the_encoding_is_what_the_document_declares(opener: Opener, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><r><a>中文</a><a>公文</a></r>'

    assert opener.rows(text.encode(encoding), name="t.xml") == [(1, "中文"), (2, "公文")]


def test_an_encoding_that_is_not_the_declared_one_is_told(opener: Opener) -> None:
    text = '<?xml version="1.0" encoding="UTF-8"?><r><a>兰州</a></r>'.encode("gb18030")

    with pytest.raises(WrongEncoding, match="encoding: gb18030"):
        opener.rows(text, name="t.xml")
    assert opener.rows(text, name="t.xml", encoding="gb18030") == [(1, "兰州")]


@pytest.mark.parametrize(
    ("text", "refusal", "words"),
    [
        ("<r>\n<a>1</a>\n<a>2</b></r>", SourceInvalid, "Line 3 .* from column 7 on"),
        ("<r><a>a & b</a></r>", SourceInvalid, "Line 1 .* from column 10 on"),
        ("<r><a>1</a><a>2", SourceTruncated, "breaks off in line 1, column 16"),
        ("<r><a>1</a><a>2</a", SourceTruncated, "breaks off in line 1"),
        ("<r><a>1</a></r><r/>", SourceInvalid, "from column 16 on"),
        ("<r><a>&x;</a></r>", SourceInvalid, "from column 7 on"),
        ('<!DOCTYPE r [<!ENTITY x "ha">]><r><a>&x;</a></r>', Bomb, "DOCTYPE"),
        ('<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>', Bomb, "DOCTYPE"),
        ("<a>" * 101 + "</a>" * 101, SourceInvalid, "nested deeper"),
        ('<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', WrongFormat, "Excel 2003"),
        ("<html><p>1</p><p>2</p></html>", WrongFormat, "web page"),
        ("<r/>", NoRecords, "no element that repeats"),
        ("<r><a>1</a><a>2</a><b>1</b><b>2</b></r>", NoRecords, "“r.a”, “r.b”"),
    ],
)
def test_what_cannot_be_read_is_refused(opener: Opener, text: str, refusal: type[SourceInvalid], words: str) -> None:
    with pytest.raises(refusal, match=words):
        opener.rows(text, name="t.xml")


def test_a_path_that_leads_nowhere_is_refused_with_what_there_is(opener: Opener) -> None:
    with pytest.raises(WrongPlace, match=r"It has “名录”, “名录\.单位”"):
        opener.rows(UNITS, name="t.xml", records="名录.企业")


def test_a_document_of_many_records_is_read_in_pieces(opener: Opener) -> None:
    rows = "".join(f"<row n='{number}'><a>{number % 7}</a></row>" for number in range(120_000))

    found = opener.read(f"<list>{rows}</list>", "a", name="t.xml")

    assert found.height == 120_000
    assert found.row(-1) == (120_000, "119999", "5")


def test_a_document_is_told_by_its_bytes() -> None:
    assert format_of_head(UNITS.encode()) == "xml"
    assert format_of_head(UNITS.encode("utf-16")) == "xml"
    assert format_of_head(b"<list>\n<row/>") == "xml"
    assert format_of_head("<名录><单位/>".encode()) == "xml"
    assert format_of_head(b"<none>,b\n1,2\n") == "csv"
    assert format_of_head(b"<table><tr>") == "csv"


@settings(deadline=None, max_examples=50)
@given(
    rows=st.lists(
        st.dictionaries(
            st.sampled_from(["a", "b", "c"]),
            st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=5).map(str.strip),
        ),
        min_size=2,
        max_size=5,
    )
)
def test_what_a_writer_of_xml_writes_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]
) -> None:
    root = ET.Element("list")
    for row in rows:
        element = ET.SubElement(root, "row")
        for (name, text), is_attribute in zip(row.items(), itertools.cycle([True, False]), strict=False):
            if is_attribute:
                element.set(name, text)
            else:
                ET.SubElement(element, name).text = text
    opener = Opener(tmp_path_factory.mktemp("xml"))

    found = opener.read(ET.tostring(root), name="t.xml", records="list.row").to_dicts()

    expected = [
        {f"@{name}" if place % 2 == 0 else name: text for place, (name, text) in enumerate(row.items()) if text}
        for row in rows
    ]
    assert [
        {name: text for name, text in row.items() if name != "_line" and text is not None} for row in found
    ] == expected
