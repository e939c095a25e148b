"""Runs what the guides say, as a reader would type it.

A `{code-block}` with a caption writes the file it names; a `console` block runs each line that begins
with `$ ` in an empty folder of the document's own, and what follows must be what is printed. A line
`…` stands for any lines, `…` within a line for any text; `$ command  # exit 4` expects that exit code.
Where a tool that a guide types is not installed, the guide is skipped from there on, and says which tool.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sybil import Document, Example, Region, Sybil
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer
from sybil.parsers.myst.lexers import DirectiveLexer

EXIT = re.compile(r"\s+# exit (\d+)$")
TOOLS = ("jq", "openssl", "sqlite3")
"""What a guide types beyond our own commands and what every Linux has."""


def write_file(example: Example) -> str | None:
    """Write the block to the file its caption names."""
    caption = example.region.lexemes["options"].get("caption")
    if caption is None:
        return None
    path = folder(example) / caption.strip("` ")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(example.parsed), encoding="utf-8")
    return None


def run_console(example: Example) -> str | None:
    """Run the block's commands; return how the output differs, or nothing."""
    for command, expected in commands(str(example.parsed)):
        skip_without_tools(example, command)
        wanted = int(found[1]) if (found := EXIT.search(command)) else 0
        done = subprocess.run(
            ["bash", "-c", EXIT.sub("", command)],
            cwd=folder(example),
            env=environment(example),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        printed = done.stdout.rstrip()
        if done.returncode != wanted or not agrees(expected, printed):
            return f"$ {command}\nexpected (exit {wanted}):\n{expected}\nprinted (exit {done.returncode}):\n{printed}"
    return None


def skip_without_tools(example: Example, command: str) -> None:
    """Skip if a tool is missing, here or in an example before, whose files this one would need."""
    missing = example.namespace.setdefault("missing", [])
    missing += [tool for tool in TOOLS if re.search(rf"(?<![\w.]){tool}\b", command) and not shutil.which(tool)]
    if missing:
        pytest.skip(f"{Path(example.path).name}: {missing[0]} is not installed")


def commands(block: str) -> list[tuple[str, str]]:
    """Split a block into (command, what it prints); a trailing backslash continues a command."""
    found: list[tuple[str, list[str]]] = []
    lines = iter(block.splitlines())
    for line in lines:
        if line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\"):
                command = command[:-1] + next(lines).strip()
            found.append((command, []))
        elif found:
            found[-1][1].append(line)
    return [(command, "\n".join(output).strip("\n")) for command, output in found]


def agrees(expected: str, printed: str) -> bool:
    """Whether `printed` is `expected`, whose “…” stand for anything; white space at line ends is free."""
    if not expected:
        return True
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "…" else re.escape(line.rstrip()).replace("…", ".*") + r"[ \t]*\n"
        for line in expected.splitlines()
    )
    return re.fullmatch(pattern, printed + "\n") is not None


def folder(example: Example) -> Path:
    """Return the document's own folder."""
    if "folder" not in example.namespace:
        example.namespace["folder"] = tempfile.TemporaryDirectory(prefix="guide-")
    return Path(example.namespace["folder"].name)


def environment(example: Example) -> dict[str, str]:
    """Return a reader's environment: our commands on the path, a home in the document's folder."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("HEXI_", "DJANGO_"))},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "COLUMNS": "110",
        "LANG": "C.UTF-8",
        "HEXI_LANG": "en",
        "NO_COLOR": "1",
    }


class Files:
    """Parses captioned code blocks."""

    def __init__(self) -> None:
        self.lexer = DirectiveLexer(directive="code-block")

    def __call__(self, document: Document) -> Iterator[Region]:
        """Yield the document's examples of this kind."""
        for region in self.lexer(document):
            region.parsed = region.lexemes["source"]
            region.evaluator = write_file
            yield region


class Console:
    """Parses console blocks."""

    def __init__(self) -> None:
        self.lexer = FencedCodeBlockLexer("console")

    def __call__(self, document: Document) -> Iterator[Region]:
        """Yield the document's examples of this kind."""
        for region in self.lexer(document):
            region.parsed = region.lexemes["source"]
            region.evaluator = run_console
            yield region


pytest_collect_file = Sybil(parsers=[Files(), Console()], patterns=["guide/*.md"]).pytest()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put a guide's examples back in the order of reading, in whatever order the rest is shuffled."""
    places = [i for i, item in enumerate(items) if item.path.suffix == ".md"]
    ordered = sorted((items[i] for i in places), key=lambda item: (item.path, item.location[1] or 0))
    for i, item in zip(places, ordered, strict=True):
        items[i] = item
