"""Names and ids: what is unique, what is stable, and what people read."""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

from hexi.kernel.errors import Invalid

DATASET_NAME = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*")
LANGUAGES = ("zh", "en")


class BadName(Invalid):
    """A name that is not one."""

    code = "name.bad"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or title in the languages of the node."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The text in `language` ("zh", "zh-hans", "en", …); Chinese where it is not known."""
        return self.en if language.startswith("en") else self.zh


def new_id(at: datetime) -> str:
    """Return a fresh UUIDv7 string whose time part is `at` (RFC 9562, section 5.7)."""
    milliseconds = int(at.timestamp() * 1000)
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    value |= 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def check_dataset_name(name: str) -> str:
    """Return `name` if it may name a dataset and so a folder; raise `BadName` otherwise."""
    if len(name) > 100 or not DATASET_NAME.fullmatch(name):
        raise BadName(
            "“{name}” cannot name a dataset: use lower-case letters and digits in words joined "
            "by “.” or “-”, at most 100 characters, for example gansu.airports.",
            name=name,
        )
    return name
