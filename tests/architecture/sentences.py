"""Every sentence that Hexi says through its catalogue: what is marked, what errors say, what help says."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import click
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

import hexi
from hexi.kernel.errors import HexiError

ROOT = Path(hexi.__file__).parent
KEYWORDS = {"gettext", "ngettext", "pgettext", "_"}

Message = str | tuple[str, ...]


def all_sentences() -> Iterator[tuple[Message, str]]:
    """Yield each message (a pair for singular and plural) and where it stands."""
    for path in sorted((ROOT / "web" / "templates").rglob("*.html")):
        yield from _in_template(path)
    errors = error_names()
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            for each in node.keywords:
                if each.arg == "template":
                    yield from ((text, where) for text in _texts(each.value))
            if not node.args:
                continue
            if _called(node) == "ngettext":
                yield tuple(text for each in node.args[:2] for text in _texts(each)), where
            elif _called(node) in errors | KEYWORDS | {"_problem"}:
                yield from ((text, where) for text in _texts(node.args[0]))
            elif _called(node) == "add" and len(node.args) == 2:
                # A notebook's entry: the place, then what is wrong there.
                yield from ((text, where) for text in _texts(node.args[1]))
            elif _called(node) == "note" and len(node.args) == 3:
                # A workbook's entry: the row, the column, then what is wrong there.
                yield from ((text, where) for text in _texts(node.args[2]))
    for command, name in _commands():
        if command.help:
            yield inspect.cleandoc(command.help), f"hexi {name}"
        for each in command.params:
            if isinstance(each, click.Option) and each.help and each.name not in {"help", "version"}:
                yield each.help, f"hexi {name} {each.opts[0]}"


def constants() -> set[str]:
    """Every text in the code of Hexi and of click, whose sentences are ours to translate too."""
    found: set[str] = set()
    for folder in (ROOT, Path(click.__file__).parent):
        for path in folder.rglob("*.py"):
            nodes = ast.walk(ast.parse(path.read_text("utf-8")))
            found |= {each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return found | {inspect.cleandoc(each) for each in found}


def error_names() -> set[str]:
    """The names of all classes of errors."""
    for each in pkgutil.walk_packages([str(ROOT)], "hexi."):
        if "wsgi" not in each.name and "__main__" not in each.name:
            importlib.import_module(each.name)
    classes, waiting = set(), [HexiError]
    while waiting:
        one = waiting.pop()
        classes.add(one.__name__)
        waiting += one.__subclasses__()
    return classes


def _commands() -> Iterator[tuple[click.Command, str]]:
    from hexi.cli.commands import main

    waiting: list[tuple[click.Command, str]] = [(main, "")]
    while waiting:
        command, name = waiting.pop()
        yield command, name
        if isinstance(command, click.Group):
            waiting += [(each, f"{name} {word}".strip()) for word, each in command.commands.items()]


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def _in_template(path: Path) -> Iterator[tuple[Message, str]]:
    source = templatize(path.read_text("utf-8"), origin=str(path)).encode()
    for line, function, message, _ in extract_python(BytesIO(source), dict.fromkeys(KEYWORDS), (), {}):
        said = tuple(each for each in (message if isinstance(message, tuple | list) else (message,)) if each)
        if said:
            if function == "pgettext":
                said = said[1:]
            yield (said[:2] if function == "ngettext" and len(said) > 1 else said[0]), f"{path.name}:{line}"
