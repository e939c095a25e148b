"""`hexi infer`: what a table probably means, as a contract to begin with."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path, PurePosixPath

import click
from rich.markup import escape
from rich.table import Table

from hexi.cli import node
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
    required=False,
    help="The table: CSV, Excel, DBF, JSON, GeoJSON, XML, Parquet, or a ZIP file with one of them.",
)
@click.option("--connection", help="Read a table or file of another system, through this connection of the node.")
@click.option("--table", help="That table, with its schema where it needs one.")
@click.option("--path", help="That file, below the address of the connection.")
@click.option("--name", help="Name of the dataset; otherwise made of the file's or the table's.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the contract there instead of printing it.")
@click.option("--json", "for_machines", is_flag=True, help="Print the contract and all evidence as JSON.")
def infer(
    source: Path | None,
    connection: str | None,
    table: str | None,
    path: str | None,
    name: str | None,
    out: Path | None,
    *,
    for_machines: bool,
) -> None:
    """Draft a contract for SOURCE: what each column probably means, what holds, and the evidence.

    Nothing is published, and only a connection needs a node. The draft opens nothing: that is for a person to say.
    """
    from hexi.data.drafting.drafts import draft
    from hexi.data.drafting.headings import name_of
    from hexi.data.drafting.renewing import source_of, with_source
    from hexi.data.engines.sources.taking import Taken, table_of, told_as

    is_elsewhere = connection is not None
    if (source is None) is not is_elsewhere or is_elsewhere is not ((table is None) != (path is None)):
        raise click.UsageError(_("Name either a file, or --connection with --table or --path."))
    if out is not None and out.exists():
        raise FileStands("“{file}” is there already; name another file, or remove it.", file=out)
    with tempfile.TemporaryDirectory(prefix="hexi-infer-") as folder:
        if source is None:
            with Bar(f"{connection}: {table or path}") as bar:
                file, told, title = _brought(str(connection), table, path, Path(folder), bar)
            taken = Taken(path=file, name=file.name)
        else:
            taken = table_of(source, folder=Path(folder), limit_bytes=UPLOAD_MB.whole(os.environ) << 20)
            told, title = taken.member or str(source), Path(taken.name).stem
        dataset = check_dataset_name(name or f"draft.{name_of(title).replace('_', '-')}")
        with Bar(told) as bar, told_as(told):
            found = draft(taken.path, name=dataset, title=Text(title, title), progress=bar, called=taken.name)
    if source is None:
        reads = {"table": table} if table is not None else {**source_of(found.text), "path": path}
        found = replace(found, text=with_source(found.text, {"connection": connection, **reads}))
    if for_machines:
        click.echo(json.dumps({"contract": found.text, **found.as_json()}, ensure_ascii=False))
        return
    shown = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    shown.add_column(_("column"), overflow="fold")
    shown.add_column(_("field"), overflow="fold")
    shown.add_column(_("evidence"), overflow="fold")
    for each in found.columns:
        said = "\n".join(escape(of(one.claim)) for one in each.evidence) or _("no value")
        shown.add_row(escape(each.source), each.field, said)
    err.print(shown)
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
    if source is None:
        err.print(_("The draft is in {file}. Mend it, then: hexi publish {file}", file=out))
        return
    err.print(_("The draft is in {file}. Mend it, then: hexi publish {file} {source}", file=out, source=source))


def _brought(connection: str, table: str | None, path: str | None, folder: Path, bar: Bar) -> tuple[Path, str, str]:
    """A table or a file of another system, here: where it lies, how it is called, and its own name."""
    node.open_node()
    from hexi.data.collecting.collected import whole_file, whole_table
    from hexi.registry.accounts import connecting

    opened = connecting.opened(connection, by=node.actor())
    if table is not None:
        file = whole_table(opened, table, workspace=folder, seen=bar.rows)
        return file, f"{connection}: {table}", table.rpartition(".")[2]
    found = whole_file(opened, str(path), workspace=folder, now=node.clock(), seen=bar.rows)
    return found.path, f"{connection}: {found.name}", PurePosixPath(found.name).stem
