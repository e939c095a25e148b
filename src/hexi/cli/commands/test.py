"""`hexi test`: a source against its contract, without publishing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape
from rich.table import Table

from hexi.cli import node
from hexi.cli.progress import Bar
from hexi.cli.speech import _, err, many, of, out, sentence
from hexi.cli.words import command
from hexi.kernel.errors import Missing

if TYPE_CHECKING:
    from hexi.data.contracts.model import Contract
    from hexi.data.lifecycle.records import ReferenceSnapshot
    from hexi.data.lifecycle.rehearsing import Rehearsal

FAILED = 5
"""As where a run is stopped by a broken promise."""


class Nowhere:
    """Knows no dataset: there is no node to ask."""

    def snapshot(self, dataset: str) -> ReferenceSnapshot:
        """Raise `Missing`."""
        raise Missing(
            "The contract refers to {dataset}, which is on a node; there is none in “{home}”.",
            dataset=dataset,
            home=node.home(),
        )


@command("test")
@click.argument("contract", type=click.Path(path_type=Path), help="The contract, a YAML file.")
@click.argument(
    "source", type=click.Path(path_type=Path), required=False, help="The file to be read; otherwise the contract's."
)
@click.option(
    "--accept",
    type=click.FloatRange(0, 100),
    default=100.0,
    show_default=True,
    help="Percent of the rows that must be accepted.",
)
@click.option("--json", "for_machines", is_flag=True, help="Print the result as JSON.")
def rehearsal(contract: Path, source: Path | None, accept: float, *, for_machines: bool) -> None:
    """Clean and test SOURCE under CONTRACT exactly as a run would, and publish nothing.

    Ends with 0 where it passes, with 5 where a promise is broken. A node is only needed for connections, for datasets
    that the contract refers to, and to compare with the version before.
    """
    from hexi.data.contracts.reading import read_contract

    promise = read_contract(contract)
    with Bar(of(promise.title)) as bar:
        found = _rehearsed(promise, source, bar)
    passes = found.reaches(accept)
    if for_machines:
        click.echo(json.dumps(_as_json(found, passes=passes), ensure_ascii=False))
    else:
        _show(promise, found, passes=passes, accept=accept)
    if not passes:
        raise SystemExit(FAILED)


def _rehearsed(promise: Contract, source: Path | None, bar: Bar) -> Rehearsal:
    from hexi.data.lifecycle.rehearsing import rehearse

    if not node.is_there():
        return rehearse(promise, source=source, references=Nowhere(), clock=node.clock, progress=bar)
    node.open_node()
    from hexi.registry.catalog import actions as catalog

    return catalog.rehearse(promise, source=source, by=node.actor(), clock=node.clock, progress=bar)


def _show(promise: Contract, found: Rehearsal, *, passes: bool, accept: float) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("")
    table.add_column(_("rule"), overflow="fold")
    table.add_column(_("broken"), justify="right")
    sentences = {rule.id: of(rule.sentence) for rule in promise.rules}
    for rule in found.rules:
        mark = "✓" if not rule.failed else "[yellow]![/yellow]" if rule.severity == "warning" else "[red]✗[/red]"
        table.add_row(mark, escape(sentences[rule.id]), many(rule.failed) if rule.failed else "")
    out.print(table)
    for each in found.broken:
        err.print(_("[red]error[/red]: {said}", said=escape(sentence(each))))
    facts = {"rows": many(found.rows), "accepted": many(found.accepted), "quarantined": many(found.quarantined)}
    if passes:
        out.print(_("Passed: of {rows} rows {accepted} would be accepted, {quarantined} quarantined.", **facts))
    else:
        out.print(
            _(
                "[red]Failed[/red]: of {rows} rows {accepted} would be accepted, {quarantined} quarantined; "
                "{percent}% must be accepted, and every promise about the rows as a whole be kept.",
                **facts,
                percent=f"{accept:g}",
            )
        )


def _as_json(found: Rehearsal, *, passes: bool) -> dict[str, object]:
    return {
        "dataset": found.dataset,
        "passes": passes,
        "rows": found.rows,
        "accepted": found.accepted,
        "quarantined": found.quarantined,
        "rules": [
            {
                "id": rule.id,
                "check": rule.check,
                "fields": list(rule.fields),
                "severity": rule.severity,
                "failed": rule.failed,
            }
            for rule in found.rules
        ],
        "broken": [str(each) for each in found.broken],
    }
