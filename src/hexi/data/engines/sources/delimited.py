"""CSV and its cousins: any encoding, any usual dialect, exact source lines.

The file itself is scanned, without a copy, when it is UTF-8 and its quotation marks are where they belong;
otherwise a copy in the workspace is, whose lines are those of the file. Polars refuses rows that are too
long but fills up rows that are too short in silence, so separators are counted.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from hexi.data.contracts.model import Contract
from hexi.data.engines.sources import bytes_of, encodings
from hexi.data.engines.sources.columns import LINE, kept, named
from hexi.data.engines.sources.dialects import find_dialect, rows_of
from hexi.data.engines.sources.records import (
    LIMIT_CELL_BYTES,
    CellTooLarge,
    RaggedRow,
    RawSource,
    SourceInvalid,
    SourceTruncated,
)
from hexi.data.engines.sources.survey import Shape, Survey, survey


def open_delimited(contract: Contract, path: Path, *, workspace: Path) -> RawSource:
    """Return the file as a frame of text. Raises what `records` names, with file and line.

    A line without any text is no row. A cell that is empty is NULL, one that is `""` is the empty text.
    """
    bytes_of.require(path)
    bytes_of.refuse_other_formats(path, expected="CSV")
    aside = bytes_of.Aside(path)
    utf8, encoding = encodings.as_utf8(path, encoding=contract.source.encoding, workspace=workspace)
    reading = Reading(contract, path, utf8, workspace)
    return RawSource(
        name=path.name,
        format="csv",
        frame=reading.frame(),
        columns=reading.kept,
        total_rows=reading.survey.rows - reading.survey.blank_rows,
        digest=aside.sha256,
        size_bytes=aside.size_bytes,
        encoding=encoding,
        explain=reading.explain,
    )


class Reading:
    """One delimited file: its dialect, its frame, and what is wrong with it."""

    def __init__(self, contract: Contract, path: Path, utf8: Path, workspace: Path) -> None:
        self.path, self.utf8 = path, utf8
        self.dialect = find_dialect(contract, utf8, file=path)
        self.header = named(self.dialect.header, file=path, line=contract.source.header_row)
        self.kept = kept(
            contract,
            self.header,
            file=path,
            line=contract.source.header_row,
            header_below=self.dialect.header_below,
        )
        self._has_mark = self._begins_with_mark()
        if len(self.dialect.delimiter.encode()) > 1 or self._has_mark:
            self._rewrite(workspace)
        self.survey = self._survey()
        if self.survey.has_stray_quotes:
            self._rewrite(workspace)
            self.survey = self._survey()
        self._check_counts()

    def frame(self) -> pl.LazyFrame:
        """Every cell as text, with its line."""
        frame = self._scan().with_columns(pl.col(LINE).cast(pl.Int64))
        if self.survey.rows < self.survey.lines:
            frame = self._with_true_lines(frame)
        if self.survey.blank_rows:
            frame = frame.filter(~pl.all_horizontal(pl.col(name).is_null() for name in self.header))
        return frame.select(LINE, *self.kept)

    def explain(self, error: BaseException) -> BaseException:
        """Return the error that names the line, for what the engine said during the scan."""
        text = str(error)
        if "utf-8" in text.lower() or "utf8" in text.lower():
            found = encodings.wrong_encoding(self.utf8, "utf-8")
            if found is not None:
                return found
        try:
            self._check_shapes()
        except SourceInvalid as found_here:
            return found_here
        return SourceInvalid("“{file}” cannot be read: {reason}", file=self.path, reason=text.split("\n", 1)[0])

    def _survey(self) -> Survey:
        dialect = self.dialect
        shape = Shape(
            separator=ord(dialect.delimiter),
            quote=ord(dialect.quote) if dialect.quote else None,
            line_end=ord(dialect.line_end),
            width=len(self.header),
        )
        return survey(self.utf8, shape, start=dialect.data_at, first_line=dialect.first_line, file=self.path)

    def _check_counts(self) -> None:
        """Look at the counts before the scan, and closer where they are not those of a table."""
        found = self.survey
        if found.longest_row_bytes > LIMIT_CELL_BYTES:
            self._refuse_large_cells()
        expected = (found.rows - found.empty_rows) * (len(self.header) - 1)
        if found.row_bytes or found.separators != expected or self._is_last_row_odd():
            self._check_shapes()

    def _check_shapes(self) -> None:
        """Read the whole file with the standard library and raise at the first row of another length."""
        width = len(self.header)
        for line, cells in self._rows():
            if not cells or len(cells) == width:
                continue
            if len(cells) < width and self._is_cut_at(line):
                raise SourceTruncated(
                    "“{file}” breaks off in line {line}, its last one: that has {found} cells, the header has {width}. "
                    "Export it again.",
                    file=self.path,
                    line=line,
                    found=len(cells),
                    width=width,
                )
            facts = {"line": line, "file": self.path, "found": len(cells), "width": width}
            if len(cells) == 1:
                raise RaggedRow(
                    "Line {line} of “{file}” has a single cell, the header has {width}. If it is a note, take it out: "
                    "only records stand below the header. If it is a record, a “{delimiter}” is missing before "
                    "“{column}”.",
                    delimiter=self.dialect.delimiter,
                    column=self.header[1],
                    **facts,
                )
            if len(cells) < width:
                raise RaggedRow(
                    "Line {line} of “{file}” has {found} cells, the header has {width}: a “{delimiter}” is missing, at "
                    "the latest before “{column}”.",
                    delimiter=self.dialect.delimiter,
                    column=self.header[len(cells)],
                    **facts,
                )
            if line == self.dialect.first_line:
                raise RaggedRow(
                    "Line {line} of “{file}” has {found} cells, the header above it has {width}. If that is a title, "
                    "take it out; if it is the header, it lacks a name. Otherwise a text with a “{delimiter}” in it "
                    "must stand in quotation marks.",
                    delimiter=self.dialect.delimiter,
                    **facts,
                )
            raise RaggedRow(
                "Line {line} of “{file}” has {found} cells, the header has {width}: a text with a “{delimiter}” in it "
                "must stand in quotation marks.",
                delimiter=self.dialect.delimiter,
                **facts,
            )

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        return rows_of(self.utf8, self.dialect, file=self.path)

    def _is_cut_at(self, line: int) -> bool:
        with self.utf8.open("rb") as file:
            file.seek(-1, 2)
            whole = file.read(1) == self.dialect.line_end.encode()
        return not whole and line >= self.dialect.first_line + self.survey.lines - 1

    def _is_last_row_odd(self) -> bool:
        """Whether the text ends in an empty cell without a line end: one too many there is let pass by the engine."""
        delimiter, quote = self.dialect.delimiter.encode(), self.dialect.quote.encode()
        with self.utf8.open("rb") as file:
            file.seek(-min(LIMIT_CELL_BYTES, self.utf8.stat().st_size), 2)
            last = file.read().rsplit(self.dialect.line_end.encode(), 1)[-1]
        has_quotes = bool(quote) and quote in last
        return last.endswith(delimiter) and (has_quotes or last.count(delimiter) != len(self.header) - 1)

    def _refuse_large_cells(self) -> None:
        for line, cells in self._rows():
            for name, cell in zip(self.header, cells, strict=False):
                if len(cell.encode()) > LIMIT_CELL_BYTES:
                    raise CellTooLarge(
                        "Line {line} of “{file}”: the cell “{column}” holds {size} bytes; a value has at most {limit}. "
                        "A quotation mark may be missing or too many.",
                        line=line,
                        file=self.path,
                        column=name,
                        size=len(cell.encode()),
                        limit=LIMIT_CELL_BYTES,
                    )

    def _begins_with_mark(self) -> bool:
        """Whether the first cell begins with U+FEFF: where a scan begins, the engine takes it for a byte order mark."""
        with self.utf8.open("rb") as file:
            file.seek(self.dialect.data_at)
            return file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8

    def _scan(self) -> pl.LazyFrame:
        dialect = self.dialect
        # The copy has an empty line there.
        above = int(self._has_mark)
        frame = pl.scan_csv(
            self.utf8,
            separator=dialect.delimiter,
            quote_char=dialect.quote or None,
            eol_char=dialect.line_end,
            has_header=False,
            skip_lines=dialect.first_line - 1 - above,
            schema=dict.fromkeys(self.header, pl.String()),
            row_index_name=LINE,
            row_index_offset=dialect.first_line - above,
            raise_if_empty=False,
            missing_columns="insert",  # a blank first line; short rows are found by counting
            glob=False,
        )
        return frame.filter(pl.col(LINE) >= dialect.first_line) if above else frame

    def _with_true_lines(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Each row's line, from the line ends in the cells before it."""
        ends = pl.sum_horizontal(
            pl.col(name).str.count_matches(self.dialect.line_end, literal=True).fill_null(0) for name in self.header
        ).cast(pl.Int64)
        return frame.with_columns(pl.col(LINE) + ends.cum_sum() - ends)

    def _rewrite(self, workspace: Path) -> None:
        """Put a copy in the file's place whose quotation marks are as the engine wants them; lines stay."""
        target = workspace / f"{self.path.name}.plain"
        dialect = self.dialect
        plain = dialect.plain()
        with target.open("w", encoding="utf-8", newline="") as out:
            out.write("\n" * (dialect.first_line - 1))
            writer = csv.writer(out, delimiter=plain.delimiter, lineterminator="\n")
            at = dialect.first_line
            for line, cells in self._rows():
                out.write("\n" * (line - at))
                writer.writerow(cells)
                at = line + 1 + sum(cell.count("\n") for cell in cells)
        self.utf8, self.dialect = target, plain
