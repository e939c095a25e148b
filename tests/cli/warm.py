"""The command line in a process that has imported everything: a fork of it runs a command at once.

It reads one command a line from its standard input, as JSON, and answers each with its exit code, output and
seconds. A command can be given a signal and the moment at which it gets it.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import django

LIMIT_S = 60
ALWAYS = (
    "django.core.management.commands.migrate",
    "django.db.backends.sqlite3.base",
    "django.db.models",
    "hexi.cli.commands",
    "hexi.data.lifecycle.running",
    "hexi.data.lifecycle.verifying",
)
OF_A_NODE = (
    "hexi.exchange.grants.tasks",
    "hexi.registry.catalog.actions",
    "hexi.registry.catalog.queries",
    "hexi.registry.events.queries",
    "hexi.registry.events.tasks",
)
"""What commands import only when they are run, and what of it needs a node."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    """Exit code; minus the signal's number if one killed it."""
    out: str
    err: str
    seconds: float

    @property
    def answer(self) -> Any:
        """What it said to machines."""
        return json.loads(self.out)


class Warm:
    """The command line, without the second that Python takes to start.

    Given the home of a node that stands already, the database's part is warm too, and every command is about
    that node.
    """

    def __init__(self, home: Path | None = None) -> None:
        self.home = home

    def __enter__(self) -> Warm:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, *([str(self.home)] if self.home else [])],
            env={**os.environ, "HEXI_LANG": "en"},
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=LIMIT_S)

    def __call__(
        self,
        *args: str | Path,
        home: Path | None = None,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        after_s: float | None = None,
        once: Path | None = None,
        signal_: int = signal.SIGKILL,
    ) -> Ended:
        """Run `hexi` with these words; send it a signal after so many seconds, if it still runs.

        The seconds count from the start, or once a file is there.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {
            "args": [str(each) for each in args],
            "home": str(home or self.home),
            "cwd": str(cwd) if cwd else None,
            "env": dict(env or {}),
            "after_s": after_s,
            "once": str(once) if once else None,
            "signal": int(signal_),
        }
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return Ended(**json.loads(self._process.stdout.readline()))


def _serve(home: str | None) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "hexi.web.settings"
    for name in ALWAYS:
        importlib.import_module(name)
    if home is not None:
        os.environ["HEXI_HOME"] = home
        django.setup()
        for name in OF_A_NODE:
            importlib.import_module(name)
    # A fork takes Ctrl-C from the moment at which the command begins.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            began = time.perf_counter()
            child = os.fork()
            if not child:
                os.environ.update(asked["env"], HEXI_HOME=asked["home"])
                os.chdir(asked["cwd"] or ".")
                _run(asked["args"], out.fileno(), err.fileno())
            code = _wait(child, asked["after_s"], asked["once"], asked["signal"])
            seconds = time.perf_counter() - began
            said = [(file.seek(0), file.read().decode("utf-8", "replace"))[1] for file in (out, err)]
        print(json.dumps({"code": code, "out": said[0], "err": said[1], "seconds": seconds}), flush=True)


def _run(args: list[str], out: int, err: int) -> None:
    from hexi.cli import main

    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    code: Any = 1
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        main(args)
    except SystemExit as ended:
        code = ended.code
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    # Not `exit`: what libraries clean up at the end of a process belongs to the threads of the parent.
    os._exit(code or 0)


def _wait(child: int, after_s: float | None, once: str | None, signal_: int) -> int:
    """Return the exit code, having sent the signal in time."""
    began = since = time.perf_counter()
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        now = time.perf_counter()
        if once is not None:
            since, once = now, None if Path(once).exists() else once
        if once is None and after_s is not None and now - since >= after_s:
            os.kill(child, signal_)
            after_s = None
        elif now - began > LIMIT_S:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.0005)


if __name__ == "__main__":
    _serve(sys.argv[1] if len(sys.argv) > 1 else None)
