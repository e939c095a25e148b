"""What a guide tells the reader to press or read is on the portal, and its pictures are there and light."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PORTAL = ROOT / "src" / "hexi"
CHAPTERS = ("officer", "approver", "people", "find-follow-ask", "operate")
"""Chapters that lead through the browser. What is bold in them stands on a page, word for word."""
CHINESE = tuple(name for name in CHAPTERS if (DOCS / "guide" / "zh" / f"{name}.md").exists())
BOLD = re.compile(r"\*\*(.+?)\*\*", re.S)
PICTURE = re.compile(r"!\[(.*?)\]\((.+?)\)", re.S)
LIGHT_BYTES = 150_000


def labels(path: Path) -> list[str]:
    """What is bold in a chapter."""
    return [" ".join(each.split()) for each in BOLD.findall(path.read_text("utf-8"))]


def said() -> Iterator[tuple[str, str]]:
    """Every sentence of the portal as English and Chinese: of the catalogue, and of the words in the code."""
    with (PORTAL / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po").open("rb") as file:
        for each in read_po(file):
            if each.id and isinstance(each.id, str):
                yield each.id, str(each.string)
    for path in PORTAL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="Text"), args=[ast.Constant(value=str(zh)), ast.Constant(value=str(en))]
                ):
                    yield en, zh


SAID = tuple(said())
ENGLISH_WORDS = frozenset(english for english, _ in SAID)
CHINESE_WORDS = frozenset(chinese for _, chinese in SAID)


@pytest.mark.parametrize("name", CHAPTERS)
def test_each_label_of_an_english_chapter_stands_on_the_portal(name: str) -> None:
    found = labels(DOCS / "guide" / f"{name}.md")

    assert found
    assert [each for each in found if each not in ENGLISH_WORDS] == []


@pytest.mark.parametrize("name", CHINESE)
def test_each_label_of_a_chinese_chapter_stands_on_the_portal(name: str) -> None:
    found = labels(DOCS / "guide" / "zh" / f"{name}.md")

    assert found
    assert [each for each in found if each not in CHINESE_WORDS] == []


@pytest.mark.parametrize("name", CHINESE)
def test_a_chinese_chapter_breaks_no_line_within_a_paragraph(name: str) -> None:
    """A browser would show each such break as a space between two characters."""
    text = (DOCS / "guide" / "zh" / f"{name}.md").read_text("utf-8")

    assert re.findall(r"\S\n(?![-|\n]).+", text) == []


@pytest.mark.parametrize("name", CHINESE)
def test_a_chapter_names_the_same_labels_in_both_languages(name: str) -> None:
    english = set(labels(DOCS / "guide" / f"{name}.md"))
    chinese = set(labels(DOCS / "guide" / "zh" / f"{name}.md"))
    both = [(one, other) for one, other in SAID if one in english and other in chinese]

    assert english - {one for one, _ in both} == set()
    assert chinese - {other for _, other in both} == set()


@pytest.mark.parametrize("path", sorted((DOCS / "guide").rglob("*.md")), ids=lambda each: str(each.relative_to(DOCS)))
def test_a_picture_is_there_and_says_what_it_shows_to_who_cannot_see_it(path: Path) -> None:
    for alternative, address in PICTURE.findall(path.read_text("utf-8")):
        assert alternative.strip(), address
        assert (path.parent / address).is_file(), address


def test_pictures_are_light_and_each_is_shown_somewhere() -> None:
    pages = [ROOT / "README.md", *DOCS.rglob("*.md")]
    shown = {Path(address).name for page in pages for _, address in PICTURE.findall(page.read_text("utf-8"))}
    pictures = {each.name: each.stat().st_size for each in (DOCS / "images").iterdir()}

    assert pictures.keys() - shown == set()
    assert {name: size for name, size in pictures.items() if size > LIGHT_BYTES} == {}
