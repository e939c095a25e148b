"""What came of a run, for a clerk: what came in, what was accepted, what was not and why, what to do next."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from hexi.cli.speech import _, many, of, out
from hexi.data.contracts.model import Contract
from hexi.data.lifecycle.records import Outcome, RunResult

WORST = 6


def as_json(result: RunResult) -> dict[str, object]:
    """A run for machines. Names are stable."""
    return {
        "dataset": result.dataset,
        "outcome": result.outcome.value,
        "version": result.version,
        "rows": result.rows,
        "accepted": result.accepted,
        "quarantined": result.quarantined,
        "rewritten": dict(result.rewritten),
        "rules": [
            {
                "id": rule.id,
                "check": rule.check,
                "fields": list(rule.fields),
                "severity": rule.severity,
                "failed": rule.failed,
            }
            for rule in result.rules
        ],
        "key": result.key,
        "certificate": str(result.certificate),
        "certificate_sha256": result.certificate_sha256,
        "notes": [{"zh": note.zh, "en": note.en} for note in result.notes],
        "seconds": {step: round(seconds, 3) for step, seconds in result.seconds.items()},
    }


def show(contract: Contract, result: RunResult) -> None:
    """Print the summary of one run."""
    title = f"{of(contract.title)} ({contract.name})"
    if result.outcome is Outcome.UNCHANGED:
        out.print(
            _(
                "{title}: nothing to do. Source, contract and references are those of version {version}.",
                title=title,
                version=result.version,
            )
        )
        return
    out.print(_("[bold]{title}[/bold]: version {version} is published.", title=title, version=result.version))
    if result.rows:
        # Rounded down, as on the portal: 100 % is said only where every row was accepted.
        share = result.accepted * 1000 // result.rows / 10
        out.print(
            _(
                "  Rows: {rows} came in, {accepted} accepted ({share}%), {quarantined} quarantined.",
                rows=many(result.rows),
                accepted=many(result.accepted),
                share=f"{share:.1f}",
                quarantined=many(result.quarantined),
            )
        )
    for note in result.notes:
        out.print(_("  Of the source: {note}", note=of(note)))
    if not result.accepted:
        out.print(
            _("  [yellow]This version has no rows.[/yellow] To have such a source refused, promise a “rowCount”.")
        )
    _show_rewritten(contract, result)
    _show_rules(contract, result)
    out.print(_("  Certificate: {path}", path=_short(result.certificate)))
    if result.quarantined:
        out.print(
            _(
                "  Next: look at the quarantined rows on the page of the dataset, mend the source, publish again. "
                "See it with: hexi serve"
            )
        )


def _show_rewritten(contract: Contract, result: RunResult) -> None:
    most = sorted(((number, name) for name, number in result.rewritten.items() if number), reverse=True)
    if not most:
        return
    fields = _(", ").join(f"{of(contract.field(name).title)} {many(number)}" for number, name in most[:WORST])
    out.print(
        _(
            "  Cleaning rewrote {values} values: {fields}{more}",
            values=many(sum(result.rewritten.values())),
            fields=fields,
            more=" …" if len(most) > WORST else "",
        )
    )


def _show_rules(contract: Contract, result: RunResult) -> None:
    sentences = {rule.id: of(rule.sentence) for rule in contract.rules}
    broken = sorted((rule for rule in result.rules if rule.failed), key=lambda rule: -rule.failed)
    if not broken:
        return
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 2))
    table.add_column(justify="right")
    table.add_column()
    for rule in broken[:WORST]:
        mark = "" if rule.severity == "error" else _(" (warning: accepted all the same)")
        table.add_row(many(rule.failed), f"{sentences.get(rule.id, rule.id)}{mark}")
    if len(broken) > WORST:
        table.add_row("…", _("and {count} more rules", count=len(broken) - WORST))
    out.print(_("  Rules that were broken, and how often:"))
    out.print(table)


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
