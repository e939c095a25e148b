"""The command line: translates words into actions; decides nothing."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Sequence
from typing import NoReturn

INTERRUPTED = 130


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run a command and end the process: what a command needs takes a moment to read, and may be interrupted."""
    # The last collection before the end would walk through every object, and frees what the system frees at once.
    atexit.register(gc.freeze)
    # What a command loads stays until its end, so looking for garbage among it again and again finds none.
    gc.set_threshold(100_000, 50, 100)
    try:
        from hexi.cli.commands import main as hexi

        hexi(args, prog_name="hexi")
    except KeyboardInterrupt:
        # Before the first command nothing can have been done, and no language is known yet.
        sys.stderr.write("Interrupted before anything was done.\n")
    sys.exit(INTERRUPTED)


__all__ = ["main"]
