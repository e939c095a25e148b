"""Every sentence the portal says through gettext: what its templates and its modules mark."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

import hexi.web

ROOT = Path(hexi.web.__file__).parent
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "_": None, "gettext_noop": None}


def marked() -> Iterator[tuple[str | tuple[str, ...], str]]:
    """Yield each message (a pair for singular and plural) and where it stands."""
    for path in sorted((ROOT / "templates" / "portal").rglob("*.html")):
        yield from _in(templatize(path.read_text("utf-8"), origin=str(path)), path)
    for path in sorted(ROOT.rglob("*.py")):
        yield from _in(path.read_text("utf-8"), path)


def _in(source: str, path: Path) -> Iterator[tuple[str | tuple[str, ...], str]]:
    for line, function, message, _ in extract_python(BytesIO(source.encode()), list(KEYWORDS), (), {}):
        if message is None:
            # Taken from a variable: the sentence of an error, which its own room translates.
            continue
        said = message if isinstance(message, str) else tuple(each for each in message[:2] if each)
        if function != "ngettext" and not isinstance(said, str):
            said = said[0]
        yield said, f"{path.relative_to(ROOT)}:{line}"
