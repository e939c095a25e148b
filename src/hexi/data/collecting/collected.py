"""Collects what a contract's connection leads to, into files beside the run that reads them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from hexi.data.collecting import databases, files, mirrors, shelf
from hexi.data.collecting.connections import DATABASES, Connection, Connections
from hexi.data.collecting.errors import ConnectionInvalid
from hexi.data.contracts.model import Contract, Source
from hexi.data.engines.sources.columns import LINE, kept
from hexi.data.engines.sources.opening import open_source
from hexi.data.engines.sources.records import RawSource
from hexi.data.engines.sources.taking import safe_name, told_as
from hexi.kernel.errors import HexiError

SPOOL = Source(format="csv", encoding="utf-8", delimiter=",", quote='"')
MIRROR = Source(format="parquet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Rows of another system, ready to be opened."""

    contract: Contract
    """As it is, but for its source, which is now a file."""
    path: Path
    name: str
    """What was read, as people and certificates call it."""
    format: str | None = None
    """What it was over there, None for a file, which is what it is here."""
    columns: tuple[str, ...] | None = None
    """What the contract reads of it, None for all that it has."""


def collect(
    contract: Contract,
    connections: Connections,
    *,
    workspace: Path,
    mirror: Path,
    now: datetime,
    seen: Callable[[int, int | None], None],
) -> Collected:
    """Read what the contract's connection leads to.

    `workspace` is an empty folder that lives as long as the run, `mirror` one that stays between runs. `seen` is told
    the rows so far and, where the source knows, about how many there are; it may raise to stop. Raises
    `ConnectionMissing`, `ConnectionInvalid`, `SourceUnreachable`, `SourceRefused`, `WrongHeader`.
    """
    connection = connections.connection(str(contract.source.connection))
    if not contract.source.is_database:
        return _file(contract, connection, workspace=workspace, mirror=mirror, now=now, seen=seen)
    if connection.kind not in DATABASES:
        raise ConnectionInvalid(
            "“{name}” leads to files: name the “path” of one, no “table” and no “query”.", name=connection.name
        )
    rows = _rows(contract, connection, workspace=workspace, mirror=mirror, now=now, seen=seen)
    shelf.clear(mirror)
    return rows


def _rows(
    contract: Contract,
    connection: Connection,
    *,
    workspace: Path,
    mirror: Path,
    now: datetime,
    seen: Callable[[int, int | None], None],
) -> Collected:
    said = contract.source
    name = f"{connection.name}: {said.table or 'query'}"
    spool = workspace / safe_name(f"{connection.name}-{said.table or 'query'}", ending=".csv")
    with databases.opened(connection) as database:
        relation = databases.relation_of(database, table=said.table, statement=said.statement)
        there = database.columns(relation)
        needed = {field.source for field in contract.fields}
        fields = tuple(each for each in kept(contract, there, file=name) if each in needed)
        columns = tuple(each for each in there if each in needed or each == said.watermark)
        about = database.rows_about(said.table) if said.table else None
        before = watermark = None
        source = _digest(contract, columns)
        if said.watermark:
            databases.require_column(said.watermark, there, file=name)
            before = mirrors.standing(mirror, source=source)
            if before is not None and before.is_due(now, full_every_days=said.full_every_days):
                before = None
            # Asked first: what is written meanwhile is read again next time, and nothing is missed.
            watermark = database.newest(relation, said.watermark)
        since = before.watermark if before is not None else None
        where = database.condition(str(said.watermark), since) if since is not None else ""
        databases.write_header(columns, spool)
        with spool.open("ab") as out:
            database.spool(relation, columns, where, out, lambda rows: seen(rows, about if not where else None))
    form = connection.kind.value
    if not said.watermark:
        return Collected(contract=replace(contract, source=SPOOL), path=spool, name=name, format=form, columns=fields)
    key = [contract.field(each).source for each in contract.key]
    path = mirrors.renew(
        mirror, spool, columns=columns, key=key, before=before, source=source, watermark=watermark, now=now
    )
    spool.unlink()
    return Collected(contract=replace(contract, source=MIRROR), path=path, name=name, format=form, columns=fields)


def _file(
    contract: Contract,
    connection: Connection,
    *,
    workspace: Path,
    mirror: Path,
    now: datetime,
    seen: Callable[[int, int | None], None],
) -> Collected:
    said = contract.source
    if said.path is None:
        raise ConnectionInvalid(
            "The contract of {dataset} names the connection “{name}”, but no “path” to read there.",
            dataset=contract.name,
            name=connection.name,
        )
    wanted = files.Wanted(
        path=said.path,
        workspace=workspace,
        shelf=mirror,
        now=now,
        seen=seen,
        format=said.format,
        records=said.records,
        encoding=said.encoding,
        pages=said.pages or {},
    )
    with files.opened(connection) as place:
        found = place.fetch(wanted)
    if found.path.parent != mirror:
        shelf.clear(mirror)
    source = replace(said, connection=None, path=None, pages=None)
    if found.is_list_of_pages:
        source = replace(source, encoding="utf-8", records=f"*.{said.records or '*'}")
    name = f"{connection.name}: {found.name}"
    return Collected(contract=replace(contract, source=source), path=found.path, name=name)


def open_collected(
    contract: Contract,
    connections: Connections,
    *,
    workspace: Path,
    mirror: Path,
    now: datetime,
    seen: Callable[[int, int | None], None],
) -> RawSource:
    """Collect, and open what was collected in the words of whoever knows it by its connection. Raises as both do."""
    found = collect(contract, connections, workspace=workspace, mirror=mirror, now=now, seen=seen)
    with told_as(found.name):
        raw = open_source(found.contract, found.path, workspace=workspace)

    def explain(error: BaseException) -> BaseException:
        said = raw.explain(error)
        return type(said)(said.template, **{**said.facts, "file": found.name}) if isinstance(said, HexiError) else said

    def check(batch: pl.DataFrame) -> None:
        with told_as(found.name):
            raw.check(batch)

    def digest() -> str:
        with told_as(found.name):
            return raw.digest()

    opened = replace(raw, name=found.name, check=check, digest=digest, explain=explain)
    if found.columns is None:
        return opened
    frame = raw.frame.select(LINE, *found.columns)
    return replace(opened, format=found.format or raw.format, frame=frame, columns=found.columns)


def whole_file(
    connection: Connection, path: str, *, workspace: Path, now: datetime, seen: Callable[[int, int | None], None]
) -> files.Fetched:
    """Bring a file here, for a contract to be drafted from. Raises as `collect` does."""
    with files.opened(connection) as place:
        return place.fetch(files.Wanted(path=path, workspace=workspace, shelf=None, now=now, seen=seen))


def whole_table(
    connection: Connection, table: str, *, workspace: Path, seen: Callable[[int, int | None], None]
) -> Path:
    """Spool a table with all its columns, for a contract to be drafted from. Raises as `collect` does."""
    spool = workspace / safe_name(f"{connection.name}-{table}", ending=".csv")
    with databases.opened(connection) as database:
        relation = databases.relation_of(database, table=table, statement=None)
        columns = database.columns(relation)
        about = database.rows_about(table)
        databases.write_header(columns, spool)
        with spool.open("ab") as out:
            database.spool(relation, columns, "", out, lambda rows: seen(rows, about))
    return spool


def _digest(contract: Contract, columns: tuple[str, ...]) -> str:
    said = contract.source
    asked = [said.connection, said.table, said.statement, said.watermark, list(columns), list(contract.key)]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
