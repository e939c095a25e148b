"""What the first bytes of a DBF say: its columns, how many records there are and in which encoding."""

from __future__ import annotations

import codecs
import re
import struct
from dataclasses import dataclass
from pathlib import Path

from hexi.data.engines.sources import bytes_of
from hexi.data.engines.sources.records import Protected, SourceInvalid, SourceTruncated, WrongFormat

VERSIONS = {0x02, 0x03, 0x30, 0x31, 0x32, 0x43, 0x63, 0x7B, 0x83, 0x8B, 0x8E, 0xCB, 0xF5, 0xFB}
"""First bytes of dBASE III and IV, FoxPro and Visual FoxPro."""
FOXPRO = {0x30, 0x31, 0x32}
PREFIX_BYTES, COLUMN_BYTES, END = 32, 32, 0x0D
LARGEST_HEADER_BYTES = 1 << 16
TEXTS, MEMOS = "CNFLDV", "MGPW"
KNOWN = TEXTS + MEMOS + "IBYT0"
CODE_PAGES = {
    **dict.fromkeys((0x4D, 0x7A), "gb18030"),
    **dict.fromkeys((0x4F, 0x78), "cp950"),
    **dict.fromkeys((0x13, 0x7B), "cp932"),
    **dict.fromkeys((0x4E, 0x79), "cp949"),
    **dict.fromkeys((0x01, 0x09, 0x0B, 0x0D, 0x0F, 0x11, 0x15, 0x18, 0x19, 0x1B), "cp437"),
    **dict.fromkeys((0x02, 0x08, 0x0A, 0x0E, 0x10, 0x12, 0x14, 0x16, 0x1A, 0x1D, 0x25, 0x37), "cp850"),
    **dict.fromkeys((0x03, 0x58, 0x59), "cp1252"),
    **dict.fromkeys((0x65, 0x26), "cp866"),
    **dict.fromkeys((0xC8,), "cp1250"),
    **dict.fromkeys((0xC9,), "cp1251"),
}
"""Language byte → encoding. 0x57 says no more than “that of the machine”, so it stands for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One field of the records."""

    name: str
    type: str
    """A letter of `KNOWN`."""
    at: int
    """Where it begins in the record, which begins with the mark of deletion."""
    width: int
    flags: int
    null_bit: int | None = None
    """Bit of the column of flags that says it is NULL."""
    short_bit: int | None = None
    """Bit that says its last byte is its length (Varchar)."""

    @property
    def is_memo(self) -> bool:
        """Whether it holds no more than the number of a block in another file."""
        return self.type in MEMOS

    @property
    def is_text(self) -> bool:
        """Whether its bytes are text."""
        return self.type in TEXTS or (self.is_memo and self.width == 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What is known before the first record."""

    version: int
    records: int
    size_bytes: int
    """Where the records begin."""
    record_bytes: int
    columns: tuple[Column, ...]
    """Without the column of flags."""
    flags: Column | None
    """The column that says of each record what is NULL in it."""
    encoding: str | None
    """What the language byte says, if it says anything."""


def is_dbase(head: bytes) -> bool:
    """Whether a file that begins so is a DBF: its fields together are as long as it says its records are."""
    if len(head) < PREFIX_BYTES + COLUMN_BYTES or head[0] not in VERSIONS:
        return False
    size, record = struct.unpack_from("<HH", head, 8)
    at, total = PREFIX_BYTES, 1
    while at + COLUMN_BYTES < min(len(head), size) and head[at] != END:
        if chr(head[at + 11]) not in KNOWN:
            return False
        total += _width(head, at)
        at += COLUMN_BYTES
    is_whole = at < len(head) and head[at] == END
    return at > PREFIX_BYTES and (total == record if is_whole else total < record and size > len(head))


def header_of(path: Path) -> Header:
    """Return the header of a DBF. Raises `WrongFormat`, `SourceInvalid`, `SourceTruncated`, `Protected`."""
    with path.open("rb") as file:
        head = file.read(LARGEST_HEADER_BYTES)
    if not is_dbase(head):
        raise _no_dbase(path, head)
    if head[15]:
        raise Protected("“{file}” is encrypted by dBASE; save it without a password.", file=path)
    (records,) = struct.unpack_from("<I", head, 4)
    size, record = struct.unpack_from("<HH", head, 8)
    found = path.stat().st_size
    if found < size + records * record:
        raise SourceTruncated(
            "“{file}” breaks off: its header says {records} records, {found} are there whole. Copy or export it again.",
            file=path,
            records=records,
            found=max(0, found - size) // record,
        )
    columns, flags = _columns(head, path)
    return Header(
        version=head[0],
        records=records,
        size_bytes=size,
        record_bytes=record,
        columns=columns,
        flags=flags,
        encoding=CODE_PAGES.get(head[29]),
    )


def encoding_named(text: str) -> str | None:
    """Return the encoding that a `.cpg` names, such as `UTF-8`, `936` or `GBK`, None where it is not known."""
    name = re.sub(r"^(?:ANSI|OEM)?\s*(?:CP)?[\s_-]*(?=\d{3,5}$)", "cp", text.strip(), flags=re.IGNORECASE)
    try:
        found = codecs.lookup(
            {"cp54936": "gb18030", "cp65001": "utf-8", "cp88591": "latin-1"}.get(name.lower(), name)
        ).name
    except LookupError:
        return None
    return found


def _columns(head: bytes, path: Path) -> tuple[tuple[Column, ...], Column | None]:
    columns: list[Column] = []
    flags: Column | None = None
    at, begins, bit = PREFIX_BYTES, 1, 0
    while head[at] != END:
        raw = head[at : at + 11].split(b"\x00", 1)[0]
        type, width, marks = chr(head[at + 11]), _width(head, at), head[at + 18] if head[0] in FOXPRO else 0
        name = _name(raw)
        short_bit = null_bit = None
        if head[0] in FOXPRO and type == "V":
            short_bit, bit = bit, bit + 1
        if marks & 2:
            null_bit, bit = bit, bit + 1
        column = Column(
            name=name, type=type, at=begins, width=width, flags=marks, null_bit=null_bit, short_bit=short_bit
        )
        _require_readable(column, path)
        if type == "0":
            flags = column
        else:
            columns.append(column)
        begins += width
        at += COLUMN_BYTES
    return tuple(columns), flags


def _require_readable(column: Column, path: Path) -> None:
    sizes = {"I": (4,), "B": (8,), "Y": (8,), "T": (8,), "D": (8,), "L": (1,), **dict.fromkeys(MEMOS, (4, 10))}
    if column.width not in sizes.get(column.type, (column.width,)):
        raise SourceInvalid(
            "The column “{column}” of “{file}” is of the type {type} with {width} bytes, which is not read. Export the "
            "table as dBASE IV or CSV.",
            column=column.name,
            file=path,
            type=column.type,
            width=column.width,
        )


def _width(head: bytes, at: int) -> int:
    """The width of a column; long texts keep the upper byte where numbers keep their decimals."""
    return int(head[at + 16]) + (head[at + 17] << 8 if head[at + 11] == ord("C") else 0)


def _name(raw: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    # A name has ten bytes, so its last character may be cut.
    return raw.decode("gb18030", errors="replace").rstrip("\ufffd")


def _no_dbase(path: Path, head: bytes) -> SourceInvalid:
    if head[:1] == b"\x04" or head[:1] == b"\x8c":
        return WrongFormat("“{file}” is a table of dBASE 7, which is not read. Save it as dBASE IV or CSV.", file=path)
    if head[:1] and head[0] in VERSIONS:
        return SourceTruncated(
            "“{file}” has a damaged or cut header: its columns do not add up to its records. Export it again.",
            file=path,
        )
    bytes_of.refuse_other_formats(path, expected="DBF")
    return WrongFormat(
        "“{file}” is no DBF: it does not begin as dBASE and FoxPro begin a table. Name the right file, or set “format” "
        "in hexi.source.",
        file=path,
    )
