"""The languages of the portal: Chinese, English, and whichever a folder of translations brings."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.conf.locale import LANG_INFO

OWN = (("zh-hans", "中文"), ("en", "English"))
"""Chinese has a catalogue, English is what the sentences in the code are written in."""
NAMES = {"bo": "བོད་ཡིག"}
"""What languages that Django does not know call themselves."""


def found(folders: Iterable[Path]) -> list[tuple[str, str]]:
    """Return code and own name of every language: ours, then those with a compiled catalogue, by code."""
    known = dict(OWN)
    for file in sorted(each for folder in folders for each in folder.glob("*/LC_MESSAGES/django.mo")):
        code = file.parents[1].name.replace("_", "-").lower()
        known.setdefault(code, NAMES.get(code) or str(LANG_INFO.get(code, {}).get("name_local", code)))
    return list(known.items())
