"""The Merkle tree of RFC 6962 (section 2.1), pure: hashes in, hashes out.

A function that needs inner nodes takes `node`, which returns the hash of the perfect subtree at
(level, index): its leaves are `index << level` up to `(index + 1) << level`. Where those hashes are
kept is somebody else's business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

Node = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256().digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry. The prefix keeps an entry from passing for an inner node."""
    return hashlib.sha256(b"\0" + entry).digest()


def inner_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two subtrees."""
    return hashlib.sha256(b"\1" + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over 1, 2, 4, 8 … hashes of one level."""
    sha256 = hashlib.sha256
    while len(hashes) > 1:
        hashes = [sha256(b"\1" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def root(size: int, node: Node) -> bytes:
    """Return the root of the tree over the first `size` leaves."""
    return _range_root(0, size, node) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, node: Node) -> tuple[bytes, ...]:
    """Return PATH(index, D[size]) of RFC 6962, section 2.1.1: from the leaf upwards."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(middle, end, node))
            end = middle
        else:
            path.append(_range_root(start, middle, node))
            start = middle
    return tuple(reversed(path))


def consistency_path(old: int, new: int, node: Node) -> tuple[bytes, ...]:
    """Return PROOF(old, D[new]) of RFC 6962, section 2.1.2; empty for equal sizes and an empty old tree."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} is no beginning of one of {new}")
    if old in (0, new):
        return ()
    path: list[bytes] = []
    start, end = 0, new
    is_whole = True  # the old tree's root is known to the verifier as long as we only went left
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_root(middle, end, node))
            end = middle
        else:
            path.append(_range_root(start, middle, node))
            start = middle
            is_whole = False
    if not is_whole:
        path.append(_range_root(start, end, node))
    return tuple(reversed(path))


def is_included(leaf: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` proves that `leaf` stands at `index` below `root` (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    number, last, found = index, size - 1, leaf
    for each in path:
        if last == 0:
            return False
        if number & 1 or number == last:
            found = inner_hash(each, found)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            found = inner_hash(found, each)
        number, last = number >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old: int, new: int, *, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the old tree is the beginning of the new one (RFC 9162, section 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    if old == new:
        return not path and old_root == new_root
    # A whole old tree is its own first node, and the proof leaves it out.
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        return False
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    first = second = steps[0]
    for each in steps[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            first, second = inner_hash(each, first), inner_hash(each, second)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            second = inner_hash(second, each)
        number, last = number >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


class Frontier:
    """The right edge of a growing tree: enough to know its root, at most one hash a level."""

    def __init__(self) -> None:
        self.size = 0
        self._perfect: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add the hash of one more leaf."""
        carried, left = leaf, self.size
        while left & 1:
            carried = inner_hash(self._perfect.pop(), carried)
            left >>= 1
        self._perfect.append(carried)
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return _fold(self._perfect) if self._perfect else EMPTY_ROOT


def _fold(perfect: Sequence[bytes]) -> bytes:
    found = perfect[-1]
    for each in reversed(perfect[:-1]):
        found = inner_hash(each, found)
    return found


def _range_root(start: int, end: int, node: Node) -> bytes:
    return _fold([node(level, index) for level, index in _perfect_subtrees(start, end)])


def _perfect_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The fewest perfect subtrees that cover the leaves; `start` is aligned to the largest."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _split(size: int) -> int:
    """The largest power of two below `size` (at least 2)."""
    return 1 << (size - 1).bit_length() - 1
