"""What places tell other rooms. A date is text as far as it is known: `2018`, `2018-10` or `2018-10-25`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hexi.kernel.names import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPlace:
    """A row of a list of places."""

    code: str
    name: str
    parent: str | None = None
    """Code of the place it lies in, in the same list of codes; without it the code says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedChange:
    """A row of a list of changes."""

    year: int
    kind: str
    level: int
    """1 province, 2 prefecture, 3 county, as such lists count."""
    old_code: str | None
    old_name: str | None
    old_parent: str | None
    new_code: str | None
    new_name: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The area of the place with a code."""

    code: str
    geometry: Mapping[str, object]
    """GeoJSON, longitude first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeRecord:
    """A scheme of codes."""

    name: str
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRecord:
    """A code of a place, from `since` on and before `until`."""

    scheme: str
    value: str
    since: str | None
    until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRecord:
    """A place."""

    id: str
    level: int
    """A key of `divisions.LEVELS`."""
    name: str
    pinyin: str
    initials: str
    parent: str | None
    address: str
    """How pages call it: its code where that is its own, otherwise its id."""
    since: str | None
    until: str | None
    codes: tuple[CodeRecord, ...] = ()
    """Every code, those in force first, each group by rank of the scheme."""

    def code_in(self, scheme: str) -> str | None:
        """Its code in force in that scheme."""
        return next((each.value for each in self.codes if each.scheme == scheme and each.until is None), None)

    @property
    def values(self) -> tuple[str, ...]:
        """Codes in force, each once, in the order of their schemes."""
        return tuple(dict.fromkeys(each.value for each in self.codes if each.until is None))

    @property
    def is_disputed(self) -> bool:
        """Whether the schemes give it different codes."""
        return len(self.values) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRecord:
    """A name that a place bore."""

    name: str
    since: str | None
    until: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecord:
    """Something that happened to a place."""

    on: str
    kind: str
    before: str
    after: str
    other: PlaceRecord | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HitRecord:
    """A place that a search found, and by which name."""

    place: PlaceRecord
    name: str
    """The name that was found; an old one where it differs from the place's."""
    path: tuple[str, ...]
    """Names of the places it lies in, from the province down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRecord:
    """A grid of a village, by its 15-digit code."""

    code: str
    division: str
    number: str
    village: PlaceRecord | None
    """The place with the division's code, where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRecord:
    """What was read last from a dataset that places are made of."""

    dataset: str
    kind: str
    scheme: str
    level: int
    version: int
    mark: str
    counts: Mapping[str, int]
    """Of a list: rows, same_code, other_code (matched to a place that another scheme had), only_here, ended."""
    loaded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Which version of which dataset rows come from."""

    dataset: str
    version: int
    mark: str
    """Hash of everything the answer depends on; the same again is not read again."""
