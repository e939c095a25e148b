"""What a changed cell of the workbook makes of the forms of a contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from hexi.data.contracts.cataloguing import KINDS, METHODS
from hexi.data.contracts.elements import ELEMENTS
from hexi.data.contracts.properties import UPDATE_CYCLES
from hexi.data.drafting.cataloguing import CatalogueForm, LevelForm
from hexi.data.drafting.editing import AboutForm, FieldForm
from hexi.kernel.names import Text
from hexi.registry.catalog.records import OPENNESS, SHARING
from hexi.registry.drafts.errors import CellWrong

Form = TypeVar("Form", AboutForm, CatalogueForm, FieldForm)
BETWEEN = re.compile(r"[、，,；;\s]+")
CLASSES: Mapping[str, Text] = {
    "open": Text("公开", "open"),
    "internal": Text("内部", "internal"),
    "personal": Text("个人信息", "personal"),
    "sensitive": Text("敏感个人信息", "sensitive"),
}
YES, NO = {"是", "yes", "true", "1"}, {"", "否", "no", "false", "0"}


def about_with(form: AboutForm, column: str, said: str) -> AboutForm:
    """Return what is said of the dataset with one cell changed. Raises `CellWrong`."""
    return _ABOUT[column](form, said)


def field_with(form: FieldForm, column: str, said: str) -> FieldForm:
    """Return what is said of the field with one cell changed. Raises `CellWrong`."""
    return _FIELD[column](form, said)


def _titled(_: type[Form], name: str, *, is_needed: bool = False) -> dict[str, Callable[[Form, str], Form]]:
    """Setters of both languages of a text; English that only repeated the Chinese goes on doing so."""

    def zh(form: Form, said: str) -> Form:
        if is_needed and not said:
            raise CellWrong("This must not be empty.")
        before: Text = getattr(form, name)
        en = before.en if said and before.en != before.zh else ""
        changed: dict[str, Any] = {name: Text(said, en)}
        return replace(form, **changed)

    def en(form: Form, said: str) -> Form:
        before: Text = getattr(form, name)
        changed: dict[str, Any] = {name: Text(before.zh, said)}
        return replace(form, **changed)

    return {name: zh, f"{name}_en": en}


def _choice(said: str, choices: Mapping[str, Text]) -> str:
    found = _keys(choices).get(said.casefold())
    if found is None:
        raise CellWrong(
            "“{value}” is none of the values that can stand here: {valid}.",
            value=said,
            valid="、".join(each.zh for each in choices.values()),
        )
    return found


def _keys(choices: Mapping[str, Text]) -> dict[str, str]:
    """Every way to say a choice → its key."""
    said = {word.casefold(): key for key, each in choices.items() for word in (each.en, each.zh)}
    return said | {key.casefold(): key for key in choices}


def _level(name: str) -> Callable[[CatalogueForm, str], CatalogueForm]:
    def change(form: CatalogueForm, said: str) -> CatalogueForm:
        before: LevelForm = getattr(form, name)
        code, _, title = said.partition(" ")
        kept = before.title if title.strip() == before.title.zh else Text(title.strip(), "")
        changed: dict[str, Any] = {name: LevelForm(code=code, title=kept)}
        return replace(form, **changed)

    return change


def _kind(form: CatalogueForm, said: str) -> CatalogueForm:
    return replace(form, kind=_choice(said, {key: title for key, (_, title) in KINDS.items()}) if said else "")


def _methods(form: CatalogueForm, said: str) -> CatalogueForm:
    # Names may hold blanks in English, so the blank parts them only where nothing else does.
    words = [each.strip() for each in re.split(r"[、，,；;\n]+", said) if each.strip()]
    chosen = {_choice(each, METHODS) for each in words}
    return replace(form, methods=tuple(each for each in METHODS if each in chosen))


def _catalogued(change: Callable[[CatalogueForm, str], CatalogueForm]) -> Callable[[AboutForm, str], AboutForm]:
    return lambda form, said: replace(form, catalogue=change(form.catalogue, said))


_CATALOGUE: Mapping[str, Callable[[CatalogueForm, str], CatalogueForm]] = {
    "kind": _kind,
    "item": _level("item"),
    "branch": _level("branch"),
    "detail": _level("detail"),
    "methods": _methods,
    "related": lambda form, said: replace(form, related=tuple(dict.fromkeys(BETWEEN.split(said))) if said else ()),
    "phone": lambda form, said: replace(form, phone=said),
    "email": lambda form, said: replace(form, email=said),
    **_titled(CatalogueForm, "contact"),
    **{
        key.replace("opening_condition", "opening"): change
        for key, change in _titled(CatalogueForm, "opening_condition").items()
    },
}
_ABOUT: Mapping[str, Callable[[AboutForm, str], AboutForm]] = {
    **_titled(AboutForm, "title", is_needed=True),
    **_titled(AboutForm, "summary"),
    **_titled(AboutForm, "condition"),
    **_titled(AboutForm, "basis"),
    "sharing": lambda form, said: replace(form, sharing=_choice(said, SHARING)),
    "openness": lambda form, said: replace(form, openness=_choice(said, OPENNESS)),
    "updates": lambda form, said: replace(form, updates=_choice(said, UPDATE_CYCLES) if said else ""),
    **{key: _catalogued(change) for key, change in _CATALOGUE.items()},
}


def _element(form: FieldForm, said: str) -> FieldForm:
    return replace(form, element=_choice(said, {key: each.title for key, each in ELEMENTS.items()}) if said else "")


def _source(form: FieldForm, said: str) -> FieldForm:
    if said.casefold() not in YES | NO:
        raise CellWrong("“{value}” is none of the values that can stand here: {valid}.", value=said, valid="是、否")
    if said.casefold() in YES and not form.element:
        raise CellWrong("Only a field with a data element can be its authoritative source; say the element.")
    return replace(form, is_source=said.casefold() in YES)


_FIELD: Mapping[str, Callable[[FieldForm, str], FieldForm]] = {
    **_titled(FieldForm, "title", is_needed=True),
    **_titled(FieldForm, "description"),
    "class": lambda form, said: replace(form, classification=_choice(said, CLASSES)),
    "element": _element,
    "source": _source,
}
ABOUT_COLUMNS, FIELD_COLUMNS = tuple(_ABOUT), tuple(_FIELD)
"""Columns that may be filled in, in the order in which their changes are made."""
