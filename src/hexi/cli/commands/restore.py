"""`hexi restore`: an earlier version of a dataset, the newest again."""

from __future__ import annotations

import click

from hexi.cli import node
from hexi.cli.speech import _, out
from hexi.cli.words import command


@command()
@click.argument("dataset", help="The dataset.")
@click.argument("version", type=click.IntRange(min=0), help="The version whose rows are to come back.")
@click.option("--because", required=True, help="Why, for whoever relied on the newest version.")
def restore(dataset: str, version: int, because: str) -> None:
    """Make VERSION of DATASET the newest again, under a new number and a certificate that says so.

    The version that was wrong stays readable under its number. A schedule ends, or it would bring that one back.
    """
    node.open_node()
    from hexi.registry.catalog import restoring

    said = restoring.restore(dataset, version, because=because, by=node.actor(), clock=node.clock)
    node.settle()
    out.print(
        _(
            "{dataset}: version {version} holds the rows of version {restored} again.",
            dataset=dataset,
            version=said.version,
            restored=version,
        )
    )
