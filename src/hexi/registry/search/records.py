"""What search takes and tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hexi.kernel.names import Text

Choice = tuple[str, Text]
Field = tuple[str, str, str]
"""Name, Chinese title, English title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A thing that is found. `kind` and `key` say which."""

    kind: str
    key: str
    title: Text
    parts: Mapping[str, str] = field(default_factory=dict)
    """More text by what finding it there is worth: `title`, `field` or `other`. Title and fields are in it anyway."""
    fields: tuple[Field, ...] = ()
    facets: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    boosts: Mapping[str, float] = field(default_factory=dict)
    """`certified`: share of the rows, 0 to 1; `fresh`: when it last changed, seconds since 1970; `used`: how
    often, which counts when it is first put."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """What lists are sorted by: `rows`, `quality`."""
    is_visible: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a title, and whether it is what was looked for."""

    text: str
    is_hit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldHit:
    """A field that holds a word of the question."""

    name: str
    title: Text
    zh: tuple[Part, ...]
    en: tuple[Part, ...]
    """The titles in pieces; together they are the title. Where only the name was hit, no piece is marked."""

    def parts(self, language: str) -> tuple[Part, ...]:
        """The title in a language, in pieces."""
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A thing that was found."""

    key: str
    title: Text
    fields: tuple[FieldHit, ...]
    """Those that hold most of the question's words first; may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetCount:
    """One choice of a facet and the things behind it under all *other* filters."""

    value: str
    title: Text
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a question finds: one page of hits, and counts over all of them."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, tuple[FacetCount, ...]]
    """Most frequent choice first, at most `FACET_CHOICES` and what is chosen."""
    correction: str | None = None
    """What was probably meant, where nothing was found; it does find something."""
    synonyms: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Words of the question that also stood for others."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys in order."""
        return tuple(each.key for each in self.hits)
