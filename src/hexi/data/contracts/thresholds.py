"""Reads promises with a bound: the standard's metrics beyond “no row at all”, and its queries.

They are about the accepted rows together, so they stop a version and quarantine nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hexi.data.contracts.drafts import Draft, draft
from hexi.data.contracts.model import Field
from hexi.data.contracts.patterns import check_pattern
from hexi.data.contracts.problems import Notebook, Place
from hexi.data.contracts.queries import parse_query
from hexi.kernel.errors import Invalid

OPERATORS = (
    "mustBe",
    "mustNotBe",
    "mustBeGreaterThan",
    "mustBeGreaterOrEqualTo",
    "mustBeLessThan",
    "mustBeLessOrEqualTo",
    "mustBeBetween",
    "mustNotBeBetween",
)
PAIRED = frozenset({"mustBeBetween", "mustNotBeBetween"})
UNITS = ("rows", "percent")
OBJECT = re.compile(r"\$?\{(?:object|model|table|schema)\}")
PROPERTY = re.compile(r"\$?\{(?:property|field|column)\}")


def holds(operator: str, bound: float | tuple[float, float], value: float) -> bool:
    """Whether a value is as a bound says."""
    low, high = bound if isinstance(bound, tuple) else (bound, bound)
    return {
        "mustBe": value == low,
        "mustNotBe": value != low,
        "mustBeGreaterThan": value > low,
        "mustBeGreaterOrEqualTo": value >= low,
        "mustBeLessThan": value < low,
        "mustBeLessOrEqualTo": value <= low,
        "mustBeBetween": low <= value <= high,
        "mustNotBeBetween": not low <= value <= high,
    }[operator]


def metric(
    entry: Mapping[str, Any],
    arguments: Mapping[str, Any],
    place: Place,
    notes: Notebook,
    *,
    field: Field | None,
    names: tuple[str, ...],
) -> Draft | None:
    """Return the rule of a metric with a bound, or None: what is wrong was noted."""
    word = str(entry["metric"])
    unit = entry.get("unit") or "rows"
    if unit not in UNITS:
        notes.add((*place, "unit"), "“{value}” is no unit; valid: {near}.", value=unit, near=", ".join(UNITS))
        return None
    bound = _bound(entry, place, notes)
    fields = (field.name,) if field is not None else tuple(map(str, arguments.get("properties") or ()))
    if bound is None or not all(each in names for each in fields):
        return None
    said: dict[str, object] = {"metric": word, "unit": unit, **bound}
    for key, value in (("values", arguments.get("validValues")), ("missing", arguments.get("missingValues"))):
        if isinstance(value, list):
            said[key] = tuple(None if each is None else str(each) for each in value)
    if "pattern" in arguments:
        try:
            said["pattern"] = check_pattern(str(arguments["pattern"]))
        except Invalid as error:
            notes.add_error((*place, "arguments", "pattern"), error)
            return None
    return draft("metric", fields, place, said, entry, notes)


def query(
    entry: Mapping[str, Any], place: Place, notes: Notebook, *, field: Field | None, dataset: str
) -> Draft | None:
    """Return the rule of a query whose one number is bounded, or None: what is wrong was noted."""
    text = str(entry.get("query") or "").strip().rstrip(";")
    if field is not None:
        text = PROPERTY.sub(lambda _: f'"{field.name}"', text)
    text = OBJECT.sub(lambda _: f'"{dataset}"', text)
    try:
        _, inputs = parse_query(text)
    except Invalid as error:
        notes.add_error((*place, "query"), error)
        return None
    if set(inputs) - {dataset}:
        notes.add(
            (*place, "query"),
            "A quality query reads the dataset itself, as {{object}}, and no other: not {others}.",
            others=", ".join(sorted(set(inputs) - {dataset})),
        )
        return None
    bound = _bound(entry, place, notes)
    if bound is None:
        return None
    return draft("query", (field.name,) if field is not None else (), place, {"query": text, **bound}, entry, notes)


def _bound(entry: Mapping[str, Any], place: Place, notes: Notebook) -> dict[str, object] | None:
    found = [each for each in OPERATORS if each in entry]
    if len(found) != 1:
        notes.add(place, "Say one bound, such as “mustBeLessThan: 5”; valid: {near}.", near=", ".join(OPERATORS))
        return None
    operator, bound = found[0], entry[found[0]]
    if operator in PAIRED:
        fits = isinstance(bound, list) and len(bound) == 2 and all(map(_is_number, bound)) and bound[0] <= bound[1]
    else:
        fits = _is_number(bound)
    if not fits:
        notes.add(
            (*place, operator),
            "“{word}: {value}” is no bound; write a number, or [least, most] for a range.",
            word=operator,
            value=bound,
        )
        return None
    return {"operator": operator, "bound": tuple(bound) if isinstance(bound, list) else bound}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
