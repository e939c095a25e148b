"""The house looks like its plan: the same file names in every room, and tables that stay at home.

Which floor may import which is import-linter's (`.importlinter`); here stands what it cannot say.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
HOUSE = SOURCE / "hexi"
ROOMS = sorted(path.parent for floor in ("registry", "exchange") for path in (HOUSE / floor).glob("*/__init__.py"))
USUAL = {
    "__init__",
    "apps",
    "models",
    "records",
    "queries",
    "actions",
    "errors",
    "tasks",
    "admin",
    "migrations",
}
OWN = {
    "registry.events": {"alignment", "checkpoints", "entries", "merkle", "tree", "verbs", "verification"},
    "registry.accounts": {"connecting", "credentials", "people", "roles", "vault"},
    "registry.documents": {"naming", "storing"},
    "registry.drafts": {"bulk", "cells", "checking", "filling", "sourcing", "telling", "workbook"},
    "registry.feedback": {"checking", "keeping", "telling"},
    "registry.registrations": {"certifying", "numbering", "telling", "verification"},
    "registry.parties": {"checking", "identifiers", "keeping"},
    "registry.places": {"divisions", "matching", "spelling", "locating", "changing"},
    "registry.catalog": {
        *(
            "claiming",
            "exporting",
            "finding",
            "freshness",
            "mending",
            "numbering",
            "reading",
            "registering",
            "restoring",
            "scheduling",
        ),
    },
    "registry.search": {"columns", "corrections", "indexes", "synonyms", "words"},
    "registry.runs": {"watching"},
    "exchange.grants": {"access"},
    "exchange.door": {"metering"},
}
"""What a room has beyond the usual: its own trade, without tables."""
FACES = {"records", "queries", "actions", "errors", "tasks"}
"""What others may import of a room."""
FURTHER_FACES = {
    "registry.events": {"merkle", "verbs"},
    "registry.accounts": {"connecting", "people", "roles"},
    "registry.drafts": {"filling", "sourcing"},
    "registry.catalog": {"restoring", "scheduling"},
    "registry.feedback": {"checking"},
    "registry.registrations": {"verification"},
    "registry.parties": {"identifiers"},
    "registry.places": {"divisions"},
    "registry.search": {"words"},
    "exchange.grants": {"access"},
}
"""What they do import besides; it only gets shorter."""
FORBIDDEN = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "core",
    "manager",
    "managers",
    "service",
    "services",
    "lib",
    "misc",
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(HOUSE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        yield name, ast.parse(path.read_text("utf-8"), str(path))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: f"{room.parent.name}.{room.name}")
def test_a_room_holds_the_usual_modules_and_its_own_trade(room: Path) -> None:
    allowed = USUAL | OWN.get(f"{room.parent.name}.{room.name}", set())

    found = {path.stem for path in room.iterdir() if path.name != "__pycache__"}

    assert found <= allowed


def test_tables_stay_in_their_room() -> None:
    strangers = [
        (name, target)
        for name, tree in modules()
        for target in imported(tree)
        if target.startswith("hexi.") and target.endswith(".models")
        if not name.startswith(target.removesuffix(".models") + ".")
    ]

    assert strangers == []


def test_others_know_a_room_by_its_faces() -> None:
    within = {f"{room.parent.name}.{room.name}": {path.stem for path in room.glob("*.py")} for room in ROOMS}
    found = set()
    for name, tree in modules():
        for target in imported(tree):
            _, floor, room, module, *_ = [*target.split("."), "", "", ""]
            if module in within.get(f"{floor}.{room}", ()) and not name.startswith(f"hexi.{floor}.{room}."):
                found.add((f"{floor}.{room}", module))

    further = {(room, module) for room, module in found if module not in FACES}
    assert further == {(room, module) for room, known in FURTHER_FACES.items() for module in known}


def test_no_drawer_for_odds_and_ends() -> None:
    assert [name for name, _ in modules() if FORBIDDEN & set(name.split("."))] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [name for name, tree in modules() if not ast.get_docstring(tree) and ".migrations" not in name]

    assert silent == []


def test_no_module_outgrows_four_hundred_lines() -> None:
    long = {
        str(path.relative_to(SOURCE)): lines
        for path in HOUSE.rglob("*.py")
        if "migrations" not in path.parts and (lines := len(path.read_text("utf-8").splitlines())) > 400
    }

    assert long == {}


def test_no_room_loads_a_dictionary_before_a_word_needs_it() -> None:
    """They hold 90 MiB, which stay to the end of a run: its memory is promised."""
    program = "import django; django.setup(); import hexi.registry.catalog.actions, hexi.packs.actions, sys; "
    found = subprocess.run(
        [sys.executable, "-c", program + "print({'rjieba', 'pypinyin'} & sys.modules.keys())"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "hexi.web.settings"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.strip() == "set()"


def test_no_tag_of_a_template_is_broken_by_a_line_end() -> None:
    """Django shows such a tag as text, and a form would send it back as a value."""
    broken = [
        f"{path.name}:{number}"
        for path in (HOUSE / "web" / "templates").rglob("*.html")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for start, end in (("{{", "}}"), ("{%", "%}"))
        if line.rfind(start) > line.rfind(end)
    ]

    assert broken == []


def test_nothing_is_silenced() -> None:
    """Ratchets start at zero and only fall: `type: ignore` and `noqa` each need a better answer."""
    marks = {
        str(path.relative_to(SOURCE)): line
        for path in HOUSE.rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if "type: ignore" in line or "# noqa" in line
    }

    assert marks == {}
