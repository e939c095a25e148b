"""A source file's bytes: its digest, and what kind of file it really is."""

from __future__ import annotations

import hashlib
import stat
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from hexi.data.engines.sources.records import SourceEmpty, SourceInvalid, SourceMissing, WrongFormat
from hexi.kernel.errors import reason_of

OLE = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"
PARQUET = b"PAR1"
KINDS = {
    PARQUET: "Parquet",
    ZIP: "ZIP / Excel (.xlsx)",
    OLE: "Excel (.xls)",
    b"%PDF": "PDF",
    b"\x1f\x8b": "gzip",
    b"<!doctype": "HTML",
    b"<html": "HTML",
    b"<head": "HTML",
    b"<meta": "HTML",
    b"<table": "HTML",
    b"<?xml": "XML",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
    b"SQLite format 3": "SQLite",
}
"""First bytes of what people mistake for a table."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A file recognised by its bytes."""

    sha256: str
    size_bytes: int


def digest(path: Path) -> Digest:
    """Return the file's SHA-256 and size. Raises `SourceMissing`, `SourceEmpty`, `SourceInvalid`."""
    require(path)
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            return Digest(found, file.tell())
    except OSError as error:
        raise _unreadable(path, error) from None


class Aside:
    """A file's SHA-256, worked out in a thread while the file is read.

    Hashing leaves the interpreter free. Nobody waits for the thread unless the digest is asked for.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._before = self._state()
        self._digest: Future[Digest] = Future()
        Thread(target=self._work, name="digest", daemon=True).start()

    @property
    def size_bytes(self) -> int:
        """The file's size when the work began."""
        return self._before[0]

    def sha256(self) -> str:
        """The digest, hex. Raises `SourceInvalid` if the file cannot be read, or was changed meanwhile."""
        found = self._digest.result()
        if self._state() != self._before or found.size_bytes != self.size_bytes:
            raise SourceInvalid(
                "“{file}” was changed while it was read. Wait until it is complete, then run again.", file=self.path
            )
        return found.sha256

    def _state(self) -> tuple[int, int]:
        try:
            found = self.path.stat()
        except OSError as error:
            raise _unreadable(self.path, error) from None
        return found.st_size, found.st_mtime_ns

    def _work(self) -> None:
        try:
            self._digest.set_result(digest(self.path))
        except Exception as error:
            self._digest.set_exception(error)


def require(path: Path) -> None:
    """Raise `SourceMissing`, `SourceEmpty` or `SourceInvalid` unless the file can be read and holds something."""
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise SourceInvalid("“{file}” is a folder; name the file in it.", file=path)
        if not stat.S_ISREG(kind):
            # It is read more than once, and a pipe may never end.
            raise SourceInvalid("“{file}” is no ordinary file; copy what it gives into one first.", file=path)
        with path.open("rb") as file:
            first = file.read(1)
    except (FileNotFoundError, NotADirectoryError):
        raise SourceMissing(
            "There is no file “{file}”; check the name, or give the file as SOURCE.", file=path
        ) from None
    except OSError as error:
        raise _unreadable(path, error) from None
    if not first:
        raise SourceEmpty("“{file}” is empty: 0 bytes. Export it again.", file=path)


def kind_of(path: Path) -> str | None:
    """Return what the first bytes say the file is, or None where they say nothing."""
    with path.open("rb") as file:
        return kind_of_head(file.read(512))


def kind_of_head(head: bytes) -> str | None:
    """Return what kind of file begins so, or None where its first bytes say nothing."""
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return next((what for magic, what in KINDS.items() if start.startswith(magic.lower())), None)


def refuse_other_formats(path: Path, *, expected: str) -> None:
    """Raise `WrongFormat` if a text file is really something else."""
    what = kind_of(path)
    if what is not None:
        raise WrongFormat(
            "“{file}” is not {expected}: its first bytes are those of {what}. Name the right file, or set “format” "
            "in hexi.source.",
            file=path,
            expected=expected,
            what=what,
        )


def _unreadable(path: Path, error: OSError) -> SourceInvalid:
    return SourceInvalid(
        "“{file}” cannot be read: {reason}. Check its name and who may read it.", file=path, reason=reason_of(error)
    )
