"""What a file that somebody hands in really is, and whether it is whole: told by its bytes, never by its name."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import polars as pl

from hexi.data.engines.sources import archives, bytes_of, encodings, markup, workbooks
from hexi.data.engines.sources.archives import Member
from hexi.data.engines.sources.dbase_headers import header_of
from hexi.data.engines.sources.opening import ENDINGS, format_of_head
from hexi.data.engines.sources.records import Bomb, Protected, SourceInvalid, SourceTruncated, WrongFormat
from hexi.data.engines.sources.tables import require_parquet

HEAD_BYTES = 1 << 16
PIECE_BYTES = 1 << 20
LIMIT_OLD_WORKBOOK_BYTES = 256 << 20
"""An .xls has at most 65,536 rows a sheet, and is read into memory."""
ARCHIVE = "zip"
ENDING_OF = {
    "csv": ".csv",
    "json": ".json",
    "geojson": ".geojson",
    "parquet": ".parquet",
    "dbf": ".dbf",
    "xml": ".xml",
    ARCHIVE: ".zip",
}
ENCRYPTED_PARQUET = b"PARE"
OFFICE = {"word/": "Word (.docx)", "ppt/": "PowerPoint (.pptx)"}
PROLOG = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*", re.DOTALL)
"""What may stand before the first element of an XML document, apart from a declaration of its type."""
LARGEST_PROLOG = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a file is."""

    format: str
    """A format that sources are opened by (`csv`, `excel`, `json`, `geojson`, `parquet`, `dbf`, `xml`), or `zip`."""
    ending: str
    """The ending that such a file has; under it `open_source` reads it as what it is."""
    members: tuple[Member, ...] = ()
    """The tables in a `zip`."""


def promised(name: str) -> str | None:
    """Return the format that a file's name promises, None where its ending says nothing."""
    ending = Path(name).suffix.lower()
    return ARCHIVE if ending == ".zip" else ENDINGS.get(ending)


def recognise(path: Path, *, limit_bytes: int) -> Found:
    """Return what a file is. Reads no table, unpacks nothing to disk, and holds no more than pieces in memory.

    `limit_bytes` is what an archive may unpack to. Raises what `records` names: empty, cut off, damaged,
    encrypted, a bomb, an archive that is made to harm, or no table at all.
    """
    bytes_of.require(path)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith((bytes_of.ZIP, archives.END)):
        return _packed(path, limit_bytes=limit_bytes)
    format = format_of_head(head)
    if format == "excel":
        _require_old_workbook(path)
        return Found(format=format, ending=".xls")
    if format == "parquet":
        _require_parquet(path)
    elif format == "dbf":
        header_of(path)
    else:
        _require_text(path, head)
        if format == "xml":
            _require_xml(path, head)
        elif format != "csv":
            _require_closed(path, b"}", b"]")
    return Found(format=format, ending=ENDING_OF[format])


def _packed(path: Path, *, limit_bytes: int) -> Found:
    """A workbook or an archive of tables."""
    with archives.opened(path) as archive:
        parts = archive.infolist()
    names = {part.filename for part in parts}
    if not workbooks.is_workbook(names):
        kind = next((what for folder, what in OFFICE.items() if any(name.startswith(folder) for name in names)), None)
        if kind is not None:
            raise _no_table(path, kind)
        return Found(format=ARCHIVE, ending=ENDING_OF[ARCHIVE], members=archives.members(path, limit_bytes=limit_bytes))
    workbooks.require_workbook(path)
    archives.refuse_bombs(path, parts, limit_bytes=max(limit_bytes, workbooks.LIMIT_UNPACKED_BYTES))
    _require_whole_workbook(path)
    if "content.xml" in names:
        return Found(format="excel", ending=".ods")
    return Found(format="excel", ending=".xlsb" if "xl/workbook.bin" in names else ".xlsx")


def _require_whole_workbook(path: Path) -> None:
    """Read every part to its end, which shows damaged bytes, and refuse XML that declares entities."""
    with archives.opened(path) as archive:
        for part in archive.infolist():
            if part.flag_bits & archives.MARKED_ENCRYPTED:
                raise Protected("“{file}” is protected with a password; save it without one.", file=path)
            with archive.open(part) as file:
                head = file.read(LARGEST_PROLOG)
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _refuse_declarations(path, part, head)
                while file.read(PIECE_BYTES):
                    pass


def _refuse_declarations(path: Path, part: zipfile.ZipInfo, head: bytes) -> None:
    """Raise `Bomb` where an XML part declares a type: entities of it could unfold without end, or name other files."""
    if _declares_type(head):
        raise Bomb(
            "“{file}” declares entities in “{part}”, as XML bombs do and no workbook does. Save it again in Excel or "
            "WPS.",
            file=path,
            part=part.filename,
        )


def _declares_type(head: bytes) -> bool:
    """Whether XML that begins so declares a type, or has more before its first element than is looked at."""
    encoding = "utf-16" if head.startswith(markup.UTF16) else "utf-8-sig"
    text = head.decode(encoding, errors="replace")
    prolog = PROLOG.match(text)
    first = text[prolog.end() :] if prolog else text
    return first.startswith("<!") or (not first and len(head) == LARGEST_PROLOG) or "<!ENTITY" in text


def _require_old_workbook(path: Path) -> None:
    """Raise unless Excel 97 to 2003 opens: the container is that of old Word files too."""
    workbooks.require_workbook(path)
    size = path.stat().st_size
    if size > LIMIT_OLD_WORKBOOK_BYTES:
        raise SourceInvalid(
            "“{file}” has {size} bytes; an old workbook (.xls) may have {limit}. Save it as .xlsx or CSV.",
            file=path,
            size=size,
            limit=LIMIT_OLD_WORKBOOK_BYTES,
        )
    try:
        # Given bytes, the reader looks at them and not at the name.
        sheets = fastexcel.read_excel(path.read_bytes()).sheet_names
    except fastexcel.FastExcelError as error:
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            raise Protected("“{file}” is protected with a password; save it without one.", file=path) from None
        raise SourceTruncated(
            "“{file}” is an old Office file, but a damaged or cut one, or no workbook. Save it as .xlsx or CSV.",
            file=path,
        ) from None
    if not sheets:
        raise SourceTruncated("“{file}” is a workbook without any sheet. Save it again.", file=path)


def _require_parquet(path: Path) -> None:
    with path.open("rb") as file:
        file.seek(-min(4, path.stat().st_size), 2)
        if file.read() == ENCRYPTED_PARQUET:
            raise Protected("“{file}” is encrypted; write it without encryption.", file=path)
    require_parquet(path)
    try:
        pl.read_parquet_schema(path)
    except (pl.exceptions.PolarsError, OSError, ValueError):
        raise SourceTruncated(
            "“{file}” is Parquet, but what stands at its end is damaged. Write or copy it again.", file=path
        ) from None


def _require_text(path: Path, head: bytes) -> None:
    """Raise `WrongFormat` unless it is text and not the text of something else."""
    kind = "encrypted Parquet" if head.startswith(ENCRYPTED_PARQUET) else bytes_of.kind_of_head(head)
    if kind is not None and kind != "XML":
        raise _no_table(path, kind)
    if not encodings.is_text(head):
        raise WrongFormat(
            "“{file}” is neither text nor any table that is known here. Hand in CSV, Excel, DBF, JSON, GeoJSON, XML, "
            "Parquet or a ZIP file of these.",
            file=path,
        )


def _no_table(path: Path, kind: str) -> WrongFormat:
    return WrongFormat(
        "“{file}” is {what} and no table, whatever its name says. Open it, save the table as Excel (.xlsx) or CSV, and "
        "hand that in.",
        file=path,
        what=kind,
    )


def _require_xml(path: Path, head: bytes) -> None:
    """Raise where XML is a workbook, declares a type, or does not end with an element."""
    if markup.SPREADSHEET.encode() in head:
        raise _no_table(path, "a workbook of Excel 2003 (XML)")
    if _declares_type(head):
        raise Bomb(
            "“{file}” declares a document type (DOCTYPE), as XML bombs do and no table needs. Export it without.",
            file=path,
        )
    if not head.startswith(markup.UTF16):
        _require_closed(path, b">")


def _require_closed(path: Path, *ends: bytes) -> None:
    """Raise `SourceTruncated` where JSON or XML does not end as it must."""
    with path.open("rb") as file:
        file.seek(-min(HEAD_BYTES, path.stat().st_size), 2)
        end = file.read().rstrip(b" \t\r\n\x00\x1a")
    if not end.endswith(ends):
        raise SourceTruncated(
            "“{file}” breaks off: {format} ends with a closing bracket. Export it again.",
            file=path,
            format="XML" if ends == (b">",) else "JSON",
        )
