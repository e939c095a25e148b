"""Where files that are handed in lie: a folder for each, in which pieces are written one after the other."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import FileIO
from pathlib import Path

from django.conf import settings

from hexi.data.lake.errors import is_disk_full
from hexi.kernel.errors import Unavailable, reason_of
from hexi.registry.documents.errors import UploadBusy, UploadCut, UploadFull, UploadsUnwritable, UploadTooLarge

PART = "part"
"""The file's name while it arrives."""
LOCK = "lock"
RESERVE_BYTES = 64 << 20
"""What uploads leave free on the disk, on a small one a sixteenth: the database and the log must be able to go on."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a piece."""

    end: int
    sha256: str
    failure: Unavailable | None
    """Why it ended before its end; what arrived until then is on disk."""


def folder(id: str) -> Path:
    """The folder of an upload and of the document that it becomes."""
    return Path(settings.HEXI_HOME) / "uploads" / id


def part(id: str) -> Path:
    """The file that is being received."""
    return folder(id) / PART


def free_bytes() -> int:
    """What uploads may still take of the disk."""
    disk = shutil.disk_usage(settings.HEXI_HOME)
    return max(0, disk.free - min(RESERVE_BYTES, disk.total // 16))


@contextmanager
def held(id: str) -> Iterator[Path]:
    """Give an upload's file to one process alone. Raises `UploadBusy` where another has it, `UploadsUnwritable`."""
    path = part(id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path.with_name(LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _refused(path, error) from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UploadBusy(
                "Another browser or program is sending this file right now. Wait until it is done, or end it there."
            ) from None
        yield path
    finally:
        os.close(lock)


def write(path: Path, pieces: Iterable[bytes], *, offset: int, limit: int) -> Written:
    """Write pieces from `offset` on, where nothing behind it counts yet. Raises `UploadTooLarge` beyond `limit`."""
    digest, end = hashlib.sha256(), offset
    failure: Unavailable | None = None
    with _open(path) as file:
        file.truncate(offset)
        file.seek(offset)
        try:
            for piece in pieces:
                if end + len(piece) > limit:
                    raise UploadTooLarge(
                        "More than the {limit} bytes arrived that were announced. Begin again with the right size.",
                        limit=limit,
                    )
                end += _whole(file, piece)
                digest.update(piece)
        except UploadTooLarge:
            file.truncate(offset)
            raise
        except OSError as error:
            # Whatever arrived whole stays: a browser that comes back goes on from there.
            failure = full() if is_disk_full(error) else _cut(end)
    return Written(end, digest.hexdigest(), failure)


def take_back(path: Path, *, to: int) -> None:
    """Forget what was written behind `to`."""
    os.truncate(path, to)


def keep(path: Path, name: str) -> Path:
    """Make a received file last, under its final name: its bytes and its folder's entry are on disk afterwards."""
    target = path.with_name(name)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.rename(target)
    entry = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)
    return target


def restore(path: Path) -> None:
    """Give a file its first name back that was kept by a process which was killed before it could say so."""
    if not path.exists():
        for each in path.parent.iterdir():
            if each.name != LOCK:
                each.rename(path)


def remove(id: str) -> None:
    """Take away a folder and what is in it. Repeats safely."""
    shutil.rmtree(folder(id), ignore_errors=True)


def left_behind(*, before: datetime) -> Iterator[str]:
    """Yield the names of folders in which nothing was written since then; most belong to documents."""
    root = folder("")
    if root.is_dir():
        for each in root.iterdir():
            if each.is_dir() and each.stat().st_mtime < before.timestamp():
                yield each.name


def full() -> UploadFull:
    """Say that the disk has no room."""
    return UploadFull("The disk of the node is full; what arrived is kept. Ask its operator to make room, then go on.")


def _open(path: Path) -> FileIO:
    try:
        return FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")
    except OSError as error:
        raise _refused(path, error) from None


def _whole(file: FileIO, piece: bytes) -> int:
    """Write a piece to its end, which the system may do in several steps, and return its length."""
    view = memoryview(piece)
    while view:
        view = view[file.write(view) :]
    return len(piece)


def _cut(received: int) -> UploadCut:
    return UploadCut("The connection ended after {received} bytes; they are kept. Go on from there.", received=received)


def _refused(path: Path, error: OSError) -> Unavailable:
    if is_disk_full(error):
        return full()
    return UploadsUnwritable(
        "The node cannot write “{file}”: {reason}. Ask its operator to set that right.",
        file=path.name,
        reason=reason_of(error),
    )
