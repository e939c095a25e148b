"""What an opened source is, and what can be wrong with one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from hexi.data.contracts.model import SourceFingerprint
from hexi.kernel.errors import Invalid, Missing
from hexi.kernel.names import Text

LIMIT_CELL_BYTES = 1 << 20
"""A cell beyond this is a broken file, not a value."""


class SourceInvalid(Invalid):
    """The source cannot be read as what it is said to be."""

    code = "source.invalid"
    exit_code = 4


class SourceMissing(Missing):
    """There is no such file."""

    code = "source.missing"
    exit_code = 4


class SourceEmpty(SourceInvalid):
    """The source holds nothing at all."""

    code = "source.empty"


class SourceTruncated(SourceInvalid):
    """The source breaks off before its end."""

    code = "source.truncated"


class WrongEncoding(SourceInvalid):
    """Bytes that are no text in the encoding they should be in."""

    code = "source.encoding"


class RaggedRow(SourceInvalid):
    """A row with more or fewer cells than the header."""

    code = "source.ragged"


class WrongHeader(SourceInvalid):
    """Columns that the contract needs are not in the source, or stand there twice."""

    code = "source.header"


class CellTooLarge(SourceInvalid):
    """A cell that is larger than any value."""

    code = "source.cell-too-large"


class NulByte(SourceInvalid):
    """A zero byte in what should be text."""

    code = "source.nul"


class Protected(SourceInvalid):
    """A workbook that opens only with a password."""

    code = "source.protected"


class Bomb(SourceInvalid):
    """A small file that unpacks to a huge one, or means to."""

    code = "source.bomb"


class BadArchive(SourceInvalid):
    """A ZIP file whose directory is made to harm, or packed in a way that is not read."""

    code = "source.archive"


class NoTable(SourceInvalid):
    """A file without any table in it."""

    code = "source.no-table"


class WrongPlace(SourceInvalid):
    """The sheet or the path of the records is not in the file."""

    code = "source.place"


class NoRecords(WrongPlace):
    """A JSON document that is no list of records; perhaps one of its members is."""

    code = "source.no-records"

    only: str | None = None
    """The path of the list that is, where there is just one."""


class QueryFailed(SourceInvalid):
    """A query over other datasets that the engine refuses."""

    code = "source.query"


class WrongCrs(SourceInvalid):
    """Coordinates in another system than the contract promises."""

    code = "source.crs"


class WrongFormat(SourceInvalid):
    """A file of another format than its name or the contract says."""

    code = "source.format"


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One version of a dataset that a query read."""

    dataset: str
    version: int
    certificate: str
    """SHA-256 of the certificate's envelope, hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSource:
    """A source ready to be scanned."""

    name: str
    format: str
    frame: pl.LazyFrame
    """`_line` (Int64, unique: line of the file, row of the sheet, number of the record) and the source's
    columns, all text."""
    columns: tuple[str, ...]
    total_rows: int | None
    """Rows to come, for a progress bar; None where only the scan will tell."""
    digest: Callable[[], str]
    """Gives the SHA-256 of what was read, hex; may wait for it, or raise that the file changed meanwhile."""
    size_bytes: int
    encoding: str | None = None
    check: Callable[[pl.DataFrame], None] = field(default=lambda batch: None)
    """To be called with each batch of the frame; raises what only a look at the rows can show."""
    explain: Callable[[BaseException], BaseException] = field(default=lambda error: error)
    """Turns an engine's error during the scan into one that names the line."""
    inputs: tuple[Input, ...] = ()
    """The versions of other datasets that a query read."""
    records: str | None = None
    """The path by which the records were found, where the contract says none."""
    notes: tuple[Text, ...] = ()
    """What was left out of the rows, or is doubtful in them, as sentences for whoever answers for the source."""

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was read, hex."""
        return self.digest()

    @property
    def fingerprint(self) -> SourceFingerprint:
        """What was collected, as certificates state it."""
        return SourceFingerprint(
            name=self.name,
            sha256=self.sha256,
            size_bytes=self.size_bytes,
            format=self.format,
            encoding=self.encoding,
        )
