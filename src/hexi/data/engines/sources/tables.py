"""Excel, Parquet and the answers of queries: sources that know columns and types, as text."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

import duckdb
import fastexcel
import polars as pl

from hexi.data.contracts.model import Contract
from hexi.data.engines.sources import bytes_of
from hexi.data.engines.sources.delimited import LINE, check_columns
from hexi.data.engines.sources.records import (
    LIMIT_CELL_BYTES,
    CellTooLarge,
    RawSource,
    SourceInvalid,
    SourceTruncated,
    WrongFormat,
    WrongHeader,
)

LIMIT_UNPACKED_BYTES = 4 << 30
"""What a workbook may unpack to."""
LIMIT_RATIO = 500
"""How much larger than the file that may be; a real workbook packs about ten to one."""


def open_excel(contract: Contract, path: Path, *, workspace: Path) -> RawSource:
    """Return one sheet as text: dates as ISO, whole numbers without “.0”, errors such as #N/A as they stand."""
    digest = bytes_of.digest(path)
    _refuse_bombs(path)
    said = contract.source
    try:
        book = fastexcel.read_excel(path)
    except fastexcel.FastExcelError as error:
        raise _excel_error(path, str(error)) from None
    sheets = book.sheet_names
    if said.sheet is not None and said.sheet not in sheets:
        raise WrongHeader(
            "“{file}” has no sheet “{sheet}”; it has {sheets}.",
            file=path,
            sheet=said.sheet,
            sheets=", ".join(f"“{each}”" for each in sheets),
        )
    try:
        sheet = book.load_sheet(
            said.sheet if said.sheet is not None else 0, header_row=None, skip_rows=0, dtypes="string"
        )
        cells = sheet.to_polars()
    except fastexcel.FastExcelError as error:
        raise _excel_error(path, str(error)) from None
    if cells.height < said.header_row:
        raise WrongHeader(
            "The sheet “{sheet}” of “{file}” has no row {line}, where the column names should stand.",
            sheet=sheet.name,
            file=path,
            line=said.header_row,
        )
    names = [str(name).strip() if name is not None else "" for name in cells.row(said.header_row - 1)]
    kept = [place for place, name in enumerate(names) if name]
    for name in names:
        if name and names.count(name) > 1:
            raise WrongHeader(
                "Row {line} of “{file}”: the column “{column}” stands there {times} times; rename one.",
                line=said.header_row,
                file=path,
                column=name,
                times=names.count(name),
            )
    check_columns(contract, tuple(names[place] for place in kept), file=path, line=said.header_row)
    frame = (
        cells.with_row_index(LINE, offset=1)
        .slice(said.header_row)
        .select(
            pl.col(LINE).cast(pl.Int64),
            *(_cell(pl.col(cells.columns[place])).alias(names[place]) for place in kept),
        )
        .filter(~pl.all_horizontal(pl.col(names[place]).is_null() for place in kept))
    )
    return _typed_source(path.name, "excel", frame, digest, path)


def open_parquet(contract: Contract, path: Path, *, workspace: Path) -> RawSource:
    """Return a Parquet file as text: dates and times as ISO, decimals exact, lists and structs as JSON."""
    digest = bytes_of.digest(path)
    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            bytes_of.refuse_other_formats(path, expected="Parquet")
            raise WrongFormat("“{file}” is not Parquet: it does not begin with PAR1.", file=path)
        file.seek(-4, 2)
        if file.read(4) != b"PAR1":
            raise SourceTruncated("“{file}” has no Parquet footer: the file was cut. Copy it again.", file=path)
    try:
        frame = pl.scan_parquet(path, glob=False)
        schema = frame.collect_schema()
        total = int(frame.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceInvalid("“{file}” cannot be read as Parquet: {reason}", file=path, reason=error) from None
    check_columns(contract, tuple(schema), file=path, line=None)
    text = frame.with_row_index(LINE, offset=1).select(
        pl.col(LINE).cast(pl.Int64), *(_as_text(name, kind, path) for name, kind in schema.items())
    )
    return RawSource(
        name=path.name,
        format="parquet",
        frame=text,
        columns=tuple(schema),
        total_rows=total,
        sha256=digest.sha256,
        size_bytes=digest.size_bytes,
    )


def open_query(
    contract: Contract, files: Mapping[str, tuple[Path, ...]], versions: Mapping[str, str], *, workspace: Path
) -> RawSource:
    """Return the answer of the contract's SELECT over other datasets, whose Parquet files are given by name.

    `versions` names what was read (dataset → certificate), which with the query is the fingerprint.
    """
    query = contract.source.query or ""
    target = workspace / "answer.parquet"
    connection = duckdb.connect(config={"memory_limit": "1GB"})
    allowed = [str(part) for parts in files.values() for part in parts]
    try:
        connection.execute(f"set allowed_paths={_list_of(allowed)}")
        connection.execute(f"set allowed_directories={_list_of([str(workspace)])}")
        connection.execute("set enable_external_access=false")
        connection.execute("set lock_configuration=true")
        for name, parts in files.items():
            listed = _list_of([str(part) for part in parts])
            connection.execute(f'create view "{name}" as select * from read_parquet({listed})')
        connection.execute(f"copy ({query}) to {_text_of(str(target))} (format parquet)")
    except duckdb.Error as error:
        raise SourceInvalid(
            "The query of {dataset} fails: {reason}",
            dataset=contract.name,
            reason=str(error).split("\n", 1)[0],
        ) from None
    finally:
        connection.close()
    frame = pl.scan_parquet(target)
    schema = frame.collect_schema()
    check_columns(contract, tuple(schema), file=f"the query of {contract.name}", line=None)
    text = frame.with_row_index(LINE, offset=1).select(
        pl.col(LINE).cast(pl.Int64), *(_as_text(name, kind, target) for name, kind in schema.items())
    )
    read = "\n".join([query, *(f"{name} {versions[name]}" for name in sorted(versions))])
    return RawSource(
        name=f"{contract.name}.sql",
        format="sql",
        frame=text,
        columns=tuple(schema),
        total_rows=int(frame.select(pl.len()).collect().item()),
        sha256=hashlib.sha256(read.encode()).hexdigest(),
        size_bytes=len(query.encode()),
    )


def _text_of(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _list_of(texts: list[str]) -> str:
    return f"[{', '.join(_text_of(each) for each in texts)}]"


def _cell(cell: pl.Expr) -> pl.Expr:
    """A cell's text without what only Excel put there."""
    text = cell.cast(pl.String)
    text = text.str.replace(r"^(\d{4}-\d{2}-\d{2})[ T]00:00:00(?:\.0+)?$", "$1")
    # 1.1 stored as a double comes as 1.1000000000000001: fifteen digits are what Excel itself shows.
    noisy = text.str.contains(r"^-?\d+\.\d{12,}$")
    short = pl.when(noisy).then(text).cast(pl.Float64, strict=False).round_sig_figs(15).cast(pl.String)
    text = pl.coalesce(short, text).str.replace(r"^(-?\d+)\.0$", "$1")
    return pl.when(text != "").then(text)


def _as_text(name: str, kind: pl.DataType, path: Path) -> pl.Expr:
    column = pl.col(name)
    if kind == pl.String:
        return pl.when(column != "").then(column).alias(name)
    if isinstance(kind, pl.Datetime):
        zoned = column if kind.time_zone else column.dt.replace_time_zone("Asia/Shanghai")
        return zoned.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ").alias(name)
    if kind == pl.Date:
        return column.dt.strftime("%Y-%m-%d").alias(name)
    if kind == pl.Boolean:
        return pl.when(column).then(pl.lit("true")).when(~column).then(pl.lit("false")).alias(name)
    if isinstance(kind, pl.Struct):
        return column.struct.json_encode().alias(name)
    if isinstance(kind, pl.List | pl.Array):
        return column.cast(pl.List(pl.String)).list.join("|").alias(name)
    if kind == pl.Binary:
        raise SourceInvalid(
            "The column “{column}” of “{file}” is binary; only text, numbers, dates and booleans are read.",
            column=name,
            file=path,
        )
    return column.cast(pl.String).alias(name)


def _typed_source(name: str, format: str, frame: pl.DataFrame, digest: bytes_of.Digest, path: Path) -> RawSource:
    columns = [each for each in frame.columns if each != LINE]
    for column in columns:
        longest = frame[column].str.len_bytes().max()
        if longest is not None and int(str(longest)) > LIMIT_CELL_BYTES:
            raise CellTooLarge(
                "“{file}”: a cell of “{column}” holds {size} bytes; a value has at most {limit}.",
                file=path,
                column=column,
                size=longest,
                limit=LIMIT_CELL_BYTES,
            )
    return RawSource(
        name=name,
        format=format,
        frame=frame.lazy(),
        columns=tuple(columns),
        total_rows=frame.height,
        sha256=digest.sha256,
        size_bytes=digest.size_bytes,
    )


def _refuse_bombs(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0") and path.suffix.lower() in {".xlsx", ".xlsm", ".xlsb"}:
        raise SourceInvalid("“{file}” is protected with a password; save it without one.", file=path)
    if not head.startswith(b"PK"):
        if not head.startswith(b"\xd0\xcf\x11\xe0"):
            bytes_of.refuse_other_formats(path, expected="an Excel workbook")
            raise WrongFormat("“{file}” is not an Excel workbook.", file=path)
        return
    try:
        with zipfile.ZipFile(path) as book:
            unpacked = sum(each.file_size for each in book.infolist())
    except zipfile.BadZipFile:
        raise SourceTruncated(
            "“{file}” is a damaged or cut Excel workbook: its directory is missing. Save it again.", file=path
        ) from None
    packed = max(1, path.stat().st_size)
    if unpacked > LIMIT_UNPACKED_BYTES or (unpacked > 100 << 20 and unpacked / packed > LIMIT_RATIO):
        raise SourceInvalid(
            "“{file}” would unpack to {unpacked} bytes from {packed}: that is no workbook.",
            file=path,
            unpacked=unpacked,
            packed=packed,
        )


def _excel_error(path: Path, reason: str) -> SourceInvalid:
    if "password" in reason.lower():
        return SourceInvalid("“{file}” is protected with a password; save it without one.", file=path)
    return SourceInvalid("“{file}” cannot be read as Excel: {reason}", file=path, reason=reason.split("\n", 1)[0])
