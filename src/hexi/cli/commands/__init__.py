"""Every command; how errors end; the languages."""

from __future__ import annotations

import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click
from rich.markup import escape

import hexi
from hexi.cli import node
from hexi.cli.commands.accounts import account
from hexi.cli.commands.connections import connections
from hexi.cli.commands.demo import demo
from hexi.cli.commands.events import events
from hexi.cli.commands.infer import infer
from hexi.cli.commands.init import init
from hexi.cli.commands.keys import keys
from hexi.cli.commands.packs import pack
from hexi.cli.commands.publish import publish
from hexi.cli.commands.registrations import registrations
from hexi.cli.commands.restore import restore
from hexi.cli.commands.schedules import schedule
from hexi.cli.commands.serve import serve
from hexi.cli.commands.status import status
from hexi.cli.commands.test import rehearsal
from hexi.cli.commands.verify import verify
from hexi.cli.speech import _, err, prepare, sentence
from hexi.cli.words import Group, speak
from hexi.kernel.errors import HexiError

INTERRUPTED = 130
BUG = 1


class Hexi(Group):
    """The group of all commands; turns errors into one sentence and an exit code."""

    def make_context(self, *args: Any, **how: Any) -> click.Context:
        """Begin a run: from here on click speaks the language of the run too."""
        prepare()
        return super().make_context(*args, **how)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        was_interrupted = _noted_interrupts()
        try:
            with node.translated():
                return super().invoke(ctx)
        except HexiError as error:
            if ctx.params.get("debug"):
                raise
            if was_interrupted():
                _say_interrupted()
            for line in sentence(error).splitlines():
                err.print(_("[red]error[/red]: {said}", said=escape(line)))
            sys.exit(error.exit_code)
        except KeyboardInterrupt:
            _say_interrupted()
        except (click.ClickException, click.exceptions.Exit, SystemExit):
            raise
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            if was_interrupted():
                _say_interrupted()
            where = traceback.extract_tb(error.__traceback__)[-1]
            err.print(
                _(
                    "[red]This is a bug in Hexi[/red]: {kind} in {file}, line {line}: {reason}\n"
                    "Nothing half done was left behind. Run again with --debug for the whole story.",
                    kind=type(error).__name__,
                    file=Path(where.filename).name,
                    line=where.lineno,
                    reason=escape(str(error)[:500]),
                )
            )
            sys.exit(BUG)


def _noted_interrupts() -> Callable[[], bool]:
    """Return whether Ctrl-C was pressed: a library that calls back into Python may raise something else for it."""
    noted: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        noted.append(number)
        signal.default_int_handler(number, frame)

    is_main = threading.current_thread() is threading.main_thread()
    if is_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    return lambda: bool(noted)


def _say_interrupted() -> NoReturn:
    err.print(
        _("Interrupted. Every dataset is whole: as it was, or published. Run the same command again to complete it.")
    )
    sys.exit(INTERRUPTED)


@click.group(cls=Hexi, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    is_eager=True,
    expose_value=False,
    callback=speak,
    help="Language of what is said; otherwise the locale's.",
)
@click.option("--debug", is_flag=True, help="Show the whole story of an error.")
@click.version_option(hexi.__version__, prog_name="hexi")
def main(*, debug: bool) -> None:
    """Hexi: from messy tables to certified data that others can find, read and check."""


for command in (
    *(init, infer, rehearsal, publish, restore, verify, status, events),
    *(keys, account, connections, schedule, registrations, serve, pack, demo),
):
    main.add_command(command)
