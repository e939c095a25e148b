"""Reads `customProperties`: what begins with `hexi.` is checked, what belongs to others is left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hexi.data.contracts.problems import Notebook, Place, nearest
from hexi.data.contracts.shapes import Property, fits

PREFIX = "hexi."


def custom_properties(
    said: Mapping[str, Any],
    known: Mapping[str, Property],
    place: Place,
    notes: Notebook,
    *,
    fields: Sequence[str] = (),
) -> Mapping[str, Any]:
    """Return the values of our properties by name; those that do not fit are noted and left out."""
    found: dict[str, Any] = {}
    seen: set[str] = set()
    entries = said.get("customProperties")
    for number, each in enumerate(entries if isinstance(entries, list) else ()):
        here = (*place, "customProperties", number)
        if not isinstance(each, Mapping) or not isinstance(each.get("property"), str) or "value" not in each:
            continue
        name = each["property"]
        notes.locate((*place, name), here)
        if name not in known:
            if name.casefold().startswith("hexi"):
                notes.add(
                    (*here, "property"),
                    "There is no property “{name}” here; try: {near}.",
                    name=name,
                    near=nearest(name, known),
                )
            continue
        if name in seen:
            notes.add(here, "“{name}” stands here twice; keep one.", name=name)
        seen.add(name)
        if fits(each["value"], known[name].shape, (*here, "value"), notes, fields=fields) and each["value"] is not None:
            found[name] = each["value"]
    for name, one in known.items():
        if one.shape.is_required and name not in seen:
            notes.add(
                place,
                "The custom property “{name}” is missing; for example {{property: {name}, value: {example}}}.",
                name=name,
                example=one.example,
            )
    return found
