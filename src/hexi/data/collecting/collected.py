"""Collects what a contract's connection leads to, into files beside the run that reads them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from hexi.data.collecting import databases, mirrors
from hexi.data.collecting.connections import Connection, Connections
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
    """As it is, but for its source, which is now the file."""
    path: Path
    name: str
    """What was read, as people and certificates call it."""
    format: str
    columns: tuple[str, ...]
    """What the contract reads of it."""


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
    `ConnectionMissing`, `SourceUnreachable`, `SourceRefused`, `WrongHeader`.
    """
    said = contract.source
    connection = connections.connection(str(said.connection))
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

    frame = raw.frame.select(LINE, *found.columns)
    return replace(raw, name=found.name, format=found.format, frame=frame, columns=found.columns, explain=explain)


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
