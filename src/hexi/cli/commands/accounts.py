"""`hexi account`: who may sign in to this node, and what they may do."""

from __future__ import annotations

import click
from rich.table import Table

from hexi.cli import node
from hexi.cli.speech import _, of, out
from hexi.cli.words import group
from hexi.kernel.errors import Invalid


class BadRole(Invalid):
    """A role that is not written as ROLE or ROLE@ORGANISATION."""

    code = "account.bad-role"


@group()
def account() -> None:
    """People and programs that sign in."""


@account.command("invite")
@click.argument("name", help="Name of the account.")
@click.option("--title", default="", help="Name of the person.")
@click.option("--email", default="", help="E-mail address.")
@click.option("--role", "roles", multiple=True, help="officer, approver …, for one organisation: officer@NAME.")
@click.option("--address", default="http://127.0.0.1:8000", show_default=True, help="Where the portal is reached.")
def invite(name: str, title: str, email: str, roles: tuple[str, ...], address: str) -> None:
    """Open the account NAME and print the one-time link that sets its password."""
    node.open_node()
    from hexi.registry.accounts import people

    secret = people.invite(
        name, title=title, email=email, roles=[_role(each) for each in roles], by=node.actor(), now=node.clock()
    )
    node.settle()
    _show(name, secret, address)


@account.command("reset")
@click.argument("name", help="Name of the account.")
@click.option("--address", default="http://127.0.0.1:8000", show_default=True, help="Where the portal is reached.")
def reset(name: str, address: str) -> None:
    """Print a one-time link that sets a new password for NAME."""
    node.open_node()
    from hexi.registry.accounts import people

    secret = people.reset(name, by=node.actor(), now=node.clock())
    node.settle()
    _show(name, secret, address)


@account.command("program")
@click.argument("name", help="Name of the account.")
@click.option("--title", default="", help="What it is for.")
@click.option("--role", "roles", multiple=True, help="officer, approver …, for one organisation: officer@NAME.")
@click.option("--days", default=90, show_default=True, help="Days for which the token holds.")
def program(name: str, title: str, roles: tuple[str, ...], days: int) -> None:
    """Open the account NAME for a program and print its token."""
    node.open_node()
    from django.db import transaction

    from hexi.registry.accounts import people

    by, now = node.actor(), node.clock()
    with transaction.atomic():
        people.open_service(name, title=title, roles=[_role(each) for each in roles], by=by, now=now)
        secret = people.make_token(title or name, days=days, account=name, by=by, now=now)
    node.settle()
    _show_token(name, secret, days)


@account.command("token")
@click.argument("name", help="Name of the program's account.")
@click.option("--title", default="", help="What it is for.")
@click.option("--only", multiple=True, help="A verb or family to which it is limited, such as `upload.*`.")
@click.option("--days", default=90, show_default=True, help="Days for which the token holds.")
def token(name: str, title: str, only: tuple[str, ...], days: int) -> None:
    """Print a new token of the program NAME; its other tokens stay."""
    node.open_node()
    from hexi.registry.accounts import people

    secret = people.make_token(title or name, scope=only, days=days, account=name, by=node.actor(), now=node.clock())
    node.settle()
    _show_token(name, secret, days)


@account.command("list")
def listed() -> None:
    """Show every account with its roles."""
    node.open_node()
    from hexi.registry.accounts import queries
    from hexi.registry.accounts.roles import ROLES
    from hexi.registry.parties import queries as parties

    names, given = parties.organisations(), queries.authorities()
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in (_("account"), _("name"), _("roles")):
        table.add_column(heading)
    for each in queries.accounts():
        held = [
            of(ROLES[role.role].title) + (f" · {of(names[role.organisation].title)}" if role.organisation else "")
            for role in queries.roles_of(each.name)
        ]
        held += given.get(each.name, ())
        title = each.title if each.title != each.name else ""
        table.add_row(each.name if each.is_active else f"{each.name} ({_('ended')})", title, "\n".join(held))
    out.print(table)


def organisation_named(said: str) -> str:
    """The id of an organisation that is named as the portal does, or by its code. Raises `BadRole`."""
    from hexi.registry.parties import queries as parties

    for each in parties.organisations().values():
        if said in {each.id, each.title.zh, each.title.en, each.code}:
            return each.id
    raise BadRole(
        "There is no organisation “{organisation}” on this node; name it as the portal does, or by its code.",
        organisation=said,
    )


def _role(said: str) -> tuple[str, str | None]:
    role, _at, organisation = said.partition("@")
    return role, organisation_named(organisation) if organisation else None


def _show_token(name: str, secret: str, days: int) -> None:
    out.print(_("The token of {name}. It is shown this once and holds for {days} days:", name=name, days=days))
    click.echo(secret)


def _show(name: str, secret: str, address: str) -> None:
    out.print(_("The link for {name}. It is shown this once, works once, and for seven days:", name=name))
    click.echo(f"{address.rstrip('/')}/accounts/link/{secret}/")
