"""Quarantined rows as people look at them: the source line, the reasons, the raw text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hexi.data.engines.duckdb_reading import columns_of, connection, quoted

LINE, REASONS = "_line", "_reasons"
"""Columns of a quarantine table besides the raw ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejects:
    """The quarantine of one version."""

    files: tuple[Path, ...]
    shown: frozenset[str]
    """Source columns whose raw text may be seen; of the others only that there was something."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The source's columns in source order."""
        return tuple(name for name in columns_of(self.files) if not name.startswith("_")) if self.files else ()

    def page(
        self, *, rule: str | None, limit: int, offset: int
    ) -> tuple[list[tuple[int, tuple[str, ...], tuple[str | None, ...]]], int]:
        """Return (line, rule ids, raw values in the order of `columns`) by line, and how many there are.

        A value that may not be seen is "•••" where there was one.
        """
        if not self.files:
            return [], 0
        values: list[object] = [[str(file) for file in self.files]]
        where = ""
        if rule is not None:
            where = f" where list_contains({quoted(REASONS)}, ?)"
            values.append(rule)
        shown = [
            quoted(name) if name in self.shown else f"case when {quoted(name)} is not null then '•••' end"
            for name in self.columns
        ]
        table = f"from read_parquet(?){where}"
        cursor = connection()
        total = cursor.execute(f"select count(*) {table}", values).fetchone()
        rows = cursor.execute(
            f"select {quoted(LINE)}, {quoted(REASONS)}{''.join(', ' + each for each in shown)} {table} "
            f"order by {quoted(LINE)} limit {int(limit)} offset {int(offset)}",
            values,
        ).fetchall()
        return [(int(row[0]), tuple(row[1]), tuple(row[2:])) for row in rows], int(total[0]) if total else 0
