"""Shapes: what the value of a `hexi.*` property may look like, said once for the reader and the reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from hexi.data.contracts.problems import Notebook, Place, nearest
from hexi.kernel.names import Text

Kind = Literal["titles", "text", "integer", "boolean", "choice", "field", "mapping", "list", "cleaners"]
NOTHING = Text("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What one value may be. `titles` is text in both languages, `field` the name of a field."""

    kind: Kind
    doc: Text = NOTHING
    is_required: bool = False
    choices: Mapping[str, Text] = field(default_factory=dict)
    """For `choice`: the words and what they mean."""
    keys: Mapping[str, Shape] = field(default_factory=dict)
    """For `mapping`."""
    item: Shape | None = None
    """For `list`."""
    least: int | None = None
    """For `integer`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One custom property: its shape, and a value in YAML that the reader accepts."""

    name: str
    shape: Shape
    example: str


def fits(value: object, shape: Shape, place: Place, notes: Notebook, *, fields: Sequence[str] = ()) -> bool:
    """Whether `value` has the shape; what is wrong is noted. Null is as if it were not written."""
    if value is None:
        if shape.is_required:
            notes.add(place, "“{key}” is empty and must be given.", key=_key(place))
        return not shape.is_required
    before = len(notes)
    _CHECKS[shape.kind](value, shape, place, notes, fields)
    return len(notes) == before


def choices(**words: tuple[str, str]) -> dict[str, Text]:
    """Words of a contract, each with its meaning in Chinese and English."""
    return {word: Text(*meaning) for word, meaning in words.items()}


def text(zh: str, en: str, *, is_required: bool = False) -> Shape:
    """The shape of a text that means this, in Chinese and English."""
    return Shape(kind="text", doc=Text(zh, en), is_required=is_required)


def titles(value: object) -> Text | None:
    """The text in both languages, of a value that fits `titles`; else None."""
    if isinstance(value, Mapping) and isinstance(value.get("zh"), str) and isinstance(value.get("en"), str):
        return Text(value["zh"].strip(), value["en"].strip())
    return None


def _key(place: Place) -> str:
    words = [step for step in place if isinstance(step, str) and step != "value"]
    return words[-1] if words else ""


def _titles(value: object, shape: Shape, place: Place, notes: Notebook, fields: Sequence[str]) -> None:
    if not isinstance(value, Mapping):
        notes.add(place, "Write it in both languages, as “zh: …” and “en: …”.")
        return
    for key in value:
        if key not in {"zh", "en", *shape.keys}:
            notes.add((*place, key), "“{key}” is no key here; valid: {near}.", key=key, near="zh, en")
    for language, name in (("zh", "Chinese"), ("en", "English")):
        said = value.get(language)
        if not isinstance(said, str):
            template = (
                "The {name} text “{language}” is missing."
                if said is None
                else "“{language}” must be text; put it in quotes."
            )
            notes.add((*place, language) if language in value else place, template, name=name, language=language)
        elif not said.strip():
            notes.add((*place, language), "The {name} text “{language}” is empty.", name=name, language=language)


def _text(value: object, shape: Shape, place: Place, notes: Notebook, fields: Sequence[str]) -> None:
    if not isinstance(value, str):
        notes.add(place, "“{value}” must be text; put it in quotes.", value=value)
    elif not value:
        notes.add(place, "“{key}” is empty and must be given.", key=_key(place))


def _integer(value: object, shape: Shape, place: Place, notes: Notebook, fields: Sequence[str]) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        notes.add(place, "“{value}” must be a whole number.", value=value)
    elif shape.least is not None and value < shape.least:
        notes.add(place, "{value} is too small; the least is {least}.", value=value, least=shape.least)


def _boolean(value: object, shape: Shape, place: Place, notes: Notebook, fields: Sequence[str]) -> None:
    if not isinstance(value, bool):
        notes.add(place, "“{value}” must be true or false.", value=value)


def _choice(value: object, shape: Shape, place: Place, notes: Notebook, fields: Sequence[str]) -> None:
    if not isinstance(value, str) or value not in shape.choices:
        notes.add(place, "“{value}” is not valid here; valid: {near}.", value=value, near=", ".join(shape.choices))


def _field(value: object, shape: Shape, place: Place, notes: Notebook, fields: Sequence[str]) -> None:
    if value not in fields:
        notes.add(place, "There is no field “{field}”; try: {near}.", field=value, near=nearest(str(value), fields))


def _mapping(value: object, shape: Shape, place: Place, notes: Notebook, fields: Sequence[str]) -> None:
    if not isinstance(value, Mapping):
        notes.add(place, "A mapping of {keys} belongs here.", keys=", ".join(shape.keys))
        return
    for key, each in value.items():
        known = shape.keys.get(key)
        if known is None:
            notes.add((*place, key), "“{key}” is no key here; valid: {near}.", key=key, near=nearest(key, shape.keys))
        else:
            fits(each, known, (*place, key), notes, fields=fields)
    for key, known in shape.keys.items():
        if known.is_required and key not in value:
            notes.add(place, "“{key}” is missing here.", key=key)


def _list(value: object, shape: Shape, place: Place, notes: Notebook, fields: Sequence[str]) -> None:
    if not isinstance(value, list):
        notes.add(place, "A list belongs here: [ … ].")
    elif shape.item is not None:
        for number, each in enumerate(value):
            fits(each, shape.item, (*place, number), notes, fields=fields)


def _cleaners(value: object, shape: Shape, place: Place, notes: Notebook, fields: Sequence[str]) -> None:
    """Read with the vocabulary: see `fields`."""


_CHECKS: Mapping[Kind, Any] = {
    "titles": _titles,
    "text": _text,
    "integer": _integer,
    "boolean": _boolean,
    "choice": _choice,
    "field": _field,
    "mapping": _mapping,
    "list": _list,
    "cleaners": _cleaners,
}
