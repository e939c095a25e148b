"""Reading a table's rows, each time against a permit.

Only `exchange/door` imports this module; a permit is checked at every call, not when it was written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from hexi.data.engines import duckdb_reading as engine
from hexi.data.engines import exports, rejects
from hexi.data.engines.duckdb_reading import Bar, ColumnFacts, Question
from hexi.data.engines.exports import Layout
from hexi.data.lake.errors import FileMissing
from hexi.data.lake.tables import Lake
from hexi.kernel.errors import Invalid, Missing
from hexi.kernel.permits import Permit


class NoSuchColumn(Invalid):
    """A column that the table does not have, or not for this reader."""

    code = "reading.no-such-column"


class NoSuchVersion(Missing):
    """A version that was never committed or is no longer kept."""

    code = "reading.no-such-version"


@dataclass(frozen=True, slots=True)
class Reader:
    """One version of one table, as far as a permit lets it be seen."""

    permit: Permit
    files: tuple[Path, ...]
    version: int

    def page(
        self,
        *,
        columns: tuple[str, ...],
        where: Mapping[str, str],
        search: str | None,
        sort: str | None,
        descending: bool,
        limit: int,
        offset: int,
        now: datetime,
    ) -> tuple[list[tuple[object, ...]], int]:
        """Rows × `columns`, and how many rows match in all. Raises `NoSuchColumn`."""
        question = self._question(now, columns, where, search, sort, descending=descending)
        with _whole(self.permit):
            return engine.page(question, limit=limit, offset=offset)

    def values(
        self, columns: tuple[str, ...], *, where: Mapping[str, str], limit: int, now: datetime
    ) -> list[tuple[object, ...]]:
        """Rows × `columns` as stored, WKB included."""
        with _whole(self.permit):
            return engine.values_of(self._question(now, columns, where), limit=limit)

    def counts(self, field: str, *, where: Mapping[str, str], limit: int, now: datetime) -> list[Bar]:
        """The most frequent values of `field` with their rows."""
        with _whole(self.permit):
            return engine.counts(self._question(now, (field,), where), field, limit=limit)

    def sums(self, field: str, *, by: str, where: Mapping[str, str], limit: int, now: datetime) -> list[Bar]:
        """Sums of `field` by the values of `by`, largest first."""
        with _whole(self.permit):
            return engine.sums(self._question(now, (field, by), where), field, by=by, limit=limit)

    def histogram(self, field: str, *, bins: int, where: Mapping[str, str], now: datetime) -> list[Bar]:
        """Rows of a number or a date by intervals."""
        with _whole(self.permit):
            return engine.histogram(self._question(now, (field,), where), field, bins=bins)

    def column_facts(self, *, now: datetime) -> list[ColumnFacts]:
        """What each visible column holds."""
        with _whole(self.permit):
            return engine.column_facts(self._question(now, self.permit.columns, {}))

    def check(self, digests: Mapping[str, str]) -> None:
        """Raise `FileMissing` unless the files are, byte for byte, those with these SHA-256 by name.

        Few damages show when a file is read: what is handed out with a proof is compared first.
        """
        for path in self.files:
            try:
                with path.open("rb") as file:
                    found = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise _damaged(self.permit) from error
            if found != digests.get(path.name):
                raise _damaged(self.permit)

    def export(self, target: Path, *, format: str, layout: Layout, now: datetime) -> int:
        """Write the version to `target`; return its rows. Raises what the writer raises."""
        self._question(now, layout.columns, {})
        return exports.WRITERS[format](self.files, layout, target)

    def _question(
        self,
        now: datetime,
        columns: tuple[str, ...],
        where: Mapping[str, str],
        search: str | None = None,
        sort: str | None = None,
        *,
        descending: bool = False,
    ) -> Question:
        self.permit.check(now)
        for name in (*columns, *where, *([sort] if sort else [])):
            if name not in self.permit.columns:
                raise NoSuchColumn(
                    "There is no column “{column}” in {dataset}; its columns are {columns}.",
                    column=name,
                    dataset=self.permit.dataset,
                    columns=", ".join(self.permit.columns),
                )
        # Filters may use every column that may be seen, not only those shown.
        visible = tuple(dict.fromkeys((*columns, *where, *([sort] if sort else []))))
        return Question(
            files=self.files,
            columns=columns,
            known=visible,
            where=where,
            search=search,
            sort=sort,
            descending=descending,
        )


def open_table(
    permit: Permit, lake: Lake, *, known: Collection[int], version: int | None = None, now: datetime
) -> Reader:
    """Return a reader of `version`, one of those `known` to the catalogue, by default the newest of them.

    A version that nobody entered yet is not shown: the permit was written for another contract's fields.
    An earlier one is shown with the columns it has. Raises `NoSuchVersion`, `PermitExpired`, `FileMissing`.
    """
    permit.check(now)
    table = lake.dataset(permit.dataset)
    found = _checked(table.version(), known, version, permit)
    files = table.files(found)
    with _whole(permit):
        there = engine.columns_of(files)
    columns = tuple(name for name in permit.columns if name in there)
    return Reader(permit=replace(permit, columns=columns), files=files, version=found)


def open_rejects(
    permit: Permit,
    lake: Lake,
    *,
    quarantine_version: int,
    shown: frozenset[str],
    now: datetime,
) -> rejects.Rejects:
    """Return the quarantined rows of a version; raw values only of the source columns `shown`."""
    permit.check(now)
    files = lake.dataset(permit.dataset).quarantine_files(quarantine_version)
    return rejects.Rejects(files=files, shown=shown)


def open_rewrites(
    permit: Permit, lake: Lake, *, certificate: str, now: datetime
) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return, for some columns of a version, texts before and after cleaning; only columns of the permit."""
    permit.check(now)
    found = lake.dataset(permit.dataset).rewrites(certificate)
    return {name: tuple((raw, clean) for raw, clean in found[name]) for name in permit.columns if name in found}


def _checked(in_lake: int | None, known: Collection[int], wanted: int | None, permit: Permit) -> int:
    there = [] if in_lake is None else [each for each in known if each <= in_lake]
    newest = max(there, default=None)
    found = newest if wanted is None else wanted
    if found is None or found not in there:
        raise NoSuchVersion(
            "{dataset} has no version {version}; the newest is {newest}.",
            dataset=permit.dataset,
            version="any" if wanted is None else wanted,
            newest="none yet" if newest is None else newest,
        )
    return found


@contextmanager
def _whole(permit: Permit) -> Iterator[None]:
    try:
        yield
    except engine.ERRORS as error:
        if not engine.is_damage(error):
            raise
        raise _damaged(permit) from error


def _damaged(permit: Permit) -> FileMissing:
    return FileMissing(
        "A file of {dataset} is missing from the lake or damaged. Nothing was handed out; publish it again.",
        dataset=permit.dataset,
    )
