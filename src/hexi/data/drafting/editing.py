"""Changes a contract's text where a form was changed; order, comments and whatever the form does not know stay.

Works on texts that are not contracts yet, since that is what one mends; `read_contract` says what is still wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hexi.data.drafting import cataloguing
from hexi.data.drafting.meanings import ANSWERS, MEANINGS, PLACEHOLDERS_GO, meaning_of
from hexi.data.drafting.trees import dump, load, own, own_set
from hexi.kernel.errors import Invalid, Missing
from hexi.kernel.names import Text

OPTIONS = {"minimum": "minimum", "maximum": "maximum", "min_length": "minLength", "max_length": "maxLength"}
"""Part of a form → its key in `logicalTypeOptions`."""


class FieldMissing(Missing):
    """The contract has no field of that name."""

    code = "drafting.field-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldForm:
    """What the form says of one field. Texts as typed; the empty text for nothing."""

    name: str
    source: str
    title: Text
    description: Text
    meaning: str
    """A name of `MEANINGS`; empty where the field says something that no meaning stands for."""
    is_key: bool
    is_required: bool
    is_unique: bool
    classification: str
    minimum: str = ""
    maximum: str = ""
    min_length: str = ""
    max_length: str = ""
    pattern: str = ""
    valid: tuple[str, ...] = ()
    clean: tuple[str, ...] = ()
    """Names of the cleaners; to be looked at, `meaning` decides."""
    checks: tuple[str, ...] = ()
    """Names of the vocabulary's checks."""
    expressions: tuple[str, ...] = ()
    """SQL rules; to be looked at, changed in the text."""
    element: str = ""
    """A standard data element; empty for none."""
    is_source: bool = False
    """Whether the dataset claims to be the source of the element."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutForm:
    """What the form says of the dataset."""

    name: str
    version: str
    title: Text
    summary: Text
    publisher: Text
    theme: Text
    sharing: str
    condition: Text
    basis: Text
    openness: str
    licence: str
    updates: str
    catalogue: cataloguing.CatalogueForm


DIVISION = "division_code"
"""Cleaned as any code is; what tells it apart is that the contract names it as the field of the place."""


@lru_cache(maxsize=8)
def fields(text: str) -> tuple[FieldForm, ...]:
    """Return the fields as a form shows them, in order. Raises `NotEditable`."""
    said = load(text)
    return tuple(_form(each, place=own(said, "hexi.place")) for each in _properties(said))


@lru_cache(maxsize=8)
def about(text: str) -> AboutForm:
    """Return what a form shows of the dataset itself. Raises `NotEditable`."""
    said = load(text)
    sharing = own(said, "hexi.sharing") or {}
    return AboutForm(
        name=str(said.get("name") or ""),
        version=str(said.get("version") or ""),
        title=_text(own(said, "hexi.title")),
        summary=_text(own(said, "hexi.summary")),
        publisher=_text(own(said, "hexi.publisher")),
        theme=_text(own(said, "hexi.theme")),
        sharing=str(sharing.get("class") or "unconditional"),
        condition=_text(sharing.get("condition")),
        basis=_text(sharing.get("basis")),
        openness=str(own(said, "hexi.openness") or "closed"),
        licence=str(own(said, "hexi.licence") or ""),
        updates=str(own(said, "hexi.updates") or ""),
        catalogue=cataloguing.form_of(said),
    )


def about_if_readable(text: str) -> AboutForm | None:
    """Return what `about` returns, or None while the text is no YAML of that form."""
    try:
        return about(text)
    except Invalid:
        return None


def edit_field(text: str, name: str, form: FieldForm) -> str:
    """Return the text with the field `name` as the form has it. Raises `NotEditable`, `FieldMissing`."""
    return edit(text, fields={name: form})


def edit(text: str, *, about: AboutForm | None = None, fields: Mapping[str, FieldForm]) -> str:
    """Return the text as the forms have it, fields by name. Raises `NotEditable`, `FieldMissing`."""
    said = load(text)
    if about is not None:
        _edit_about(said, about)
    for name, form in fields.items():
        _edit_field(said, name, form)
    return dump(said)


def _edit_field(said: Any, name: str, form: FieldForm) -> None:
    entry = _property(said, name)
    place = own(said, "hexi.place")
    before = _form(entry, place=place)
    entry["name"] = form.name.strip()
    own_set(entry, "hexi.source", form.source if form.source != entry["name"] else None)
    own_set(entry, "hexi.title", _both(form.title))
    entry["businessName"] = form.title.zh or form.name
    own_set(entry, "hexi.description", _both(form.description))
    if form.description.zh:
        entry["description"] = form.description.zh
    elif before.description.zh:
        entry.pop("description", None)
    for key, is_on in (("primaryKey", form.is_key), ("required", form.is_required), ("unique", form.is_unique)):
        _flag(entry, key, is_on=is_on)
    if form.classification == "open":
        entry.pop("classification", None)
    else:
        entry["classification"] = form.classification
    own_set(entry, "hexi.element", form.element or None)
    own_set(entry, "hexi.source_of", True if form.is_source and form.element else None)
    if form.meaning and form.meaning != before.meaning:
        # After the class, which a meaning may raise but not lower.
        _mean(entry, form.meaning)
        if form.meaning == DIVISION or place == name:
            own_set(said, "hexi.place", name if form.meaning == DIVISION else None)
    else:
        _limit(entry, before, form)
    if name != form.name.strip():
        _rename(said, name, form.name.strip())


def remove_field(text: str, name: str) -> str:
    """Return the text without a field: its column is not published. Raises `NotEditable`, `FieldMissing`."""
    said = load(text)
    _properties(said).remove(_property(said, name))
    for place in ("hexi.geometry", "hexi.place"):
        value = own(said, place)
        if value == name or (isinstance(value, Mapping) and name in value.values()):
            own_set(said, place, None)
    return dump(said)


def add_field(text: str, source: str) -> str:
    """Return the text with a column of the source as one more field, as text. Raises `NotEditable`."""
    said = load(text)
    standing = {str(each.get("name")) for each in _properties(said)}
    plain = "".join(letter if letter.isalnum() else "_" for letter in source).strip("_") or "field"
    name = plain if plain[0].isalpha() else f"f_{plain}"
    while name in standing:
        name += "_2"
    entry: dict[str, Any] = {"name": name, "businessName": source, "logicalType": "string"}
    entry["customProperties"] = []
    own_set(entry, "hexi.title", {"zh": source, "en": source})
    own_set(entry, "hexi.source", source)
    own_set(entry, "hexi.clean", ["trim"])
    _properties(said).append(entry)
    return dump(said)


def edit_about(text: str, form: AboutForm) -> str:
    """Return the text with what the form says of the dataset. Raises `NotEditable`."""
    return edit(text, about=form, fields={})


def _edit_about(said: Any, form: AboutForm) -> None:
    said["name"] = form.name.strip()
    said["version"] = form.version.strip()
    own_set(said, "hexi.title", _both(form.title))
    own_set(said, "hexi.summary", _both(form.summary))
    publisher = own(said, "hexi.publisher") or {}
    own_set(said, "hexi.publisher", {**publisher, **(_both(form.publisher) or {})} or None)
    own_set(said, "hexi.theme", _both(form.theme))
    sharing: dict[str, Any] = dict(own(said, "hexi.sharing") or {})
    sharing |= {"class": form.sharing, "condition": _both(form.condition), "basis": _both(form.basis)}
    own_set(said, "hexi.sharing", {key: value for key, value in sharing.items() if value})
    own_set(said, "hexi.openness", form.openness)
    own_set(said, "hexi.licence", form.licence.strip() or None)
    own_set(said, "hexi.updates", form.updates or None)
    cataloguing.change(said, form.catalogue)


def _properties(said: Any) -> list[Any]:
    found: list[Any] = said["schema"][0]["properties"]
    return found


def _property(said: Any, name: str) -> Any:
    for each in _properties(said):
        if isinstance(each, dict) and str(each.get("name")) == name:
            return each
    raise FieldMissing(
        "The contract has no field “{name}”; somebody may have renamed it. Load the page anew.", name=name
    )


def _form(entry: Any, *, place: object) -> FieldForm:
    options = entry.get("logicalTypeOptions") or {}
    quality = [each for each in entry.get("quality") or () if isinstance(each, dict)]
    checks = tuple(str((each.get("implementation") or {}).get("check")) for each in quality if _is_ours(each))
    clean = tuple(_word(each) for each in own(entry, "hexi.clean") or ())
    name, classification = str(entry.get("name") or ""), str(entry.get("classification") or "open")
    title = _text(own(entry, "hexi.title"))
    said = str(entry.get("businessName") or name)
    description = _text(own(entry, "hexi.description"))
    meaning = meaning_of(str(entry.get("logicalType")), clean, checks, classification)
    return FieldForm(
        name=name,
        source=str(own(entry, "hexi.source") or name),
        title=Text(title.zh or said, title.en or name.replace("_", " ").capitalize()),
        description=Text(description.zh or str(entry.get("description") or "").strip(), description.en),
        meaning=DIVISION if meaning == "code" and name == place else meaning or "",
        is_key=entry.get("primaryKey") is True,
        is_required=entry.get("required") is True,
        is_unique=entry.get("unique") is True,
        classification=classification,
        pattern=str(options.get("pattern") or _argument(quality, "pattern") or ""),
        valid=tuple(str(each) for each in _argument(quality, "validValues") or ()),
        clean=clean,
        checks=checks,
        expressions=tuple(
            str(each["implementation"].get("expression"))
            for each in quality
            if _is_ours(each) and each["implementation"].get("check") == "sql"
        ),
        element=str(own(entry, "hexi.element") or ""),
        is_source=own(entry, "hexi.source_of") is True,
        **{part: "" if options.get(key) is None else str(options[key]) for part, key in OPTIONS.items()},
    )


def _mean(entry: Any, name: str) -> None:
    """Make the field mean something else: its type, cleaners and checks change, the rest of its rules go."""
    meaning = MEANINGS[name]
    entry["logicalType"] = meaning.logical
    for key, value in (("physicalType", meaning.physical), ("logicalTypeOptions", meaning.options)):
        if value is None:
            entry.pop(key, None)
        else:
            entry[key] = dict(value) if isinstance(value, Mapping) else value
    entry.pop("examples", None)
    first = [each for each in own(entry, "hexi.clean") or () if _word(each) == PLACEHOLDERS_GO and name != ANSWERS]
    own_set(entry, "hexi.clean", [*first[:1], *meaning.clean] or None)
    checks = [{"type": "custom", "engine": "hexi", "implementation": {"check": each}} for each in meaning.checks]
    kept = [each for each in entry.get("quality") or () if _is_ours(each) and each["implementation"]["check"] == "sql"]
    entry["quality"] = kept + checks
    if not entry["quality"]:
        del entry["quality"]
    order = ("open", "internal", "personal", "sensitive")
    standing = str(entry.get("classification") or "open")
    if standing in order and order.index(standing) < order.index(meaning.classification):
        entry["classification"] = meaning.classification


def _limit(entry: Any, before: FieldForm, form: FieldForm) -> None:
    options = dict(entry.get("logicalTypeOptions") or {})
    for part, key in OPTIONS.items():
        said = str(getattr(form, part)).strip()
        if said == getattr(before, part):
            continue
        if said:
            options[key] = _number(said)
        else:
            options.pop(key, None)
    if form.pattern != before.pattern:
        options.pop("pattern", None)
        _argument_set(entry, "pattern", form.pattern or None)
    if options:
        entry["logicalTypeOptions"] = options
    else:
        entry.pop("logicalTypeOptions", None)
    if form.valid != before.valid:
        _argument_set(entry, "validValues", list(form.valid) or None)


def _number(said: str) -> int | float | str:
    """Return a limit as YAML writes it; a date, or what is no number, stays text, and the contract's reader says so."""
    for kind in (int, float):
        try:
            return kind(said)
        except ValueError:
            continue
    return said


def _argument(quality: list[Any], name: str) -> Any:
    for each in quality:
        if each.get("metric") == "invalidValues" and name in (each.get("arguments") or {}):
            return each["arguments"][name]
    return None


def _argument_set(entry: Any, name: str, value: object) -> None:
    quality = [
        each
        for each in entry.get("quality") or ()
        if not (each.get("metric") == "invalidValues" and name in (each.get("arguments") or {}))
    ]
    if value is not None:
        quality.append({"type": "library", "metric": "invalidValues", "arguments": {name: value}, "mustBe": 0})
    if quality:
        entry["quality"] = quality
    else:
        entry.pop("quality", None)


def _rename(said: Any, old: str, new: str) -> None:
    """Let what names the field in other places name it as it is called now; expressions are the author's."""
    for place in ("hexi.geometry", "hexi.place", "hexi.charts"):
        value = own(said, place)
        if value == old:
            own_set(said, place, new)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                for key in ("longitude", "latitude", "field", "x", "y", "series"):
                    if each.get(key) == old:
                        each[key] = new


def _flag(entry: Any, key: str, *, is_on: bool) -> None:
    if is_on:
        entry[key] = True
    else:
        entry.pop(key, None)
        if key == "primaryKey":
            entry.pop("primaryKeyPosition", None)


def _is_ours(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("implementation"), dict)


def _word(cleaner: Any) -> str:
    return str(next(iter(cleaner))) if isinstance(cleaner, dict) and cleaner else str(cleaner)


def _text(value: object) -> Text:
    if isinstance(value, Mapping):
        return Text(str(value.get("zh") or ""), str(value.get("en") or ""))
    return Text("", "")


def _both(text: Text) -> dict[str, str] | None:
    """Return a text as YAML has it; a language that was left out says what the other says."""
    zh, en = text.zh.strip(), text.en.strip()
    return {"zh": zh or en, "en": en or zh} if zh or en else None
