"""Looking at a file's bytes: its digest, its format by its first bytes, its text encoding."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hexi.data.engines.sources.records import (
    SourceEmpty,
    SourceInvalid,
    SourceMissing,
    WrongEncoding,
    WrongFormat,
)

CHUNK = 8 << 20
SAMPLE = 32 << 20
"""Bytes of a text file that are decoded to find out its encoding."""
MAGIC = {
    b"PAR1": "Parquet",
    b"PK\x03\x04": "ZIP or Excel (.xlsx)",
    b"\xd0\xcf\x11\xe0": "old Excel (.xls) or an encrypted Office file",
    b"%PDF": "PDF",
    b"\x1f\x8b": "gzip",
    b"<!DOCTYPE": "HTML",
    b"<html": "HTML",
    b"\x89PNG": "PNG",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
}
ENCODINGS = ("utf-8", "gb18030", "big5")


@dataclass(frozen=True, slots=True)
class Digest:
    """A file recognised by its bytes."""

    sha256: str
    size_bytes: int


def digest(path: Path) -> Digest:
    """Return the file's SHA-256 and size. Raises `SourceMissing`, `SourceEmpty`, `SourceInvalid`."""
    if path.is_dir():
        raise SourceInvalid("“{file}” is a folder; name the file in it.", file=path)
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except FileNotFoundError:
        raise SourceMissing(
            "There is no file “{file}”; check the name, or give the file as SOURCE.", file=path
        ) from None
    except OSError as error:
        raise SourceInvalid("“{file}” cannot be read: {reason}.", file=path, reason=error.strerror or error) from None
    if size == 0:
        raise SourceEmpty("“{file}” is empty: 0 bytes. Export it again.", file=path)
    return Digest(found, size)


def refuse_other_formats(path: Path, *, expected: str) -> None:
    """Raise `WrongFormat` if a text file is really something else."""
    with path.open("rb") as file:
        head = file.read(512)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, what in MAGIC.items():
        if start.lower().startswith(magic.lower()):
            raise WrongFormat(
                "“{file}” is not {expected}: its first bytes are those of {what}. Name the right file, or set "
                "“format” in hexi.source.",
                file=path,
                expected=expected,
                what=what,
            )


def as_utf8(path: Path, *, encoding: str | None, workspace: Path) -> tuple[Path, str]:
    """Return a UTF-8 copy of a text file (itself where it is UTF-8 without a mark) and its encoding.

    An encoding that is given must hold for every byte; otherwise it is found out: a byte order mark,
    strict UTF-8, GB18030 (which holds GBK and GB2312), Big5. Raises `WrongEncoding`, which names the line.
    """
    with path.open("rb") as file:
        head = file.read(4)
    marked = _mark(head)
    wanted = _known(encoding, path) if encoding else marked
    if wanted in {"utf-8", None} and _is_utf8(path):
        if head.startswith(codecs.BOM_UTF8):
            return _transcoded(path, "utf-8-sig", workspace), "utf-8-sig"
        return path, "utf-8"
    if wanted is not None:
        return _transcoded(path, wanted, workspace), wanted
    for candidate in ENCODINGS[1:]:
        try:
            return _transcoded(path, candidate, workspace), candidate
        except WrongEncoding:
            continue
    raise wrong_encoding(path, "utf-8")


def _mark(head: bytes) -> str | None:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return None


def _known(encoding: str, path: Path) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise WrongEncoding(
            "“{encoding}” is no encoding that is known; for “{file}” try utf-8 or gb18030, or leave it out.",
            encoding=encoding,
            file=path,
        ) from None
    # GB2312 and GBK files hold characters of their successor all the time; it contains both.
    return {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030"}.get(name, name)


def _is_utf8(path: Path) -> bool:
    """Whether the file decodes, asked of its beginning and its end.

    A file larger than `SAMPLE` is decoded once more by the engine, which refuses what is no UTF-8: a
    second full pass over every large file would cost a quarter of the time a plain copy takes.
    """
    with path.open("rb") as file:
        try:
            codecs.getincrementaldecoder("utf-8")().decode(file.read(SAMPLE), final=path.stat().st_size <= SAMPLE)
            if path.stat().st_size > SAMPLE:
                file.seek(-CHUNK, 2)
                tail = file.read()
                while tail and tail[0] & 0xC0 == 0x80:
                    tail = tail[1:]
                tail.decode("utf-8")
        except UnicodeDecodeError:
            return False
    return True


def _transcoded(path: Path, encoding: str, workspace: Path) -> Path:
    target = workspace / f"{path.name}.utf8"
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as source, target.open("wb") as out:
        while True:
            chunk = source.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except (UnicodeDecodeError, UnicodeError):
                raise wrong_encoding(path, encoding) from None
            if not chunk and not text:
                break
            out.write(text.encode("utf-8"))
    return target


def wrong_encoding(path: Path, encoding: str) -> WrongEncoding:
    """Find the line and the byte that no decoder of `encoding` reads."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError as error:
                return WrongEncoding(
                    "Line {line} of “{file}”: byte {byte} (0x{value:02x}) is no {encoding}. {advice}",
                    line=number,
                    file=path,
                    byte=error.start + 1,
                    value=line[error.start],
                    encoding=encoding,
                    advice=_advice(line, encoding),
                )
    return WrongEncoding("“{file}” is not text in {encoding}.", file=path, encoding=encoding)


def _advice(line: bytes, encoding: str) -> str:
    for candidate in ENCODINGS:
        if candidate == encoding:
            continue
        try:
            line.decode(candidate)
        except UnicodeDecodeError:
            continue
        return f"The line reads as {candidate}: set “encoding: {candidate}” in hexi.source, or leave it out."
    return "Export the file again as UTF-8."


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over a text file's bytes shows."""

    line_ends: int
    quotes: int
    has_blank_lines: bool


def survey(path: Path, *, line_end: bytes, quote: bytes) -> Survey:
    """Count line ends and quotation marks (single bytes; none for an empty `quote`), and look for blank lines."""
    line_ends = quotes = 0
    has_blank_lines = False
    carried = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            view = np.frombuffer(chunk, dtype=np.uint8)
            line_ends += int(np.count_nonzero(view == line_end[0]))
            if quote:
                quotes += int(np.count_nonzero(view == quote[0]))
            if not has_blank_lines:
                edge = carried + chunk[:2]
                blanks = (line_end * 2, b"\n\r\n")
                has_blank_lines = any(blank in chunk or blank in edge for blank in blanks)
            carried = chunk[-2:]
    return Survey(line_ends, quotes, has_blank_lines)
