"""What the door hands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hexi.data.engines.duckdb_reading import Bar, ColumnFacts

__all__ = [
    "Bar",
    "ColumnFacts",
    "Download",
    "Feature",
    "Page",
    "QuarantinePage",
    "QuarantinedRow",
    "Tally",
    "Usage",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows of a version."""

    version: int
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    """Values in column order; a geometry as its size in bytes."""
    total: int
    """Rows that match, on all pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRow:
    """A row that broke a rule."""

    line: int
    """Line of the source file (row of the sheet, number of the record), from 1."""
    reasons: tuple[str, ...]
    """Ids of the rules it broke."""
    values: tuple[str | None, ...]
    """Raw text in source order; "•••" where there is one that may not be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinePage:
    """Some quarantined rows of a version."""

    version: int
    columns: tuple[str, ...]
    """The source's columns."""
    rows: tuple[QuarantinedRow, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One row with its place on the map."""

    geometry: Mapping[str, object]
    """A GeoJSON geometry, longitude first."""
    properties: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A distribution: `values` (rows by value), `histogram` (rows by interval) or `sums` (by value)."""

    kind: str
    field: str
    bars: tuple[Bar, ...]
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file that may be sent, and the bundle that proves where it came from."""

    path: Path
    filename: str
    media_type: str
    size_bytes: int
    rows: int
    sha256: str
    bundle_path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How much of a dataset was read."""

    views: int
    downloads: int
    rows: int
    last_on: date | None
