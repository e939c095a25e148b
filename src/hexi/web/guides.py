"""The guides of the documentation, as a node shows them to those who work on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from django.urls import reverse
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

import hexi

NAMES = ("find-follow-ask", "officer", "approver", "people")
"""Chapters that are read in the browser, in the order of the list; the others are for the command line."""
CHINESE = "zh"
"""The folder of the chapters in Chinese, and what languages that read them begin with."""


@dataclass(frozen=True, slots=True)
class Guide:
    """One chapter in one language."""

    name: str
    language: str
    title: str
    lead: str
    """Its first paragraph, as plain text."""
    body: SafeString
    """All of it but the title, as HTML."""


def guide(name: str, *, language: str) -> Guide | None:
    """Return a chapter in a reader's language, in English where it is not Chinese; None if there is no such chapter."""
    return _read(name, language) if name in NAMES else None


def picture(name: str) -> Path | None:
    """Return the file of a picture that some chapter may show; None if there is none."""
    found = {each.name: each for each in (_folder() / "images").glob("*.png")}
    return found.get(name)


def _folder() -> Path:
    """The documentation's folder: in the package or, in a checkout, beside its source."""
    shipped = Path(hexi.__file__).parent
    return next(each for each in (shipped / "docs", shipped.parents[1] / "docs") if (each / "guide").is_dir())


@lru_cache
def _read(name: str, language: str) -> Guide:
    is_chinese = language.startswith(CHINESE)
    folder = _folder() / "guide" / (CHINESE if is_chinese else "")
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse((folder / f"{name}.md").read_text("utf-8"))
    title, lead, *_ = (_plain(each) for each in tokens if each.type == "inline")
    for each in tokens:
        _lead_to_pages(each.children or ())
    # What the chapters hold is ours, and raw HTML in them is not let through.
    body = SafeString(parser.renderer.render(tokens[3:], parser.options, {}))
    return Guide(name, "zh-hans" if is_chinese else "en", title, lead, body)


def _lead_to_pages(tokens: Sequence[Token]) -> None:
    """Let pictures and links lead to addresses of the portal; a link to what it does not show stays as text."""
    opened: Token | None = None
    for each in tokens:
        if each.type == "image":
            each.attrs["src"] = reverse("guide-picture", args=[PurePosixPath(str(each.attrs["src"])).name])
            each.attrs["loading"] = "lazy"
        elif each.type == "link_open":
            opened = each
            target = PurePosixPath(str(each.attrs["href"]))
            if target.stem in NAMES and len(target.parts) == 1:
                each.attrs["href"] = reverse("guide", args=[target.stem])
            else:
                each.tag, each.attrs = "span", {}
        elif each.type == "link_close" and opened:
            each.tag = opened.tag


def _plain(token: Token) -> str:
    return "".join(each.content or " " for each in token.children or () if each.type in {"text", "softbreak"})
