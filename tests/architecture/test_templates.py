"""Templates are read by Django as their authors read them."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "src" / "hexi" / "web" / "templates"
ACROSS_LINES = re.compile(r"\{\{[^}]*\n[^}]*\}\}|\{%[^%]*\n[^%]*%\}")


def test_no_tag_stands_across_lines() -> None:
    """Django takes such a tag for text, and a form that holds it sends it back as a value."""
    broken = [
        str(each.relative_to(TEMPLATES)) for each in TEMPLATES.rglob("*.html") if ACROSS_LINES.search(each.read_text())
    ]

    assert not broken
