"""Commands whose help speaks the language of the run, and the options that several share."""

from __future__ import annotations

import copy
import functools
import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from hexi.cli.speech import _

Function = TypeVar("Function", bound=Callable[..., Any])
MACHINES = "for machines"
"""Key in the context's notes: somebody asked for JSON."""


class Command(click.Command):
    """A command whose help is said in the language of the run."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help."""
        super(Command, _spoken(self)).format_help(ctx, formatter)

    def get_short_help_str(self, limit: int = 78) -> str:
        """The first sentence of the help."""
        return click.Command(self.name, help=_(self.help or "")).get_short_help_str(limit)


class Group(click.Group):
    """A group of such commands."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help."""
        super(Group, _spoken(self)).format_help(ctx, formatter)

    def get_short_help_str(self, limit: int = 78) -> str:
        """The first sentence of the help."""
        return click.Command(self.name, help=_(self.help or "")).get_short_help_str(limit)


def for_machines(function: Function) -> Function:
    """Add `--json`; errors are then JSON on the standard output too."""

    def note(ctx: click.Context, _param: click.Parameter, value: bool) -> bool:
        ctx.find_root().meta[MACHINES] = value
        return value

    option = click.option("--json", MACHINES.replace(" ", "_"), is_flag=True, callback=note, help="Answer as JSON.")
    return option(function)


def speak(_ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    """Take `--lang` before anything is said, the help included."""
    if value:
        os.environ["HEXI_LANG"] = value


command = functools.partial(click.command, cls=Command)
group = functools.partial(click.group, cls=Group)


def _spoken(said: Any) -> Any:
    spoken = copy.copy(said)
    spoken.help = _(said.help) if said.help else said.help
    spoken.params = [copy.copy(each) for each in said.params]
    for each in spoken.params:
        if getattr(each, "help", None):
            each.help = _(each.help)
    return spoken
