"""`hexi verify`: is this certificate, and this copy, what a trusted node certified?"""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.markup import escape

from hexi.cli import node
from hexi.cli.speech import _, out
from hexi.cli.words import command
from hexi.data.lifecycle.findings import Finding
from hexi.kernel.names import DATASET_NAME


@command()
@click.argument("certificate", help="A certificate, or the name of a dataset of this node.")
@click.argument("data", nargs=-1, type=click.Path(path_type=Path), help="The copy: files, or a folder of files.")
@click.option("--trust", type=click.Path(path_type=Path), help="Trust file; otherwise that of the node in this folder.")
@click.option("--contract", type=click.Path(path_type=Path), help="Contract to be compared with the certified one.")
@click.option("--json", "for_machines", is_flag=True, help="Print the verdict as JSON.")
def verify(
    certificate: str, data: tuple[Path, ...], trust: Path | None, contract: Path | None, *, for_machines: bool
) -> None:
    """Check CERTIFICATE and copies of its DATA, offline, against a trust file.

    CERTIFICATE is a file, or the name of a dataset of this node, whose newest version is then checked
    with its files. The keys come from the trust file only, never from the certificate.

    The certificate of a registration is checked too; its DATA are certificates of datasets, which have to be the one
    that was registered.
    """
    from hexi.data.lifecycle.trust import read_trust
    from hexi.data.lifecycle.verifying import Verdict
    from hexi.data.lifecycle.verifying import verify as check
    from hexi.registry.registrations import verification

    path = Path(certificate)
    files = list(data)
    if not path.exists() and DATASET_NAME.fullmatch(certificate):
        path, files = _newest(certificate)
    keys, now = read_trust(trust or node.home() / "trust.json"), node.clock()
    verdict: Verdict | verification.Verdict
    if verification.is_registration(path):
        if contract is not None:
            raise click.UsageError(_("A registration names no contract; check that of the dataset’s certificate."))
        verdict = verification.verify(path, files, trust=keys, now=now)
    else:
        verdict = check(path, files, trust=keys, now=now, contract=contract)
    if for_machines:
        click.echo(
            json.dumps(
                {
                    "ok": verdict.ok,
                    "findings": [
                        {"code": each.code, "sentence": each.sentence, "is_problem": each.failure is not None}
                        for each in verdict.findings
                    ],
                },
                ensure_ascii=False,
                default=str,
            )
        )
    else:
        show(verdict.findings, is_ok=verdict.ok)
    if not verdict.ok:
        raise SystemExit(verdict.exit_code)


def show(findings: tuple[Finding, ...], *, is_ok: bool) -> None:
    """Print what a check found, and the verdict."""
    for each in findings:
        mark = "[green]✓[/green]" if each.failure is None else "[red]✗[/red]"
        out.print(f"  {mark} {escape(_(each.template, **each.facts))}")
    out.print(_("[green]Verified.[/green]") if is_ok else _("[red]Not verified.[/red]"))


def _newest(name: str) -> tuple[Path, list[Path]]:
    from hexi.data.lake.errors import FileMissing
    from hexi.data.lake.tables import Lake

    table = Lake(node.home() / "lake").dataset(name)
    newest = next(iter(table.versions()), None)
    if newest is None:
        raise FileMissing(
            "“{name}” is neither a file nor a dataset of the node in “{home}”.", name=name, home=node.home()
        )
    return table.certificate_path(newest.metadata["hexi.certificate"]), list(table.files(newest.version))
