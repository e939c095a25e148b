"""Tables and queries of databases, spooled as delimited text: the server itself writes each value in its own words.

One statement reads everything, so that it sees one state of the database; nothing is written there.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from hexi.data.collecting.connections import Connection, Kind
from hexi.data.collecting.errors import SourceRefused
from hexi.data.contracts.problems import nearest
from hexi.data.engines.sources.records import WrongHeader

Seen = Callable[[int], None]
"""Told how many rows have come so far; may raise to stop the reading."""


class Database(Protocol):
    """An open database, in its own dialect."""

    dialect: str
    """As sqlglot calls it."""

    def quoted(self, name: str) -> str:
        """A name as the database writes it."""

    def tables(self) -> tuple[str, ...]:
        """Tables and views that may be read, with the schema where it is not the usual one; by name."""

    def columns(self, relation: str) -> tuple[str, ...]:
        """Names of the columns of whatever can stand behind FROM."""

    def rows_about(self, table: str) -> int | None:
        """How many rows a table has according to the database's own statistics."""

    def newest(self, relation: str, column: str) -> str | None:
        """The largest value of a column as text; None where there is none."""

    def condition(self, column: str, since: str) -> str:
        """Whether a column is at least `since`, or says nothing."""

    def spool(self, relation: str, columns: Sequence[str], where: str, out: BinaryIO, seen: Seen) -> int:
        """Write the rows as CSV without a header (UTF-8; NULL is an empty cell) and return how many."""


@contextmanager
def opened(connection: Connection) -> Iterator[Database]:
    """Open a database for reading. Raises `SourceUnreachable`, `SourceRefused`."""
    with _opener(connection)(connection) as database:
        yield database


def _opener(connection: Connection) -> Callable[[Connection], AbstractContextManager[Database]]:
    """Loaded only where one is read: most runs read files."""
    if connection.kind is Kind.POSTGRESQL:
        from hexi.data.collecting import postgresql

        return postgresql.opened
    if connection.kind is Kind.MYSQL:
        from hexi.data.collecting import mysql

        return mysql.opened
    from hexi.data.collecting import sqlite

    return sqlite.opened


def relation_of(database: Database, *, table: str | None, statement: str | None) -> str:
    """Return what is read, as it stands behind FROM. Raises `SourceRefused` for a statement that is no SELECT."""
    if table is not None:
        return ".".join(database.quoted(part) for part in table.split("."))
    text = (statement or "").strip().rstrip(";")
    try:
        found = [each for each in sqlglot.parse(text, dialect=database.dialect) if each is not None]
    except SqlglotError as error:
        raise SourceRefused(
            "The query is no {dialect}: {reason}", dialect=database.dialect, reason=str(error).split("\n", 1)[0]
        ) from None
    if len(found) != 1 or not isinstance(found[0], exp.Query) or next(found[0].find_all(*_WRITES), None) is not None:
        raise SourceRefused("The query must be one SELECT that changes nothing; it is not.")
    # On lines of its own: the text may end in a comment.
    return f"(\n{text}\n) AS {database.quoted('hexi_rows')}"


def require_column(column: str, there: Sequence[str], *, file: str) -> None:
    """Raise `WrongHeader` unless a watermark's column is there."""
    if column not in there:
        raise WrongHeader(
            "“{file}” has no column “{column}”, which the contract names as its watermark; it has: {near}.",
            file=file,
            column=column,
            near=nearest(column, there),
        )


_WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Into, exp.Lock, exp.Command, exp.Drop, exp.Create)


def write_header(columns: Sequence[str], path: Path) -> None:
    """Begin a spool with the names of its columns."""
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerow(columns)
