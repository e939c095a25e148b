"""Sections of the reference's page of benchmarks: each measurement writes its own and leaves the others standing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.pages import Target

END = "`make bench` measures all of this anew;"


def put(page: Path, name: str, text: str) -> None:
    """Write the section `name` of the page, in place of what it was; a new one goes to the end."""
    said = f"<!-- {name} -->\n{text.strip()}\n<!-- end of {name} -->\n"
    before = page.read_text("utf-8")
    after, found = _section(name).subn(lambda _: said, before)
    if not found:
        head, end, tail = before.partition(END)
        after = f"{head}{said}\n{end}{tail}" if end else f"{before.rstrip()}\n\n{said}"
    page.write_text(after, "utf-8")


def carried(page: Path, text: str, names: Sequence[str]) -> str:
    """Return a page's new text with the sections of the old one that it does not write itself."""
    old = page.read_text("utf-8") if page.exists() else ""
    kept = [found[0] for name in names if (found := _section(name).search(old))]
    head, end, tail = text.partition(END)
    return head + "".join(f"{each}\n" for each in kept) + end + tail


def table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown, its first column in words and the others in figures."""
    rows = ["| " + " | ".join(header) + " |", "| --- |" + " ---: |" * (len(header) - 1)]
    return "\n".join([*rows, *("| " + " | ".join(line) + " |" for line in lines)])


def targets(found: Sequence[Target]) -> str:
    """Return what was wanted and what was found, one line each."""
    return "\n".join(f"- {each.sentence()}" for each in found)


def _section(name: str) -> re.Pattern[str]:
    return re.compile(rf"<!-- {name} -->\n.*?<!-- end of {name} -->\n", re.DOTALL)
