"""Reads what the publishing pages send; says nothing about what may be published."""

from __future__ import annotations

from collections.abc import Container

from django.http import QueryDict
from django.utils.translation import gettext

from hexi.data.contracts.cataloguing import KINDS, METHODS
from hexi.data.contracts.elements import ELEMENTS
from hexi.data.drafting.cataloguing import CatalogueForm, LevelForm
from hexi.data.drafting.editing import AboutForm, FieldForm
from hexi.data.drafting.meanings import MEANINGS
from hexi.kernel.names import Text

CLASSES = ("open", "internal", "personal", "sensitive")


def field_form(said: QueryDict, before: FieldForm) -> FieldForm:
    """Return the field as the form has it; what the form did not send stays as it was."""
    classification, meaning = said.get("classification"), said.get("meaning")
    return FieldForm(
        name=_line(said, "name", before.name) or before.name,
        source=before.source,
        title=Text(_line(said, "title_zh", before.title.zh), _line(said, "title_en", before.title.en)),
        description=Text(
            _line(said, "description_zh", before.description.zh), _line(said, "description_en", before.description.en)
        ),
        meaning=meaning if meaning and meaning in MEANINGS else before.meaning,
        is_key="is_key" in said,
        is_required="is_required" in said,
        is_unique="is_unique" in said,
        classification=classification if classification and classification in CLASSES else before.classification,
        minimum=_line(said, "minimum", before.minimum),
        maximum=_line(said, "maximum", before.maximum),
        min_length=_line(said, "min_length", before.min_length),
        max_length=_line(said, "max_length", before.max_length),
        pattern=_line(said, "pattern", before.pattern),
        valid=_lines(said.get("valid")) if "valid" in said else before.valid,
        element=_one(said, "element", before.element, ELEMENTS),
        is_source="is_source" in said,
    )


def about_form(said: QueryDict, before: AboutForm) -> AboutForm:
    """Return what is said of the dataset as the form has it."""

    def both(name: str, standing: Text) -> Text:
        return Text(_line(said, f"{name}_zh", standing.zh), _line(said, f"{name}_en", standing.en))

    return AboutForm(
        name=_line(said, "name", before.name),
        version=_line(said, "version", before.version),
        title=both("title", before.title),
        summary=both("summary", before.summary),
        publisher=before.publisher,
        theme=both("theme", before.theme),
        sharing=_line(said, "sharing", before.sharing),
        condition=both("condition", before.condition),
        basis=both("basis", before.basis),
        openness=_line(said, "openness", before.openness),
        licence=_line(said, "licence", before.licence),
        updates=_line(said, "updates", before.updates),
        catalogue=_catalogue_form(said, before.catalogue),
    )


def _catalogue_form(said: QueryDict, before: CatalogueForm) -> CatalogueForm:
    def both(name: str, standing: Text) -> Text:
        return Text(_line(said, f"{name}_zh", standing.zh), _line(said, f"{name}_en", standing.en))

    def level(name: str, standing: LevelForm) -> LevelForm:
        return LevelForm(code=_line(said, f"{name}_code", standing.code), title=both(name, standing.title))

    return CatalogueForm(
        kind=_one(said, "kind", before.kind, KINDS),
        item=level("item", before.item),
        branch=level("branch", before.branch),
        detail=level("detail", before.detail),
        # A box that is not ticked is not sent: the form says by a field of its own that it has the boxes.
        methods=tuple(each for each in METHODS if each in said.getlist("methods"))
        if "has_methods" in said
        else before.methods,
        opening_condition=both("opening", before.opening_condition),
        contact=both("contact", before.contact),
        phone=_line(said, "phone", before.phone),
        email=_line(said, "email", before.email),
        related=tuple(_line(said, "related", "").replace(",", " ").split()) if "related" in said else before.related,
    )


def _one(said: QueryDict, name: str, before: str, valid: Container[str]) -> str:
    """Return a choice; the empty text for none, and what stood there where the form says something else."""
    value = said.get(name)
    return before if value is None or (value and value not in valid) else value


def _line(said: QueryDict, name: str, before: str) -> str:
    return " ".join((said.get(name) or "").split()) if name in said else before


def _lines(said: str | None) -> tuple[str, ...]:
    return tuple(line.strip() for line in (said or "").splitlines() if line.strip())


def levels(form: CatalogueForm) -> list[tuple[str, str, LevelForm]]:
    """Return the levels of the classification below the kind: name, heading, what is said."""
    return [
        ("item", gettext("Item, 2 digits"), form.item),
        ("branch", gettext("Branch, 3 digits"), form.branch),
        ("detail", gettext("Detail, if there is one"), form.detail),
    ]
