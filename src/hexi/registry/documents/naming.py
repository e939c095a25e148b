"""Names of files that people hand in, and which of them are refused."""

from __future__ import annotations

import re
import unicodedata

from hexi.registry.documents.errors import BadFileName

LIMIT_BYTES = 255
RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
"""What Windows takes for a device, whatever the ending."""
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of writing, so that “slx.exe” reads as “exe.xls”."""


def check(name: str) -> str:
    """Return the name if a file may have it. Raises `BadFileName`, which says what to change."""
    if not name.strip(" ."):
        raise BadFileName("A file needs a name, such as beds.csv.")
    size = len(name.encode("utf-8", errors="replace"))
    if size > LIMIT_BYTES:
        raise BadFileName(
            "The file's name has {size} bytes; at most {limit} are kept, which is about 80 Chinese characters. Give it "
            "a shorter one.",
            size=size,
            limit=LIMIT_BYTES,
        )
    if any(unicodedata.category(each) in {"Cc", "Cs"} or each in TURNS for each in name):
        raise BadFileName(
            "“{name}” holds characters that cannot be seen. Give it a name of letters, digits and ordinary signs.",
            name=_seen(name),
        )
    if "/" in name or "\\" in name:
        raise BadFileName("“{name}” is a path and no name: hand in the file under its name alone.", name=name)
    if RESERVED.fullmatch(name.strip()):
        raise BadFileName(
            "“{name}” is a name that Windows keeps for a device, so nobody there could open the file. Give it another.",
            name=name,
        )
    return name


def _seen(name: str) -> str:
    return "".join("�" if unicodedata.category(each) in {"Cc", "Cs"} or each in TURNS else each for each in name)
