"""MySQL and MariaDB, in one column: the server writes each row as a line of CSV.

The driver is plain Python, which is slow where it takes cells apart; a row in one cell is three times as fast.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

import pymysql
from pymysql.connections import MySQLResult
from pymysql.constants import ER
from pymysql.cursors import SSCursor

from hexi.data.collecting.connections import Connection
from hexi.data.collecting.databases import Seen
from hexi.data.collecting.errors import SourceRefused, SourceUnreachable

WAIT_S = 15
SILENCE_S = 600
"""A server that says nothing for so long counts as gone."""
ROWS_A_PIECE = 5_000
BIT = 16
BINARY = {249, 250, 251, 252, 253, 254}
"""Types that hold text, or bytes where their character set is the binary one."""


@contextmanager
def opened(connection: Connection) -> Iterator[MySQL]:
    """Open the database for reading."""
    wants_tls = connection.options.get("ssl", "prefer")
    try:
        session = pymysql.connect(
            host=connection.host,
            port=connection.port,
            user=connection.user or None,
            password=connection.secret,
            database=connection.path,
            charset="utf8mb4",
            cursorclass=Rows,
            connect_timeout=WAIT_S,
            read_timeout=SILENCE_S,
            ssl=ssl.create_default_context() if wants_tls == "verify" else None,
            ssl_disabled=wants_tls == "off",
            init_command="set session transaction read only",
            program_name="hexi",
            use_unicode=False,
        )
    except (pymysql.Error, OSError) as error:
        raise _translated(connection, error) from error
    try:
        session.cursor().execute("set time_zone = '+00:00'")
        yield MySQL(session)
    except (pymysql.Error, OSError) as error:
        raise _translated(connection, error) from error
    finally:
        if session.open:
            session.close()


class Rows(SSCursor):
    """Rows as they come."""

    _result: MySQLResult | None

    def drop(self) -> None:
        """Want no more rows. Closed, or collected as garbage, the cursor would read all that are still to come."""
        if self._result is not None:
            self._result.unbuffered_active = False
            self._result = None


class MySQL:
    """One session."""

    dialect = "mysql"

    def __init__(self, session: pymysql.connections.Connection[Rows]) -> None:
        self._session = session

    def quoted(self, name: str) -> str:
        """A name as the database writes it."""
        return "`" + name.replace("`", "``") + "`"

    def tables(self) -> tuple[str, ...]:
        """Tables and views that may be read."""
        with self._session.cursor() as cursor:
            cursor.execute(
                "select table_name from information_schema.tables where table_schema = database() order by 1"
            )
            return tuple(name.decode() for (name,) in cursor.fetchall())

    def columns(self, relation: str) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self._types(relation))

    def rows_about(self, table: str) -> int | None:
        """The engine's estimate."""
        *schema, name = table.split(".")
        found = self._one(
            "select table_rows from information_schema.tables where table_schema = coalesce(%s, database()) "
            "and table_name = %s",
            (schema[-1] if schema else None, name),
        )
        return int(found) if found else None

    def newest(self, relation: str, column: str) -> str | None:
        """The largest value as text."""
        found = self._one(f"select cast(max({self.quoted(column)}) as char) from {relation}")
        return None if found is None else found.decode()

    def condition(self, column: str, since: str) -> str:
        """A text beside a date or number is read as one."""
        name = self.quoted(column)
        return f"{name} >= {self._session.escape(since)} or {name} is null"

    def spool(self, relation: str, columns: Sequence[str], where: str, out: BinaryIO, seen: Seen) -> int:
        """Write the rows as CSV and return how many."""
        types = self._types(relation)
        cells = ", ".join(self._cell(name, types[name]) for name in columns)
        rows = 0
        cursor = self._session.cursor()
        try:
            cursor.execute(f"select concat_ws(',', {cells}) from {relation} {f'where {where}' if where else ''}")
            while piece := cursor.fetchmany(ROWS_A_PIECE):
                if any(row[0] is None for row in piece):
                    raise SourceRefused(
                        "A row after the first {rows} is larger than the server gives away at once; raise its "
                        "max_allowed_packet, or leave large columns out of the contract.",
                        rows=rows,
                    )
                out.write(b"\n".join(row[0] for row in piece))
                out.write(b"\n")
                rows += len(piece)
                seen(rows)
        finally:
            cursor.drop()
        return rows

    def _cell(self, name: str, kind: int) -> str:
        column = self.quoted(name)
        text = f"cast({column} as char character set utf8mb4)"
        if kind == BIT:
            text = f"cast({column} + 0 as char)"
        elif kind in BINARY:
            text = f"if(charset({column}) = 'binary', hex({column}), {text})"
        return f"coalesce(concat('\"', replace({text}, '\"', '\"\"'), '\"'), '')"

    def _types(self, relation: str) -> dict[str, int]:
        with self._session.cursor() as cursor:
            cursor.execute(f"select * from {relation} limit 0")
            return {each[0]: int(each[1]) for each in cursor.description or ()}

    def _one(self, statement: str, arguments: Sequence[object] = ()) -> bytes | None:
        with self._session.cursor() as cursor:
            cursor.execute(statement, arguments)
            found = cursor.fetchone()
            cursor.fetchall()
        return found[0] if found else None


def _translated(connection: Connection, error: Exception) -> SourceRefused | SourceUnreachable:
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    facts = {
        "name": connection.name,
        "address": connection.address,
        "reason": str(error.args[-1] if error.args else error),
    }
    refused = isinstance(error, pymysql.Error) and ER.ERROR_FIRST <= code < 2000 and code not in PASSES
    if refused:
        return SourceRefused(
            "“{name}” ({address}) refuses: {reason}. See that the table, the user and its right to read are there.",
            **facts,
        )
    return SourceUnreachable(
        "“{name}” ({address}) does not answer, or went away while it was read: {reason}. Nothing was changed; "
        "try again when it is back.",
        **facts,
    )


PASSES = frozenset({1040, 1053, 1077, 1078, 1152, 1159, 1161, 1205, 1213, 1927})
"""Too many connections, shutting down, killed, waited too long: what another try may find over."""
