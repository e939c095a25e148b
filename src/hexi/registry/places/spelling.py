"""How a Chinese name is typed: its pinyin without tones, and the first letters of its syllables."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

_OWN = {"宕昌": [["tàn"], ["chāng"]]}
"""Names whose reading the dictionary does not know: 宕昌 is Tanchang."""
_LETTERS = re.compile(r"[a-z0-9]+")


def spelling(name: str) -> tuple[str, str]:
    """Return pinyin and initials in lower case without spaces: `lanzhoushi` and `lzs` of 兰州市."""
    syllables = [part for each in _reader()(name) for part in _LETTERS.findall(each.lower().replace("ü", "v"))]
    return "".join(syllables), "".join(each[0] for each in syllables)


def typed(text: str) -> str:
    """Return what somebody typed as names are compared: half width, lower case, without spaces and apostrophes."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("ü", "v")
    return re.sub(r"[\s'’·-]+", "", folded)


@cache
def _reader() -> Callable[[str], list[str]]:
    """Load the dictionary of readings when the first name needs it."""
    from pypinyin import lazy_pinyin, load_phrases_dict

    load_phrases_dict(_OWN)
    return lazy_pinyin
