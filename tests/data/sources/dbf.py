"""Writes the tables of dBASE and FoxPro that the tests read."""

from __future__ import annotations

import struct
from collections.abc import Sequence

Fields = Sequence[tuple[str, str, int]]
"""Name, type and width of each."""


def dbf(
    fields: Fields,
    rows: Sequence[Sequence[bytes]],
    *,
    version: int = 0x03,
    language: int = 0,
    deleted: Sequence[int] = (),
    flags: Sequence[int] = (),
    encoding: str = "gb18030",
) -> bytes:
    """A table of these cells; texts are filled up with spaces. `deleted` counts records from 1."""
    described = b""
    for number, (name, type, width) in enumerate(fields):
        mark = flags[number] if flags else 0
        described += (
            struct.pack("<11sc4xBB14x", name.encode(encoding), type.encode(), width % 256, width // 256)[:18]
            + bytes([mark])
            + bytes(13)
        )
    is_foxpro = version in {0x30, 0x31, 0x32}
    size = 32 + len(described) + 1 + (263 if is_foxpro else 0)
    record = 1 + sum(width for _, _, width in fields)
    head = struct.pack("<4BIHH17xBxx", version, 124, 2, 29, len(rows), size, record, language)
    body = b"".join(
        (b"*" if number in deleted else b" ")
        + b"".join(cell.ljust(width) for cell, (_, _, width) in zip(row, fields, strict=True))
        for number, row in enumerate(rows, start=1)
    )
    return head + described + b"\r" + bytes(263 if is_foxpro else 0) + body + b"\x1a"
