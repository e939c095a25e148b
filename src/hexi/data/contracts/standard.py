"""Checks a document against the standard: the Open Data Contract Standard's own JSON schema and model."""

from __future__ import annotations

import functools
import importlib.resources
import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
from jsonschema.exceptions import ValidationError
from open_data_contract_standard.model import OpenDataContractStandard

from hexi.data.contracts.problems import Notebook, Place, nearest

_KINDS = {
    "string": "text; put it in quotes",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
}


def check_standard(document: dict[str, Any], notes: Notebook) -> None:
    """Note everything in which the document is no ODCS contract.

    A value of the wrong type is set to None in `document`, so that whoever reads on may rely on types.
    """
    before = len(notes)
    errors = list(_validator().iter_errors(document))
    of_another_type = {tuple(error.absolute_path) for error in errors if error.validator == "type"}
    for error in errors:
        # What is not even of the type is none of the words either.
        if error.validator != "enum" or tuple(error.absolute_path) not in of_another_type:
            _note(error, notes)
    for error in errors:
        if error.validator in {"type", "oneOf", "anyOf"}:
            _forget(document, tuple(error.absolute_path))
    if len(notes) == before:
        try:
            OpenDataContractStandard(**document)
        except ValueError as error:
            # The model is stricter than the schema in places; its words are all there is.
            notes.add((), "The standard's model refuses this: {reason}", reason=" ".join(str(error).split())[:300])


@functools.cache
def _schema() -> Any:
    return json.loads(
        importlib.resources.files("open_data_contract_standard").joinpath("schema.json").read_text("utf-8")
    )


@functools.cache
def _validator() -> Any:
    return jsonschema.Draft201909Validator(_schema())


def _note(error: ValidationError, notes: Notebook) -> None:
    place: Place = tuple(error.absolute_path)
    said: Any = error.instance
    wanted: Any = error.validator_value
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties":
            known = frozenset(_words(error.schema))
            for key in said:
                if key not in known:
                    notes.add(
                        (*place, key),
                        "“{key}” is no key of the standard here; try: {near}.",
                        key=key,
                        near=nearest(key, known),
                    )
        case "required":
            for key in wanted:
                if key not in said:
                    notes.add(place, "“{key}” is missing here.", key=key)
        case "enum" | "const":
            words = wanted if error.validator == "enum" else [wanted]
            notes.add(
                place,
                "“{value}” is not valid here; try: {near}.",
                value=said,
                near=nearest(str(said), words),
            )
        case "type":
            kind = wanted if isinstance(wanted, str) else wanted[0]
            notes.add(place, "“{value}” must be {wanted}.", value=_short(said), wanted=_KINDS.get(kind, kind))
        case "oneOf" | "anyOf" if operators := _operators(wanted):
            notes.add(place, "Exactly one of these is needed here: {operators}.", operators=operators)
        case "pattern":
            notes.add(
                place,
                "“{value}” does not have the form {pattern}.",
                value=_short(said),
                pattern=wanted,
            )
        case _:
            notes.add(place, "The standard refuses this: {reason}", reason=error.message[:200])


def _forget(document: Any, place: Place) -> None:
    *way, last = place or ("",)
    for step in way:
        document = document[step]
        if document is None:
            return
    if document is not None and place:
        document[last] = None


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:60] + "…"


def _operators(choices: Any) -> str:
    return ", ".join(word for choice in choices for word in choice.get("required", []))


def _words(schema: Any) -> Iterator[str]:
    """Every key that a schema knows, through its references and branches."""
    if not isinstance(schema, Mapping):
        return
    yield from schema.get("properties", {})
    if "$ref" in schema:
        target: Any = _schema()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        yield from _words(target)
    for branch in ("allOf", "anyOf", "oneOf"):
        for each in schema.get(branch, []):
            yield from _words(each)
    for branch in ("then", "else"):
        yield from _words(schema.get(branch))
