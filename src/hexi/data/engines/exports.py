"""A version of a table as one file: CSV, Excel, Parquet or GeoJSON.

Each writer takes the table's Parquet files and the columns that may leave, writes `target`, and
returns how many rows it holds. Text is never interpreted: in Excel a cell that begins with “=” is text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import shapely

from hexi.kernel.errors import Invalid

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

EXCEL_ROWS = 1_048_575
"""Rows below the header that one sheet can hold (Excel specifications and limits)."""
EXCEL_CHARACTERS = 32_767
"""Characters that one cell can hold."""
EXCEL_DIGITS = 15
"""Significant digits that Excel keeps of a number; longer ones are written as text."""


class TooLargeForExcel(Invalid):
    """More rows than a sheet can hold."""

    code = "export.too-large-for-excel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a writer needs to know about the table besides its rows."""

    columns: tuple[str, ...]
    geometry: str | None = None
    """Column that holds WKB."""
    longitude: str | None = None
    latitude: str | None = None
    """Columns of a point, instead of `geometry`."""
    sheets: Mapping[str, Sequence[Sequence[str]]]
    """Further sheets for Excel: name → rows of cells, the first one the header."""


def write_csv(files: Sequence[Path], layout: Layout, target: Path) -> int:
    """RFC 4180 in UTF-8 with a header; NULL is the empty field, geometry is WKT, times are in UTC."""
    rows = _scan(files, layout)
    if layout.geometry in layout.columns:
        rows = rows.with_columns(
            pl.col(layout.geometry).map_batches(_as_wkt, return_dtype=pl.String, is_elementwise=True)
        )
    rows.sink_csv(target, datetime_format="%Y-%m-%dT%H:%M:%SZ", line_terminator="\n")
    return _count(files)


def write_parquet(files: Sequence[Path], layout: Layout, target: Path) -> int:
    """One Parquet file, zstd, types as published."""
    _scan(files, layout).sink_parquet(target, compression="zstd")
    return _count(files)


def write_geojson(files: Sequence[Path], layout: Layout, target: Path) -> int:
    """An RFC 7946 FeatureCollection, longitude first; a row without a place has the geometry null."""
    table = _scan(files, layout).collect(engine="streaming")
    names = [name for name in layout.columns if name != layout.geometry]
    with target.open("w", encoding="utf-8") as out:
        out.write('{"type":"FeatureCollection","features":[')
        for number, (place, values) in enumerate(
            zip(_geometries(table, layout), table.select(names).iter_rows(), strict=True)
        ):
            properties = {
                name: _json_value(value) for name, value in zip(names, values, strict=True) if value is not None
            }
            out.write(",\n" if number else "\n")
            out.write(f'{{"type":"Feature","geometry":{place},"properties":')
            json.dump(properties, out, ensure_ascii=False, separators=(",", ":"))
            out.write("}")
        out.write("\n]}\n")
    return table.height


def write_excel(files: Sequence[Path], layout: Layout, target: Path) -> int:
    """A workbook: the rows on the first sheet below their column names, then the further sheets.

    Geometry is left out, since a cell holds 32,767 characters. Raises `TooLargeForExcel` where the
    rows, or one text, do not fit: nothing is cut off in silence.
    """
    total = _count(files)
    if total > EXCEL_ROWS:
        raise TooLargeForExcel(
            "An Excel sheet holds {limit} rows and this table has {rows}; take CSV or Parquet instead.",
            limit=EXCEL_ROWS,
            rows=total,
        )
    columns = [name for name in layout.columns if name != layout.geometry]
    table = _scan(files, layout).select(columns).collect(engine="streaming")
    # Loaded by whoever writes a workbook: most commands do not.
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "in_memory": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        # A fixed moment: the same version gives the same bytes.
        book.set_properties({"created": date(2000, 1, 1)})
        bold = book.add_format({"bold": True, "bottom": 1})
        formats = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            str: book.add_format({"num_format": "@"}),
        }
        sheet = book.add_worksheet("data")
        for column, name in enumerate(table.columns):
            sheet.set_column(column, column, _width(name, table[name]))
            sheet.write_string(0, column, name, bold)
        sheet.freeze_panes(1, 0)
        if total:
            sheet.autofilter(0, 0, total, len(table.columns) - 1)
        for row, values in enumerate(table.iter_rows(), start=1):
            for column, value in enumerate(values):
                if value is not None:
                    _write_cell(sheet, row, column, value, formats)
        for title, rows in layout.sheets.items():
            extra = book.add_worksheet(title)
            extra.set_column(0, 8, 28)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    extra.write_string(row, column, cell, bold if row == 0 else None)
    return total


WRITERS: Mapping[str, Callable[[Sequence[Path], Layout, Path], int]] = {
    "csv": write_csv,
    "xlsx": write_excel,
    "parquet": write_parquet,
    "geojson": write_geojson,
}


def _scan(files: Sequence[Path], layout: Layout) -> pl.LazyFrame:
    return pl.scan_parquet(list(files)).select(layout.columns)


def _count(files: Sequence[Path]) -> int:
    return int(pl.scan_parquet(list(files)).select(pl.len()).collect().item())


def _as_wkt(column: pl.Series) -> pl.Series:
    shapes = shapely.from_wkb(column.to_numpy(), on_invalid="ignore")
    return pl.Series(column.name, shapely.to_wkt(shapes, rounding_precision=-1), dtype=pl.String)


def _geometries(table: pl.DataFrame, layout: Layout) -> Iterator[str]:
    if layout.geometry is not None:
        for wkb in table[layout.geometry]:
            yield "null" if wkb is None else str(shapely.to_geojson(shapely.from_wkb(wkb)))
        return
    for x, y in table.select(layout.longitude, layout.latitude).iter_rows():
        yield ("null" if x is None or y is None else json.dumps({"type": "Point", "coordinates": [float(x), float(y)]}))


def _json_value(value: object) -> object:
    if isinstance(value, Decimal):
        # A JSON number is a double to most readers; money stays exact as text where it would not fit.
        return float(value) if len(value.as_tuple().digits) <= EXCEL_DIGITS else str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return value


def _width(name: str, column: pl.Series) -> float:
    sample = column.head(200).cast(pl.String, strict=False) if column.dtype != pl.Binary else pl.Series([name])
    widest = sample.str.len_bytes().quantile(0.9) or 0
    return float(min(48, max(8, len(name) + 3, widest * 0.8)))


def _write_cell(sheet: Worksheet, row: int, column: int, value: object, formats: Mapping[type, object]) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, datetime):
        sheet.write_string(row, column, value.astimezone(UTC).isoformat().replace("+00:00", "Z"))
    elif isinstance(value, date):
        if value.year >= 1900:
            sheet.write_datetime(row, column, value, formats[date])
        else:
            sheet.write_string(row, column, value.isoformat())
    elif isinstance(value, int | float | Decimal):
        digits = len(str(abs(value)).replace(".", "").lstrip("0")) if not isinstance(value, float) else 0
        if digits > EXCEL_DIGITS:
            sheet.write_string(row, column, str(value), formats[str])
        else:
            sheet.write_number(row, column, float(value))
    elif isinstance(value, bytes):
        sheet.write_string(row, column, value.hex())
    else:
        text = str(value)
        if len(text) > EXCEL_CHARACTERS:
            raise TooLargeForExcel(
                "An Excel cell holds {limit} characters and the text in row {row} has {length}; "
                "take CSV or Parquet instead.",
                limit=EXCEL_CHARACTERS,
                row=row,
                length=len(text),
            )
        sheet.write_string(row, column, text, formats[str])
