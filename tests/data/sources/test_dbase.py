from __future__ import annotations

import datetime as dt
import struct
from decimal import Decimal

import pytest
from dbfread import DBF
from hypothesis import given, settings
from hypothesis import strategies as st

from hexi.data.engines.sources.opening import format_of_head
from hexi.data.engines.sources.records import (
    NulByte,
    Protected,
    SourceInvalid,
    SourceMissing,
    SourceTruncated,
    WrongEncoding,
    WrongFormat,
    WrongHeader,
)
from tests.data.sources.dbf import Fields, dbf
from tests.data.sources.opened import Opener

CITIES: Fields = [("代码", "C", 6), ("名称", "C", 12), ("人口", "N", 8), ("设立", "D", 8), ("开放", "L", 1)]
ROWS = [
    [b"620100", "兰州市".encode("gb18030"), b"  435.94", b"19410701", b"T"],
    [b"620200", "嘉峪关市".encode("gb18030"), b"   31.50", b"19710901", b"f"],
    [b"620900", "酒泉".encode("gb18030"), b"", b"", b"?"],
]


def test_a_table_of_dbase_becomes_text(opener: Opener) -> None:
    assert opener.rows(dbf(CITIES, ROWS), "代码", name="t.dbf") == [
        (1, "620100", "兰州市", "435.94", "1941-07-01", "true"),
        (2, "620200", "嘉峪关市", "31.50", "1971-09-01", "false"),
        (3, "620900", "酒泉", None, None, None),
    ]


def test_a_deleted_record_is_no_row_and_keeps_its_number(opener: Opener) -> None:
    source = opener.open(opener.write(dbf(CITIES, ROWS, deleted=[2]), "t.dbf"), "代码")

    assert [row[:2] for row in opener.frame(source).rows()] == [(1, "620100"), (3, "620900")]
    assert source.total_rows == 2
    assert [each.en for each in source.notes] == ["1 records are marked as deleted and were not read."]


def test_what_a_deleted_record_holds_cannot_break_the_table(opener: Opener) -> None:
    broken = [b"620200", b"\xff\xff", b"", b"", b""]

    assert opener.read(dbf(CITIES, [ROWS[0], broken], deleted=[2]), "代码", name="t.dbf").height == 1


def test_numbers_of_foxpro_read_back_exactly(opener: Opener) -> None:
    fields: Fields = [("i", "I", 4), ("b", "B", 8), ("y", "Y", 8), ("t", "T", 8), ("f", "F", 8)]
    day = 2_460_370  # 29 February 2024
    rows = [
        [
            struct.pack("<i", -7),
            struct.pack("<d", 0.1),
            struct.pack("<q", -5),
            struct.pack("<ii", day, 30_600_000),
            b"1e3",
        ],
        [struct.pack("<i", 2**31 - 1), struct.pack("<d", 3), struct.pack("<q", 2**63 - 1), bytes(8), b"****"],
    ]

    assert opener.rows(dbf(fields, rows, version=0x30), name="t.dbf") == [
        (1, "-7", "0.1", "-0.0005", "2024-02-29T08:30:00", "1e3"),
        (2, "2147483647", "3", "922337203685477.5807", None, "****"),
    ]


def test_what_foxpro_says_is_null_is_null(opener: Opener) -> None:
    fields: Fields = [("a", "C", 3), ("v", "V", 5), ("i", "I", 4), ("_NullFlags", "0", 1)]
    rows = [
        # Bits: v is shorter than its field, v is NULL, i is NULL.
        [b"abc", b"xy\x00\x00\x02", bytes(4), b"\x01"],
        [b"abc", b"vwxyz", bytes(4), b"\x04"],
        [b"abc", bytes(5), struct.pack("<i", 1), b"\x02"],
    ]

    assert opener.rows(dbf(fields, rows, version=0x32, flags=[0, 2, 2, 5]), name="t.dbf") == [
        (1, "abc", "xy", "0"),
        (2, "abc", "vwxyz", None),
        (3, "abc", None, "1"),
    ]


@pytest.mark.parametrize(
    ("text", "language", "beside", "found"),
    [
        ("兰州", 0x4D, None, "gb18030"),
        ("蘭州", 0x78, None, "cp950"),
        ("兰州", 0, "UTF-8", "utf-8"),
        ("兰州", 0, "936", "gbk"),
        ("蘭州", 0x57, "ANSI 950", "cp950"),
        ("兰州", 0, None, "gb18030"),
        ("兰州敦煌", 0, None, "utf-8"),
    ],
)
def test_the_encoding_is_said_by_the_file_or_beside_it_or_found_out(
    opener: Opener, text: str, language: int, beside: str | None, found: str
) -> None:
    if beside:
        opener.write(beside, "t.cpg")
    table = dbf([("n", "C", 20)], [[text.encode(found)]], language=language)

    source = opener.open(opener.write(table, "t.dbf"), "n")

    assert opener.frame(source)["n"].to_list() == [text]


def test_the_contract_has_the_last_word_on_the_encoding(opener: Opener) -> None:
    table = dbf([("n", "C", 20)], [["兰州".encode("gb18030")]], language=0x03)

    assert opener.rows(table, "n", name="t.dbf", encoding="gbk") == [(1, "兰州")]


def test_a_western_code_page_is_doubted(opener: Opener) -> None:
    source = opener.open(opener.write(dbf(CITIES, ROWS, language=0x03), "t.dbf"), "代码")

    assert "encoding: gb18030" in source.notes[0].en


def test_a_character_that_its_field_cuts_off_is_shown_and_told(opener: Opener) -> None:
    table = dbf([("n", "C", 5), ("m", "C", 2)], [["兰州市".encode("gb18030")[:5], b"ab"]])

    source = opener.open(opener.write(table, "t.dbf"), "n")

    assert opener.frame(source).rows() == [(1, "兰州�", "ab")]
    assert "cut off" in source.notes[0].en


def test_zero_bytes_fill_a_cell_up_but_do_not_stand_in_it(opener: Opener) -> None:
    fields: Fields = [("n", "C", 5)]

    assert opener.rows(dbf(fields, [[b"ab\x00\x00\x00"]]), "n", name="t.dbf") == [(1, "ab")]
    with pytest.raises(NulByte, match=r"Record 1 of .*“n”"):
        opener.rows(dbf(fields, [[b"ab\x00cd"]]), "n", name="t.dbf")


def test_line_ends_and_quotation_marks_are_text(opener: Opener) -> None:
    assert opener.rows(dbf([("n", "C", 9)], [[b'"a",\r\n\'b']]), "n", name="t.dbf") == [(1, '"a",\r\n\'b')]


def test_texts_longer_than_255_bytes_are_whole(opener: Opener) -> None:
    assert opener.rows(dbf([("n", "C", 300)], [[b"x" * 300]]), "n", name="t.dbf") == [(1, "x" * 300)]


@pytest.mark.parametrize(
    ("ending", "version", "memos"),
    [
        (".dbt", 0x83, bytes(512) + "第一段\r\n".encode("gb18030") + b"\x1a\x1a" + bytes(400)),
        (".dbt", 0x8B, bytes(20) + b"\x00\x02" + bytes(490) + b"\xff\xff\x08\x00" + struct.pack("<I", 16)
         + "第一段\r\n".encode("gb18030")),
        (".fpt", 0x30, bytes(6) + b"\x02\x00" + bytes(504) + struct.pack(">II", 1, 8) + "第一段\r\n".encode("gb18030")),
    ],
)  # fmt: skip
def test_memos_are_read_from_the_file_beside_the_table(opener: Opener, ending: str, version: int, memos: bytes) -> None:
    opener.write(memos, f"t{ending}")
    is_foxpro = version == 0x30
    block = [struct.pack("<i", 1), bytes(4)] if is_foxpro else [b"         1", b""]
    table = dbf([("m", "M", 4 if is_foxpro else 10)], [[each] for each in block], version=version, language=0x4D)

    assert opener.rows(table, "m", name="t.dbf") == [(1, "第一段\r\n"), (2, None)]


def test_memos_that_did_not_come_with_the_table_are_told_and_refused_where_they_are_read(opener: Opener) -> None:
    table = opener.write(dbf([("n", "C", 3), ("m", "M", 10)], [[b"abc", b"1"]], version=0x83), "t.dbf")

    source = opener.open(table, "n")

    assert source.columns == ("n",)
    assert "“m”" in source.notes[0].en
    with pytest.raises(SourceMissing, match="“m” in a file of memos"):
        opener.open(table, "m")


@pytest.mark.parametrize(
    ("content", "refusal", "words"),
    [
        (dbf(CITIES, ROWS)[:-50], SourceTruncated, "says 3 records, 1 are there whole"),
        (dbf(CITIES, ROWS)[:100], SourceTruncated, "header"),
        (b"\x04" + dbf(CITIES, ROWS)[1:], WrongFormat, "dBASE 7"),
        (b"a,b\n1,2\n", WrongFormat, "no DBF"),
        (b"%PDF-1.4", WrongFormat, "PDF"),
        (dbf(CITIES, ROWS)[:15] + b"\x01" + dbf(CITIES, ROWS)[16:], Protected, "encrypted"),
        (dbf([("n", "C", 3), ("N", "C", 3), ("n", "C", 3)], []), WrongHeader, "“n” stands there 2 times"),
        (dbf([("b", "B", 10)], [], version=0x8B), SourceInvalid, "type B"),
        (dbf([("n", "C", 3)], [[b"\xffab"]]), WrongEncoding, "Record 1 of .*“n” holds the byte 0xff"),
    ],
)
def test_what_cannot_be_read_is_refused(
    opener: Opener, content: bytes, refusal: type[SourceInvalid], words: str
) -> None:
    with pytest.raises(refusal, match=words):
        opener.read(content, name="t.dbf")


def test_a_table_without_records_has_its_columns(opener: Opener) -> None:
    assert opener.read(dbf(CITIES, []), "代码", name="t.dbf").columns == [
        "_line",
        "代码",
        "名称",
        "人口",
        "设立",
        "开放",
    ]


def test_a_table_is_told_by_its_bytes() -> None:
    many: Fields = [(f"c{number}", "C", 10) for number in range(200)]

    assert format_of_head(dbf(CITIES, ROWS)) == "dbf"
    assert format_of_head(dbf(many, [])[:4096]) == "dbf"
    assert format_of_head(b"\x03 not one, at all" + b"," * 100) == "csv"


@settings(deadline=None, max_examples=50)
@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(codec="gb18030", exclude_categories=["Cc", "Cs"]), max_size=8),
            st.none() | st.decimals(-9999, 9999, places=2),
            st.none() | st.dates(dt.date(1, 1, 1)),
            st.none() | st.booleans(),
        ),
        max_size=20,
    ),
    deleted=st.sets(st.integers(1, 20)),
)
def test_rows_are_those_that_dbfread_reads(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, Decimal | None, dt.date | None, bool | None]],
    deleted: set[int],
) -> None:
    cells = [
        [
            text.encode("gb18030"),
            b"" if number is None else str(number).rjust(10).encode(),
            b"" if date is None else f"{date.year:04}{date:%m%d}".encode(),
            b"" if truth is None else b"T" if truth else b"F",
        ]
        for text, number, date, truth in rows
    ]
    fields: Fields = [("t", "C", 32), ("n", "N", 10), ("d", "D", 8), ("l", "L", 1)]
    opener = Opener(tmp_path_factory.mktemp("dbf"))
    path = opener.write(dbf(fields, cells, deleted=sorted(deleted), language=0x4D), "t.dbf")

    expected = [(each["t"] or None, each["n"], each["d"], each["l"]) for each in DBF(path, encoding="gb18030")]

    found = opener.frame(opener.open(path, encoding="gb18030")).rows()
    assert [
        (
            text,
            None if number is None else float(number),
            None if date is None else dt.date.fromisoformat(date),
            None if truth is None else truth == "true",
        )
        for _, text, number, date, truth in found
    ] == expected
