"""What documents tell other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class State(StrEnum):
    """Where an upload stands."""

    RECEIVING = "receiving"
    COMPLETE = "complete"
    """It is a document of the same id."""
    REFUSED = "refused"
    """It arrived, and was no table that can be read."""
    DISCARDED = "discarded"
    EXPIRED = "expired"
    """Nothing arrived for a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRecord:
    """A file on its way."""

    id: str
    account: str
    organisation: str | None
    name: str
    """As given: text to be shown, no path."""
    safe_name: str
    size_bytes: int
    received_bytes: int
    """Where the next piece begins."""
    state: str
    """A `State`."""
    created_at: datetime
    beat_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRecord:
    """A table in a ZIP file that was handed in."""

    name: str
    """Its path in the archive, with “/”."""
    format: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecord:
    """A file that arrived whole."""

    id: str
    name: str
    """As given: text to be shown, no path."""
    path: Path
    format: str
    """What its bytes are: `csv`, `excel`, `json`, `geojson`, `parquet`, `dbf`, `xml` or `zip`."""
    promised: str
    """The format that its name promises, where that is another; else empty."""
    size_bytes: int
    sha256: str
    account: str
    organisation: str | None
    created_at: datetime
    members: tuple[MemberRecord, ...] = ()
    """The tables in a `zip`, by name; never empty for one."""
    archive: str | None = None
    """Id of the `zip` it was taken from."""
