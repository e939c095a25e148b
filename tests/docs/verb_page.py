"""The reference page of the log's verbs, printed from their table, and what the code records under each."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from hexi.registry.events.verbs import FACTS, VERBS
from tests.docs.contract_pages import NOTE
from tests.docs.error_page import SOURCE

Recorded = dict[str, set[tuple[str, ...]]]


def verb_page() -> str:
    """`docs/reference/verbs.md`: every verb of the log with its facts."""
    return "\n".join([NOTE, *_lines(), ""])


def recorded() -> Recorded:
    """Which verbs the code records, each with the facts it gives, as far as both stand in one function."""
    found: Recorded = {}
    for path in SOURCE.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef):
                _collect(function, found)
    return found


def named() -> set[str]:
    """Every text of the code outside of the table, among them the verbs that something says."""
    return {
        each.value
        for path in SOURCE.rglob("*.py")
        if path.name != "verbs.py"
        for each in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def _lines() -> Iterator[str]:
    yield "# The verbs of the log"
    yield ""
    yield "What an event of [the log](events.md) can say was done. An event with another verb is refused. The"
    yield "same names are the authorities of accounts; `data.preview` is only that: looking is metered by the"
    yield "day and leaves no event."
    yield ""
    yield "| verb | what was done | 中文 | done to | facts |"
    yield "| --- | --- | --- | --- | --- |"
    for name, verb in VERBS.items():
        facts = ", ".join(f"`{each}`" for each in verb.details)
        yield f"| `{name}` | {verb.title.en} | {verb.title.zh} | {verb.object} | {facts} |"
    yield ""
    yield "## Facts"
    yield ""
    yield "| fact | meaning | 中文 |"
    yield "| --- | --- | --- |"
    yield from (f"| `{name}` | {meaning.en} | {meaning.zh} |" for name, meaning in FACTS.items())


def _collect(function: ast.FunctionDef, found: Recorded) -> None:
    dicts = {
        target.id: line.value
        for line in ast.walk(function)
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Dict)
        for target in line.targets
        if isinstance(target, ast.Name)
    }
    for call in ast.walk(function):
        if not (isinstance(call, ast.Call) and _name(call.func) in {"record", "_record"}):
            continue
        given = {each.arg: each.value for each in call.keywords}
        values = [*call.args, *given.values()]
        verb = next((each.value for each in values if isinstance(each, ast.Constant) and each.value in VERBS), None)
        details = given.get("details", call.args[2] if len(call.args) > 2 else None)
        if isinstance(details, ast.Name):
            details = dicts.get(details.id)
        if isinstance(verb, str) and isinstance(details, ast.Dict):
            keys = sorted(each.value for each in details.keys if isinstance(each, ast.Constant))
            found.setdefault(verb, set()).add(tuple(keys))


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
