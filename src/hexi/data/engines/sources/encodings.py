"""Which encoding a text is in, and a UTF-8 copy of one that is not in UTF-8."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from hexi.data.engines.sources.records import SourceInvalid, SourceTruncated, WrongEncoding

CHUNK_BYTES = 4 << 20
SAMPLE_BYTES = 16 << 20
"""Beginning of a text that is decoded to tell its encoding; further samples are taken all the way to its end."""
SAMPLES = 16
FALLBACK = "gb18030"
"""What a text is taken for that is not UTF-8: it holds GBK and GB2312. Big5 must be said by the contract, since every
text in it is one in GB18030 too, with other characters."""
ADVISED = ("utf-8", "gb18030", "big5")
SUCCESSORS = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "utf-8-sig": "utf-8"}
"""Files said to be GB2312 hold characters of GBK all the time; the successor reads both."""
NO_TEXT = re.compile("[\x00-\x08\x0e-\x19\x1c-\x1f]")
"""Controls that no text has. Old systems end one with 0x1A."""
MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""In the order in which they are looked for: the mark of UTF-32 begins as that of UTF-16 does."""


def as_utf8(path: Path, *, encoding: str | None, workspace: Path) -> tuple[Path, str]:
    """Return a UTF-8 form of a text (the file itself where it is UTF-8, byte order mark or not) and its encoding.

    An encoding that is given must hold for every byte. Otherwise it is found out: byte order mark, strict
    UTF-8, GB18030. Raises `WrongEncoding` or `SourceTruncated`, naming line and byte.
    """
    wanted = known(encoding, path) if encoding else _marked(path)
    if wanted == "utf-8" or (wanted is None and _is_utf8(path)):
        if path.stat().st_size <= SAMPLE_BYTES:
            for _ in decoded(path, "utf-8"):
                pass
        return path, "utf-8"
    target = workspace / f"{path.name}.utf8"
    try:
        with target.open("wb") as out:
            for text in decoded(path, wanted or FALLBACK):
                out.write(text.encode())
    except WrongEncoding as error:
        # Of two encodings that both fail, UTF-8 is the one to say where.
        raise error if wanted else (wrong_encoding(path, "utf-8") or error) from None
    return target, wanted or FALLBACK


def beginning(path: Path, size_bytes: int) -> str:
    """Return about so much of a text's beginning; what is no text in it is replaced."""
    with path.open("rb") as file:
        head = file.read(size_bytes)
    wanted = _marked_head(head[:4096]) or "utf-8"
    try:
        text = codecs.getincrementaldecoder(wanted)().decode(head)
    except UnicodeError:
        text = codecs.getincrementaldecoder(FALLBACK)("replace").decode(head)
    return text.removeprefix("\ufeff")


def decoded(path: Path, encoding: str) -> Iterator[str]:
    """Yield a file's text in pieces. Raises `WrongEncoding` or `SourceTruncated` at the first byte that is no text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, read = 1, 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK_BYTES)
            read += len(chunk)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                raise _refusal(path, encoding, error, line=line, offset=read - len(error.object)) from None
            except UnicodeError:
                raise WrongEncoding(
                    "“{file}” is no {encoding}: it lacks the byte order mark. Leave “encoding” out of hexi.source.",
                    file=path,
                    encoding=encoding,
                ) from None
            if text:
                yield text
                line += text.count("\n") or text.count("\r")
            if not chunk:
                return


def wrong_encoding(path: Path, encoding: str) -> SourceInvalid | None:
    """Return the error that names the first byte which is no text in `encoding`, or None where all are."""
    try:
        for _ in decoded(path, encoding):
            pass
    except SourceInvalid as error:
        return error
    return None


def _refusal(path: Path, encoding: str, error: UnicodeDecodeError, *, line: int, offset: int) -> SourceInvalid:
    before = error.object[: error.start].decode(encoding, errors="replace")
    line += before.count("\n") or before.count("\r")
    here = offset + error.start
    if here + 4 > path.stat().st_size and error.reason in {"unexpected end of data", "incomplete multibyte sequence"}:
        return SourceTruncated(
            "“{file}” breaks off in line {line} in the middle of a character: the file was cut. Export it again.",
            file=path,
            line=line,
        )
    facts = {
        "line": line,
        "file": path,
        "byte": here,
        "value": error.object[error.start],
        "before": before[-12:].rsplit("\n", 1)[-1],
        "encoding": encoding,
    }
    other = _other(error.object, encoding)
    if other is None:
        return WrongEncoding(
            "Line {line} of “{file}”: byte {byte} (0x{value:02x}, after “{before}”) is no {encoding}. Export the file "
            "again as UTF-8.",
            **facts,
        )
    return WrongEncoding(
        "Line {line} of “{file}”: byte {byte} (0x{value:02x}, after “{before}”) is no {encoding}. The text reads as "
        "{other}: set “encoding: {other}” in hexi.source, or leave it out.",
        other=other,
        **facts,
    )


def _other(text: bytes, encoding: str) -> str | None:
    """Return an encoding in which the text can be read, if there is one."""
    for candidate in ADVISED:
        if candidate != encoding:
            try:
                codecs.getincrementaldecoder(candidate)().decode(text)
            except UnicodeDecodeError:
                continue
            return candidate
    return None


def known(encoding: str, path: Path) -> str:
    """Return the name under which an encoding is decoded. Raises `WrongEncoding` where there is none such."""
    try:
        name = codecs.lookup(encoding).name
        codecs.getincrementaldecoder(name)().decode(b"", final=False)
    except (LookupError, TypeError, AttributeError):
        raise WrongEncoding(
            "“{encoding}” is no encoding that is known; for “{file}” try utf-8 or gb18030, or leave it out.",
            encoding=encoding,
            file=path,
        ) from None
    return SUCCESSORS.get(name, name)


def is_text(head: bytes) -> bool:
    """Whether a file that begins so is text in an encoding that is found out without being said."""
    try:
        wanted = _marked_head(head[:4096])
        text = codecs.getincrementaldecoder(wanted or "utf-8")().decode(head)
    except UnicodeError:
        try:
            text = codecs.getincrementaldecoder(FALLBACK)().decode(head)
        except UnicodeError:
            return False
    return not NO_TEXT.search(text)


def _marked(path: Path) -> str | None:
    with path.open("rb") as file:
        return _marked_head(file.read(4096))


def _marked_head(head: bytes) -> str | None:
    for mark, encoding in MARKS.items():
        if head.startswith(mark):
            return encoding
    # UTF-16 without its mark: what is ASCII in it has a zero in every other byte.
    high, low = head[1::2].count(0), head[0::2].count(0)
    if max(high, low) * 40 > len(head) and max(high, low) > 1:
        return "utf-16-le" if high > 3 * low else "utf-16-be" if low > 3 * high else None
    return None


def _is_utf8(path: Path) -> bool:
    """Whether the samples decode. What lies between them is decoded by the engine, which refuses what is no UTF-8.

    A full pass over every large file would cost a quarter of the time that a plain copy takes.
    """
    size = path.stat().st_size
    step = max(1, (size - SAMPLE_BYTES) // SAMPLES)
    places = [0, *range(SAMPLE_BYTES, size, step)] if size > SAMPLE_BYTES else [0]
    with path.open("rb") as file:
        for place in places:
            file.seek(place)
            sample = file.read(SAMPLE_BYTES if place == 0 else 1 << 20)
            if place:
                # A sample may begin in the middle of a character, which has at most four bytes.
                while sample and sample[0] & 0xC0 == 0x80:
                    sample = sample[1:]
            try:
                codecs.getincrementaldecoder("utf-8")().decode(sample)
            except UnicodeDecodeError:
                return False
    return True
