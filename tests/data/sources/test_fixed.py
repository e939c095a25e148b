from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexi.data.contracts.model import ColumnPlace
from hexi.data.engines.sources.records import SourceInvalid, SourceTruncated, WrongEncoding, WrongHeader, WrongPlace
from tests.data.sources.opened import Opener


def places(**widths: int) -> tuple[ColumnPlace, ...]:
    found, start = [], 1
    for name, width in widths.items():
        found.append(ColumnPlace(name=name, start=start, width=width))
        start += width
    return tuple(found)


COLUMNS = places(code=6, name=8, beds=5)


def test_columns_are_counted_in_characters(opener: Opener) -> None:
    text = "620100兰州市       120\n620200嘉峪关市       9\n"

    assert opener.rows(text, "code", format="fixed", columns=COLUMNS, name="t.txt") == [
        (1, "620100", "兰州市", "120"),
        (2, "620200", "嘉峪关市", "9"),
    ]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "big5"])
def test_columns_are_counted_in_bytes_of_the_encoding(opener: Opener, encoding: str) -> None:
    name = "蘭州市".encode(encoding)
    line = b"620100" + name.ljust(10) + b"  120\r\n"
    columns = places(code=6, name=10, beds=5)

    found = opener.rows(
        line * 2, format="fixed", columns=columns, counted="bytes", name="t.txt", encoding=encoding
    )  # fmt: skip

    assert found == [(1, "620100", "蘭州市", "120"), (2, "620100", "蘭州市", "120")]


@pytest.mark.parametrize("counted", ["characters", "bytes"])
class TestEitherWay:
    def rows(self, opener: Opener, counted: str, text: str | bytes, **said: Any) -> list[Any]:
        said.setdefault("columns", COLUMNS)
        return opener.rows(text, format="fixed", counted=counted, name="t.txt", **said)

    def test_lines_have_their_numbers_and_blank_ones_are_no_rows(self, opener: Opener, counted: str) -> None:
        text = "\n620100Lanzhou   120\n\n   \n620200Jiayu       9\n"

        assert self.rows(opener, counted, text) == [
            (2, "620100", "Lanzhou", "120"),
            (5, "620200", "Jiayu", "9"),
        ]

    def test_what_stands_above_the_first_record_is_left_out(self, opener: Opener, counted: str) -> None:
        text = "床位表\n代码  名称\n620100Lanzhou   120\n"

        assert self.rows(opener, counted, text, first_row=3) == [(3, "620100", "Lanzhou", "120")]

    def test_a_line_that_ends_early_has_no_more_columns(self, opener: Opener, counted: str) -> None:
        assert self.rows(opener, counted, "620100Lan\n620200\n620300Jiayu       9") == [
            (1, "620100", "Lan", None),
            (2, "620200", None, None),
            (3, "620300", "Jiayu", "9"),
        ]

    def test_places_may_leave_gaps_and_overlap(self, opener: Opener, counted: str) -> None:
        columns = (ColumnPlace(name="year", start=3, width=4), ColumnPlace(name="date", start=3, width=8))

        assert self.rows(opener, counted, "xx20240229yy\n", columns=columns) == [(1, "2024", "20240229")]

    def test_a_byte_order_mark_takes_no_place(self, opener: Opener, counted: str) -> None:
        text = b"\xef\xbb\xbf620100Lanzhou   120\n"

        assert self.rows(opener, counted, text) == [(1, "620100", "Lanzhou", "120")]

    def test_quotation_marks_and_tabs_are_text(self, opener: Opener, counted: str) -> None:
        assert self.rows(opener, counted, '620100"a,\tb"  1\n') == [(1, "620100", '"a,\tb"', "1")]

    def test_a_last_line_that_was_cut_is_told(self, opener: Opener, counted: str) -> None:
        with pytest.raises(SourceTruncated, match="in line 3, its last one, which has 8 places"):
            self.rows(opener, counted, "620100Lanzhou   120\n620200Jiayu       9\n620300Ji")

    def test_a_column_that_no_place_is_said_of_is_missed(self, opener: Opener, counted: str) -> None:
        with pytest.raises(WrongHeader, match="“doctors”"):
            opener.rows("620100Lanzhou   120\n", "doctors", format="fixed", columns=COLUMNS, counted=counted)

    def test_another_format_is_refused(self, opener: Opener, counted: str) -> None:
        with pytest.raises(SourceInvalid, match="PDF"):
            self.rows(opener, counted, b"%PDF-1.4\n")


def test_a_place_that_cuts_a_character_is_told(opener: Opener) -> None:
    text = "620100兰州市      120\n".encode("gb18030")

    with pytest.raises(WrongPlace, match=r"Line 1 of .*“name”, bytes 7 to 9, begins or ends within a character"):
        opener.rows(text, format="fixed", columns=places(code=6, name=3), counted="bytes", name="t.txt")


def test_bytes_of_two_byte_letters_are_not_counted(opener: Opener) -> None:
    with pytest.raises(WrongEncoding, match="counted: characters"):
        opener.rows("a b\n".encode("utf-16"), format="fixed", columns=places(a=1), counted="bytes", name="t.txt")


@settings(deadline=None, max_examples=50)
@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(codec="gb18030", exclude_categories=["C", "Z"]), max_size=3),
            st.text("0123456789", max_size=5),
        ),
        min_size=1,
    )
)
def test_both_ways_of_counting_agree(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    opener = Opener(tmp_path_factory.mktemp("fixed"))
    in_characters = "".join(f"{name:<3}{number:>5}\n" for name, number in rows)
    in_bytes = b"".join(name.encode("gb18030").ljust(12) + number.rjust(5).encode() + b"\n" for name, number in rows)

    found = [
        opener.rows(text, format="fixed", columns=places(n=width, v=5), counted=counted, encoding=encoding, name="t")
        for text, width, counted, encoding in (
            (in_characters, 3, "characters", "utf-8"),
            (in_bytes, 12, "bytes", "gb18030"),
        )
    ]

    assert found[0] == found[1]
    assert [row[1:] for row in found[0]] == [(name or None, number or None) for name, number in rows if name or number]
