"""CSV and its cousins: any encoding, any usual dialect, exact source lines.

The file itself is scanned, without a copy, when it is UTF-8. Polars refuses rows that are too long but
fills up rows that are too short in silence, so those are looked for: a short row has an empty last
cell, and only a file that has such rows is counted out.
"""

from __future__ import annotations

import csv
import difflib
import itertools
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

from hexi.data.contracts.model import Contract
from hexi.data.engines.sources import bytes_of
from hexi.data.engines.sources.records import (
    LIMIT_CELL_BYTES,
    CellTooLarge,
    RaggedRow,
    RawSource,
    SourceInvalid,
    SourceTruncated,
    WrongHeader,
)

LINE = "_line"
DELIMITERS = ",\t;|，"
HEAD_BYTES = 1 << 16


def open_delimited(contract: Contract, path: Path, *, workspace: Path) -> RawSource:
    """Return the file as a frame of text. Raises what `records` names, with file and line."""
    if path.is_file():
        bytes_of.refuse_other_formats(path, expected="a CSV file")
    with ThreadPoolExecutor(1) as aside:
        # Hashing leaves the interpreter free, so it costs next to nothing beside the look at the dialect.
        hashing = aside.submit(bytes_of.digest, path)
        if not path.is_file() or not path.stat().st_size:
            hashing.result()
        said = contract.source
        utf8, encoding = bytes_of.as_utf8(path, encoding=said.encoding, workspace=workspace)
        reading = Reading(path, utf8, said.delimiter, said.quote, said.header_row)
        check_columns(contract, reading.header, file=path, line=said.header_row)
        frame = reading.frame()
        digest = hashing.result()
    return RawSource(
        name=path.name,
        format="csv",
        frame=frame,
        columns=reading.header,
        total_rows=max(0, reading.survey.line_ends - said.header_row),
        sha256=digest.sha256,
        size_bytes=digest.size_bytes,
        encoding=encoding,
        watch=reading.watch,
        check=reading.check,
        explain=reading.explain,
    )


class Reading:
    """One delimited file: its dialect, its frame, and what is wrong with it."""

    def __init__(self, path: Path, utf8: Path, delimiter: str | None, quote: str | None, header_row: int) -> None:
        self.path, self.utf8, self.header_row = path, utf8, header_row
        with utf8.open("rb") as file:
            head = file.read(HEAD_BYTES)
        self.eol = "\r" if b"\r" in head and b"\n" not in head else "\n"
        lines = head.decode("utf-8", errors="ignore").splitlines()[header_row - 1 :]
        self.delimiter = delimiter or sniff(lines)
        if len(self.delimiter.encode()) > 1:
            # Polars separates by one byte; a full-width comma is turned into a tab once.
            self._plain_delimiter()
        self.quote = quote if quote is not None else '"'
        self.header = self._header()
        self.survey = bytes_of.survey(self.utf8, line_end=self.eol.encode(), quote=self.quote.encode()[:1])

    def frame(self) -> pl.LazyFrame:
        """Every cell as text; a wholly blank line is no row."""
        schema = dict.fromkeys(self.header, pl.String())
        frame = pl.scan_csv(
            self.utf8,
            separator=self.delimiter,
            quote_char=self.quote or None,
            eol_char=self.eol,
            has_header=False,
            skip_lines=self.header_row,
            schema=schema,
            row_index_name=LINE,
            row_index_offset=self.header_row + 1,
            raise_if_empty=False,
            glob=False,
        ).with_columns(pl.col(LINE).cast(pl.Int64))
        if self._has_breaks_in_cells():
            frame = self._with_true_lines(frame)
        if self.survey.has_blank_lines:
            frame = frame.filter(~pl.all_horizontal(pl.col(name).is_null() for name in self.header))
        return frame

    @property
    def watch(self) -> tuple[pl.Expr, ...]:
        """The signs of short rows and of monstrous cells."""
        return (
            pl.col(self.header[-1]).is_null().sum().alias("empty"),
            pl.max_horizontal(pl.col(name).str.len_bytes().max() for name in self.header).alias("largest"),
        )

    def check(self, watched: Mapping[str, object]) -> None:
        """Raise `RaggedRow`, `SourceTruncated` or `CellTooLarge` where the signs turn out true."""
        if int(str(watched["largest"] or 0)) > LIMIT_CELL_BYTES:
            raise self._too_large()
        if watched["empty"] and len(self.header) > 1:
            self._check_shapes()

    def explain(self, error: BaseException) -> BaseException:
        """Return the error that names the line, for what the engine said during the scan."""
        text = str(error)
        if "utf-8" in text.lower() or "utf8" in text.lower():
            return bytes_of.wrong_encoding(self.path, "utf-8")
        try:
            self._check_shapes()
        except SourceInvalid as found:
            return found
        except UnicodeDecodeError:
            return bytes_of.wrong_encoding(self.path, "utf-8")
        return SourceInvalid("“{file}” cannot be read: {reason}", file=self.path, reason=text.split("\n", 1)[0])

    def _header(self) -> tuple[str, ...]:
        row = next(itertools.islice(self._rows(), 1), None)
        if row is None:
            raise WrongHeader(
                "“{file}” has no line {line}, where the column names should stand.",
                file=self.path,
                line=self.header_row,
            )
        names = tuple(name.strip().lstrip("\ufeff") for name in row[1])
        for name in names:
            if names.count(name) > 1:
                raise WrongHeader(
                    "Line {line} of “{file}”: the column “{column}” stands there {times} times (columns {places}); "
                    "rename one, so that it is clear which is meant.",
                    line=self.header_row,
                    file=self.path,
                    column=name,
                    times=names.count(name),
                    places=", ".join(str(place + 1) for place, each in enumerate(names) if each == name),
                )
        return names

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line, cells) from the header on, read by the standard library: slow and exact."""
        csv.field_size_limit(1 << 30)
        with self.utf8.open(encoding="utf-8", newline="") as file:
            for _ in range(self.header_row - 1):
                file.readline()
            rows = csv.reader(
                file,
                delimiter=self.delimiter,
                quotechar=self.quote or None,
                quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
                strict=True,
            )
            line = self.header_row
            try:
                for cells in rows:
                    yield line, cells
                    line = self.header_row + rows.line_num
            except csv.Error as error:
                if "end of data" in str(error) or "unexpected end" in str(error):
                    raise SourceTruncated(
                        "“{file}” breaks off inside a quoted cell that begins in line {line}: the file was cut, or a "
                        "quotation mark is missing. Export it again.",
                        file=self.path,
                        line=line,
                    ) from None
                raise RaggedRow(
                    "Line {line} of “{file}”: {reason}. A quoted cell ends with a quotation mark and a “{delimiter}”.",
                    line=line,
                    file=self.path,
                    reason=str(error),
                    delimiter=self.delimiter,
                ) from None

    def _check_shapes(self) -> None:
        """Read the whole file with the standard library and raise at the first row of another length."""
        width = len(self.header)
        rows = self._rows()
        next(rows, None)
        for line, cells in rows:
            if not cells or len(cells) == width:
                continue
            if len(cells) < width and self._is_last_line(line):
                raise SourceTruncated(
                    "“{file}” breaks off in line {line}, the last one: it has {found} cells, the header has {width}. "
                    "Export it again.",
                    file=self.path,
                    line=line,
                    found=len(cells),
                    width=width,
                )
            raise RaggedRow(
                "Line {line} of “{file}” has {found} cells, the header has {width} ({columns}). A “{delimiter}” may be "
                "{fault}; quote cells that hold one.",
                line=line,
                file=self.path,
                found=len(cells),
                width=width,
                columns=", ".join(self.header),
                delimiter=self.delimiter,
                fault="missing" if len(cells) < width else "part of a text",
            )

    def _is_last_line(self, line: int) -> bool:
        with self.utf8.open("rb") as file:
            total = sum(1 for _ in file)
            file.seek(-1, 2)
            return line >= total and file.read(1) not in b"\r\n"

    def _too_large(self) -> CellTooLarge:
        rows = self._rows()
        next(rows, None)
        for line, cells in rows:
            for name, cell in zip(self.header, cells, strict=False):
                if len(cell.encode()) > LIMIT_CELL_BYTES:
                    return CellTooLarge(
                        "Line {line} of “{file}”: the cell “{column}” holds {size} bytes; a value has at most {limit}. "
                        "A quotation mark may be missing before it.",
                        line=line,
                        file=self.path,
                        column=name,
                        size=len(cell.encode()),
                        limit=LIMIT_CELL_BYTES,
                    )
        return CellTooLarge("“{file}” has a cell of more than {limit} bytes.", file=self.path, limit=LIMIT_CELL_BYTES)

    def _has_breaks_in_cells(self) -> bool:
        """Whether a quoted cell holds a line break: asked only of files with quotation marks."""
        if not self.survey.quotes:
            return False
        rows = int(self._plain().select(pl.len()).collect(engine="streaming").item())
        return rows < self.survey.line_ends - self.header_row

    def _plain(self) -> pl.LazyFrame:
        return pl.scan_csv(
            self.utf8,
            separator=self.delimiter,
            quote_char=self.quote or None,
            eol_char=self.eol,
            has_header=False,
            skip_lines=self.header_row,
            schema=dict.fromkeys(self.header, pl.String()),
            raise_if_empty=False,
            glob=False,
        )

    def _with_true_lines(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Each row's line, from the line breaks in the cells before it."""
        breaks = pl.sum_horizontal(
            pl.col(name).str.count_matches(self.eol, literal=True).fill_null(0) for name in self.header
        ).cast(pl.Int64)
        return frame.with_columns((pl.col(LINE) + breaks.cum_sum() - breaks).alias(LINE))

    def _plain_delimiter(self) -> None:
        target = self.utf8.with_name(f"{self.utf8.name}.tabs")
        with (
            self.utf8.open(encoding="utf-8", newline="") as source,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            for line in source:
                out.write(line.replace(self.delimiter, "\t"))
        self.utf8, self.delimiter = target, "\t"


def sniff(lines: list[str]) -> str:
    """Return the delimiter that splits the first lines into the same number of cells, more than one."""
    sample = [line for line in lines[:50] if line.strip()]
    best, score = ",", (0, 0)
    for delimiter in DELIMITERS:
        rows = list(csv.reader(sample, delimiter=delimiter)) if len(delimiter) == 1 else []
        widths = [len(row) for row in rows[: max(1, len(rows) - 1)]]
        if not widths or widths[0] < 2:
            continue
        agreeing = sum(width == widths[0] for width in widths)
        if (agreeing * 100 // len(widths), widths[0]) > score:
            best, score = delimiter, (agreeing * 100 // len(widths), widths[0])
    return best


def check_columns(contract: Contract, columns: tuple[str, ...], *, file: Path | str, line: int | None) -> None:
    """Raise `WrongHeader` unless every column that the contract reads is there."""
    wanted = dict.fromkeys(field.source for field in contract.fields)
    missing = [name for name in wanted if name not in columns]
    if not missing:
        return
    unused = [name for name in columns if name not in wanted]
    hints = [f"“{name}” → “{near[0]}”?" for name in missing if (near := difflib.get_close_matches(name, unused, n=1))]
    raise WrongHeader(
        "{where}“{file}” lacks the column {missing} that the contract reads. It has: {columns}. {hint}Set "
        "hexi.source of the field to the name in the file.",
        where=f"Line {line} of " if line else "",
        file=file,
        missing=", ".join(f"“{name}”" for name in missing),
        columns=", ".join(columns),
        hint=f"Perhaps {' '.join(hints)} " if hints else "",
    )
