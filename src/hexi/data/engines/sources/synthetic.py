"""Made-up sources, for trying the node and for benchmarks: the same seed gives the same bytes.

The register of firms has the dirt of real ones, each kind at its share: wrong check characters in 2% of the
credit codes and 3% of the resident ids; dates in three notations, impossible ones among them; capital in seven
notations; full-width digits, brackets and spaces; swapped longitude and latitude; division codes outside the
list; 0.5% exact duplicates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from hexi.data.engines.sources.firms import COLUMNS, STATES, firms

CHUNK_ROWS = 250_000
PROVINCES = (
    *range(11, 16),
    *range(21, 24),
    *range(31, 38),
    *range(41, 47),
    *range(50, 55),
    *range(61, 66),
)
"""First two digits of GB/T 2260 on the mainland."""


def division_codes() -> tuple[str, ...]:
    """Return the 3,000 six-digit codes that count as known, in order; made up in the form of GB/T 2260."""
    codes = [
        f"{province:02d}{city:02d}{county:02d}"
        for city in range(1, 14)
        for county in range(2, 11)
        for province in PROVINCES
    ]
    return tuple(sorted(codes[:3000]))


def write_enterprises(path: Path, *, rows: int, seed: int) -> None:
    """Write `rows` firms as CSV in UTF-8, in pieces, so that memory stays small whatever the number."""
    random = np.random.default_rng(seed)
    known = np.array(division_codes())
    with path.open("wb") as out:
        for start in range(0, rows, CHUNK_ROWS):
            piece = firms(random, known, start=start, rows=min(CHUNK_ROWS, rows - start))
            piece.write_csv(out, include_header=start == 0)
        if not rows:
            out.write((",".join(COLUMNS) + "\n").encode())


GENERATORS: Mapping[str, Callable[..., None]] = {"enterprises": write_enterprises}
"""Every generator by its name in hexi.source."""

__all__ = ["COLUMNS", "GENERATORS", "STATES", "division_codes", "write_enterprises"]
