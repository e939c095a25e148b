"""What a reader wants of a table, in the page's address: columns, filters, search, order, page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from hexi.data.contracts.model import Contract

FILTER = "where."
ROWS_A_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """One view of a table. Two equal ones have the same address, so a link shares exactly what was seen."""

    columns: tuple[str, ...] = ()
    """Empty for all."""
    where: tuple[tuple[str, str], ...] = ()
    search: str = ""
    sort: str = ""
    """A column, with a leading minus for descending."""
    page: int = 1
    version: int | None = None

    @property
    def sort_column(self) -> str | None:
        """The column it is sorted by."""
        return self.sort.removeprefix("-") or None

    @property
    def is_descending(self) -> bool:
        """Whether the largest comes first."""
        return self.sort.startswith("-")

    @property
    def offset(self) -> int:
        """Rows before the first of this page."""
        return (self.page - 1) * ROWS_A_PAGE

    @property
    def address(self) -> str:
        """The query string, with its question mark; never empty, so that it replaces another one."""
        pairs: list[tuple[str, object]] = [(FILTER + name, value) for name, value in self.where]
        if self.search:
            pairs.append(("q", self.search))
        if self.columns:
            pairs.append(("columns", ",".join(self.columns)))
        if self.sort:
            pairs.append(("sort", self.sort))
        if self.version is not None:
            pairs.append(("version", self.version))
        if self.page > 1:
            pairs.append(("page", self.page))
        return "?" + urlencode(pairs, safe=",*")

    def sorted_by(self, column: str) -> TableState:
        """The same, sorted by a column; asked again, the other way round; a third time, as it came."""
        if self.sort == column:
            return replace(self, sort=f"-{column}", page=1)
        return replace(self, sort="" if self.sort == f"-{column}" else column, page=1)

    def without_filter(self, column: str) -> TableState:
        """The same with one filter less."""
        return replace(self, where=tuple(pair for pair in self.where if pair[0] != column), page=1)

    def on_page(self, page: int) -> TableState:
        """The same, on another page."""
        return replace(self, page=page)


def read(query: QueryDict, contract: Contract) -> TableState:
    """Return what an address asks for. Names are checked where the rows are read, not here.

    Besides its own form it understands that of the page's plain forms: `filter_column` with
    `filter_value`, and a `column` for each box that is ticked.
    """
    where = {name.removeprefix(FILTER): str(value) for name, value in query.items() if name.startswith(FILTER)}
    if query.get("filter_column"):
        where[str(query["filter_column"])] = query.get("filter_value", "")
    columns = tuple(query.getlist("column")) or tuple(filter(None, query.get("columns", "").split(",")))
    if len(columns) == len(contract.fields):
        columns = ()
    return TableState(
        columns=columns,
        where=tuple(where.items()),
        search=query.get("q", "").strip()[:200],
        sort=query.get("sort", ""),
        page=max(1, whole(query.get("page")) or 1),
        version=whole(query.get("version")),
    )


def is_plain_form(query: QueryDict) -> bool:
    """Whether the address came from a form and has a shorter form of its own."""
    return "filter_column" in query or "column" in query


def filtered(where: Mapping[str, str]) -> str:
    """Return the query string that shows the rows of some filters."""
    return TableState(where=tuple(where.items())).address


def page_numbers(page: int, total: int, *, size: int = ROWS_A_PAGE) -> tuple[int | None, int | None, int]:
    """Return the page before, the page after, and how many there are."""
    last = max(1, -(-total // size))
    return (page - 1 if page > 1 else None), (page + 1 if page < last else None), last


def whole(text: str | None) -> int | None:
    """Return a whole number from an address, or None."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def chosen(columns: Sequence[str], contract: Contract) -> tuple[str, ...] | None:
    """Return the columns to ask for, in the table's order; None for all."""
    known = [each.name for each in contract.fields]
    return tuple(sorted(columns, key=lambda name: known.index(name) if name in known else 999)) or None
