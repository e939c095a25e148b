"""`hexi pack`: folders of declarations, installed and removed."""

from __future__ import annotations

import click

from hexi.cli import node, summaries
from hexi.cli.progress import Bar
from hexi.cli.speech import _, of, out
from hexi.cli.words import group


@group()
def pack() -> None:
    """Packs: datasets and pages that come together."""


@pack.command("install")
@click.argument("name", help="A folder, or the name of a pack that came with Hexi.")
def install(name: str) -> None:
    """Publish what the pack NAME declares; NAME is a folder, or the name of a pack that came with Hexi."""
    node.open_node()
    install_pack(name)


@pack.command("list")
def list_packs() -> None:
    """Show the installed packs."""
    node.open_node()
    from hexi.packs import queries

    for each in queries.packs():
        out.print(f"{each.id} {each.version}  {of(each.title)}  ({len(each.datasets)})")


@pack.command("remove")
@click.argument("name", help="An installed pack.")
def remove(name: str) -> None:
    """Take a pack and its datasets out of the catalogue. Certified versions stay in the lake."""
    node.open_node()
    from hexi.packs import actions

    gone = actions.remove(name, by=node.actor(), clock=node.clock)
    node.settle()
    out.print(_("The pack {pack} and its {count} datasets left the catalogue.", pack=name, count=len(gone)))


def install_pack(name: str) -> None:
    """Install a pack, with progress and a summary of each dataset."""
    from hexi.data.contracts.model import Contract
    from hexi.data.lifecycle.records import Progress
    from hexi.packs import actions, manifests

    folder = manifests.find_pack(name)
    contracts = {each.name: each for each in manifests.read_manifest(folder).contracts}
    bars: list[Bar] = []

    def watch(contract: Contract) -> Progress:
        if bars:
            bars.pop().__exit__(None, None, None)
        bars.append(Bar(of(contract.title)).__enter__())
        return bars[-1]

    try:
        results = actions.install(folder, by=node.actor(), clock=node.clock, watcher=watch)
    finally:
        for bar in bars:
            bar.__exit__(None, None, None)
    node.settle()
    for each in results:
        summaries.show(contracts[each.dataset], each)
