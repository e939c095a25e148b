"""ZIP files: which tables are in one, and one of them taken out, without trusting what the directory says."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hexi.data.engines.sources import bytes_of, encodings
from hexi.data.engines.sources.opening import ENDINGS, format_of_head
from hexi.data.engines.sources.records import (
    BadArchive,
    Bomb,
    NoTable,
    Protected,
    SourceEmpty,
    SourceTruncated,
    WrongPlace,
)
from hexi.data.engines.sources.workbooks import FREE_BYTES, LIMIT_RATIO

LIMIT_MEMBERS = 1000
LIMIT_DIRECTORY_BYTES = 16 << 20
"""The directory is read into memory as a whole."""
HEAD_BYTES = 4096
PIECE_BYTES = 1 << 20
END, LOCATOR = b"PK\x05\x06", b"PK\x06\x07"
END_BYTES, END_64_BYTES, LOCATOR_BYTES, COMMENT_BYTES = 22, 56, 20, 65535
MARKED_UTF8, MARKED_ENCRYPTED = 0x800, 0x1
TEXT_ENDINGS = {*ENDINGS, "", ".dat"}
IGNORED = ("__MACOSX/", ".")
"""What computers put beside the files that a person packed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A table in a ZIP file."""

    name: str
    """Its path in the archive, with “/”."""
    format: str
    size_bytes: int
    """As the directory says; it is held to that when it is unpacked."""


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP file whose directory is whole and of a size that can be read.

    Raises `SourceTruncated` for one that was cut, `Bomb`, `BadArchive`; inside too, where bytes are damaged.
    """
    _require_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise SourceTruncated(
            "“{file}” is a damaged or cut ZIP file: what it holds cannot be unpacked. Pack it again.", file=path
        ) from None
    except NotImplementedError:
        # What zipfile says of a compression or an encryption that it does not know.
        raise BadArchive(
            "“{file}” is packed by a method that is not read here; pack it as an ordinary ZIP file.", file=path
        ) from None


def refuse_bombs(path: Path, parts: list[zipfile.ZipInfo], *, limit_bytes: int) -> None:
    """Raise `Bomb` where parts would unpack to more than a limit, or than any honest file does."""
    packed, unpacked = max(1, path.stat().st_size), sum(part.file_size for part in parts)
    # Parts that overlap share bytes, so that few of them unpack to much.
    overlap = sum(part.compress_size for part in parts) > packed
    if overlap or unpacked > limit_bytes or (unpacked > FREE_BYTES and unpacked / packed > LIMIT_RATIO):
        raise Bomb(
            "“{file}” has {packed} bytes and would unpack to {unpacked}, where at most {limit}, and {ratio} times its "
            "size, are unpacked. Hand in the tables one by one.",
            file=path,
            packed=packed,
            unpacked=unpacked,
            limit=limit_bytes,
            ratio=LIMIT_RATIO,
        )


def members(path: Path, *, limit_bytes: int) -> tuple[Member, ...]:
    """Return the tables in a ZIP file, in the order of their names; never empty. Nothing is written.

    Raises `BadArchive` for paths that climb, links and names that stand there twice, `Bomb`, `Protected`,
    `SourceTruncated`, and `NoTable`.
    """
    with opened(path) as archive:
        parts = _files(archive, path)
        if len(parts) > LIMIT_MEMBERS:
            raise Bomb(
                "“{file}” holds {count} files; at most {limit} are looked at. Pack the tables alone.",
                file=path,
                count=len(parts),
                limit=LIMIT_MEMBERS,
            )
        refuse_bombs(path, list(parts.values()), limit_bytes=limit_bytes)
        found = []
        for name, part in sorted(parts.items()):
            if part.flag_bits & MARKED_ENCRYPTED:
                raise Protected("“{file}” is protected with a password; pack it without one.", file=path)
            with archive.open(part) as file:
                format = _format(name, file.read(HEAD_BYTES))
            if format is not None:
                found.append(Member(name=name, format=format, size_bytes=part.file_size))
    if not found:
        raise NoTable(
            "“{file}” holds no table, only {names}. Pack CSV, Excel, DBF, JSON, GeoJSON, XML or Parquet files, and no "
            "archive within the archive.",
            file=path,
            names=", ".join(f"“{name}”" for name in sorted(parts)[:5]) or "–",
        )
    return tuple(found)


def unpack(path: Path, member: str, target: Path, *, limit_bytes: int) -> None:
    """Write one member of a ZIP file to `target`, piece by piece. Raises what `members` does, and `WrongPlace`.

    Where it raises, what was written is taken away again.
    """
    try:
        with opened(path) as archive:
            part = _files(archive, path).get(member)
            if part is None:
                raise WrongPlace("“{file}” holds no file “{member}”.", file=path, member=member)
            if part.flag_bits & MARKED_ENCRYPTED:
                raise Protected("“{file}” is protected with a password; pack it without one.", file=path)
            refuse_bombs(path, [part], limit_bytes=limit_bytes)
            written = 0
            with archive.open(part) as source, target.open("wb") as out:
                while piece := source.read(PIECE_BYTES):
                    written += len(piece)
                    out.write(piece)
            if not written:
                raise SourceEmpty("“{file}” is empty: 0 bytes. Export it again.", file=member)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _files(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """The files of an archive by their names, without what computers add. Raises `BadArchive`."""
    found: dict[str, zipfile.ZipInfo] = {}
    for part in archive.infolist():
        name = _name(part)
        steps = PurePosixPath(name).parts
        climbs = name.startswith("/") or ".." in steps or (len(name) > 1 and name[1] == ":")
        if climbs or any(ord(each) < 0x20 for each in name):
            raise BadArchive(
                "“{file}” holds “{member}”, a path that leads out of its folder. Pack the files again, without paths.",
                file=path,
                member=name,
            )
        kind = part.external_attr >> 16
        if kind and stat.S_IFMT(kind) not in {0, stat.S_IFREG, stat.S_IFDIR}:
            raise BadArchive(
                "“{file}” holds “{member}”, which is a link and no file. Pack the file itself.", file=path, member=name
            )
        if part.is_dir() or name.endswith("/") or any(step.startswith(IGNORED) for step in (name, steps[-1])):
            continue
        if name in found:
            raise BadArchive(
                "“{file}” holds “{member}” twice, so it is not clear which is meant. Pack it again.",
                file=path,
                member=name,
            )
        found[name] = part
    return found


def _name(part: zipfile.ZipInfo) -> str:
    """A member's name as its packer meant it: Chinese Windows writes GB18030 and says nothing of it."""
    name = part.orig_filename
    if not part.flag_bits & MARKED_UTF8:
        raw = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", encodings.FALLBACK):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _format(name: str, head: bytes) -> str | None:
    """What table begins so under this name, or None where none does."""
    ending = PurePosixPath(name).suffix.lower()
    format = format_of_head(head)
    if format == "excel":
        # A workbook is a ZIP file itself: its name alone tells it from an archive in the archive.
        return format if ENDINGS.get(ending) == "excel" else None
    if format in {"parquet", "dbf"}:
        return format
    if format == "xml":
        # Beside a map lies a description of it in XML.
        return format if ending == ".xml" and not name.lower().endswith(".shp.xml") else None
    is_text = bytes_of.kind_of_head(head) is None and encodings.is_text(head)
    return format if head and is_text and ending in TEXT_ENDINGS else None


def _require_directory(path: Path) -> None:
    """Raise unless the directory at the end of a ZIP file is there and small enough to be read."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - END_BYTES - COMMENT_BYTES - LOCATOR_BYTES - END_64_BYTES))
        tail = file.read()
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < END_BYTES:
        raise SourceTruncated(
            "“{file}” is a ZIP file or workbook that breaks off: its directory, which stands at the end, is missing. "
            "Send or save it again.",
            file=path,
        )
    (directory,) = struct.unpack_from("<I", tail, at + 12)
    # In the large form of ZIP its size stands in a record before this one.
    before = at - LOCATOR_BYTES - END_64_BYTES
    if before >= 0 and tail[at - LOCATOR_BYTES : at].startswith(LOCATOR):
        (directory,) = struct.unpack_from("<Q", tail, before + 40)
    if directory > LIMIT_DIRECTORY_BYTES:
        raise Bomb(
            "“{file}” has a directory of {size} bytes; at most {limit} are read. Pack the tables alone.",
            file=path,
            size=directory,
            limit=LIMIT_DIRECTORY_BYTES,
        )
