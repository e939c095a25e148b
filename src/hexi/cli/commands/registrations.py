"""`hexi registrations`: the public register of data resources."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
from rich.table import Table

from hexi.cli import node
from hexi.cli.speech import _, of, out
from hexi.cli.words import group
from hexi.kernel.actors import EVERYONE

if TYPE_CHECKING:
    from datetime import date

    from hexi.registry.registrations.records import RegistrationSummary


@group()
def registrations() -> None:
    """The public register of data resources."""


@registrations.command("list")
@click.argument("text", default="", help="Part of a code, a title or a publisher.")
@click.option(
    "--limit",
    type=click.IntRange(min=1, max=100_000),
    default=20,
    show_default=True,
    help="How many of the newest changes.",
)
@click.option("--json", "for_machines", is_flag=True, help="One JSON object a line.")
def list_registrations(text: str, limit: int, *, for_machines: bool) -> None:
    """Show what the register holds, the newest change first."""
    node.open_node()
    from hexi.registry.registrations import queries
    from hexi.registry.registrations.records import STATES

    today = _today()
    found, total = queries.registrations(text, on=today, limit=limit)
    if for_machines:
        for each in found:
            click.echo(json.dumps(_as_json(each, on=today), ensure_ascii=False))
        return
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for each in found:
        stands = of(STATES[each.stands(on=today)])
        table.add_row(each.code or "", stands, of(each.facts.title), of(each.facts.publisher), each.dataset)
    if found:
        out.print(table)
    out.print(_("{shown} of {total} registrations", shown=len(found), total=total))


@registrations.command("show")
@click.argument("code", help="A registration code, such as R202600000013.")
@click.option("--json", "for_machines", is_flag=True, help="Print it as JSON.")
def show_registration(code: str, *, for_machines: bool) -> None:
    """Show one registration by its code."""
    node.open_node()
    from hexi.registry.registrations import queries
    from hexi.registry.registrations.records import STATES

    today, found = _today(), queries.coded(code, reader=EVERYONE).summary
    if for_machines:
        click.echo(json.dumps(_as_json(found, on=today), ensure_ascii=False))
        return
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for label, value in (
        (_("Registration code"), found.code),
        (_("State"), of(STATES[found.stands(on=today)])),
        (_("Title"), of(found.facts.title)),
        (_("Publisher"), of(found.facts.publisher)),
        (_("Dataset"), found.dataset),
        (_("Version"), found.facts.version),
        (_("Certificate number"), found.facts.certificate_sha256),
        (_("Valid before"), found.valid_until),
    ):
        table.add_row(label, str(value))
    out.print(table)


def _today() -> date:
    from django.utils import timezone

    return timezone.localtime(node.clock()).date()


def _as_json(found: RegistrationSummary, *, on: date) -> dict[str, object]:
    facts = found.facts
    return {
        "id": found.id,
        "code": found.code,
        "state": found.stands(on=on),
        "dataset": found.dataset,
        "title": {"zh": facts.title.zh, "en": facts.title.en},
        "publisher": {"zh": facts.publisher.zh, "en": facts.publisher.en},
        "version": facts.version,
        "certificate_sha256": facts.certificate_sha256,
        "registered_at": found.registered_at and found.registered_at.isoformat(),
        "valid_until": found.valid_until and found.valid_until.isoformat(),
    }
