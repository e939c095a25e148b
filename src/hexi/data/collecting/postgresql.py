"""PostgreSQL, read by COPY: the server writes CSV, which is as fast as it can give rows away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

import psycopg
from psycopg import sql

from hexi.data.collecting.connections import Connection
from hexi.data.collecting.databases import Seen
from hexi.data.collecting.errors import SourceRefused, SourceUnreachable

WAIT_S = 15
ROWS_A_LOOK = 50_000
BOOLEAN = 16
"""The one type that COPY writes otherwise than a cast to text does: t and f."""
SETTINGS = {
    "default_transaction_read_only": "on",
    "client_encoding": "UTF8",
    "datestyle": "ISO",
    "intervalstyle": "iso_8601",
    "timezone": "UTC",
    "extra_float_digits": "1",
    # An unchanged table is then read in the same order, and is the same source.
    "synchronize_seqscans": "off",
    "max_parallel_workers_per_gather": "0",
}


@contextmanager
def opened(connection: Connection) -> Iterator[PostgreSQL]:
    """Open the database for reading."""
    try:
        session = psycopg.connect(
            host=connection.host,
            port=connection.port,
            user=connection.user or None,
            password=connection.secret or None,
            dbname=connection.path,
            connect_timeout=WAIT_S,
            options=" ".join(f"-c {name}={value}" for name, value in SETTINGS.items()),
            application_name="hexi",
            sslmode=connection.options.get("sslmode", "prefer"),
        )
    except psycopg.Error as error:
        raise _translated(connection, error) from error
    try:
        with session:
            yield PostgreSQL(session)
    except psycopg.Error as error:
        raise _translated(connection, error) from error


class PostgreSQL:
    """One session."""

    dialect = "postgres"

    def __init__(self, session: psycopg.Connection) -> None:
        self._session = session

    def quoted(self, name: str) -> str:
        """A name as the database writes it."""
        return sql.Identifier(name).as_string(self._session)

    def tables(self) -> tuple[str, ...]:
        """Tables and views that may be read."""
        found = self._session.execute(
            "select case table_schema when 'public' then '' else table_schema || '.' end || table_name "
            "from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema') order by 1"
        )
        return tuple(name for (name,) in found)

    def columns(self, relation: str) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(name for name, _ in self._types(relation))

    def rows_about(self, table: str) -> int | None:
        """The planner's number, None where it has none."""
        name = ".".join(self.quoted(part) for part in table.split("."))
        found = self._session.execute(
            "select reltuples::bigint from pg_class where oid = to_regclass(%s)", [name]
        ).fetchone()
        return found[0] if found and found[0] > 0 else None

    def newest(self, relation: str, column: str) -> str | None:
        """The largest value as text."""
        found = self._session.execute(f"select max({self.quoted(column)})::text from {relation}".encode()).fetchone()
        return found[0] if found else None

    def condition(self, column: str, since: str) -> str:
        """A literal without a type takes that of the column."""
        name = self.quoted(column)
        return f"{name} >= {sql.Literal(since).as_string(self._session)} or {name} is null"

    def spool(self, relation: str, columns: Sequence[str], where: str, out: BinaryIO, seen: Seen) -> int:
        """Write the rows as CSV and return how many."""
        types = dict(self._types(relation))
        listed = ", ".join(
            f"{self.quoted(name)}::text" if types[name] == BOOLEAN else self.quoted(name) for name in columns
        )
        chosen = f"select {listed} from {relation} {f'where {where}' if where else ''}"
        rows = 0
        copying = f"copy (\n{chosen}\n) to stdout (format csv)".encode()
        with self._session.cursor() as cursor, cursor.copy(copying) as pieces:
            # A piece is a row.
            for piece in pieces:
                out.write(piece)
                rows += 1
                if rows % ROWS_A_LOOK == 0:
                    seen(rows)
        seen(rows)
        return rows

    def _types(self, relation: str) -> list[tuple[str, int]]:
        with self._session.cursor() as cursor:
            described = cursor.execute(f"select * from {relation} limit 0".encode()).description or ()
            return [(each.name, each.type_code) for each in described]


def _translated(connection: Connection, error: psycopg.Error) -> SourceRefused | SourceUnreachable:
    said = (error.diag.message_primary or str(error)).strip().split("\n")[-1].rpartition("FATAL:")[2].strip()
    facts = {"name": connection.name, "address": connection.address, "reason": said}
    # Without a state the server never answered; 08 is a broken connection, 57P a server that shuts down, 53 and
    # 40 what passes. A refused password comes without one too, and is told by its words.
    state = error.sqlstate
    passes = state is None or state[:2] in {"08", "53", "40"} or state.startswith("57P")
    if passes and not ("authentication failed" in said or "does not exist" in said or "no pg_hba.conf" in said):
        return SourceUnreachable(
            "“{name}” ({address}) does not answer, or went away while it was read: {reason}. Nothing was changed; "
            "try again when it is back.",
            **facts,
        )
    return SourceRefused(
        "“{name}” ({address}) refuses: {reason}. See that the table, the user and its right to read are there.", **facts
    )
