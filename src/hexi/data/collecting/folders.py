"""A folder of this machine into which others put files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from hexi.data.collecting.connections import Connection
from hexi.data.collecting.errors import SourceRefused, SourceUnreachable
from hexi.data.collecting.files import Fetched, Wanted, matching, require_below, spool_of
from hexi.kernel.errors import reason_of

PIECE_BYTES = 4 << 20


class Folder:
    """Files are copied, so that what is read is whole whatever happens to them meanwhile."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._root = Path(connection.path)
        if not self._root.is_dir():
            raise SourceRefused(
                "“{name}” ({address}) leads to no folder of this machine.",
                name=connection.name,
                address=connection.address,
            )

    def names(self) -> Iterator[str]:
        """Paths of the files, hidden ones left out."""
        for folder, folders, files in os.walk(self._root):
            folders[:] = [each for each in folders if not each.startswith(".")]
            for each in files:
                if not each.startswith("."):
                    yield (Path(folder) / each).relative_to(self._root).as_posix()

    def fetch(self, wanted: Wanted) -> Fetched:
        """Copy a file; of those that a pattern means, the one that was changed last."""
        require_below(self._connection, wanted.path)
        name = self._newest(wanted.path) if "*" in wanted.path else wanted.path
        path = spool_of(wanted, name)
        handle = self._opened(name)
        with os.fdopen(handle, "rb") as file, path.open("wb") as out:
            before = os.fstat(handle)
            age = wanted.now.timestamp() - before.st_mtime
            if abs(age) < self._connection.patience.quiet_s:
                raise self._unfinished(name)
            if before.st_size > self._connection.limit_bytes:
                raise too_large(self._connection, name)
            while piece := file.read(PIECE_BYTES):
                wanted.seen(0, None)
                out.write(piece)
                if out.tell() > before.st_size:
                    break
            after = os.fstat(handle)
            if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
                raise self._unfinished(name)
        return Fetched(path=path, name=name)

    def _newest(self, pattern: str) -> str:
        found = [(self._changed_at(name), name) for name in matching(pattern, self.names())]
        if not found:
            raise nothing_fits(self._connection, pattern)
        return max(found)[1]

    def _changed_at(self, name: str) -> int:
        try:
            return (self._root / name).stat().st_mtime_ns
        except OSError:
            # Somebody took it away, or a link leads nowhere: another one is newer.
            return -1

    def _opened(self, name: str) -> int:
        root = self._root.resolve()
        try:
            path = (root / name).resolve(strict=True)
            if not path.is_relative_to(root):
                raise SourceRefused(
                    "“{file}” of “{name}” is a link that leads out of its folder, so it is not read.",
                    file=name,
                    name=self._connection.name,
                )
            # Not to wait for whoever writes into a pipe.
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except (OSError, RuntimeError) as error:
            raise SourceRefused(
                "“{file}” of “{name}” cannot be read: {reason}. Check its name and who may read it.",
                file=name,
                name=self._connection.name,
                reason=reason_of(error) if isinstance(error, OSError) else "its link leads back to itself",
            ) from None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise SourceRefused("“{file}” of “{name}” is no ordinary file.", file=name, name=self._connection.name)
        return handle

    def _unfinished(self, name: str) -> SourceUnreachable:
        return SourceUnreachable(
            "“{file}” of “{name}” is still being written. Nothing was changed; try again when it is complete.",
            file=name,
            name=self._connection.name,
        )


def nothing_fits(connection: Connection, pattern: str) -> SourceRefused:
    """What is said where a pattern means no file."""
    return SourceRefused("“{name}” holds no file “{file}”.", name=connection.name, file=pattern)


def too_large(connection: Connection, name: str) -> SourceRefused:
    """What is said of a file beyond the limit."""
    return SourceRefused(
        "“{file}” of “{name}” is larger than {limit} MB, which is what this node collects at once (HEXI_COLLECT_MB).",
        file=name,
        name=connection.name,
        limit=connection.limit_bytes >> 20,
    )
