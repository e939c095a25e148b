"""`hexi status`: the node at a glance."""

from __future__ import annotations

import json

import click
from rich.table import Table

from hexi.cli import node
from hexi.cli.speech import _, many, of, out


@click.command()
@click.option("--json", "for_machines", is_flag=True, help="Print the state as JSON.")
def status(*, for_machines: bool) -> None:
    """Show the datasets of the node, their newest versions, and the log."""
    entered = node.open_node()
    from hexi.registry.catalog import queries as catalog

    found = catalog.datasets()
    facts = catalog.facts()
    if for_machines:
        click.echo(
            json.dumps(
                {
                    "home": str(node.home()),
                    "datasets": [
                        {
                            "name": each.name,
                            "version": each.version,
                            "rows": each.rows,
                            "accepted": each.accepted,
                            "quarantined": each.quarantined,
                            "certificate_sha256": each.certificate_sha256,
                        }
                        for each in found
                    ],
                    "events": facts.events,
                    "caught_up": [{"dataset": name, "version": version} for name, version in entered],
                },
                ensure_ascii=False,
            )
        )
        return
    for name, version in entered:
        out.print(_("Caught up with the lake: {dataset}, version {version}.", dataset=name, version=version))
    show_datasets()
    out.print(
        _(
            "{datasets} datasets, {accepted} of {rows} rows accepted; {events} events in the log.",
            datasets=many(facts.datasets),
            accepted=many(facts.accepted),
            rows=many(facts.rows),
            events=many(facts.events),
        )
    )


def show_datasets() -> None:
    """Print the table of datasets."""
    from hexi.registry.catalog import queries as catalog

    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column(_("dataset"), no_wrap=True, min_width=29)
    for heading in (_("rows"), _("accepted"), _("quarantined"), _("version")):
        table.add_column(heading, justify="right", no_wrap=True, min_width=9)
    table.add_column(_("certificate"), no_wrap=True, min_width=12)
    table.add_column(_("title"), overflow="ellipsis", no_wrap=True, max_width=46)
    for each in catalog.datasets():
        table.add_row(
            each.name,
            many(each.rows),
            many(each.accepted),
            many(each.quarantined),
            str(each.version),
            each.certificate_sha256[:12],
            of(each.title),
        )
    out.print(table)
