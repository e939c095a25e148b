from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from hexi.data.engines.sources.records import (
    CellTooLarge,
    Protected,
    SourceInvalid,
    SourceTruncated,
    WrongFormat,
    WrongHeader,
    WrongPlace,
)
from tests.data.sources.opened import Opener


def workbook(path: Path, **sheets: dict[str, object]) -> Path:
    """Write sheets of cells by their address; dates and times get a format, text beginning with = is a formula."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        day, time = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'}), book.add_format({"num_format": "hh:mm"})
        for name, cells in sheets.items():
            sheet = book.add_worksheet(name)
            if cells.get("hidden"):
                sheet.hide()
                continue
            for address, value in cells.items():
                if isinstance(value, tuple):
                    sheet.write_formula(address, value[0], None, value[1])
                else:
                    style = {dt.date: day, dt.time: time}.get(type(value))
                    sheet.write(address, value, style)
    return path


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (-7.0, "-7"),
        (1.1, "1.1"),
        (0.1 + 0.2, "0.3"),
        (1.1 * 1.1, "1.21"),
        (123456789012, "123456789012"),
        (0.000001, "0.000001"),
        (dt.date(2024, 2, 29), "2024-02-29"),
        (dt.datetime(2024, 2, 29, 8, 30), "2024-02-29 08:30:00"),
        (dt.time(8, 30), "08:30:00"),
        (True, "true"),
        (" 兰州 ", " 兰州 "),
        ("007", "007"),
        (("=NA()", "#N/A"), "#N/A"),
        (("=1/0", "#DIV/0!"), "#DIV/0!"),
        (("=1+1", 2), "2"),
    ],
)
def test_a_cell_is_read_as_it_is_shown(opener: Opener, value: object, text: str) -> None:
    path = workbook(opener.folder / "t.xlsx", 表={"A1": "k", "B1": "v", "A2": "x", "B2": value})

    assert opener.frame(opener.open(path, "k", "v")).rows() == [(2, "x", text)]


def test_rows_have_the_numbers_they_have_in_the_sheet(opener: Opener) -> None:
    cells = {"B2": "各县人口", "B3": "县", "C3": "人口", "B5": "敦煌", "C5": 18, "C7": 4}
    path = workbook(opener.folder / "t.xlsx", 表=cells)

    frame = opener.frame(opener.open(path, "县", "人口", header_row=3))

    assert frame.rows() == [(5, "敦煌", "18"), (7, None, "4")]


def test_an_error_is_put_back_where_it_stands(opener: Opener) -> None:
    cells = {"B2": "县", "C2": "人口", "B4": "敦煌", "C4": ("=NA()", "#N/A"), "AB2": "远", "AB4": ("=A1/0", "#DIV/0!")}
    path = workbook(opener.folder / "t.xlsx", 表=cells)

    frame = opener.frame(opener.open(path, "县", "人口", "远", header_row=2))

    assert frame.rows() == [(4, "敦煌", "#N/A", "#DIV/0!")]


def test_the_first_sheet_that_is_not_hidden_is_read(opener: Opener) -> None:
    with xlsxwriter.Workbook(opener.folder / "t.xlsx") as book:
        hidden, shown = book.add_worksheet("旧"), book.add_worksheet("新")
        shown.activate()
        shown.set_first_sheet()
        hidden.hide()
        hidden.write("A1", "old")
        shown.write_column("A1", ["new", 1])

    assert opener.frame(opener.open(opener.folder / "t.xlsx", "new")).rows() == [(2, "1")]


def test_a_sheet_is_read_by_its_name(opener: Opener) -> None:
    path = workbook(opener.folder / "t.xlsx", 一={"A1": "a"}, 二={"A1": "b", "A2": "x"})

    assert opener.frame(opener.open(path, "b", sheet="二")).rows() == [(2, "x")]


def test_an_unknown_sheet_lists_those_there_are(opener: Opener) -> None:
    path = workbook(opener.folder / "t.xlsx", 一={"A1": "a"}, 二={"A1": "b"})

    with pytest.raises(WrongPlace, match="has no sheet “三”; it has “一”, “二”"):
        opener.open(path, sheet="三")


def test_a_header_below_a_title_is_found_and_the_remedy_named(opener: Opener) -> None:
    path = workbook(opener.folder / "t.xlsx", 表={"A1": "人口统计表", "A2": "县", "B2": "人口", "A3": "敦煌", "B3": 19})

    with pytest.raises(WrongHeader, match="“header_row: 2”"):
        opener.open(path, "县", "人口")


def test_a_column_that_stands_there_twice_is_refused(opener: Opener) -> None:
    path = workbook(opener.folder / "t.xlsx", 表={"A1": "a", "B1": "a", "A2": 1})

    with pytest.raises(WrongHeader, match="Line 1 of"):
        opener.open(path)


@pytest.mark.parametrize("cells", [{}, {"A1": "标题"}], ids=["empty", "too-short"])
def test_a_header_row_beyond_the_end_is_refused(opener: Opener, cells: dict[str, object]) -> None:
    path = workbook(opener.folder / "t.xlsx", 表=cells)

    with pytest.raises(WrongHeader, match="has no row 3"):
        opener.open(path, header_row=3)


def test_a_workbook_of_libreoffice_is_read(opener: Opener) -> None:
    office = "urn:oasis:names:tc:opendocument:xmlns"
    cells = "".join(
        f'<table:table-row><table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        "</table:table-row>"
        for text in ("县", "敦煌")
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{office}:manifest:1.0"/>')
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{office}:office:1.0" xmlns:table="{office}:table:1.0" '
            f'xmlns:text="{office}:text:1.0"><office:body><office:spreadsheet><table:table table:name="表">{cells}'
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )

    assert opener.frame(opener.open(opener.write(content.getvalue(), "t.ods"), "县")).rows() == [(2, "敦煌")]


def test_an_xlsx_that_is_called_xls_is_read_all_the_same(opener: Opener) -> None:
    path = workbook(opener.folder / "t.xlsx", 表={"A1": "a", "A2": 1})

    assert opener.frame(opener.open(path.rename(path.with_suffix(".xls")), "a")).rows() == [(2, "1")]


def test_a_cell_at_the_far_end_of_the_sheet_is_refused_before_memory_runs_out(opener: Opener) -> None:
    path = workbook(opener.folder / "t.xlsx", 表={"A1": "a", "A2": 1, "XFD1048576": "x"})

    with pytest.raises(SourceInvalid, match="reaches to row 1048576 and column 16384"):
        opener.open(path, "a")


def test_errors_in_a_long_sheet_are_put_back_where_they_stand(opener: Opener) -> None:
    cells: dict[str, object] = {f"B{row}": f"{row}" + "x" * 50 for row in range(2, 40_000)}
    path = workbook(opener.folder / "t.xlsx", 表={"B1": "a"} | cells | {"B20000": ("=NA()", "#N/A")})

    assert opener.frame(opener.open(path, "a")).row(19_998) == (20_000, "#N/A")


def test_a_workbook_that_was_cut_is_told(opener: Opener) -> None:
    path = workbook(opener.folder / "t.xlsx", 表={"A1": "a"})
    path.write_bytes(path.read_bytes()[:2000])

    with pytest.raises(SourceTruncated):
        opener.open(path)


def test_a_workbook_with_a_password_is_told(opener: Opener) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le")

    with pytest.raises(Protected, match="save it without"):
        opener.open(opener.write(content, "t.xlsx"))


def test_an_old_workbook_that_is_none_is_refused(opener: Opener) -> None:
    with pytest.raises(SourceInvalid, match="cannot be read as Excel"):
        opener.open(opener.write(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "t.xls"))


def test_another_zip_file_is_no_workbook(opener: Opener) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("table.csv", "a,b\n")

    with pytest.raises(WrongFormat, match="unpack it first"):
        opener.open(opener.write(content.getvalue(), "t.xlsx"))


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"<html><table>", b"%PDF-1.7"], ids=["csv", "html", "pdf"])
def test_what_only_has_the_name_of_a_workbook_is_refused(opener: Opener, content: bytes) -> None:
    with pytest.raises(WrongFormat):
        opener.open(opener.write(content, "t.xlsx"))


def test_a_zip_bomb_is_not_unpacked(opener: Opener) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(200 << 20))

    with pytest.raises(SourceInvalid, match="would unpack to"):
        opener.open(opener.write(content.getvalue(), "t.xlsx"))


def test_a_monstrous_cell_is_named(opener: Opener) -> None:
    path = workbook(opener.folder / "t.xlsx", 表={"A1": "a", "A2": "x" * 32_767})
    content = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, old.read(part).replace(b"x" * 32_767, b"x" * 2_000_000))

    with pytest.raises(CellTooLarge) as refusal:
        opener.open(opener.write(content.getvalue(), "t.xlsx"))

    assert (refusal.value.facts["line"], refusal.value.facts["column"]) == (2, "a")
