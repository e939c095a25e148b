"""A version as one file: exact, safe to open, and never cut off in silence."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import fastexcel
import polars as pl
import pytest
import shapely

from hexi.data.engines import exports
from hexi.data.engines.exports import Layout, TooLargeForExcel

ROWS = {
    "name": ["=1+1", "甲，乙\n丙", None],
    "code": ["006201", "1", "2"],
    "money": [Decimal("12345678901234567.89"), Decimal("0.10"), None],
    "founded": [date(2015, 8, 19), None, date(1850, 1, 1)],
    "seen": [datetime(2026, 11, 23, 4, tzinfo=UTC), None, None],
    "place": [shapely.to_wkb(shapely.Point(103.8, 36.06)), None, shapely.to_wkb(shapely.Point(94.8, 40.1))],
}


@pytest.fixture
def files(tmp_path):
    path = tmp_path / "part.parquet"
    pl.DataFrame(ROWS, schema_overrides={"money": pl.Decimal(22, 2)}).write_parquet(path)
    return (path,)


@pytest.fixture
def layout():
    return Layout(columns=tuple(ROWS), geometry="place", sheets={"fields": [["name"], ["founded"]]})


def test_csv_reads_back_exactly(files, layout, tmp_path) -> None:
    rows = exports.write_csv(files, layout, tmp_path / "out.csv")

    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    assert rows == len(read) == 3
    assert read[0] == {
        "name": "=1+1",
        "code": "006201",
        "money": "12345678901234567.89",
        "founded": "2015-08-19",
        "seen": "2026-11-23T04:00:00Z",
        "place": "POINT (103.8 36.06)",
    }
    assert read[1]["name"] == "甲，乙\n丙"


def test_excel_keeps_text_as_text_and_long_numbers_exact(files, layout, tmp_path) -> None:
    rows = exports.write_excel(files, layout, tmp_path / "out.xlsx")

    book = fastexcel.read_excel(tmp_path / "out.xlsx")
    sheet = book.load_sheet("data").to_polars()
    assert rows == sheet.height == 3
    assert sheet["name"].to_list() == ["=1+1", "甲，乙\n丙", None]
    assert sheet["code"].to_list() == ["006201", "1", "2"]
    assert str(sheet["money"][0]) == "12345678901234567.89"
    assert "place" not in sheet.columns
    assert book.sheet_names == ["data", "fields"]


def test_excel_refuses_a_text_that_no_cell_holds(tmp_path) -> None:
    path = tmp_path / "part.parquet"
    pl.DataFrame({"text": ["x" * 40_000]}).write_parquet(path)

    with pytest.raises(TooLargeForExcel, match="32767"):
        exports.write_excel((path,), Layout(columns=("text",), sheets={}), tmp_path / "out.xlsx")


def test_excel_refuses_more_rows_than_a_sheet_holds(tmp_path) -> None:
    path = tmp_path / "part.parquet"
    pl.DataFrame({"n": range(exports.EXCEL_ROWS + 1)}).write_parquet(path)

    with pytest.raises(TooLargeForExcel, match="1048576"):
        exports.write_excel((path,), Layout(columns=("n",), sheets={}), tmp_path / "out.xlsx")


def test_geojson_puts_longitude_first_and_keeps_rows_without_a_place(files, layout, tmp_path) -> None:
    rows = exports.write_geojson(files, layout, tmp_path / "out.geojson")

    found = json.loads((tmp_path / "out.geojson").read_text("utf-8"))
    assert rows == len(found["features"]) == 3
    assert found["features"][0]["geometry"] == {"type": "Point", "coordinates": [103.8, 36.06]}
    assert found["features"][1]["geometry"] is None
    assert found["features"][0]["properties"]["money"] == "12345678901234567.89"
    assert found["features"][0]["properties"]["founded"] == "2015-08-19"


def test_geojson_makes_points_of_two_columns(tmp_path) -> None:
    path = tmp_path / "part.parquet"
    pl.DataFrame({"lon": [103.8, None], "lat": [36.06, 1.0], "n": [1, 2]}).write_parquet(path)
    layout = Layout(columns=("lon", "lat", "n"), longitude="lon", latitude="lat", sheets={})

    exports.write_geojson((path,), layout, tmp_path / "out.geojson")

    found = json.loads((tmp_path / "out.geojson").read_text("utf-8"))
    assert [each["geometry"] for each in found["features"]] == [
        {"type": "Point", "coordinates": [103.8, 36.06]},
        None,
    ]


def test_parquet_leaves_out_what_may_not_be_seen(files, tmp_path) -> None:
    exports.write_parquet(files, Layout(columns=("code", "founded"), sheets={}), tmp_path / "out.parquet")

    assert pl.read_parquet(tmp_path / "out.parquet").columns == ["code", "founded"]
