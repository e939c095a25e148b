"""Files that nobody should hand in, and the honest ones beside them; all are made here."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Mapping

import polars as pl
import xlsxwriter

from tests.data.sources.dbf import dbf

CSV = "代码,名称\n1,兰州\n2,敦煌\n".encode()
JSON = b'[{"code": "1"}, {"code": "2"}]'
GEOJSON = b'{"type": "FeatureCollection", "features": []}'
DBF = dbf([("code", "C", 6), ("name", "C", 8)], [[b"620100", "兰州".encode("gb18030")]])
XML = '<?xml version="1.0"?><名录><单位>兰州</单位><单位>敦煌</单位></名录>'.encode()
OLD_XML_WORKBOOK = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
BOMB = b"""<?xml version="1.0"?>\n<!-- > --><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><sst>&b;</sst>"""


def zipped(files: Mapping[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def workbook() -> bytes:
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed) as book:
        sheet = book.add_worksheet("表")
        for row, cells in enumerate((("code", "name"), ("1", "兰州"))):
            sheet.write_row(row, 0, cells)
    return packed.getvalue()


def workbook_with(part: str, content: bytes) -> bytes:
    """A workbook in which one part is another."""
    with zipfile.ZipFile(io.BytesIO(workbook())) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    return zipped({**parts, part: content})


def parquet() -> bytes:
    written = io.BytesIO()
    pl.DataFrame({"code": list(range(1000))}).write_parquet(written)
    return written.getvalue()


def encrypted_workbook() -> bytes:
    """What Office writes for a workbook with a password: a container with a stream of that name."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512)


def encrypted_zip() -> bytes:
    """An archive whose directory and file say “encrypted”."""
    packed = bytearray(zipped({"beds.csv": CSV}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(mark) + place] |= 1
    return bytes(packed)


def zip_bomb() -> bytes:
    return zipped({"beds.csv": b"a,b\n" + b"0" * (101 << 20)})


def lying_zip() -> bytes:
    """An archive whose directory says that a member is smaller than what it unpacks to."""
    packed = bytearray(zipped({"beds.csv": CSV * 1000}))
    struct.pack_into("<I", packed, packed.index(b"PK\x01\x02") + 24, 5000)
    return bytes(packed)


def zip_of_one_file_twice_over() -> bytes:
    """An archive whose two entries share the same bytes."""
    packed = zipped({"a.csv": CSV * 100}, compression=zipfile.ZIP_STORED)
    at, end = packed.index(b"PK\x01\x02"), packed.index(b"PK\x05\x06")
    entry = packed[at:end]
    other = bytearray(entry)
    other[46:51] = b"b.csv"
    tail = bytearray(packed[end:])
    struct.pack_into("<HHI", tail, 8, 2, 2, len(entry) * 2)
    return packed[:at] + entry + bytes(other) + bytes(tail)


def zip_with_huge_directory() -> bytes:
    packed = bytearray(zipped({"a.csv": CSV}))
    struct.pack_into("<I", packed, packed.index(b"PK\x05\x06") + 12, 1 << 30)
    return bytes(packed)


def zip_with_link() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        link = zipfile.ZipInfo("beds.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    return packed.getvalue()


def zip_of_chinese_windows() -> bytes:
    """An archive whose names are GB18030 without saying so, in a folder with the other stroke."""
    name = "床位\\机构.csv".encode("gb18030")
    packed = zipped({"x" * len(name): CSV})
    return packed.replace(b"x" * len(name), name)
