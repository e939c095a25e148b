"""What a word of the vocabulary is: a name, a meaning fixed by examples, and its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hexi.data.contracts.model import FieldType
from hexi.kernel.names import Text

Kind = Literal["integer", "number", "percent", "text", "texts", "mapping", "boolean", "choice", "value", "values"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One argument that a word takes."""

    kind: Kind
    doc: Text
    default: object = None
    is_required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Raw text and what a cleaner makes of it; `gives` is None where no value can be read."""

    raw: str
    gives: str | None
    arguments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaner:
    """A word that turns text into better text, or, as the last one of a field, into a value."""

    name: str
    title: Text
    doc: Text
    gives: FieldType | None = None
    """Type of the value it reads; None for text to text, which may be followed by others."""
    examples: tuple[Example, ...]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckExample:
    """A value, written as text, and whether it passes."""

    value: str | None
    passes: bool
    arguments: Mapping[str, object] = field(default_factory=dict)
    type: FieldType = FieldType.STRING


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A word that says whether a value is as promised. Every check but `required` passes on NULL."""

    name: str
    title: Text
    doc: Text
    dimension: str
    types: frozenset[FieldType]
    """Types it applies to."""
    examples: tuple[CheckExample, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    is_set: bool = False
    """Whether it looks at the whole set, so that it is worked out before the scan."""
