"""Reads the fields of a contract: their types, cleaners and meaning."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hexi.data.contracts.arguments import arguments_of
from hexi.data.contracts.cleaners import CLEANERS
from hexi.data.contracts.custom import custom_properties
from hexi.data.contracts.model import Classification, CleanerUse, Field, FieldType
from hexi.data.contracts.problems import Notebook, Place, nearest
from hexi.data.contracts.properties import FIELD_PROPERTIES
from hexi.data.contracts.shapes import titles
from hexi.data.contracts.values import WRITTEN, value_of
from hexi.kernel.names import Text

TYPES: Mapping[str, FieldType] = {
    "string": FieldType.STRING,
    "integer": FieldType.INTEGER,
    "number": FieldType.NUMBER,
    "boolean": FieldType.BOOLEAN,
    "date": FieldType.DATE,
    "timestamp": FieldType.TIMESTAMP,
    "object": FieldType.GEOMETRY,
}
"""The standard's logical types that a column may have; `object` is a geometry."""
DOUBLES = {"double", "double precision", "float", "float8", "real"}
MAX_DIGITS, MAX_SCALE, MAX_WHOLE_DIGITS = 38, 12, 26
NAME = re.compile(r"[^\W\d_]\w{0,99}")
_DECIMAL = re.compile(r"(?:decimal|numeric)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?", re.IGNORECASE)
_UNUSED = ("properties", "items", "transformLogic", "transformSourceObjects", "partitioned", "encryptedName")


def read_fields(properties: Sequence[Mapping[str, Any]], place: Place, notes: Notebook) -> tuple[Field, ...]:
    """Return the fields that could be read, in order."""
    found: list[Field] = []
    names: dict[str, str] = {}
    for number, each in enumerate(properties):
        here = (*place, number)
        name = each.get("name")
        if not isinstance(name, str):
            continue
        if not NAME.fullmatch(name):
            notes.add(
                (*here, "name"),
                "“{name}” cannot name a field: begin with a letter; then letters, digits and “_”, at most 100.",
                name=name,
            )
        elif name.casefold() in names:
            notes.add(
                (*here, "name"),
                "The field “{name}” stands there twice, before as “{other}”; capitals do not tell fields apart.",
                name=name,
                other=names[name.casefold()],
            )
        names.setdefault(name.casefold(), name)
        field = _field(name, each, here, notes)
        if field is not None:
            found.append(field)
    return tuple(found)


def _field(name: str, said: Mapping[str, Any], place: Place, notes: Notebook) -> Field | None:
    for key in _UNUSED:
        if said.get(key):
            notes.add((*place, key), "“{key}” is the standard's, but this node has no use for it; remove it.", key=key)
    own = custom_properties(said, FIELD_PROPERTIES, place, notes)
    kind, precision, scale = _type(name, said, place, notes)
    if kind is None:
        return None
    if said.get("primaryKeyPosition") is not None and said.get("primaryKey") is not True:
        notes.add((*place, "primaryKeyPosition"), "A position in the key needs “primaryKey: true” beside it.")
    title = titles(own.get("hexi.title"))
    description = titles(own.get("hexi.description"))
    written = str(said.get("description") or "").strip()
    return Field(
        name=name,
        title=title or Text(str(said.get("businessName") or name), name.replace("_", " ").capitalize()),
        description=description or Text(written, written),
        type=kind,
        source=str(own.get("hexi.source") or name),
        precision=precision,
        scale=scale,
        unit=own.get("hexi.unit"),
        required=is_required(said),
        cleaners=_cleaners(own.get("hexi.clean"), name, kind, place, notes),
        classification=_classification(said.get("classification"), place, notes),
        authority=titles(own.get("hexi.authority")),
        element=own.get("hexi.element"),
        is_source=_is_source(own, place, notes),
        examples=_examples(said.get("examples"), kind, place, notes),
    )


def _is_source(own: Mapping[str, Any], place: Place, notes: Notebook) -> bool:
    """Whether the field claims to be a source, of which an element must be said and no other office be named."""
    if not own.get("hexi.source_of"):
        return False
    here = (*place, "hexi.source_of")
    if own.get("hexi.element") is None:
        notes.add(here, "Say of which data element this is the source: “hexi.element” is missing beside it.")
    if own.get("hexi.authority") is not None:
        notes.add(here, "“hexi.authority” names another source of this field; keep one of the two.")
    return True


def is_required(said: Mapping[str, Any]) -> bool:
    """Whether a property must have a value: it says so, or is part of the key, or no row without may be."""
    return (
        said.get("required") is True
        or said.get("primaryKey") is True
        or any(
            isinstance(each, Mapping)
            and each.get("metric") in {"nullValues", "missingValues"}
            and each.get("mustBe") == 0
            and each.get("severity") != "warning"
            for each in said.get("quality") or ()
        )
    )


def _type(
    name: str, said: Mapping[str, Any], place: Place, notes: Notebook
) -> tuple[FieldType | None, int | None, int | None]:
    logical, physical = said.get("logicalType"), str(said.get("physicalType") or "").strip()
    if logical is None:
        if not notes.has((*place, "logicalType")):
            notes.add(place, "The field “{name}” has no logicalType; valid: {near}.", name=name, near=", ".join(TYPES))
        return None, None, None
    kind = TYPES.get(str(logical))
    if kind is None:
        notes.put(
            (*place, "logicalType"),
            "“{value}” is not valid here; try: {near}.",
            value=logical,
            near=nearest(str(logical), TYPES),
        )
    elif kind is FieldType.GEOMETRY and physical.lower() != "geometry":
        notes.add(place, "An object is a geometry here: write “physicalType: geometry” beside it.")
    elif kind is FieldType.NUMBER and physical and physical.lower() not in DOUBLES:
        return _decimal(physical, place, notes)
    return kind, None, None


def _decimal(physical: str, place: Place, notes: Notebook) -> tuple[FieldType, int | None, int | None]:
    here = (*place, "physicalType")
    found = _DECIMAL.fullmatch(physical)
    if found is None:
        notes.add(
            here,
            "“{value}” is no physicalType of a number; write decimal(18,2) for exact amounts, double for measurements.",
            value=physical,
        )
        return FieldType.NUMBER, None, None
    if found[1] is None or found[2] is None:
        notes.add(here, "“{value}” does not say its digits; write them, such as decimal(18,2).", value=physical)
        return FieldType.DECIMAL, 18, 2
    precision, scale = int(found[1]), int(found[2])
    if not (
        0 < precision <= MAX_DIGITS and scale <= min(MAX_SCALE, precision) and precision - scale <= MAX_WHOLE_DIGITS
    ):
        notes.add(
            here,
            "“{value}” is out of bounds: at most {whole} digits before the point and {scale} after it.",
            value=physical,
            whole=MAX_WHOLE_DIGITS,
            scale=MAX_SCALE,
        )
        return FieldType.DECIMAL, 18, 2
    return FieldType.DECIMAL, precision, scale


def _classification(said: object, place: Place, notes: Notebook) -> Classification:
    if said is None:
        return Classification.OPEN
    words = [each.value for each in Classification]
    if said not in words:
        notes.add(
            (*place, "classification"), "“{value}” is not valid here; valid: {near}.", value=said, near=", ".join(words)
        )
        return Classification.SENSITIVE
    return Classification(str(said))


def _examples(said: object, kind: FieldType, place: Place, notes: Notebook) -> tuple[str, ...]:
    found = []
    for number, each in enumerate(said if isinstance(said, list) else ()):
        try:
            value_of(each, kind)
        except (ValueError, OverflowError):
            notes.add(
                (*place, "examples", number),
                "The example “{value}” is not {wanted}.",
                value=each,
                wanted=WRITTEN[kind].en,
            )
        found.append(str(each).lower() if isinstance(each, bool) else str(each))
    return tuple(found)


def _cleaners(said: object, name: str, kind: FieldType, place: Place, notes: Notebook) -> tuple[CleanerUse, ...]:
    """Read the list `hexi.clean`: words, or mappings of one word to its arguments."""
    if said is None:
        return ()
    here: Place = (*place, "hexi.clean", "value")
    if not isinstance(said, list):
        notes.add(here, "hexi.clean is a list of cleaners, such as [trim, half_width].")
        return ()
    found: list[CleanerUse] = []
    for number, each in enumerate(said):
        here = (*place, "hexi.clean", "value", number)
        word, arguments = next(iter(each.items())) if isinstance(each, dict) and len(each) == 1 else (each, {})
        if not isinstance(word, str) or not isinstance(arguments, dict | None):
            notes.add(
                here, "“{value}” is no cleaner; write a word, or {{word: {{argument: value}}}}.", value=str(each)[:60]
            )
            continue
        cleaner = CLEANERS.get(word)
        if cleaner is None:
            notes.add(here, "There is no cleaner “{word}”; try: {near}.", word=word, near=nearest(word, CLEANERS))
            continue
        if found and (before := CLEANERS[found[-1].name]).gives is not None:
            notes.add(
                here,
                "“{word}” comes after “{before}”, which already makes a {type}; put it in front.",
                word=word,
                before=before.name,
                type=before.gives,
            )
        if cleaner.gives not in {None, kind}:
            notes.add(
                here,
                "“{word}” makes a {gives}, but the field “{field}” is a {type}; change one of them.",
                word=word,
                gives=cleaner.gives,
                field=name,
                type=kind,
            )
        found.append(CleanerUse(name=word, arguments=arguments_of(cleaner, arguments or {}, (*here, word), notes)))
    return tuple(found)
