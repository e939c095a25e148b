"""SQLite files, read by the standard library."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from hexi.data.collecting.connections import Connection
from hexi.data.collecting.databases import Seen
from hexi.data.collecting.errors import SourceRefused, SourceUnreachable

WAIT_S = 15.0
ROWS_A_PIECE = 5_000


@contextmanager
def opened(connection: Connection) -> Iterator[SQLite]:
    """Open the file for reading. It is never made, nor written to."""
    path = Path(connection.path)
    if not path.is_file():
        raise SourceRefused(
            "“{name}” ({address}) leads to no file of this machine.", name=connection.name, address=connection.address
        )
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=WAIT_S)) as session:
            yield SQLite(session)
    except sqlite3.Error as error:
        facts = {"name": connection.name, "address": connection.address, "reason": str(error)}
        if isinstance(error, sqlite3.OperationalError) and ("locked" in str(error) or "busy" in str(error)):
            raise SourceUnreachable(
                "“{name}” ({address}) does not answer, or went away while it was read: {reason}. Nothing was changed; "
                "try again when it is back.",
                **facts,
            ) from error
        raise SourceRefused(
            "“{name}” ({address}) refuses: {reason}. See that the table, the user and its right to read are there.",
            **facts,
        ) from error


class SQLite:
    """One session."""

    dialect = "sqlite"

    def __init__(self, session: sqlite3.Connection) -> None:
        self._session = session
        # What is no UTF-8 must not end the reading: the rules find it.
        session.text_factory = lambda text: text.decode("utf-8", "replace")

    def quoted(self, name: str) -> str:
        """A name as the database writes it."""
        return '"' + name.replace('"', '""') + '"'

    def tables(self) -> tuple[str, ...]:
        """Tables and views."""
        found = self._session.execute(
            "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\' "
            "order by name"
        )
        return tuple(name for (name,) in found)

    def columns(self, relation: str) -> tuple[str, ...]:
        """Names of the columns."""
        described = self._session.execute(f"select * from {relation} limit 0").description or ()
        return tuple(each[0] for each in described)

    def rows_about(self, table: str) -> int | None:
        """Nobody keeps count."""
        del table
        return None

    def newest(self, relation: str, column: str) -> str | None:
        """The largest value as text."""
        found = self._session.execute(f"select cast(max({self.quoted(column)}) as text) from {relation}").fetchone()
        return found[0] if found else None

    def condition(self, column: str, since: str) -> str:
        """Numbers are compared as numbers: a column without a type has no affinity that would do it."""
        name, text = self.quoted(column), "'" + since.replace("'", "''") + "'"
        return (
            f"case when typeof({name}) in ('integer', 'real') then {name} >= cast({text} as numeric) "
            f"else {name} >= {text} end or {name} is null"
        )

    def spool(self, relation: str, columns: Sequence[str], where: str, out: BinaryIO, seen: Seen) -> int:
        """Write the rows as CSV and return how many."""
        listed = ", ".join(self.quoted(name) for name in columns)
        cursor = self._session.execute(f"select {listed} from {relation} {f'where {where}' if where else ''}")
        text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\n")
        rows = 0
        while piece := cursor.fetchmany(ROWS_A_PIECE):
            writer.writerows([_plain(cell) for cell in row] for row in piece)
            rows += len(piece)
            seen(rows)
        text.flush()
        text.detach()
        return rows


def _plain(cell: object) -> object:
    return cell.hex() if isinstance(cell, bytes) else cell
