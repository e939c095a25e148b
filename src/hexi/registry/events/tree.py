"""The stored tree: its hashes in tiles of 256, so that sealing and proving touch few rows.

The layout of C2SP tlog-tiles (height 8). A tile of level n+1 holds the roots of the full tiles of level n.
"""

from __future__ import annotations

from collections.abc import Sequence

from hexi.registry.events import merkle
from hexi.registry.events.errors import LogChanged
from hexi.registry.events.models import Tile

HEIGHT = 8
WIDTH = 1 << HEIGHT
HASH_BYTES = 32


class StoredTree:
    """The tree over the first `size` entries. Loads a tile when it is first needed."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._tiles: dict[tuple[int, int], bytearray] = {}
        self._changed: set[tuple[int, int]] = set()

    def node(self, level: int, index: int) -> bytes:
        """The hash of a perfect subtree. Raises `LogChanged` if its tile is gone or cut."""
        tile_level, inner = divmod(level, HEIGHT)
        place, offset = divmod(index << inner, WIDTH)
        hashes = self.hashes(tile_level, place)[offset : offset + (1 << inner)]
        if len(hashes) < 1 << inner:
            raise LogChanged(
                "The stored tree lacks hashes at level {level}, tile {tile}. Run `hexi events verify`.",
                level=tile_level,
                tile=place,
            )
        return merkle.perfect_root(hashes)

    def root(self) -> bytes:
        """The root over all entries."""
        return merkle.root(self.size, self.node)

    def hashes(self, level: int, place: int) -> list[bytes]:
        """The hashes of one tile, 0 to 256."""
        tile = self._tile(level, place)
        return [bytes(tile[at : at + HASH_BYTES]) for at in range(0, len(tile), HASH_BYTES)]

    def append(self, leaves: Sequence[bytes]) -> None:
        """Add the hashes of new entries. Nothing is stored before `save`."""
        level, position, hashes = 0, self.size, list(leaves)
        self.size += len(leaves)
        while hashes:
            full: list[bytes] = []
            taken = 0
            while taken < len(hashes):
                place, offset = divmod(position + taken, WIDTH)
                tile = self._tile(level, place)
                if len(tile) != offset * HASH_BYTES:
                    raise LogChanged(
                        "Tile {tile} of level {level} of the stored tree holds {found} hashes where "
                        "{expected} were stored. Run `hexi events verify`.",
                        tile=place,
                        level=level,
                        found=len(tile) // HASH_BYTES,
                        expected=offset,
                    )
                tile += b"".join(hashes[taken : taken + WIDTH - offset])
                self._changed.add((level, place))
                taken += WIDTH - offset
                if len(tile) == WIDTH * HASH_BYTES:
                    full.append(merkle.perfect_root(self.hashes(level, place)))
            level, position, hashes = level + 1, position >> HEIGHT, full

    def save(self) -> None:
        """Store the tiles that grew, in the caller's transaction."""
        Tile.objects.bulk_create(
            [
                Tile(level=level, index=place, hashes=bytes(self._tiles[level, place]))
                for level, place in sorted(self._changed)
            ],
            update_conflicts=True,
            unique_fields=["level", "index"],
            update_fields=["hashes"],
            batch_size=100,
        )
        self._changed.clear()

    def _tile(self, level: int, place: int) -> bytearray:
        if (level, place) not in self._tiles:
            stored = Tile.objects.filter(level=level, index=place).values_list("hashes", flat=True).first()
            self._tiles[level, place] = bytearray(stored or b"")
        return self._tiles[level, place]
