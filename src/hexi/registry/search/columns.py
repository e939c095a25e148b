"""What ordering and counting need of every entry, in memory as columns, so that neither asks the database.

A process reads all entries of a kind once, and from then on only what changed since: each change has a number.
A state is never changed, a later one is made from it; so a question that has begun keeps what it began with.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from hexi.kernel.names import Text
from hexi.registry.search.corrections import Lexicon
from hexi.registry.search.models import Entry, Revision, Term
from hexi.registry.search.words import folded

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
NOWHERE = -1
HALF_LIFE_S = 180 * 86_400.0
NUMBERS = ("certified", "fresh", "used", "rows", "quality")
COLUMNS = ("id", "key", "title_zh", "title_en", "facets", "is_visible", *NUMBERS)


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet of every entry: numbers of its choices. An entry with two choices stands in two layers."""

    choices: tuple[tuple[str, Text], ...] = ()
    layers: tuple[Ints, ...] = ()

    def number(self, value: str) -> int:
        """Return the number of a choice, `NOWHERE` for what no entry has."""
        return next((number for number, (each, _) in enumerate(self.choices) if each == value), NOWHERE)

    def counts(self, places: Ints) -> Ints:
        """Return how many of these entries have each choice."""
        total = np.zeros(len(self.choices) + 1, np.int64)
        for layer in self.layers:
            total += np.bincount(layer[places] + 1, minlength=len(total))
        return total[1:]

    def has(self, places: Ints, value: str) -> Bools:
        """Return which of these entries have a choice."""
        found, number = np.zeros(len(places), np.bool_), self.number(value)
        if number != NOWHERE:
            for layer in self.layers:
                found |= layer[places] == number
        return found


@dataclass(frozen=True)
class Columns:
    """Every entry of a kind at one moment; an entry's place in the columns never changes."""

    number: int = 0
    token: str = ""
    ids: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    keys: tuple[str, ...] = ()
    titles: tuple[tuple[str, str], ...] = ()
    is_visible: Bools = field(default_factory=lambda: np.zeros(0, np.bool_))
    numbers: Mapping[str, Floats] = field(default_factory=lambda: {name: np.zeros(0) for name in NUMBERS})
    facets: Mapping[str, Facet] = field(default_factory=dict)
    lexicon: Lexicon = field(default_factory=Lexicon)

    @cached_property
    def by_id(self) -> Ints:
        """The place of every id; `NOWHERE` for what is no entry of this kind."""
        found = np.full(int(self.ids.max(initial=0)) + 1, NOWHERE, np.int64)
        found[self.ids] = np.arange(len(self.ids))
        return found

    @cached_property
    def visible(self) -> Ints:
        """The places of all that may be found."""
        return np.flatnonzero(self.is_visible)

    @cached_property
    def boosts(self) -> Floats:
        """What a score is multiplied with: more for what is certified, was changed lately and is often used."""
        fresh = self.numbers["fresh"]
        age_s = np.maximum(fresh.max(initial=0.0) - fresh, 0.0)
        return np.asarray(
            1
            + 0.3 * np.clip(self.numbers["certified"], 0, 1)
            + 0.2 * np.exp2(-age_s / HALF_LIFE_S)
            + 0.05 * np.minimum(np.log2(1 + np.maximum(self.numbers["used"], 0)), 10)
        )

    @cached_property
    def exact(self) -> Mapping[str, tuple[int, ...]]:
        """The places of entries by folded title and key."""
        found: dict[str, tuple[int, ...]] = {}
        for place, (key, titles) in enumerate(zip(self.keys, self.titles, strict=True)):
            for said in {folded(each) for each in (key, *titles)}:
                found[said] = (*found.get(said, ()), place)
        return found

    @cached_property
    def by_key(self) -> Ints:
        """The rank of every place by key."""
        return _ranks(np.array(sorted(range(len(self.keys)), key=self.keys.__getitem__), dtype=np.int64))

    @cached_property
    def by_title(self) -> Mapping[str, Ints]:
        """The rank of every place by title, in Chinese and in English."""
        # In GB 18030 the common characters stand by their pronunciation, which Unicode's order does not know.
        said = [[title[place].lower().encode("gb18030", "replace") for title in self.titles] for place in range(2)]
        orders = (sorted(range(len(each)), key=each.__getitem__) for each in said)
        zh, en = (_ranks(np.array(order, dtype=np.int64)) for order in orders)
        return {"zh": zh, "en": en}

    def by_number(self, name: str, *, descending: bool) -> Ints:
        """Return the rank of every place by one of `NUMBERS`, then by key."""
        if (name, descending) not in self._ranked:
            values = -self.numbers[name] if descending else self.numbers[name]
            self._ranked[name, descending] = _ranks(np.lexsort((self.by_key, values)))
        return self._ranked[name, descending]

    @cached_property
    def _ranked(self) -> dict[tuple[str, bool], Ints]:
        return {}

    def places(self, ids: Ints) -> Ints:
        """Return the place of each id, `NOWHERE` where it is none of ours or may not be found."""
        found = self.by_id[np.minimum(ids, len(self.by_id) - 1)]
        found[ids >= len(self.by_id)] = NOWHERE
        if len(self.is_visible):
            found[(found != NOWHERE) & ~self.is_visible[found]] = NOWHERE
        else:
            found[:] = NOWHERE
        return found


_held: dict[str, Columns] = {}
_inside: dict[str, Columns] = {}
_locks: dict[str, threading.Lock] = {}


def current(kind: str) -> Columns:
    """Return the columns of a kind as they are now.

    Inside a transaction others may see other entries, or these never: what is read there is kept apart.
    """
    now = Revision.objects.filter(kind=kind).values_list("number", "token").first()
    if now is None:
        return Columns()
    number, token = now
    kept = _inside if connection.in_atomic_block else _held
    with _locks.setdefault(kind, threading.Lock()):
        for each in (_held.get(kind), kept.get(kind)):
            if each is not None and each.token == token:
                return each
        base = _held.get(kind) if kept is _held else None
        if base is None or base.number > number:
            base = Columns()
        kept[kind] = _followed(base, kind, number, token)
        return kept[kind]


def _followed(base: Columns, kind: str, number: int, token: str) -> Columns:
    # Read in another statement than the number, some may be newer than it; the next time they are read again.
    changed = Entry.objects.filter(kind=kind, revision__gt=base.number).order_by("id").values_list(*COLUMNS)
    said = Term.objects.filter(kind=kind, revision__gt=base.number).order_by("id").values_list("text", "sound")
    lexicon = base.lexicon.with_terms(list(said))
    return replace(_with(base, list(changed)), number=number, token=token, lexicon=lexicon)


def _with(base: Columns, rows: Sequence[tuple[Any, ...]]) -> Columns:
    if not rows:
        return base
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    known = np.full(len(ids), NOWHERE, np.int64)
    if len(base.ids):
        within = ids < len(base.by_id)
        known[within] = base.by_id[ids[within]]
    fresh = np.flatnonzero(known == NOWHERE)
    known[fresh] = len(base.ids) + np.arange(len(fresh))
    size = len(base.ids) + len(fresh)
    keys, titles = list(base.keys) + [""] * len(fresh), list(base.titles) + [("", "")] * len(fresh)
    for place, row in zip(known.tolist(), rows, strict=True):
        keys[place], titles[place] = row[1], (row[2], row[3])
    numbers = {
        name: _set(base.numbers[name], size, known, [row[6 + at] for row in rows]) for at, name in enumerate(NUMBERS)
    }
    return Columns(
        ids=_set(base.ids, size, known, ids),
        keys=tuple(keys),
        titles=tuple(titles),
        is_visible=_set(base.is_visible, size, known, [bool(row[5]) for row in rows]),
        numbers=numbers,
        facets=_facets(base.facets, size, known, [row[4] for row in rows]),
    )


def _facets(
    base: Mapping[str, Facet], size: int, places: Ints, said: Sequence[Mapping[str, Sequence[Sequence[str]]]]
) -> dict[str, Facet]:
    names = dict.fromkeys([*base, *(name for each in said for name in each)])
    return {
        name: _facet(base.get(name, Facet()), size, places, [each.get(name, ()) for each in said]) for name in names
    }


def _facet(base: Facet, size: int, places: Ints, said: Sequence[Sequence[Sequence[str]]]) -> Facet:
    numbers = {value: number for number, (value, _) in enumerate(base.choices)}
    titles = dict(base.choices)
    depth = max(len(base.layers), *(len(each) for each in said), 1)
    found = np.full((depth, len(said)), NOWHERE, np.int64)
    for at, choices in enumerate(said):
        for layer, (value, zh, en) in enumerate(choices):
            found[layer, at] = numbers.setdefault(value, len(numbers))
            titles[value] = Text(zh, en)
    empty = np.zeros(0, np.int64)
    layers = (
        _set(base.layers[layer] if layer < len(base.layers) else empty, size, places, found[layer], fill=NOWHERE)
        for layer in range(depth)
    )
    return Facet(tuple((value, titles[value]) for value in numbers), tuple(layers))


def _set(base: NDArray[Any], size: int, places: Ints, values: Iterable[Any], *, fill: int = 0) -> NDArray[Any]:
    made = np.full(size, fill, base.dtype)
    made[: len(base)] = base
    made[places] = np.asarray(values)
    return made


def _ranks(order: Ints) -> Ints:
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks
