"""`hexi publish`: a source, under its contract, to a certified version."""

from __future__ import annotations

import json
from pathlib import Path

import click

from hexi.cli import node, summaries
from hexi.cli.progress import Bar
from hexi.cli.speech import of, out
from hexi.cli.words import command


@command()
@click.argument("contract", type=click.Path(path_type=Path), help="The contract, a YAML file.")
@click.argument(
    "source", type=click.Path(path_type=Path), required=False, help="The file to be read; otherwise the contract's."
)
@click.option("--json", "for_machines", is_flag=True, help="Print the result as JSON.")
def publish(contract: Path, source: Path | None, *, for_machines: bool) -> None:
    """Collect, clean, test, split, commit and certify SOURCE under CONTRACT.

    SOURCE is the file that the contract names, unless given. Published again without a change, nothing is done.
    """
    from hexi.data.contracts.reading import read_contract

    promise = read_contract(contract)
    node.open_node()
    from hexi.registry.catalog import actions as catalog

    with Bar(of(promise.title)) as bar:
        result = catalog.publish(promise, source=source, by=node.actor(), clock=node.clock, progress=bar)
    node.settle()
    if for_machines:
        click.echo(json.dumps(summaries.as_json(result), ensure_ascii=False))
    else:
        summaries.show(promise, result)
        out.print()
