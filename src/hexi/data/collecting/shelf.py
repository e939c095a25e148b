"""The shelf: the file of a source as it last came, with what its server will know it by.

What the server says is unchanged is read from here again, and is the same source to the byte.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from hexi.data.lake.tables import sync_file, sync_folder
from hexi.kernel.names import new_id

STATE = "shelf.json"
PREFIX = "kept-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file on the shelf."""

    source: str
    """Digest of what was asked for."""
    file: str
    size_bytes: int
    etag: str | None
    last_modified: str | None


def source_of(*said: str) -> str:
    """The digest of what is asked for."""
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def standing(shelf: Path | None, *, source: str) -> Kept | None:
    """Return the file of that source, None where there is none that is whole."""
    if shelf is None:
        return None
    try:
        found = Kept(**json.loads((shelf / STATE).read_bytes()))
        is_whole = (shelf / found.file).stat().st_size == found.size_bytes
    except (OSError, ValueError, TypeError):
        return None
    return found if found.source == source and is_whole else None


def keep(shelf: Path, path: Path, *, source: str, etag: str | None, last_modified: str | None, now: datetime) -> Path:
    """Put a file on the shelf in the place of what is there, and return where it lies.

    Cut off at any point, the shelf holds the file before or this one. Raises `OSError`.
    """
    shelf.mkdir(exist_ok=True)
    name = f"{PREFIX}{new_id(now)}{path.suffix}"
    sync_file(path)
    path.replace(shelf / name)
    said = Kept(
        source=source,
        file=name,
        size_bytes=(shelf / name).stat().st_size,
        etag=etag,
        last_modified=last_modified,
    )
    draft = shelf / f".{STATE}"
    draft.write_text(json.dumps(asdict(said), ensure_ascii=False), "utf-8")
    sync_file(draft)
    draft.replace(shelf / STATE)
    sync_folder(shelf)
    for each in shelf.glob(f"{PREFIX}*"):
        if each.name != name:
            each.unlink()
    return shelf / name


def clear(shelf: Path) -> None:
    """Take away what lies there: the source is another, or has nothing by which it would be known."""
    (shelf / STATE).unlink(missing_ok=True)
    for each in shelf.glob(f"{PREFIX}*"):
        each.unlink()
