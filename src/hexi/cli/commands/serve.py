"""`hexi serve`: web, worker and sealer in one command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable

import click
from rich.markup import escape

from hexi.cli import node
from hexi.cli.speech import _, out, sentence
from hexi.cli.words import command
from hexi.kernel.errors import Conflict, reason_of

SEAL_EVERY_S = 1.0
CATCH_UP_EVERY_S = 30
GRACE_S = 10
"""How long running answers may take after the end was asked for."""


class PortInUse(Conflict):
    """Something else listens there."""

    code = "serve.port-in-use"


@command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True, help="Port to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Web processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the portal, catch up with the lake, and seal the log. Ctrl-C ends all of it."""
    node.open_node()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortInUse(
                "Nothing can listen on {host}:{port}: {reason}. Choose another with --port.",
                host=host,
                port=port,
                reason="no machine has that name" if isinstance(error, socket.gaierror) else reason_of(error),
            ) from None
    is_over = threading.Event()
    threads = [
        threading.Thread(target=each, args=(is_over,), name=each.__name__, daemon=True) for each in (_seal, _work)
    ]
    for thread in threads:
        thread.start()
    out.print(_("The portal is at http://{host}:{port} — Ctrl-C ends it.", host=host, port=port))
    web = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
            *("--workers", str(workers), "--blocking-threads", "4", "--log-level", "warning", "--no-ws"),
            "hexi.web.wsgi:application",
        ],
        env={**os.environ, "HEXI_HOME": str(node.home()), "DJANGO_SETTINGS_MODULE": "hexi.web.settings"},
    )
    # A service manager ends us with SIGTERM: the web server must not outlive us.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = web.wait()
    except KeyboardInterrupt:
        code = 0
        out.print(_("Good-bye."))
    finally:
        _end(web)
        is_over.set()
        for thread in threads:
            thread.join(timeout=5)
    if code:
        raise SystemExit(code)


def _end(web: subprocess.Popen[bytes]) -> None:
    web.terminate()
    try:
        web.wait(timeout=GRACE_S)
    except subprocess.TimeoutExpired:
        web.kill()
        web.wait()


def _seal(is_over: threading.Event) -> None:
    """Seal what was recorded, within a second; look at the lake now and then."""
    from hexi.registry.accounts import actions as accounts
    from hexi.registry.catalog import actions as catalog
    from hexi.registry.documents import actions as documents
    from hexi.registry.feedback import tasks as feedback
    from hexi.registry.notices import actions as notices
    from hexi.registry.registrations import tasks as registrations

    waited = 0.0

    def turn() -> bool:
        nonlocal waited
        waited += SEAL_EVERY_S
        node.settle()
        if waited >= CATCH_UP_EVERY_S:
            waited = 0.0
            catalog.catch_up(clock=node.clock)
            documents.expire(now=node.clock())
            notices.forget(now=node.clock())
            accounts.forget_counts(now=node.clock())
            feedback.watch(node.clock())
            registrations.watch(node.clock())
        return False

    _again(turn, is_over)


def _work(is_over: threading.Event) -> None:
    """Look at what was handed in, publish what was approved or is due."""
    from hexi.registry.catalog import tasks as catalog
    from hexi.registry.drafts import tasks as drafts

    def turn() -> bool:
        return drafts.work(clock=node.clock) or catalog.work(clock=node.clock)

    _again(turn, is_over)


def _again(turn: Callable[[], bool], is_over: threading.Event) -> None:
    """Take turns until it is over, at once again after one that found work."""
    from django.db import connection

    from hexi.kernel.errors import HexiError

    while not is_over.is_set():
        try:
            if not turn():
                is_over.wait(SEAL_EVERY_S)
        except Exception as error:
            # Whatever it was, the work must go on as soon as it is over.
            said = sentence(error) if isinstance(error, HexiError) else f"{type(error).__name__}: {error}"
            out.print(_("[yellow]warning[/yellow]: {said}", said=escape(said)))
            is_over.wait(10)
    connection.close()
