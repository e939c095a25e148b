"""`hexi events`: the log, and whether it is whole."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.table import Table

from hexi.cli import node
from hexi.cli.commands.verify import show
from hexi.cli.speech import _, of, out
from hexi.cli.words import group
from hexi.kernel.errors import Invalid, reason_of


class CheckpointUnreadable(Invalid):
    """A checkpoint that was kept elsewhere cannot be read."""

    code = "checkpoint.unreadable"


@group()
def events() -> None:
    """The log of what was done on this node."""


@events.command("list")
@click.option(
    "--limit",
    type=click.IntRange(min=1, max=100_000),
    default=20,
    show_default=True,
    help="How many of the newest events.",
)
@click.option("--json", "for_machines", is_flag=True, help="One JSON object a line.")
def list_events(limit: int, *, for_machines: bool) -> None:
    """Show the newest sealed events, newest first."""
    node.open_node()
    from hexi.registry.events import queries
    from hexi.registry.events.verbs import VERBS

    found = queries.events_about(limit=limit)
    if for_machines:
        for each in found:
            line = {
                "sequence": each.sequence,
                "id": each.id,
                "at": each.at.isoformat(),
                "account": each.by.account,
                "verb": each.verb,
                "object": each.object,
                "details": dict(each.details),
            }
            click.echo(json.dumps(line, ensure_ascii=False, default=str))
        return
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for _column in range(4):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for each in found:
        verb = VERBS.get(each.verb)
        table.add_row(
            str(each.sequence),
            each.at.strftime("%Y-%m-%d %H:%M:%SZ"),
            each.by.account,
            of(verb.title) if verb else each.verb,
            each.object,
        )
    out.print(table)


@events.command("verify")
@click.option("--trust", type=click.Path(path_type=Path), help="Trust file; otherwise the node's.")
@click.option("--known", multiple=True, type=click.Path(path_type=Path), help="A checkpoint that was kept elsewhere.")
@click.option("--json", "for_machines", is_flag=True, help="Print the verdict as JSON.")
def verify_events(trust: Path | None, known: tuple[Path, ...], *, for_machines: bool) -> None:
    """Recompute the whole log and compare it with every signed checkpoint."""
    node.open_node()
    from hexi.data.lifecycle.trust import read_trust
    from hexi.registry.events import queries

    verdict = queries.verify(
        trust=read_trust(trust or node.home() / "trust.json"), known=[_checkpoint(path) for path in known]
    )
    if for_machines:
        findings = [{"code": each.code, "sentence": each.sentence} for each in verdict.problems]
        said = {"ok": verdict.ok, "events": verdict.size, "root": verdict.root, "findings": findings}
        click.echo(json.dumps(said, ensure_ascii=False, default=str))
    else:
        out.print(
            _(
                "{size} sealed events under {checkpoints} signed checkpoints; root {root}; {unsealed} not sealed yet.",
                size=verdict.size,
                checkpoints=verdict.checkpoints,
                root=verdict.root,
                unsealed=verdict.unsealed,
            )
        )
        show(verdict.problems, is_ok=verdict.ok)
    if not verdict.ok:
        raise SystemExit(verdict.exit_code)


def _checkpoint(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else _("it is no text")
        raise CheckpointUnreadable(
            "The checkpoint “{file}” cannot be read: {reason}. Name the file in which it was kept.",
            file=path,
            reason=reason,
        ) from None
