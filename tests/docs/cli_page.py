"""The reference page of the command line, printed from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from hexi.cli.commands import main
from tests.docs.contract_pages import NOTE
from tests.docs.error_page import EXITS

VALUES = {
    "text": "text",
    "integer": "number",
    "integer range": "number",
    "float range": "number",
    "path": "file",
    "boolean": "",
}


def commands() -> list[tuple[str, click.Command]]:
    """Every command and group with the words that call it, in the order of the help."""
    return list(_walk(main, "hexi"))


def cli_page() -> str:
    """`docs/reference/cli.md`: every command with its arguments and options, and the exit codes."""
    return "\n".join([NOTE, *_lines(), ""])


def _walk(command: click.Command, called: str) -> Iterator[tuple[str, click.Command]]:
    yield called, command
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from _walk(each, f"{called} {name}")


def _lines() -> Iterator[str]:
    yield "# The command line"
    yield ""
    yield "Every command works on the node in `HEXI_HOME`, without it in the folder `.hexi`; `init` and `demo` make"
    yield "one, `verify` needs none. All of them take `--help`, in Chinese or English: `hexi --lang zh publish --help`."
    yield "Results go to the standard output, errors to the standard error. Names in what `--json` prints stay."
    yield ""
    yield "| command | what it does |"
    yield "| --- | --- |"
    for called, command in commands():
        if called != "hexi" and not isinstance(command, click.Group):
            yield f"| [`{called}`](#{called.replace(' ', '-')}) | {_paragraphs(command)[0]} |"
    for called, command in commands():
        if not isinstance(command, click.Group):
            yield from _command(called, command)
        elif called == "hexi":
            yield from ("", "## hexi", "", "Before the command:", *_parameters(command))
    yield from ("", "## Exit codes", "", "| exit code | meaning |", "| --- | --- |")
    for number, (english, _chinese) in EXITS.items():
        yield f"| {number} | {english} |"
    yield ""
    yield "Which error ends with which code: [errors](errors.md)."


def _command(called: str, command: click.Command) -> Iterator[str]:
    pieces = command.collect_usage_pieces(click.Context(command, info_name=called))
    yield from ("", f"## {called}", "", "```text", " ".join([called, *pieces]), "```")
    for paragraph in _paragraphs(command):
        yield from ("", paragraph)
    yield from _parameters(command)


def _parameters(command: click.Command) -> Iterator[str]:
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    if arguments:
        yield from ("", "| argument | meaning |", "| --- | --- |")
    for each in arguments:
        yield f"| `{each.make_metavar(click.Context(command))}` | {each.help} |"
    options = [each for each in command.params if isinstance(each, click.Option)]
    if options:
        yield from ("", "| option | value | default | meaning |", "| --- | --- | --- | --- |")
    for option in options:
        yield f"| `{option.opts[0]}` | {_value(option)} | {_default(option)} | {option.help} |"


def _value(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return " or ".join(f"`{choice}`" for choice in option.type.choices)
    kind = VALUES[option.type.name]
    return f"{kind}, may be repeated" if option.multiple else kind


def _default(option: click.Option) -> str:
    if option.required:
        return "required"
    return f"`{option.default}`" if option.show_default else ""


def _paragraphs(command: click.Command) -> list[str]:
    return [" ".join(each.split()) for each in inspect.cleandoc(command.help or "").split("\n\n")]
