"""`hexi connections`: the other systems from which this node collects."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
from rich.markup import escape
from rich.table import Table

from hexi.cli import node
from hexi.cli.commands.accounts import organisation_named
from hexi.cli.speech import _, of, out
from hexi.cli.words import group

SHOWN = 200


@group()
def connections() -> None:
    """Other systems from which datasets are collected."""


@connections.command("add")
@click.argument("name", help="What contracts call it.")
@click.argument(
    "address",
    help="Such as postgresql://reader@db.example:5432/trade, https://data.example/api/ or folder:///srv/incoming.",
)
@click.option("--organisation", default="", help="Only for the datasets of this organisation and its parts.")
@click.option("--secret-stdin", is_flag=True, help="Read the password or token from the first line of the input.")
def add(name: str, address: str, organisation: str, *, secret_stdin: bool) -> None:
    """Make the connection NAME to ADDRESS, or change it.

    The password is asked for and kept encrypted; it stands in no contract and is never shown again.
    """
    node.open_node()
    from hexi.data.collecting.connections import made
    from hexi.registry.accounts import connecting

    wanted = made(name, address)
    secret: str | None = None
    if secret_stdin:
        secret = sys.stdin.readline().rstrip("\r\n")
    elif wanted.user and not wanted.secret and sys.stdin.isatty():
        secret = click.prompt(
            _("Password of {user}", user=wanted.user), hide_input=True, default="", show_default=False
        )
    connecting.keep(
        name,
        address,
        secret=secret,
        organisation=organisation_named(organisation) if organisation else None,
        by=node.actor(),
        now=node.clock(),
    )
    node.settle()
    out.print(_("The connection {name} is kept. See that it answers: hexi connections check {name}", name=name))


@connections.command("list")
def list_connections() -> None:
    """Show every connection, without its secret."""
    node.open_node()
    from hexi.registry.accounts import connecting
    from hexi.registry.parties import queries as parties

    names = parties.organisations()
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in (_("connection"), _("address"), _("password"), _("used by")):
        table.add_column(heading, overflow="fold")
    for each in connecting.kept():
        owner = of(names[each.organisation].title) if each.organisation in names else _("the whole node")
        table.add_row(each.name, escape(each.address), _("kept") if each.has_secret else _("none"), escape(owner))
    out.print(table)


@connections.command("check")
@click.argument("name", help="The connection.")
def check(name: str) -> None:
    """Open the connection NAME and show the tables or files behind it. A web server does not tell what it has."""
    node.open_node()
    from hexi.data.collecting import databases, files
    from hexi.data.collecting.connections import DATABASES, WEB
    from hexi.registry.accounts import connecting

    connection = connecting.opened(name, by=node.actor())
    if connection.kind in DATABASES:
        with databases.opened(connection) as database:
            tables = database.tables()
        _show(tables[:SHOWN], len(tables))
        out.print(_("{name} answers. Tables that may be read: {count}", name=name, count=len(tables)))
        return
    with files.opened(connection) as place:
        count, first = 0, list[str]()
        for each in place.names():
            count += 1
            first = sorted([*first, each])[:SHOWN]
    _show(first, count)
    if connection.kind in WEB:
        out.print(_("{name} answers.", name=name))
    else:
        out.print(_("{name} answers. Files that may be read: {count}", name=name, count=count))


def _show(names: Sequence[str], count: int) -> None:
    for each in names:
        click.echo(each)
    if count > len(names):
        out.print(_("… and {count} more", count=count - len(names)))


@connections.command("remove")
@click.argument("name", help="The connection.")
def remove(name: str) -> None:
    """Forget the connection NAME and its password. What was collected through it stays."""
    node.open_node()
    from hexi.registry.accounts import connecting

    connecting.remove(name, by=node.actor(), now=node.clock())
    node.settle()
    out.print(_("The connection {name} is gone.", name=name))
