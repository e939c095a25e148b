"""Which row of a list is which place. Pure: no table, no clock.

Two official lists give one place two codes, and one code to two places. So a place is known by what it lies
in and by its name; codes are evidence. Only within one scheme, and only for a place that no other scheme
knows, is the same code under the same parent taken for the same place under a new name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list with the place it lies in."""

    code: str
    name: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """A place as it stands, living or ended."""

    id: str
    name: str
    parent: str | None
    codes: Mapping[str, str]
    """Scheme → code: in force, or of an ended place the last one."""
    is_ended: bool


@dataclass(slots=True)
class Matched:
    """What is to be done so that the places agree with the list."""

    same: list[tuple[Row, Known]] = field(default_factory=list)
    """Rows whose place has this code in this scheme already."""
    joined: list[tuple[Row, Known]] = field(default_factory=list)
    """Rows whose place gets this code: it had none in the scheme, or another."""
    renamed: list[tuple[Row, Known]] = field(default_factory=list)
    fresh: list[Row] = field(default_factory=list)
    gone: list[Known] = field(default_factory=list)
    """Places with a code in the scheme that the list no longer holds."""


def match(rows: Sequence[Row], known: Sequence[Known], *, scheme: str) -> Matched:
    """Return which row is which place. Each place takes one row, each row one place; the order does not matter."""
    found = Matched()
    by_name: dict[tuple[str | None, str], list[Known]] = {}
    for each in known:
        # An ended place comes back only as itself: with the code it had in this scheme.
        if not each.is_ended or scheme in each.codes:
            by_name.setdefault((each.parent, each.name), []).append(each)
    claimed: set[str] = set()
    left: list[Row] = []
    # Rows with the code their place has come first: of two of one name, each keeps its own.
    for is_exact in (True, False):
        waiting, left = (list(rows), []) if is_exact else (left, [])
        for row in waiting:
            one = _candidate(by_name.get((row.parent, row.name), ()), row, scheme, claimed, is_exact=is_exact)
            if one is None:
                left.append(row)
                continue
            claimed.add(one.id)
            (found.same if is_exact and not one.is_ended else found.joined).append((row, one))
    by_code = {
        each.codes[scheme]: each
        for each in known
        if each.codes.keys() == {scheme} and each.id not in claimed and not each.is_ended
    }
    for row in left:
        one = by_code.get(row.code)
        if one is not None and one.parent == row.parent:
            claimed.add(one.id)
            found.renamed.append((row, one))
        else:
            found.fresh.append(row)
    found.gone = [each for each in known if scheme in each.codes and not each.is_ended and each.id not in claimed]
    return found


def _candidate(places: Sequence[Known], row: Row, scheme: str, claimed: set[str], *, is_exact: bool) -> Known | None:
    free = [each for each in places if each.id not in claimed]
    if is_exact:
        return next((each for each in free if each.codes.get(scheme) == row.code), None)
    living = [each for each in free if not each.is_ended]
    # One that lacks a code in this scheme before one that would change it.
    return next((each for each in living if scheme not in each.codes), next(iter(living), None))
