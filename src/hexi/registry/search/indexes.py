"""The words of every entry, as each database keeps them: FTS5 in SQLite, a text vector under GIN in PostgreSQL.

Both hold the tokens of `words` in three parts (title, field, other) and answer with every entry that holds all
that is wanted, with a score, and which hold it in the title alone, or in title and fields; Python orders them.
Neither refers to the table of entries: no id is given twice, so the words of one that is gone stand for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from django.db.backends.base.base import BaseDatabaseWrapper
from numpy.typing import NDArray

from hexi.registry.search.words import Form, Wanted

SCALE = 1e9
"""Scores come as whole numbers: written out they are half as long, and both databases write them alike."""
POSITIONS = 16_383
"""The last place that a text vector tells apart."""


@dataclass(frozen=True, slots=True)
class Row:
    """The tokens of one entry."""

    id: int
    title: Sequence[str]
    field: Sequence[str]
    other: Sequence[str]


@dataclass(frozen=True, slots=True)
class Scores:
    """Entries that hold every wanted word, in no order."""

    ids: NDArray[np.int64]
    scores: NDArray[np.float64]
    """Above zero; larger is better. Only comparable within one answer."""
    titled: NDArray[np.int64]
    """Ids of those whose title holds every word."""
    fielded: NDArray[np.int64]
    """Ids of those whose title and fields hold every word, the titled among them."""


class Index(Protocol):
    """What each database can do with words. Everything happens in the caller's transaction."""

    def make(self) -> None:
        """Make the table of words."""

    def put(self, rows: Iterable[Row]) -> None:
        """Write the tokens of entries in place of those before."""

    def remove(self, ids: Sequence[int]) -> None:
        """Forget the tokens of entries."""

    def find(self, wanted: Sequence[Wanted]) -> Scores:
        """Return every entry that holds all of `wanted`, which is not empty."""

    def question(self, wanted: Sequence[Wanted]) -> str:
        """Return what this database is asked for all of `wanted`, in its own words."""


def of(connection: BaseDatabaseWrapper) -> Index:
    """Return the index of a database."""
    return Vectors(connection) if connection.vendor == "postgresql" else Fts5(connection)


class Fts5:
    """SQLite's full-text index. Only ASCII parts tokens, so ours stay as they are."""

    MAKE = "CREATE VIRTUAL TABLE search_words USING fts5(title, field, other, tokenize = 'ascii', prefix = '1 2')"
    FIND = """
        SELECT group_concat(id), group_concat(score),
            (SELECT group_concat(rowid) FROM search_words WHERE search_words MATCH %s),
            (SELECT group_concat(rowid) FROM search_words WHERE search_words MATCH %s)
        FROM (
            SELECT rowid AS id, CAST(-1e9 * bm25(search_words, 20.0, 4.0, 1.0) AS INTEGER) AS score
            FROM search_words WHERE search_words MATCH %s LIMIT -1
        )"""
    # The limit keeps SQLite from folding the inner question into the outer, where there is no bm25.

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    def make(self) -> None:
        """Make the table of words."""
        with self.connection.cursor() as cursor:
            cursor.execute(self.MAKE)

    def put(self, rows: Iterable[Row]) -> None:
        """Write the tokens of entries in place of those before."""
        told = [(each.id, " ".join(each.title), " ".join(each.field), " ".join(each.other)) for each in rows]
        self.remove([each[0] for each in told])
        with self.connection.cursor() as cursor:
            cursor.executemany("INSERT INTO search_words (rowid, title, field, other) VALUES (%s, %s, %s, %s)", told)

    def remove(self, ids: Sequence[int]) -> None:
        """Forget the tokens of entries."""
        with self.connection.cursor() as cursor:
            cursor.executemany("DELETE FROM search_words WHERE rowid = %s", [(each,) for each in ids])

    def find(self, wanted: Sequence[Wanted]) -> Scores:
        """Return every entry that holds all of `wanted`."""
        said = self.question(wanted)
        with self.connection.cursor() as cursor:
            cursor.execute(self.FIND, [f"{{title}} : ({said})", f"{{title field}} : ({said})", said])
            return _scores(cursor.fetchone())

    def question(self, wanted: Sequence[Wanted]) -> str:
        """Return what FTS5 is asked for all of `wanted`, in its own words."""
        return " AND ".join("(" + " OR ".join(self._form(form) for form in each.forms) + ")" for each in wanted)

    def _form(self, form: Form) -> str:
        # Tokens hold letters and digits only, so quotes around them are all the care it takes.
        return " + ".join(f'"{token}"' for token in form.tokens) + ("*" if form.is_prefix else "")


class Vectors:
    """PostgreSQL's text vectors, written and asked as such: its own parsers know nothing of Chinese."""

    MAKE = (
        "CREATE TABLE search_words (entry_id bigint PRIMARY KEY, words tsvector NOT NULL)",
        "CREATE INDEX search_words_gin ON search_words USING gin (words) WITH (fastupdate = off)",
    )
    FIND = """
        SELECT string_agg(entry_id::text, ','), string_agg(score::text, ','),
               string_agg(entry_id::text, ',') FILTER (WHERE words @@ titled),
               string_agg(entry_id::text, ',') FILTER (WHERE words @@ fielded)
        FROM (
            SELECT entry_id, words, titled, fielded,
                   (1e9 * ts_rank('{0.1, 0.1, 0.4, 1.0}', words, wanted))::bigint AS score
            FROM search_words, (SELECT %s::tsquery AS titled, %s::tsquery AS fielded, %s::tsquery AS wanted) AS asked
            WHERE words @@ wanted
        ) AS found"""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection

    def make(self) -> None:
        """Make the table of words."""
        with self.connection.cursor() as cursor:
            for statement in self.MAKE:
                cursor.execute(statement)

    def put(self, rows: Iterable[Row]) -> None:
        """Write the tokens of entries in place of those before."""
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO search_words (entry_id, words) VALUES (%s, %s::tsvector) "
                "ON CONFLICT (entry_id) DO UPDATE SET words = excluded.words",
                [(each.id, self._vector(each)) for each in rows],
            )

    def remove(self, ids: Sequence[int]) -> None:
        """Forget the tokens of entries."""
        with self.connection.cursor() as cursor:
            cursor.execute("DELETE FROM search_words WHERE entry_id = ANY(%s)", [list(ids)])

    def find(self, wanted: Sequence[Wanted]) -> Scores:
        """Return every entry that holds all of `wanted`."""
        with self.connection.cursor() as cursor:
            cursor.execute(self.FIND, [self.question(wanted, weight) for weight in ("A", "AB", "")])
            return _scores(cursor.fetchone())

    def _vector(self, row: Row) -> str:
        said, place = [], 0
        for tokens, weight in ((row.title, "A"), (row.field, "B"), (row.other, "C")):
            for token in tokens:
                place += 1
                said.append(f"'{token}':{min(place, POSITIONS)}{weight}")
            # So that no row of words reaches from one part into the next.
            place += 1
        return " ".join(said)

    def question(self, wanted: Sequence[Wanted], weight: str = "") -> str:
        """Return what PostgreSQL is asked for all of `wanted`, within the parts of a weight such as `AB`."""
        return " & ".join("(" + " | ".join(self._form(form, weight) for form in each.forms) + ")" for each in wanted)

    def _form(self, form: Form, weight: str) -> str:
        last = len(form.tokens) - 1
        marks = ["*" + weight if form.is_prefix and place == last else weight for place in range(last + 1)]
        row = (f"'{token}'" + (f":{mark}" if mark else "") for token, mark in zip(form.tokens, marks, strict=True))
        return "(" + " <-> ".join(row) + ")"


def _scores(found: Any) -> Scores:
    ids, scores, titled, fielded = (np.fromstring(each or "", sep=",", dtype=np.int64) for each in found)
    return Scores(ids, np.maximum(scores, 1) / SCALE, titled, fielded)
