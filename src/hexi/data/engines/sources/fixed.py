"""Fixed-width text: columns that begin and end at fixed places of a line, counted in characters or in bytes."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from hexi.data.contracts.model import Contract
from hexi.data.engines.sources import bytes_of, encodings
from hexi.data.engines.sources.columns import LINE, kept, named
from hexi.data.engines.sources.positions import CELL_END, SPACE, BadCell, Bytes, Writer, filled, scanned
from hexi.data.engines.sources.records import (
    RawSource,
    SourceInvalid,
    SourceTruncated,
    WrongEncoding,
    WrongPlace,
)

PIECE_LINES = 1 << 15
LINE_END, RETURN = 0x0A, 0x0D


def open_fixed(contract: Contract, path: Path, *, workspace: Path) -> RawSource:
    """Return the columns that the contract places, without the spaces around their values; `_line` is the line.

    A line that ends early has no more columns: editors take off trailing spaces. One without any text is no row.
    Raises what `records` names.
    """
    bytes_of.require(path)
    bytes_of.refuse_other_formats(path, expected="fixed-width text")
    aside = bytes_of.Aside(path)
    said = contract.source
    names = named([each.name for each in said.columns], file=path, line=said.first_row)
    columns = kept(contract, names, file=path)
    utf8, encoding = encodings.as_utf8(path, encoding=said.encoding, workspace=workspace)
    if said.counted == "bytes":
        frame = _Bytes(contract, path, encoding).frame(names, workspace)
    else:
        frame = _by_characters(contract, utf8, path, names)
    is_row = ~pl.all_horizontal(pl.col(name).is_null() for name in names)
    frame = frame.filter(is_row).select(LINE, *columns)
    return RawSource(
        name=path.name,
        format="fixed",
        frame=frame,
        columns=columns,
        total_rows=None,
        digest=aside.sha256,
        size_bytes=aside.size_bytes,
        encoding=encoding,
        explain=lambda error: _explained(error, path),
    )


def _by_characters(contract: Contract, utf8: Path, path: Path, names: tuple[str, ...]) -> pl.LazyFrame:
    said = contract.source
    lines = pl.scan_csv(
        utf8,
        separator=chr(CELL_END),
        quote_char=None,
        has_header=False,
        schema={"text": pl.String()},
        skip_lines=said.first_row - 1,
        row_index_name=LINE,
        row_index_offset=said.first_row,
        raise_if_empty=False,
        missing_columns="insert",
        glob=False,
    )
    if said.first_row == 1:
        lines = lines.with_columns(pl.col("text").str.strip_prefix("\ufeff"))
    lines = lines.with_columns(pl.col("text").str.strip_chars_end("\r"))
    _refuse_cut(lines.select(pl.col("text").str.len_chars()), utf8, path, said.first_row)
    cells = [
        filled(pl.col("text").str.slice(each.start - 1, each.width).str.strip_chars(" ")).alias(name)
        for name, each in zip(names, said.columns, strict=True)
    ]
    return lines.select(pl.col(LINE).cast(pl.Int64), *cells)


class _Bytes:
    """A text whose columns are counted in bytes of its encoding, in which a Chinese character has two or more."""

    def __init__(self, contract: Contract, path: Path, encoding: str) -> None:
        self.said, self.path, self.encoding = contract.source, path, encoding
        if " \n".encode(encoding) != b" \n":
            raise WrongEncoding(
                "“{file}” is in {encoding}, whose letters have more than one byte: say “counted: characters” in "
                "hexi.source.",
                file=path,
                encoding=encoding,
            )
        self.width = max(each.start + each.width - 1 for each in self.said.columns)

    def frame(self, names: tuple[str, ...], workspace: Path) -> pl.LazyFrame:
        """Write the columns out as separated text and return that as a frame."""
        target = workspace / f"{self.path.name}.cells"
        columns = self.said.columns
        with Writer(target, [each.width for each in columns], self.encoding, keeps_halves=False) as out:
            for first, lines in self._pieces():
                try:
                    out.write([lines[:, each.start - 1 : each.start - 1 + each.width] for each in columns])
                except BadCell as bad:
                    raise self._refusal(bad, first) from None
        cells = [filled(pl.col(name).str.strip_chars(" ")).alias(name) for name in names]
        return scanned(target, names, first=self.said.first_row).select(LINE, *cells)

    def _pieces(self) -> Iterator[tuple[int, Bytes]]:
        """Yield the number of a line and the lines from it on, as rows of equal width, filled up with spaces."""
        text: Bytes = np.memmap(self.path, np.uint8, "r")
        begin = len(codecs.BOM_UTF8) if bytes(text[:3]) == codecs.BOM_UTF8 else 0
        ends = np.flatnonzero(text == LINE_END)
        if not len(ends) or ends[-1] != len(text) - 1:
            ends = np.append(ends, len(text))
        starts = np.concatenate([[begin], ends[:-1] + 1])
        has_return = (ends > starts) & (text[np.maximum(ends - 1, 0)] == RETURN)
        lengths = ends - starts - has_return
        starts, lengths = starts[self.said.first_row - 1 :], lengths[self.said.first_row - 1 :]
        _refuse_cut(pl.LazyFrame({"": lengths}), self.path, self.path, self.said.first_row)
        places = np.arange(self.width)
        for done in range(0, len(starts), PIECE_LINES):
            begins, sizes = starts[done : done + PIECE_LINES], lengths[done : done + PIECE_LINES]
            at = begins[:, None] + places
            lines = text[np.minimum(at, len(text) - 1)]
            lines[places >= sizes[:, None]] = SPACE
            yield self.said.first_row + done, lines

    def _refusal(self, bad: BadCell, first: int) -> SourceInvalid:
        column = self.said.columns[bad.place]
        return WrongPlace(
            "Line {line} of “{file}”: “{column}”, bytes {start} to {end}, begins or ends within a character. Mend its "
            "start and width in hexi.source, or say “counted: characters”.",
            line=first + bad.row,
            file=self.path,
            column=column.name,
            start=column.start,
            end=column.start + column.width - 1,
        )


def _refuse_cut(lengths: pl.LazyFrame, text: Path, path: Path, first: int) -> None:
    """Raise `SourceTruncated` where the last line alone is shorter than all others and has no end."""
    with text.open("rb") as file:
        file.seek(-1, 2)
        if file.read() in b"\r\n\x1a":
            return
    found = lengths.collect().to_series()
    before = found.head(-1)
    if found.len() > 2 and before.n_unique() == 1 and (found[-1] or 0) < (before[0] or 0):
        raise SourceTruncated(
            "“{file}” breaks off in line {line}, its last one, which has {found} places where all others have {width}. "
            "Export it again.",
            file=path,
            line=first + before.len(),
            found=found[-1],
            width=before[0],
        )


def _explained(error: BaseException, path: Path) -> BaseException:
    if not isinstance(error, pl.exceptions.PolarsError):
        return error
    return encodings.wrong_encoding(path, "utf-8") or SourceInvalid(
        "“{file}” cannot be read: {reason}", file=path, reason=str(error).split("\n", 1)[0]
    )
