"""The body of one answer, brought to disk whole: taken up again after a break, never too large, never too slow."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hexi.data.collecting.asking import Answer, Broken, Line
from hexi.data.collecting.connections import Connection
from hexi.data.collecting.errors import SourceRefused
from hexi.data.collecting.folders import too_large
from hexi.data.engines.sources.records import Bomb, SourceTruncated

PIECE_BYTES = 256 << 10
RANGE = re.compile(r"bytes (\d+)-\d+/")
AUTO = 47
"""To zlib: what the bytes say themselves, gzip or zlib."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What a server gave."""

    is_new: bool
    """False where it says that what we have is what it has."""
    etag: str | None = None
    last_modified: str | None = None
    content_type: str = ""
    link: str = ""


class Download:
    """One file on its way."""

    def __init__(self, line: Line, url: str, path: Path, *, name: str, limit_bytes: int, wait: Callable[[], None]):
        self._line, self._url, self._path, self._name = line, url, path, name
        self._limit_bytes, self._wait = limit_bytes, wait
        self._done, self._etag = 0, ""
        self._packed = ""

    def come(self, *, etag: str | None = None, last_modified: str | None = None) -> Came:
        """Bring it to its path, or learn that it is what those validators say.

        Raises `SourceUnreachable`, `SourceRefused`, `Bomb`, `SourceTruncated`.
        """
        known = {"if-none-match": etag} if etag else {"if-modified-since": last_modified} if last_modified else {}
        came = self._line.tried(lambda: self._once(known), wait=self._wait)
        if came.is_new and self._packed not in {"", "identity"}:
            self._unpack()
        return came

    def _once(self, known: dict[str, str]) -> Came:
        again = {"range": f"bytes={self._done}-", "if-range": self._etag} if self._done and self._etag else {}
        with self._line.asked(self._url, {"accept-encoding": "gzip, identity;q=0.5", **(again or known)}) as answer:
            head = answer.headers
            came = Came(
                is_new=answer.status != 304,
                etag=head.get("etag"),
                last_modified=head.get("last-modified"),
                content_type=head.get("content-type", ""),
                link=head.get("link", ""),
            )
            if answer.status == 304:
                if again or not known:
                    raise Broken("it answers what it was not asked")
                return came
            start = RANGE.match(head.get("content-range", ""))
            goes_on = bool(again) and answer.status == 206 and start is not None and int(start[1]) == self._done
            if not goes_on:
                self._done, self._etag = 0, ""
                if answer.status != 200:
                    raise Broken("it answers what it was not asked")
                self._packed = head.get("content-encoding", "").strip().lower()
                if self._packed not in {"", "identity", "gzip", "x-gzip", "deflate"}:
                    raise SourceRefused(
                        "“{name}” packs “{file}” in a way that was not asked for: {packing}.",
                        name=self._line.connection.name,
                        file=self._name,
                        packing=self._packed[:40],
                    )
                if came.etag and not came.etag.startswith("W/"):
                    self._etag = came.etag
            self._take(answer, goes_on=goes_on)
            return came

    def _take(self, answer: Answer, *, goes_on: bool) -> None:
        said = answer.headers.get("content-length", "")
        whole = self._done + int(said) if said.isdecimal() else None
        if whole is not None and whole > self._limit_bytes:
            raise too_large(self._line.connection, self._name)
        patience = self._line.patience
        since, before = time.monotonic(), self._done
        with self._path.open("ab" if goes_on else "wb") as out:
            # As much as is there: to wait for a full piece would be to wait for one that lets it drip.
            while piece := answer.read1(PIECE_BYTES, decode_content=False):
                out.write(piece)
                self._done += len(piece)
                if self._done > self._limit_bytes:
                    raise too_large(self._line.connection, self._name)
                self._wait()
                took_s = time.monotonic() - since
                if took_s >= patience.window_s:
                    if self._done - before < patience.least_bytes_s * took_s:
                        raise Broken("it is too slow to ever end")
                    since, before = time.monotonic(), self._done
        if whole is not None and self._done != whole:
            raise Broken("it gave fewer bytes than it said")

    def _unpack(self) -> None:
        packed = self._path.rename(self._path.with_name(f"{self._path.name}.packed"))
        unpacking, size = zlib.decompressobj(AUTO), 0
        try:
            with packed.open("rb") as file, self._path.open("wb") as out:
                while piece := file.read(PIECE_BYTES):
                    while piece and not unpacking.eof:
                        plain = unpacking.decompress(piece, PIECE_BYTES)
                        piece = unpacking.unconsumed_tail
                        size += len(plain)
                        if size > self._limit_bytes:
                            raise bomb(self._line.connection, self._name, self._limit_bytes)
                        out.write(plain)
                    self._wait()
        except zlib.error:
            raise _damaged(self._line.connection, self._name) from None
        finally:
            packed.unlink()
        if not unpacking.eof:
            raise _damaged(self._line.connection, self._name)


def bomb(connection: Connection, name: str, limit_bytes: int) -> Bomb:
    """What is said of an answer that unpacks beyond the limit."""
    return Bomb(
        "“{file}” of “{name}” unpacks to more than {limit} MB, which is what this node collects at once "
        "(HEXI_COLLECT_MB).",
        file=name,
        name=connection.name,
        limit=limit_bytes >> 20,
    )


def _damaged(connection: Connection, name: str) -> SourceTruncated:
    return SourceTruncated("“{file}” of “{name}” came damaged: it cannot be unpacked.", file=name, name=connection.name)
