"""The command line: translates words into actions; decides nothing."""

from hexi.cli.commands import main

__all__ = ["main"]
