"""The one table of a file that somebody hands in, under a name by which it is read as what it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hexi.data.engines.sources import archives
from hexi.data.engines.sources.receiving import ARCHIVE, Found, promised, recognise
from hexi.data.engines.sources.records import SourceInvalid, SourceMissing, WrongPlace

LIMIT_STORED_BYTES = 120
UNSAFE = re.compile(r"[<>:\"/\\|?*'&;$`%#\s]+")
LISTED = 5
"""Tables of an archive that are named where it is not clear which one is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A table that can be opened."""

    path: Path
    name: str
    """The file's name as its owner knows it."""
    member: str = ""
    """Its path in the ZIP file that it came in, empty where it came in none."""


def table_of(path: Path, *, folder: Path, limit_bytes: int) -> Taken:
    """Return the table that a file is, or the only one that it holds as a ZIP file.

    What is unpacked, or linked because its name says another format, lies in `folder`, which is empty. `limit_bytes`
    is what an archive may unpack to. Raises what `recognise` and `archives.unpack` raise, and `WrongPlace` where there
    are several tables.
    """
    found = recognise(path, limit_bytes=limit_bytes)
    if found.format != ARCHIVE:
        fitting = stored_name(path.name, found)
        if PurePosixPath(fitting).suffix == path.suffix.lower():
            return Taken(path=path, name=path.name)
        (folder / fitting).symlink_to(path.absolute())
        return Taken(path=folder / fitting, name=path.name)
    if len(found.members) > 1:
        names = [f"“{each.name}”" for each in found.members[:LISTED]]
        raise WrongPlace(
            "“{file}” holds {count} tables: {names}. Unpack it and name one of them.",
            file=path,
            count=len(found.members),
            names=", ".join([*names, *["…"] * (len(found.members) > LISTED)]),
        )
    (only,) = found.members
    name, unpacked = PurePosixPath(only.name).name, folder / "unpacked"
    archives.unpack(path, only.name, unpacked, limit_bytes=limit_bytes)
    with told_as(name):
        found = recognise(unpacked, limit_bytes=limit_bytes)
    return Taken(path=unpacked.rename(folder / stored_name(name, found)), name=name, member=only.name)


@contextmanager
def told_as(name: str) -> Iterator[None]:
    """Let errors about a file say the name that its owner knows, not the path where it lies."""
    try:
        yield
    except (SourceInvalid, SourceMissing) as error:
        raise type(error)(error.template, **{**error.facts, "file": name}) from None


def stored_name(name: str, found: Found) -> str:
    """Return the name to store a file under, by whose ending it is read as what it was found to be.

    Its own ending stays where it fits, since .xlsm and .ndjson are read by it.
    """
    own = "." + name.rpartition(".")[2].lower() if "." in name else ""
    is_right = promised(name) == found.format and (found.format != "excel" or own == ".xlsm")
    is_kept = is_right and (found.format != "excel" or found.ending == ".xlsx")
    return safe_name(name, ending=own if is_kept else found.ending)


def safe_name(name: str, *, ending: str | None = None) -> str:
    """Return a name under which the file may lie on any disk, with `ending` in place of its own where one is given."""
    plain = UNSAFE.sub("_", unicodedata.normalize("NFC", name))
    path = PurePosixPath(plain)
    ending = path.suffix if ending is None else ending
    stem = path.stem.strip("._") or "file"
    limit = LIMIT_STORED_BYTES - len(ending.encode())
    return stem.encode()[:limit].decode(errors="ignore").strip("._") + ending
