"""Workbooks of Excel (and LibreOffice): one sheet, every cell as the text that its author would read in it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import fastexcel
import polars as pl

from hexi.data.contracts.model import Contract
from hexi.data.engines.sources import bytes_of
from hexi.data.engines.sources.columns import LINE, TITLE_LINES, is_header, kept, named
from hexi.data.engines.sources.layouts import filled_down, filled_note, headings, merges_of, without
from hexi.data.engines.sources.records import (
    LIMIT_CELL_BYTES,
    CellTooLarge,
    Protected,
    RawSource,
    SourceInvalid,
    SourceTruncated,
    WrongFormat,
    WrongHeader,
    WrongPlace,
)
from hexi.data.engines.sources.sheets import FILLED_CELL, number_of, pieces

LIMIT_UNPACKED_BYTES = 1 << 30
"""What a workbook may unpack to."""
LIMIT_RATIO = 500
"""How much larger than the file that may be, beyond `FREE_BYTES`; a real workbook packs about ten to one."""
FREE_BYTES = 100 << 20
LIMIT_CELLS = 1 << 25
"""How large a rectangle around the filled cells may be: the reader takes 32 bytes for each cell in it."""
ERROR_CELL = re.compile(rb'<c\s(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"[^>]*>(?:(?!</c>).)*?<v>([^<]*)</v>', re.DOTALL)


def open_excel(contract: Contract, path: Path, *, workspace: Path) -> RawSource:
    """Return one sheet as text: the named one, or the first that is not hidden.

    Dates are ISO, whole numbers have no “.0”, 1.1 is 1.1, errors such as #N/A stand as they do in the sheet.
    `_line` is the row of the sheet. A row without any text is no row. Raises what `records` names.
    """
    del workspace
    bytes_of.require(path)
    require_workbook(path)
    digest = bytes_of.digest(path)
    try:
        # Given bytes, the reader looks at them; given a path, it believes the ending.
        book = fastexcel.read_excel(path.read_bytes() if _is_misnamed(path) else path)
        sheet = _sheet(book, contract.source.sheet, path)
        cells = sheet.to_polars()
    except fastexcel.FastExcelError as error:
        raise explained(path, str(error)) from None
    first_row = contract.source.header_row
    header_row = first_row + contract.source.header_rows - 1
    if cells.height < header_row:
        raise WrongHeader(
            "The sheet “{sheet}” of “{file}” has no row {line}, where the column names should stand; see header_row "
            "in hexi.source.",
            sheet=sheet.name,
            file=path,
            line=header_row,
        )
    merges = merges_of(path, sheet.name)
    cells, filled = filled_down(with_errors(cells, path, sheet.name), merges, below=header_row)
    above = cells.slice(first_row - 1, contract.source.header_rows).rows()
    # Where there is one row of names, a merged one names its first column.
    said = headings(above, merges if len(above) > 1 else (), first=first_row)
    told = dict(zip(cells.columns, said, strict=True))
    cells = _without_empty_edge(cells, first_row)
    header = named([told[each] for each in cells.columns], file=path, line=header_row)
    below = enumerate(cells.slice(header_row, TITLE_LINES).iter_rows(), start=header_row + 1)
    true_row = next((row for row, texts in below if is_header((text or "" for text in texts), contract)), None)
    names = kept(contract, header, file=path, line=header_row, header_below=true_row)
    texts = cells.select(as_shown(pl.col(old)).alias(new) for old, new in zip(cells.columns, header, strict=True))
    frame = (
        texts.with_row_index(LINE, offset=1)
        .slice(header_row)
        .select(pl.col(LINE).cast(pl.Int64), *names)
        .filter(~pl.all_horizontal(pl.col(name).is_null() for name in names))
    )
    frame, dropped = without(frame, names, contract.source)
    _refuse_large_cells(frame, path)
    return RawSource(
        name=path.name,
        format="excel",
        frame=frame.lazy(),
        columns=names,
        total_rows=frame.height,
        digest=lambda: digest.sha256,
        size_bytes=digest.size_bytes,
        notes=(*filled_note(filled), *dropped),
    )


def headings_deep(path: Path, *, first: int) -> int:
    """Return how many rows of the first sheet name its columns, of which the first is said; 1 unless cells are merged.

    A heading merged across columns is a group, with the names of its columns in the row below; one merged over
    several rows says how deep the headings are.
    """
    book = fastexcel.read_excel(path.read_bytes())
    merges = [each for each in merges_of(path, _sheet(book, None, path).name) if each.top == first]
    if not any(each.right > each.left for each in merges):
        return 1
    return max([2, *(each.bottom - first + 1 for each in merges)])


def _sheet(book: fastexcel.ExcelReader, wanted: str | None, path: Path) -> fastexcel.ExcelSheet:
    names = book.sheet_names
    if wanted is not None and wanted not in names:
        raise WrongPlace(
            "“{file}” has no sheet “{sheet}”; it has {sheets}.",
            file=path,
            sheet=wanted,
            sheets=", ".join(f"“{each}”" for each in names),
        )
    for name in [wanted] if wanted is not None else names:
        refuse_sparse(path, name)
        # skip_rows=0 keeps empty rows at the top, so that rows have the numbers they have in Excel.
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        if wanted is not None or sheet.visible == "visible":
            return sheet
    raise WrongPlace("“{file}” has no sheet that can be seen; name one in hexi.source.", file=path)


def refuse_sparse(path: Path, sheet: str) -> None:
    """Raise where cells of an .xlsx sheet lie so far apart that memory would run out, and with it the process."""
    columns, rows = set[int](), set[int]()
    for piece in pieces(path, sheet):
        if cells := FILLED_CELL.findall(piece):
            columns |= {number_of(letters) for letters in {letters for letters, _ in cells}}
            rows |= {int(cells[0][1]), int(cells[-1][1])}
    around = (max(columns) - min(columns) + 1) * (max(rows) - min(rows) + 1) if columns else 0
    if around > LIMIT_CELLS:
        raise SourceInvalid(
            "The sheet “{sheet}” of “{file}” reaches to row {row} and column {column}: {cells} cells, where at most "
            "{limit} are read. Delete what stands far from the table, or export the sheet as CSV.",
            sheet=sheet,
            file=path,
            row=max(rows),
            column=max(columns),
            cells=around,
            limit=LIMIT_CELLS,
        )


def _is_misnamed(path: Path) -> bool:
    """Whether an .xls is really an .xlsx, or the other way round."""
    with path.open("rb") as file:
        is_old = file.read(len(bytes_of.OLE)) == bytes_of.OLE
    return is_old != (path.suffix.lower() == ".xls")


def _without_empty_edge(cells: pl.DataFrame, header_row: int) -> pl.DataFrame:
    """Without columns that hold nothing from the header on."""
    below = cells.slice(header_row - 1)
    return cells.select(name for name in cells.columns if below[name].null_count() < below.height)


def as_shown(cell: pl.Expr) -> pl.Expr:
    """A cell's text without what only its storage put there."""
    text = cell.str.replace(r"^(\d{4}-\d{2}-\d{2}) 00:00:00(?:\.0+)?$", "$1")
    # A time of day is stored as a part of day zero.
    text = text.str.replace(r"^1899-12-3[01] (\d{2}:\d{2}:\d{2})$", "$1")
    # 1.1 is stored as a double: fifteen digits are what Excel itself shows.
    noisy = text.str.contains(r"^-?\d+\.\d{12,}$")
    short = pl.when(noisy).then(text).cast(pl.Float64, strict=False).round_sig_figs(15).cast(pl.String)
    text = pl.coalesce(short, text).str.replace(r"^(-?\d+)\.0$", "$1")
    return pl.when(text != "").then(text)


def with_errors(cells: pl.DataFrame, path: Path, sheet: str) -> pl.DataFrame:
    """Put back the errors that the reader leaves out: an empty cell would pass rules that #N/A must not."""
    by_column: dict[int, dict[int, str]] = {}
    for row, column, error in _errors(path, sheet):
        by_column.setdefault(column, {})[row] = error
    for column, errors in by_column.items():
        if column < cells.width:
            name = cells.columns[column]
            values = cells[name].to_list()
            for row, error in errors.items():
                if row < len(values):
                    values[row] = error
            cells = cells.with_columns(pl.Series(name, values, dtype=pl.String))
    return cells


def _errors(path: Path, sheet: str) -> Iterator[tuple[int, int, str]]:
    """Yield (row, column, error), both from 0, of the cells of an .xlsx sheet whose formulas fail."""
    first, errors = 1 << 14, []
    for piece in pieces(path, sheet):
        first = min([first, *(number_of(letters) for letters in {each[1] for each in FILLED_CELL.finditer(piece)})])
        errors += [(int(each[2]) - 1, number_of(each[1]), each[3].decode()) for each in ERROR_CELL.finditer(piece)]
    # The reader's first column is the first that holds anything.
    yield from ((row, column - first, error) for row, column, error in errors)


def _refuse_large_cells(frame: pl.DataFrame, path: Path) -> None:
    for name in frame.columns[1:]:
        sizes = frame[name].str.len_bytes()
        if int(str(sizes.max() or 0)) > LIMIT_CELL_BYTES:
            place = int(str(sizes.arg_max()))
            raise CellTooLarge(
                "Row {line} of “{file}”: the cell “{column}” holds {size} bytes; a value has at most {limit}.",
                line=frame[LINE][place],
                file=path,
                column=name,
                size=sizes[place],
                limit=LIMIT_CELL_BYTES,
            )


def require_workbook(path: Path) -> None:
    """Raise before anything is unpacked: another format, a password, a cut file, a bomb."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(bytes_of.OLE):
        if _holds(path, "EncryptedPackage".encode("utf-16-le")):
            raise _protected(path)
        return
    if not head.startswith(bytes_of.ZIP):
        bytes_of.refuse_other_formats(path, expected="Excel")
        raise WrongFormat(
            "“{file}” is not an Excel workbook but text; if it is CSV, say “format: csv” in hexi.source.", file=path
        )
    try:
        with zipfile.ZipFile(path) as book:
            parts = book.infolist()
    except zipfile.BadZipFile:
        raise SourceTruncated(
            "“{file}” is a damaged or cut Excel workbook: its directory is missing. Save it again.", file=path
        ) from None
    if not is_workbook(part.filename for part in parts):
        raise WrongFormat("“{file}” is a ZIP file but no Excel workbook; unpack it first.", file=path)
    unpacked, packed = sum(part.file_size for part in parts), max(1, path.stat().st_size)
    if unpacked > LIMIT_UNPACKED_BYTES or (unpacked > FREE_BYTES and unpacked / packed > LIMIT_RATIO):
        raise SourceInvalid(
            "“{file}” has {packed} bytes and would unpack to {unpacked}: that is no workbook. At most {limit} are "
            "read; export a large table as CSV.",
            file=path,
            packed=packed,
            unpacked=unpacked,
            limit=LIMIT_UNPACKED_BYTES,
        )


def is_workbook(parts: Iterable[str]) -> bool:
    """Whether a ZIP file with these parts is a workbook of Excel or LibreOffice."""
    return any(part.startswith("xl/") or part == "content.xml" for part in parts)


def _holds(path: Path, wanted: bytes) -> bool:
    """Whether the bytes stand in the file, which need not fit into memory."""
    with path.open("rb") as file:
        end = b""
        while piece := file.read(1 << 20):
            if wanted in end + piece:
                return True
            end = piece[-len(wanted) :]
    return False


def _protected(path: Path) -> Protected:
    return Protected("“{file}” is protected with a password; save it without one.", file=path)


def explained(path: Path, reason: str) -> SourceInvalid:
    """Return the refusal that says what the reader found wrong with a workbook."""
    if "password" in reason.lower() or "encrypt" in reason.lower():
        return _protected(path)
    return SourceInvalid("“{file}” is damaged and cannot be read as Excel. Save it again in Excel or WPS.", file=path)
