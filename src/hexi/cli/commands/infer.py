"""`hexi infer`: what a table probably means, as a contract to begin with."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from hexi.cli.progress import Bar
from hexi.cli.speech import _, err, many, of
from hexi.cli.words import command
from hexi.kernel.errors import Conflict
from hexi.kernel.names import Text, check_dataset_name
from hexi.kernel.settings import UPLOAD_MB


class FileStands(Conflict):
    """A file of that name is there already."""

    code = "infer.file-stands"


@command()
@click.argument(
    "source",
    type=click.Path(path_type=Path),
    help="The table: CSV, Excel, JSON, GeoJSON, Parquet, or a ZIP file with one of them.",
)
@click.option("--name", help="Name of the dataset; otherwise made of the file's.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the contract there instead of printing it.")
@click.option("--json", "for_machines", is_flag=True, help="Print the contract and all evidence as JSON.")
def infer(source: Path, name: str | None, out: Path | None, *, for_machines: bool) -> None:
    """Draft a contract for SOURCE: what each column probably means, what holds, and the evidence.

    Nothing is published and no node is needed. The draft opens nothing: that is for a person to say.
    """
    from hexi.data.drafting.drafts import draft
    from hexi.data.drafting.headings import name_of
    from hexi.data.engines.sources.taking import table_of, told_as

    if out is not None and out.exists():
        raise FileStands("“{file}” is there already; name another file, or remove it.", file=out)
    with tempfile.TemporaryDirectory(prefix="hexi-infer-") as folder:
        taken = table_of(source, folder=Path(folder), limit_bytes=UPLOAD_MB.whole(os.environ) << 20)
        title = Path(taken.name).stem
        dataset = check_dataset_name(name or f"draft.{name_of(title).replace('_', '-')}")
        with Bar(taken.name) as bar, told_as(taken.member or str(source)):
            found = draft(taken.path, name=dataset, title=Text(title, title), progress=bar, called=taken.name)
    if for_machines:
        click.echo(json.dumps({"contract": found.text, **found.as_json()}, ensure_ascii=False))
        return
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(_("column"), overflow="fold")
    table.add_column(_("field"), overflow="fold")
    table.add_column(_("evidence"), overflow="fold")
    for each in found.columns:
        said = "\n".join(escape(of(one.claim)) for one in each.evidence) or _("no value")
        table.add_row(escape(each.source), each.field, said)
    err.print(table)
    for problem in found.problems:
        err.print(_("[yellow]look at this[/yellow]: {said}", said=escape(of(problem))))
    err.print(_("{rows} rows, {columns} columns.", rows=many(found.rows), columns=many(len(found.columns))))
    if out is None:
        click.echo(found.text, nl=False)
        return
    out.write_text(found.text, "utf-8")
    if taken.member:
        err.print(
            _(
                "The draft is in {file}. Mend it, unpack “{member}” out of “{source}”, then: "
                "hexi publish {file} {member}",
                file=out,
                member=taken.member,
                source=source,
            )
        )
        return
    err.print(_("The draft is in {file}. Mend it, then: hexi publish {file} {source}", file=out, source=source))
