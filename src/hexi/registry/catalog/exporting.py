"""The catalogue of an organisation as a workbook: one sheet of datasets, one of information items."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from django.db.models import F

from hexi.data.contracts.cataloguing import KINDS, METHODS
from hexi.data.contracts.elements import ELEMENTS
from hexi.data.contracts.model import Contract, Field
from hexi.data.engines.workbook_writing import Sheet, write_texts
from hexi.kernel.actors import Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import actions as accounts
from hexi.registry.catalog.models import Version
from hexi.registry.catalog.reading import contract_of
from hexi.registry.catalog.records import DATASETS, ITEMS, OPENNESS, SHARING, SHEETS, Described


def _zh(text: Text | None) -> str:
    return text.zh if text else ""


def _en(text: Text | None) -> str:
    return text.en if text else ""


def _heading(level: str) -> Callable[[Version, Contract], str]:
    def said(_: Version, contract: Contract) -> str:
        found = getattr(contract.category, level) if contract.category else None
        return f"{found.code} {_zh(found.title)}".strip() if found else ""

    return said


_DATASETS: Mapping[str, Callable[[Version, Contract], str]] = {
    "dataset": lambda row, said: row.dataset.name,
    "code": lambda row, said: row.dataset.code or "",
    "kind": lambda row, said: KINDS[said.category.kind][1].zh if said.category else "",
    "item": _heading("item"),
    "branch": _heading("branch"),
    "detail": _heading("detail"),
    "title": lambda row, said: said.title.zh,
    "title_en": lambda row, said: said.title.en,
    "summary": lambda row, said: said.summary.zh,
    "summary_en": lambda row, said: said.summary.en,
    "publisher": lambda row, said: said.publisher.name.zh,
    "publisher_code": lambda row, said: said.publisher.code or "",
    "format": lambda row, said: str(row.dataset.entry.get("format") or ""),
    "sharing": lambda row, said: SHARING[said.sharing.value].zh,
    "condition": lambda row, said: _zh(said.sharing_condition),
    "condition_en": lambda row, said: _en(said.sharing_condition),
    "basis": lambda row, said: _zh(said.sharing_basis),
    "basis_en": lambda row, said: _en(said.sharing_basis),
    "methods": lambda row, said: "、".join(METHODS[each].zh for each in said.sharing_methods),
    "openness": lambda row, said: OPENNESS[said.openness.value].zh,
    "opening": lambda row, said: _zh(said.opening_condition),
    "opening_en": lambda row, said: _en(said.opening_condition),
    "updates": lambda row, said: said.update_cycle or "",
    "certified": lambda row, said: row.certified_at.date().isoformat(),
    "version": lambda row, said: str(row.version),
    "related": lambda row, said: " ".join(said.related),
    "contact": lambda row, said: _zh(said.contact.name) if said.contact else "",
    "contact_en": lambda row, said: _en(said.contact.name) if said.contact else "",
    "phone": lambda row, said: (said.contact.phone or "") if said.contact else "",
    "email": lambda row, said: (said.contact.email or "") if said.contact else "",
}
_ITEMS: Mapping[str, Callable[[Field], str]] = {
    "title": lambda each: each.title.zh,
    "title_en": lambda each: each.title.en,
    "field": lambda each: each.name,
    "type": lambda each: each.type.value,
    "description": lambda each: each.description.zh,
    "description_en": lambda each: each.description.en,
    "class": lambda each: each.classification.value,
    "element": lambda each: ELEMENTS[each.element].title.zh if each.element else "",
    "standard": lambda each: (ELEMENTS[each.element].standard or "") if each.element else "",
    "source": lambda each: "是" if each.is_source else "",
}


def described(organisation: str, *, by: Actor) -> Iterator[Described]:
    """Yield the datasets of an organisation, by name, as the workbook says them. Raises `NotAuthorised`.

    One query, however many datasets there are.
    """
    accounts.require(by, "dataset.describe", organisation, organisation=organisation)
    rows = Version.objects.filter(
        dataset__publisher=organisation, dataset__is_withdrawn=False, version=F("dataset__newest")
    )
    newest = rows.select_related("dataset").order_by("dataset__name")
    for row in newest.iterator(chunk_size=500):
        said = contract_of(row.contract_text, row.dataset.name)
        yield Described(
            dataset=row.dataset.name,
            version=row.version,
            contract=said,
            cells=_dataset(row, said),
            items={each.name: _item(row, each) for each in said.fields},
        )


def _dataset(row: Version, said: Contract) -> dict[str, str]:
    """Return what the first sheet says of a contract, by column."""
    return {key: _DATASETS[key](row, said) for key in DATASETS}


def _item(row: Version, field: Field) -> dict[str, str]:
    head = {"code": row.dataset.code or "", "dataset": row.dataset.name}
    return head | field_cells(field)


def field_cells(field: Field) -> dict[str, str]:
    """Return what the second sheet says of a field itself, by column."""
    return {key: value(field) for key, value in _ITEMS.items()}


def export(organisation: str, target: Path, *, by: Actor) -> int:
    """Write the catalogue of an organisation into `target`; return the number of rows. Raises `NotAuthorised`.

    Two queries, however many datasets there are.
    """
    accounts.require(by, "dataset.describe", organisation, organisation=organisation)
    datasets = (list(each.cells.values()) for each in described(organisation, by=by))
    items = (list(cells.values()) for each in described(organisation, by=by) for cells in each.items.values())
    return write_texts(
        target,
        (
            Sheet(SHEETS[0], list(DATASETS.values()), datasets),
            Sheet(SHEETS[1], list(ITEMS.values()), items),
        ),
    )
