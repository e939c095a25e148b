"""Commands whose help speaks the language of the run."""

from __future__ import annotations

import copy
import inspect
import os
from collections.abc import Callable
from typing import Any

import click

from hexi.cli.speech import _, language, prepare


class Formatter(click.HelpFormatter):
    """Help with the colon of the language."""

    def write_heading(self, heading: str) -> None:
        """Write a heading."""
        if language() == "zh":
            self.write(f"{'':>{self.current_indent}}{heading}：\n")
        else:
            super().write_heading(heading)


class Context(click.Context):
    """A context whose help is written so."""

    formatter_class = Formatter


class Command(click.Command):
    """A command whose help is said in the language of the run."""

    context_class = Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option `--help`, whose own help click keeps from before the language was known."""
        return _again(super().get_help_option(ctx))

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help."""
        super(Command, _spoken(self)).format_help(ctx, formatter)

    def get_short_help_str(self, limit: int = 78) -> str:
        """The first sentence of the help."""
        return _short(self, limit)


class Group(click.Group):
    """A group of such commands."""

    command_class = Command
    context_class = Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option `--help`, whose own help click keeps from before the language was known."""
        return _again(super().get_help_option(ctx))

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help."""
        super(Group, _spoken(self)).format_help(ctx, formatter)

    def get_short_help_str(self, limit: int = 78) -> str:
        """The first sentence of the help."""
        return _short(self, limit)


def speak(_ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    """Take `--lang` before anything is said, the help included."""
    if value:
        os.environ["HEXI_LANG"] = value
        prepare()


def command(name: str | None = None) -> Callable[[Callable[..., Any]], Command]:
    """Make a function a command."""
    return click.command(name, cls=Command)


def group(name: str | None = None) -> Callable[[Callable[..., Any]], Group]:
    """Make a function a group of commands."""
    return click.group(name, cls=Group)


def _short(said: click.Command, limit: int) -> str:
    help_text = _help(said)
    if language() == "zh":
        # Chinese has no spaces, by which click would find the end of the sentence.
        return help_text.replace("\b\n", "").split("。")[0].replace("\n", "") + "。"
    return click.Command(said.name, help=help_text).get_short_help_str(limit)


def _help(said: click.Command) -> str:
    return _(inspect.cleandoc(said.help)) if said.help else ""


def _again(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = _("Show this message and exit.")
    return option


def _spoken(said: Any) -> Any:
    spoken = copy.copy(said)
    spoken.help = _help(said)
    spoken.params = [copy.copy(each) for each in said.params]
    for each in spoken.params:
        if getattr(each, "help", None):
            each.help = _(each.help)
    return spoken
