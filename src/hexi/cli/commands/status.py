"""`hexi status`: the node at a glance."""

from __future__ import annotations

import json

import click
from rich.cells import cell_len
from rich.table import Table

from hexi.cli import node
from hexi.cli.speech import _, many, of, out
from hexi.cli.words import command

WITH_TITLE, WITH_CERTIFICATE = 96, 120
"""Columns of the terminal from which on the table has room for them."""


@command()
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

    # The narrower the terminal, the fewer columns; a number is never cut.
    with_title, with_certificate = out.width >= WITH_TITLE, out.width >= WITH_CERTIFICATE
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(_("dataset"), no_wrap=True, overflow="ellipsis")
    for heading in (_("rows"), _("accepted"), _("quarantined"), _("version")):
        table.add_column(heading, justify="right", no_wrap=True, min_width=max(7, cell_len(heading)))
    if with_certificate:
        table.add_column(_("certificate"), no_wrap=True, min_width=12)
    if with_title:
        table.add_column(_("title"), overflow="ellipsis", no_wrap=True, max_width=46)
    for each in catalog.datasets():
        cells = [each.name, many(each.rows), many(each.accepted), many(each.quarantined), str(each.version)]
        cells += [each.certificate_sha256[:12]] * with_certificate + [of(each.title)] * with_title
        table.add_row(*cells)
    out.print(table)
