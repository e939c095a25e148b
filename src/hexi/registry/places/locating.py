"""In which area a point lies: an index over outlines, built once and asked often."""

from __future__ import annotations

from collections.abc import Sequence

import shapely


class Areas:
    """Outlines of places, indexed by their boxes."""

    def __init__(self, outlines: Sequence[tuple[str, int, bytes]]) -> None:
        """Each outline is the place's id, its level, and WKB."""
        self._places = [(id, level) for id, level, _ in outlines]
        self._shapes = [shapely.from_wkb(wkb) for _, _, wkb in outlines]
        self._tree = shapely.STRtree(self._shapes)
        shapely.prepare(self._shapes)

    def at(self, longitude: float, latitude: float) -> str | None:
        """Return the place of the deepest level whose area holds the point; None outside of all."""
        found = self._tree.query(shapely.Point(longitude, latitude), predicate="intersects")
        hits = [self._places[int(each)] for each in found]
        return max(hits, key=lambda hit: hit[1])[0] if hits else None
