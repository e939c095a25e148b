"""The catalogue elements of a contract's text as a form shows and changes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hexi.data.drafting.trees import own, own_set
from hexi.kernel.names import Text

EMPTY = Text("", "")
LEVELS = ("item", "branch", "detail")


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelForm:
    """One level of the classification; empty texts where nothing is said."""

    code: str = ""
    title: Text = EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueForm:
    """What the form says of the dataset's place in the catalogue. Texts as typed; the empty text for nothing."""

    kind: str = ""
    """A key of `cataloguing.KINDS` of the contracts; empty where the dataset is not classified."""
    item: LevelForm = LevelForm()
    branch: LevelForm = LevelForm()
    detail: LevelForm = LevelForm()
    methods: tuple[str, ...] = ()
    opening_condition: Text = EMPTY
    contact: Text = EMPTY
    phone: str = ""
    email: str = ""
    related: tuple[str, ...] = ()


def form_of(said: Any) -> CatalogueForm:
    """Return what a contract's tree says."""
    category, contact = _mapping(own(said, "hexi.category")), _mapping(own(said, "hexi.contact"))
    levels = {level: _level(_mapping(category.get(level))) for level in LEVELS}
    return CatalogueForm(
        kind=str(category.get("kind") or ""),
        methods=_list(own(said, "hexi.sharing_methods")),
        opening_condition=_text(_mapping(own(said, "hexi.opening_condition"))),
        contact=_text(contact),
        phone=str(contact.get("phone") or ""),
        email=str(contact.get("email") or ""),
        related=_list(own(said, "hexi.related")),
        **levels,
    )


def change(said: Any, form: CatalogueForm) -> None:
    """Let a contract's tree say what the form says; what says the same stays as it was written."""
    before = form_of(said)
    if _category(form) != _category(before):
        own_set(said, "hexi.category", _category(form))
    if _contact(form) != _contact(before):
        own_set(said, "hexi.contact", _contact(form))
    own_set(said, "hexi.sharing_methods", list(form.methods) or None)
    own_set(said, "hexi.opening_condition", _both(form.opening_condition))
    own_set(said, "hexi.related", list(form.related) or None)


def _category(form: CatalogueForm) -> dict[str, Any] | None:
    levels = {level: _level_said(getattr(form, level)) for level in LEVELS}
    found = {key: value for key, value in ({"kind": form.kind} | levels).items() if value}
    return found or None


def _level_said(level: LevelForm) -> dict[str, str]:
    said = {"code": level.code.strip(), **(_both(level.title) or {})}
    return {key: value for key, value in said.items() if value}


def _contact(form: CatalogueForm) -> dict[str, str] | None:
    said = {**(_both(form.contact) or {}), "phone": form.phone.strip(), "email": form.email.strip()}
    return {key: value for key, value in said.items() if value} or None


def _level(said: Mapping[str, Any]) -> LevelForm:
    return LevelForm(code=str(said.get("code") or ""), title=_text(said))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def _text(said: Mapping[str, Any]) -> Text:
    return Text(str(said.get("zh") or ""), str(said.get("en") or ""))


def _both(text: Text) -> dict[str, str] | None:
    """Return a text as YAML has it; a language that was left out says what the other says."""
    zh, en = text.zh.strip(), text.en.strip()
    return {"zh": zh or en, "en": en or zh} if zh or en else None
