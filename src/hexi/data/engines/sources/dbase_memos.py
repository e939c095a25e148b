"""Memo fields of a DBF: long texts that lie in a file of their own, `.dbt` or `.fpt`, beside the table."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Collection
from pathlib import Path

import polars as pl

from hexi.data.engines.sources.dbase_headers import Header
from hexi.data.engines.sources.records import (
    LIMIT_CELL_BYTES,
    CellTooLarge,
    SourceInvalid,
    SourceMissing,
    SourceTruncated,
    WrongEncoding,
)

HEADER_BYTES = 22
OLD_BLOCK_BYTES = 512
DBASE_4 = b"\xff\xff\x08\x00"
END = b"\x1a"
IS_TEXT = 1
ENDINGS = (".dbt", ".DBT", ".fpt", ".FPT")


class Memos:
    """The texts of one table, each found by the number of its block."""

    def __init__(self, path: Path, *, is_foxpro: bool) -> None:
        """Open the file of memos."""
        self.path, self._is_foxpro = path, is_foxpro
        self.encoding = "utf-8"
        with path.open("rb") as file:
            head = file.read(HEADER_BYTES)
            if len(head) < HEADER_BYTES:
                raise SourceTruncated("“{file}” has no header: the file of memos was cut. Copy it again.", file=path)
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        said = struct.unpack_from(">H", head, 6)[0] if is_foxpro else struct.unpack_from("<H", head, 20)[0]
        self._block = max(1, said) if is_foxpro else said or OLD_BLOCK_BYTES

    def texts(self, blocks: pl.Expr) -> pl.Expr:
        """Return the texts for a column of numbers of blocks; NULL where there is none."""
        return blocks.map_batches(self._texts, return_dtype=pl.String, is_elementwise=True)

    def _texts(self, blocks: pl.Series) -> pl.Series:
        return pl.Series(blocks.name, [self._text(each) for each in blocks], dtype=pl.String)

    def _text(self, cell: str | None) -> str | None:
        number = (cell or "").strip(" \x00")
        if not number or not int(number):
            return None
        raw = self._raw(int(number))
        if len(raw) > LIMIT_CELL_BYTES:
            raise CellTooLarge(
                "Block {block} of “{file}” holds {size} bytes; a value has at most {limit}.",
                block=number,
                file=self.path,
                size=len(raw),
                limit=LIMIT_CELL_BYTES,
            )
        try:
            return raw.rstrip(b"\x00 ").decode(self.encoding) or None
        except UnicodeDecodeError as error:
            raise WrongEncoding(
                "Block {block} of “{file}” holds the byte 0x{value:02x}, which is no {encoding}. Say the right "
                "“encoding” in hexi.source, such as gb18030 or big5.",
                block=number,
                file=self.path,
                value=error.object[error.start],
                encoding=self.encoding,
            ) from None

    def _raw(self, number: int) -> bytes:
        at = number * self._block
        head = self._bytes[at : at + 8]
        if len(head) < len(DBASE_4):
            raise self._cut(number)
        if self._is_foxpro:
            kind, size = struct.unpack(">II", head)
            if kind != IS_TEXT:
                raise SourceInvalid(
                    "Block {block} of “{file}” is a picture or an object, not text. Take its column out of the table.",
                    block=number,
                    file=self.path,
                )
            begins = at + 8
        elif head.startswith(DBASE_4):
            size, begins = struct.unpack("<I", head[4:])[0] - 8, at + 8
        else:
            begins = at
            size = self._bytes.find(END, at) - at
        if size < 0 or begins + size > len(self._bytes):
            raise self._cut(number)
        return self._bytes[begins : begins + size]

    def _cut(self, number: int) -> SourceTruncated:
        return SourceTruncated(
            "“{file}” breaks off before the end of block {block}: the file of memos was cut. Copy it again.",
            file=self.path,
            block=number,
        )


def memos_of(path: Path, header: Header, wanted: Collection[str]) -> Memos | None:
    """Return the memos of a table, None where it has none or nobody wants those that are not there.

    Raises `SourceMissing` where a wanted column has its texts in a file that is not beside the table.
    """
    columns = [each.name for each in header.columns if each.is_memo]
    if not columns:
        return None
    for ending in ENDINGS:
        other = path.with_suffix(ending)
        if other.is_file():
            return Memos(other, is_foxpro=ending.lower() == ".fpt")
    read = [name for name in columns if name in wanted]
    if read:
        raise SourceMissing(
            "“{file}” keeps the texts of “{column}” in a file of memos, which is not beside it: {names}. Put it there, "
            "or take the field out of the contract.",
            file=path,
            column=read[0],
            names=f"{path.stem}.dbt, {path.stem}.fpt",
        )
    return None
