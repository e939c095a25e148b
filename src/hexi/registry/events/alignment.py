"""Tells an altered row from an inserted or a missing one, by the hashes alone. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """How the rows as they stand lie beside the hashes as they were sealed. Positions, 0-based, in order."""

    same: tuple[tuple[int, int], ...]
    """Row, sealed place."""
    altered: tuple[tuple[int, int], ...]
    """Row, the sealed place it now stands in."""
    inserted: tuple[int, ...]
    """Rows."""
    missing: tuple[int, ...]
    """Sealed places."""


def align(rows: Sequence[bytes], sealed: Sequence[bytes]) -> Alignment:
    """Lay `rows` beside `sealed`, keeping as many in order as possible.

    What is left between two that agree is paired off as altered; a surplus of rows is inserted, a
    surplus of places is missing. Takes O(n log n).
    """
    place_of = {hash_: place for place, hash_ in enumerate(sealed)}
    anchors = _longest_rise([(row, place_of[each]) for row, each in enumerate(rows) if each in place_of])
    altered: list[tuple[int, int]] = []
    inserted: list[int] = []
    missing: list[int] = []
    last_row, last_place = -1, -1
    for row, place in [*anchors, (len(rows), len(sealed))]:
        loose_rows = range(last_row + 1, row)
        loose_places = range(last_place + 1, place)
        pairs = min(len(loose_rows), len(loose_places))
        altered += zip(loose_rows, loose_places, strict=False)
        inserted += loose_rows[pairs:]
        missing += loose_places[pairs:]
        last_row, last_place = row, place
    return Alignment(same=tuple(anchors), altered=tuple(altered), inserted=tuple(inserted), missing=tuple(missing))


def _longest_rise(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs whose second members rise (patience sorting)."""
    ends: list[int] = []
    """Second member that ends the best run of each length."""
    at: list[int] = []
    before: list[int | None] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(at[length - 1] if length else None)
        if length == len(ends):
            ends.append(place)
            at.append(number)
        else:
            ends[length] = place
            at[length] = number
    rise: list[tuple[int, int]] = []
    step = at[-1] if at else None
    while step is not None:
        rise.append(pairs[step])
        step = before[step]
    return rise[::-1]
