"""The arguments of a word of the vocabulary: checked against its parameters, completed by their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hexi.data.contracts.problems import Notebook, Place, nearest
from hexi.data.contracts.words import Check, Cleaner, Parameter

SCALARS = (str, int, float, Decimal)
MAX_VALUES = 10_000


def arguments_of(
    word: Cleaner | Check, given: Mapping[str, Any], place: Place, notes: Notebook
) -> Mapping[str, object]:
    """Return the arguments that were given, as the word takes them; note what does not fit.

    A default is the word's own business and not written here: a contract's hash covers its text alone.
    """
    found: dict[str, object] = {}
    for name, value in given.items():
        parameter = word.parameters.get(name)
        if parameter is None:
            _note_unknown(word, name, (*place, name), notes)
            continue
        reason = _misfit(value, parameter)
        if reason is None:
            found[name] = tuple(value) if isinstance(value, list) else value
        else:
            facts = {"name": name, "word": word.name, "wanted": reason, "value": str(value)[:60]}
            template = "“{name}” of “{word}” must be {wanted}; this is “{value}”."
            if parameter.choices:
                facts["choices"] = ", ".join(parameter.choices)
                template = "“{name}” of “{word}” must be {wanted}: {choices}; this is “{value}”."
            notes.add((*place, name), template, **facts)
    for name, parameter in word.parameters.items():
        if parameter.is_required and name not in given:
            notes.add(place, "“{word}” needs the argument “{name}”.", word=word.name, name=name)
    return found


def _note_unknown(word: Cleaner | Check, name: str, place: Place, notes: Notebook) -> None:
    if word.parameters:
        notes.add(
            place,
            "“{word}” takes no argument “{name}”; try: {near}.",
            word=word.name,
            name=name,
            near=nearest(name, word.parameters),
        )
    else:
        notes.add(place, "“{word}” takes no arguments; remove “{name}”.", word=word.name, name=name)


def _misfit(value: object, parameter: Parameter) -> str | None:
    """What the value should be, where it is not."""
    match parameter.kind:
        case "integer":
            fits, wanted = _is_whole(value) and int(str(value)) >= 0, "a whole number of at least 0"
        case "number":
            fits, wanted = isinstance(value, int | float | Decimal) and not isinstance(value, bool), "a number"
        case "percent":
            is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
            fits, wanted = is_number and 0 <= float(str(value)) <= 100, "a number from 0 to 100"
        case "boolean":
            fits, wanted = isinstance(value, bool), "true or false"
        case "text":
            fits, wanted = isinstance(value, str) and value != "", "text; put it in quotes"
        case "choice":
            fits, wanted = value in parameter.choices, "one of the choices"
        case "texts":
            fits = isinstance(value, list) and all(isinstance(each, str) for each in value)
            wanted = "a list of texts in quotes"
            if parameter.choices:
                fits = fits and isinstance(value, list) and all(each in parameter.choices for each in value)
                wanted = "a list out of the choices"
        case "mapping":
            fits = isinstance(value, dict) and bool(value) and all(isinstance(each, str) for each in value.values())
            wanted = "a mapping from text to text"
        case "values":
            fits = (
                isinstance(value, list)
                and 0 < len(value) <= MAX_VALUES
                and all(isinstance(each, SCALARS) for each in value)
            )
            wanted = "a list of 1 to 10000 values"
        case _:
            fits, wanted = isinstance(value, SCALARS), "one value"
    return None if fits else wanted


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
