"""Reads the `quality` entries of a contract: the standard's metrics, and `engine: hexi` for our own checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hexi.data.contracts import thresholds
from hexi.data.contracts.arguments import arguments_of
from hexi.data.contracts.checks import CHECKS, SET_CHECKS
from hexi.data.contracts.drafts import Draft, draft
from hexi.data.contracts.model import Field
from hexi.data.contracts.problems import Notebook, Place, nearest

NAMED_FIELD = {"freshness", "distribution_change"}
"""Checks of the whole set that look at one field, named `field` in the implementation."""
STANDARD_ONLY = {"metric", "query"}
"""Checks that are said in the standard's own words."""
TAKES = {
    "nullValues": frozenset[str](),
    "missingValues": frozenset({"missingValues"}),
    "invalidValues": frozenset({"validValues", "pattern"}),
    "duplicateValues": frozenset({"properties"}),
}
"""Metric → the arguments that it takes."""


def read_quality(
    entry: Mapping[str, Any],
    place: Place,
    notes: Notebook,
    *,
    field: Field | None,
    names: tuple[str, ...],
    dataset: str,
) -> Draft | None:
    """Return the rule that an entry states, or None: it is prose, or what is wrong was noted.

    `field` is None for the entries of the whole table; `names` are those of all fields. What no row may be is a
    rule of rows, which quarantines; any other bound is one of the whole set, which stops a version.
    """
    kind = entry.get("type", "library")
    if kind == "text":
        return None
    if kind == "sql":
        return thresholds.query(entry, place, notes, field=field, dataset=dataset)
    if kind == "library":
        return _metric(entry, place, notes, field, names)
    if kind == "custom" and entry.get("engine") is not None and entry["engine"] != "hexi":
        notes.add(
            (*place, "engine"),
            "The engine “{value}” is not known here; write engine: hexi and one of its checks.",
            value=entry["engine"],
        )
        return None
    return _custom(entry, place, notes, field, names) if kind == "custom" else None


def _metric(
    entry: Mapping[str, Any], place: Place, notes: Notebook, field: Field | None, names: tuple[str, ...]
) -> Draft | None:
    metric, arguments = entry.get("metric"), entry.get("arguments") or {}
    if metric == "rowCount":
        return _row_count(entry, place, notes, field)
    if metric not in TAKES or not isinstance(arguments, Mapping):
        return None
    for name in arguments:
        if name not in TAKES[metric]:
            notes.add(
                (*place, "arguments", name),
                "“{metric}” takes no argument “{name}” here; valid: {near}.",
                metric=metric,
                name=name,
                near=", ".join(sorted(TAKES[metric])) or "none",
            )
    no_row = entry.get("mustBe") == 0 and not isinstance(entry.get("mustBe"), bool)
    if metric != "duplicateValues" and field is None:
        notes.add(place, "“{metric}” is about a field: move the entry to the “quality” of that field.", metric=metric)
        return None
    if metric == "invalidValues" and ("validValues" in arguments) == ("pattern" in arguments):
        notes.add(place, "“invalidValues” needs either the argument validValues or the argument pattern.")
        return None
    if not no_row or entry.get("unit") not in {None, *thresholds.UNITS} or arguments.get("missingValues"):
        return thresholds.metric(entry, arguments, place, notes, field=field, names=names)
    if metric == "duplicateValues":
        return _unique(entry, arguments, place, notes, field, names)
    if field is None:
        return None
    if metric != "invalidValues":
        return draft("required", (field.name,), place, None, entry, notes)
    name, word = ("values", "allowed") if "validValues" in arguments else ("pattern", "pattern")
    given = {name: arguments.get("validValues", arguments.get("pattern"))}
    return _of_field(word, given, field, place, notes, entry)


def _row_count(entry: Mapping[str, Any], place: Place, notes: Notebook, field: Field | None) -> Draft | None:
    if field is not None:
        notes.add(place, "“rowCount” is about the whole table: move the entry to the table's “quality”.")
        return None
    least: object = None
    most: object = None
    for word, bound in entry.items():
        whole = isinstance(bound, int) and not isinstance(bound, bool)
        match word:
            case "mustBe" if whole:
                least = most = bound
            case "mustBeGreaterThan" if whole:
                least = bound + 1
            case "mustBeGreaterOrEqualTo" if whole:
                least = bound
            case "mustBeLessThan" if whole:
                most = bound - 1
            case "mustBeLessOrEqualTo" if whole:
                most = bound
            case "mustBeBetween" if isinstance(bound, list) and all(isinstance(each, int) for each in bound):
                least, most = bound
            case _ if word.startswith("must"):
                notes.add((*place, word), "“{word}: {value}” is no bound for a number of rows.", word=word, value=bound)
            case "arguments" if bound:
                notes.add((*place, word), "“rowCount” takes no arguments.")
    if entry.get("unit") not in {None, "rows"}:
        notes.add((*place, "unit"), "“rowCount” counts rows; for a share write check: accepted_share with min.")
    given = {name: bound for name, bound in (("min", least), ("max", most)) if bound is not None}
    return draft("row_count", (), place, given, entry, notes)


def _unique(
    entry: Mapping[str, Any],
    arguments: Mapping[str, Any],
    place: Place,
    notes: Notebook,
    field: Field | None,
    names: tuple[str, ...],
) -> Draft | None:
    listed = arguments.get("properties")
    if field is not None and listed is None:
        return draft("unique", (field.name,), place, None, entry, notes)
    if not isinstance(listed, list) or not listed:
        notes.add(place, "“duplicateValues” of the table needs the argument properties: [field, …].")
        return None
    for each in listed:
        if each not in names:
            notes.add(
                (*place, "arguments", "properties"),
                "There is no field “{field}”; try: {near}.",
                field=each,
                near=nearest(str(each), names),
            )
    if len(set(map(str, listed))) < len(listed):
        notes.add((*place, "arguments", "properties"), "A field stands there twice.")
    return draft("unique", tuple(dict.fromkeys(map(str, listed))), place, None, entry, notes)


def _custom(
    entry: Mapping[str, Any], place: Place, notes: Notebook, field: Field | None, names: tuple[str, ...]
) -> Draft | None:
    said = entry.get("implementation")
    here = (*place, "implementation")
    if not isinstance(said, Mapping) or not isinstance(said.get("check"), str):
        notes.add(
            here, "The implementation is a mapping with the name of a check: {example}.", example="{check: phone}"
        )
        return None
    word, given = said["check"], {name: value for name, value in said.items() if name != "check"}
    if word in STANDARD_ONLY:
        notes.add(
            (*here, "check"),
            "“{word}” is said in the standard's own words: type: library with a metric, or type: sql with a query.",
            word=word,
        )
        return None
    if word in SET_CHECKS:
        return _of_set(word, given, place, notes, field, names, entry)
    if word not in CHECKS:
        notes.add(
            (*here, "check"),
            "There is no check “{word}”; try: {near}.",
            word=word,
            near=nearest(word, [*CHECKS, *SET_CHECKS]),
        )
        return None
    if word == "unique":
        return _unique(entry, {"properties": given["fields"]} if "fields" in given else {}, place, notes, field, names)
    if word == "sql":
        return draft("sql", (), place, arguments_of(CHECKS[word], given, here, notes), entry, notes)
    if field is None:
        notes.add(here, "“{metric}” is about a field: move the entry to the “quality” of that field.", metric=word)
        return None
    return _of_field(word, given, field, place, notes, entry, here)


def _of_field(
    word: str,
    given: Mapping[str, Any],
    field: Field,
    place: Place,
    notes: Notebook,
    entry: Mapping[str, Any],
    here: Place | None = None,
) -> Draft | None:
    check = CHECKS[word]
    if field.type not in check.types:
        notes.add(
            place,
            "“{word}” does not apply to a {type}, which “{field}” is; it applies to: {types}.",
            word=word,
            type=field.type,
            field=field.name,
            types=", ".join(sorted(check.types)),
        )
        return None
    found = arguments_of(check, given, here or (*place, "arguments"), notes)
    return draft(word, (field.name,), place, found, entry, notes)


def _of_set(
    word: str,
    given: Mapping[str, Any],
    place: Place,
    notes: Notebook,
    field: Field | None,
    names: tuple[str, ...],
    entry: Mapping[str, Any],
) -> Draft | None:
    here = (*place, "implementation")
    fields: tuple[str, ...] = ()
    if word in NAMED_FIELD:
        given = dict(given)
        named = given.pop("field", field.name if field is not None else None)
        if named is not None and named not in names:
            notes.add(
                (*here, "field"),
                "There is no field “{field}”; try: {near}.",
                field=named,
                near=nearest(str(named), names),
            )
        fields = (str(named),) if named is not None else ()
    elif field is not None:
        notes.add(place, "“{word}” is about the whole table: move the entry to the table's “quality”.", word=word)
        return None
    return draft(word, fields, place, arguments_of(SET_CHECKS[word], given, here, notes), entry, notes)
