"""DBF: tables of dBASE III and IV, FoxPro and Visual FoxPro, every value as text that reads back exactly.

The records are turned into separated UTF-8 text in the workspace, piece by piece in whole arrays, and that is
scanned. A deleted record is no row; its number is not given to another.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from hexi.data.contracts.model import Contract
from hexi.data.engines.sources import bytes_of, dbase_values, encodings
from hexi.data.engines.sources.columns import LINE, kept, named
from hexi.data.engines.sources.dbase_headers import Column, Header, encoding_named, header_of
from hexi.data.engines.sources.dbase_memos import memos_of
from hexi.data.engines.sources.positions import SPACE, BadCell, Bytes, Writer, scanned
from hexi.data.engines.sources.records import NulByte, RawSource, WrongEncoding
from hexi.kernel.names import Text

PIECE_BYTES = 16 << 20
DELETED = ord("*")
MARK = "_mask"
"""What the mark of deletion is called in the text that is scanned: a name that no column can have."""


def open_dbase(contract: Contract, path: Path, *, workspace: Path) -> RawSource:
    """Return the records that are not deleted; `_line` is the number that the record has in the file.

    The text is in the encoding that the contract says, else that of the language byte, else of a `.cpg` beside the
    file, else UTF-8 or GB18030. Raises what `records` names.
    """
    bytes_of.require(path)
    aside = bytes_of.Aside(path)
    header = header_of(path)
    names = named([each.name for each in header.columns], file=path, line=1)
    wanted = kept(contract, names, file=path)
    memos = memos_of(path, header, {each.source for each in contract.fields})
    all_columns = zip(names, header.columns, strict=True)
    taken = {name: each for name, each in all_columns if name in wanted and (memos is not None or not each.is_memo)}
    records = _Records(path, header, list(taken.values()), workspace)
    encoding = records.write(contract.source.encoding)
    frame = scanned(records.target, [MARK, *taken])
    if records.deleted:
        frame = frame.filter(pl.col(MARK) != "*")
    shown = []
    for name, column in taken.items():
        if memos is not None and column.is_memo:
            memos.encoding = encoding
            shown.append(memos.texts(pl.col(name)).alias(name))
        else:
            shown.append(dbase_values.text_of(column, name).alias(name))
    return RawSource(
        name=path.name,
        format="dbf",
        frame=frame.select(LINE, *shown),
        columns=tuple(taken),
        total_rows=header.records - records.deleted,
        digest=aside.sha256,
        size_bytes=aside.size_bytes,
        encoding=encoding,
        notes=(*records.notes(encoding), *_left_out([name for name in wanted if name not in taken])),
    )


class _Records:
    """The records of one file on their way into text."""

    def __init__(self, path: Path, header: Header, columns: Sequence[Column], workspace: Path) -> None:
        self.path, self.header, self.columns = path, header, columns
        self.target = workspace / f"{path.name}.cells"
        self.deleted = self.halves = 0
        self._is_doubtful = False

    def write(self, said: str | None) -> str:
        """Write all records as text and return the encoding that they were in."""
        wanted = encodings.known(said, self.path) if said else self.header.encoding or _beside(self.path)
        self._is_doubtful = not said and (wanted or "").startswith(("cp4", "cp8", "cp12"))
        if wanted is None:
            try:
                self._write_in("utf-8")
            except WrongEncoding:
                wanted = encodings.FALLBACK
            else:
                return "utf-8"
        self._write_in(wanted)
        return wanted

    def notes(self, encoding: str) -> list[Text]:
        """What is to be told about the records."""
        found = []
        if self.deleted:
            found.append(
                Text(
                    f"有{self.deleted}条记录带删除标记，未读取。",
                    f"{self.deleted} records are marked as deleted and were not read.",
                )
            )
        if self.halves:
            found.append(
                Text(
                    f"有{self.halves}处文字在字段末尾被截断半个字，显示为“�”。",
                    f"{self.halves} texts are cut off within a character at the end of their field, shown as “�”.",
                )
            )
        if self._is_doubtful:
            found.append(
                Text(
                    f"文件自称编码为{encoding}；如中文显示为乱码，请在数据契约的hexi.source中写明encoding: gb18030。",
                    f"The file says it is in {encoding}; where it is garbled, set “encoding: gb18030” in hexi.source.",
                )
            )
        return found

    def _write_in(self, encoding: str) -> None:
        header = self.header
        shape = (header.records, header.record_bytes)
        records: Bytes = (
            np.memmap(self.path, np.uint8, "r", offset=header.size_bytes, shape=shape)
            if header.records
            else np.empty(shape, np.uint8)
        )
        step = max(1, PIECE_BYTES // header.record_bytes)
        widths = [1, *(dbase_values.width_of(each) for each in self.columns)]
        self.deleted = 0
        with Writer(self.target, widths, encoding, keeps_halves=True) as out:
            for done in range(0, header.records, step):
                piece = records[done : done + step]
                is_deleted = piece[:, 0] == DELETED
                cells = dbase_values.cells_of(self.columns, piece, header)
                if is_deleted.any():
                    self.deleted += int(is_deleted.sum())
                    for each in cells:
                        each[is_deleted] = SPACE
                self._without_zeros(cells, done)
                try:
                    out.write([piece[:, :1], *cells])
                except BadCell as bad:
                    raise self._refusal(bad, done, encoding) from None
        self.halves = out.halves

    def _without_zeros(self, cells: Sequence[Bytes], done: int) -> None:
        """Put spaces in the place of zero bytes that fill a cell up. Raise where one is followed by text."""
        for column, cell in zip(self.columns, cells, strict=True):
            if column.is_text and not cell.all():
                is_broken = ((cell[:, :-1] == 0) & (cell[:, 1:] != 0) & (cell[:, 1:] != SPACE)).any(axis=1)
                if is_broken.any():
                    raise NulByte(
                        "Record {number} of “{file}”: “{column}” holds a zero byte before its end. Export it again.",
                        number=done + int(np.argmax(is_broken)) + 1,
                        file=self.path,
                        column=column.name,
                    )
            cell[cell == 0] = SPACE

    def _refusal(self, bad: BadCell, done: int, encoding: str) -> WrongEncoding:
        return WrongEncoding(
            "Record {number} of “{file}”: “{column}” holds the byte 0x{value:02x}, which is no {encoding}. Say the "
            "right “encoding” in hexi.source, such as gb18030 or big5.",
            number=done + bad.row + 1,
            file=self.path,
            column=self.columns[bad.place - 1].name if bad.place else "–",
            value=bad.byte,
            encoding=encoding,
        )


def _beside(path: Path) -> str | None:
    """The encoding that a `.cpg` beside the table names, None where there is none that is known."""
    for ending in (".cpg", ".CPG"):
        other = path.with_suffix(ending)
        if other.is_file():
            return encoding_named(other.read_bytes()[:64].decode("ascii", "replace"))
    return None


def _left_out(names: Sequence[str]) -> list[Text]:
    if not names:
        return []
    zh, en = "、".join(f"“{name}”" for name in names), ", ".join(f"“{name}”" for name in names)
    return [
        Text(
            f"{zh}是备注字段，其文字在另一个文件（.dbt或.fpt）中，未随表提供，没有读取。",
            f"{en}: the texts of memo fields lie in another file (.dbt or .fpt), which did not come with the table; "
            "they were not read.",
        )
    ]
