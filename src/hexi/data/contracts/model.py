"""A contract as the node understands it: an ODCS file read, checked and resolved.

Frozen and without I/O. `reading` makes it from YAML; `engines` compile it; `catalog` shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from hexi.data.contracts.cataloguing import Category, Contact
from hexi.kernel.names import Text


class FieldType(StrEnum):
    """The types a published column may have."""

    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    NUMBER = "number"
    """IEEE double: measurements such as coordinates, never money."""
    DATE = "date"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"
    GEOMETRY = "geometry"
    """A geometry, stored as WKB in the CRS of the contract's `geometry`."""


class Severity(StrEnum):
    """What a failed row rule does: `error` quarantines the row, `warning` only counts it."""

    ERROR = "error"
    WARNING = "warning"


class Classification(StrEnum):
    """Who may see a field's raw text. Only `open` raw text leaves the quarantine for everyone."""

    OPEN = "open"
    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


class Sharing(StrEnum):
    """共享类型 (国发〔2016〕51号)."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    NONE = "none"


class Openness(StrEnum):
    """开放属性."""

    OPEN = "open"
    ON_APPLICATION = "on_application"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanerUse:
    """One cleaner of a field, in the order it is applied."""

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One published column."""

    name: str
    title: Text
    description: Text
    type: FieldType
    source: str
    """Name of the column, or path of the value, in the source."""
    precision: int | None = None
    scale: int | None = None
    """Digits after the point; with `precision`, only for decimals."""
    unit: str | None = None
    required: bool = False
    cleaners: tuple[CleanerUse, ...] = ()
    classification: Classification = Classification.OPEN
    authority: Text | None = None
    """The authoritative source of this field (一数一源), where another one holds it."""
    element: str | None = None
    """The standard data element that it holds, a key of `elements.ELEMENTS`."""
    is_source: bool = False
    """Whether the dataset claims to be the authoritative source of the element."""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule:
    """A promise about each row. Its position in `Contract.row_rules` is its bit in the mask."""

    id: str
    check: str
    """A word of the vocabulary of checks: `required`, `type`, `pattern`, `credit_code`, `sql` …"""
    fields: tuple[str, ...]
    arguments: Mapping[str, object] = field(default_factory=dict)
    severity: Severity = Severity.ERROR
    dimension: str = "conformity"
    """As ODCS names them: accuracy, completeness, conformity, consistency, coverage, timeliness,
    uniqueness."""
    sentence: Text
    """The rule as a person would say it."""
    line: int | None = None
    """Line of the contract file that states it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRule:
    """A promise about the whole set of accepted rows (`row_count`, `freshness`).

    `unique` is a row rule: its violators are known before the scan and quarantined like others.
    """

    id: str
    check: str
    fields: tuple[str, ...] = ()
    arguments: Mapping[str, object] = field(default_factory=dict)
    severity: Severity = Severity.ERROR
    dimension: str = "coverage"
    sentence: Text
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPlace:
    """Where a column of fixed-width text stands in its line."""

    name: str
    start: int
    """From 1, in characters or bytes."""
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the rows come from and how to read them. `None` means: find out from the bytes."""

    path: str | None = None
    """Relative to the contract file."""
    format: str | None = None
    """A key of `source_words.FORMATS`."""
    connection: str | None = None
    """Name of the connection through which it is read; None for what lies beside the contract."""
    table: str | None = None
    """Table of a database, with its schema where it needs one."""
    statement: str | None = None
    """The text of a SELECT in the words of the database itself, where no table is named."""
    watermark: str | None = None
    """Column that grows whenever a row is written, so that only what is newer need be read."""
    full_every_days: int | None = None
    """How often everything is read in spite of a watermark, which never sees a row that was deleted."""
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    sheet: str | None = None
    header_row: int = 1
    """1-based row of the column names (csv and Excel)."""
    header_rows: int = 1
    """So many rows of a sheet name the columns, the first of them in `header_row`: groups above, names below."""
    totals: str = "keep"
    """Whether rows of a sheet that add others up are rows: `keep` or `drop`."""
    footnotes: str = "keep"
    """Whether notes and signatures below the table of a sheet are rows: `keep` or `drop`."""
    records: str | None = None
    """Path to the records of a JSON or XML source, for example `townships.{county_code}.townships.{name}`."""
    columns: tuple[ColumnPlace, ...] = ()
    """Where the columns of fixed-width text stand."""
    counted: str = "characters"
    """In what their places are counted: `characters` or `bytes`."""
    first_row: int = 1
    """1-based line of the first record of fixed-width text."""
    pages: Mapping[str, object] | None = None
    """How an interface goes on to its next page: `next`, or `parameter` with `first` and `step`."""
    query: str | None = None
    """The text of a SELECT over other datasets."""
    inputs: tuple[str, ...] = ()
    """Names of the datasets that the query reads."""
    generator: Mapping[str, object] | None = None
    """Name, rows and seed of a synthetic source."""

    @property
    def is_database(self) -> bool:
        """Whether the rows are asked of a database."""
        return self.connection is not None and (self.table is not None or self.statement is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFingerprint:
    """What was collected, so that it can be recognised."""

    name: str
    sha256: str
    size_bytes: int
    format: str
    encoding: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """Which fields place a row on the map. Longitude first. Either a point's two fields or one geometry."""

    longitude: str | None = None
    latitude: str | None = None
    field: str | None = None
    crs: str = "EPSG:4490"

    @property
    def fields(self) -> frozenset[str]:
        """The fields it takes to place a row."""
        return frozenset(each for each in (self.longitude, self.latitude, self.field) if each)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture worth drawing: `bars`, `histogram` or `targets`."""

    kind: str
    title: Text
    x: str
    y: str | None = None
    series: str | None = None
    where: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """The organisation that promises."""

    name: Text
    code: str | None = None
    """Unified social credit code, where it has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a publisher promises about one dataset."""

    id: str
    name: str
    """Unique name of the dataset, such as `gansu.airports`; also its folder in the lake."""
    version: str
    title: Text
    summary: Text
    publisher: Publisher
    fields: tuple[Field, ...]
    row_rules: tuple[RowRule, ...]
    set_rules: tuple[SetRule, ...]
    source: Source
    key: tuple[str, ...] = ()
    sharing: Sharing = Sharing.UNCONDITIONAL
    sharing_condition: Text | None = None
    sharing_basis: Text | None = None
    sharing_methods: tuple[str, ...] = ()
    openness: Openness = Openness.CLOSED
    opening_condition: Text | None = None
    category: Category | None = None
    contact: Contact | None = None
    related: tuple[str, ...] = ()
    """Names of datasets that belong to it."""
    licence: str | None = None
    """SPDX expression or name."""
    provenance: Text | None = None
    theme: Text | None = None
    tags: tuple[str, ...] = ()
    update_cycle: str | None = None
    """static, yearly, quarterly, monthly, weekly, daily or realtime."""
    geometry: Geometry | None = None
    charts: tuple[Chart, ...] = ()
    place_field: str | None = None
    """Field that holds a division code, so that places can lead to rows."""
    is_synthetic: bool = False
    file: Path | None = None
    text: str = ""
    """The file as read; what is hashed, stored beside the data and shown."""
    sha256: str = ""

    @property
    def rules(self) -> tuple[RowRule | SetRule, ...]:
        """Every rule, those of rows first."""
        return (*self.row_rules, *self.set_rules)

    @property
    def has_open_place(self) -> bool:
        """Whether everyone may see where its rows are."""
        open_fields = {each.name for each in self.fields if each.classification is Classification.OPEN}
        return self.geometry is not None and self.geometry.fields <= open_fields

    def field(self, name: str) -> Field:
        """The field of that name. Raises `KeyError`."""
        for each in self.fields:
            if each.name == name:
                return each
        raise KeyError(name)
