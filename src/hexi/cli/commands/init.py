"""`hexi init`: a node in this folder."""

from __future__ import annotations

import re

import click

from hexi.cli import node
from hexi.cli.speech import _, out
from hexi.cli.words import command
from hexi.kernel.errors import Invalid


class BadNodeName(Invalid):
    """A name that cannot stand in the log's origin."""

    code = "node.bad-name"


@command()
@click.option("--name", default="hexi", show_default=True, help="Name of the node; stands in certificates and the log.")
def init(name: str) -> None:
    """Make a node: the lake, the catalogue, the log and the node's key.

    It stands in HEXI_HOME, by default the folder .hexi here.
    """
    if not re.fullmatch(r"[^\s+/]{1,60}", name):
        raise BadNodeName(
            "“{name}” cannot name a node: no spaces, “+” or “/”, at most 60 characters, for example gansu.", name=name
        )
    node.create(name)
    out.print(_("The node “{name}” stands in {home}.", name=name, home=node.home()))
    out.print(_("Its trust file, for whoever wants to verify: {path}", path=node.home() / "trust.json"))
    out.print(_("Next: hexi publish CONTRACT, or hexi pack install gansu"))
