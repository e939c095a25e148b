"""One source for each data element (一数一源): which datasets hold an element, and which claims to be its source.

A claim holds within the elements of the dataset's key: who is the source of the phone numbers of firms says
nothing of those of schools. Of two that claim the same, whoever was first is the source.
"""

from __future__ import annotations

from datetime import datetime

from hexi.data.contracts.elements import ELEMENTS
from hexi.data.contracts.model import Contract
from hexi.kernel.names import Text
from hexi.registry.catalog.errors import SourceTaken
from hexi.registry.catalog.models import Dataset, ElementUse
from hexi.registry.catalog.records import TAKEN, ElementUseRecord, TakenSource
from hexi.registry.parties import queries as parties


def scope_of(contract: Contract) -> str:
    """Return the elements that tell the rows apart, in one word; empty where the key is none."""
    found = [each.element for each in contract.fields if each.name in contract.key]
    return "+".join(sorted(each for each in found if each)) if all(found) else ""


def enter(dataset: Dataset, contract: Contract, *, now: datetime) -> None:
    """Let the catalogue know what a dataset's newest contract holds. In the caller's transaction; repeats safely."""
    scope = scope_of(contract)
    known = {
        (field, element, scope): since
        for field, element, scope, since in ElementUse.objects.filter(dataset=dataset, is_source=True).values_list(
            "field", "element", "scope", "since"
        )
    }
    ElementUse.objects.filter(dataset=dataset).delete()
    ElementUse.objects.bulk_create(
        ElementUse(
            dataset=dataset,
            field=each.name,
            title={"zh": each.title.zh, "en": each.title.en},
            element=each.element,
            scope=scope,
            is_source=each.is_source,
            # A claim that stands keeps its age: a new version does not put anybody behind others.
            since=known.get((each.name, each.element, scope), now),
        )
        for each in contract.fields
        if each.element
    )


def taken(contract: Contract) -> tuple[TakenSource, ...]:
    """Return the contract's claims that another dataset made before, in the order of its fields."""
    claims = {each.element: each for each in contract.fields if each.is_source and each.element}
    if not claims:
        return ()
    holders: dict[str, ElementUse] = {}
    rows = ElementUse.objects.filter(
        element__in=list(claims), scope=scope_of(contract), is_source=True, dataset__is_withdrawn=False
    )
    for row in rows.select_related("dataset").order_by("since", "id"):
        holders.setdefault(row.element, row)
    others = {name: row for name, row in holders.items() if row.dataset.name != contract.name}
    titles = parties.titles_of({row.dataset.publisher for row in others.values()})
    return tuple(
        TakenSource(
            field=field.title,
            element=ELEMENTS[name].title,
            holder=_record(others[name]),
            publisher=titles.get(others[name].dataset.publisher, Text("", "")),
        )
        for name, field in claims.items()
        if name in others
    )


def check(contract: Contract) -> None:
    """Raise `SourceTaken` where the contract claims what another dataset is the source of."""
    for each in taken(contract):
        raise SourceTaken(
            TAKEN,
            field=each.field.zh,
            element=each.element.zh,
            other=each.holder.field_title.zh,
            dataset=each.holder.dataset,
            publisher=each.publisher.zh,
        )


def uses(element: str, *, limit: int, offset: int = 0) -> tuple[tuple[ElementUseRecord, ...], int]:
    """Return one page of the fields that hold an element, sources first, then by dataset; and how many there are."""
    rows = ElementUse.objects.filter(element=element, dataset__is_withdrawn=False)
    page = rows.select_related("dataset").order_by("-is_source", "since", "dataset__name", "id")
    return tuple(_record(row) for row in page[offset : offset + limit]), rows.count()


def sources() -> tuple[ElementUseRecord, ...]:
    """Return the fields that claim to be a source, who was first coming first."""
    rows = ElementUse.objects.filter(is_source=True, dataset__is_withdrawn=False)
    return tuple(_record(row) for row in rows.select_related("dataset").order_by("since", "id"))


def _record(row: ElementUse) -> ElementUseRecord:
    title = row.dataset.entry["title"]
    return ElementUseRecord(
        element=row.element,
        dataset=row.dataset.name,
        dataset_title=Text(title["zh"], title["en"]),
        publisher_id=row.dataset.publisher,
        field=row.field,
        field_title=Text(row.title["zh"], row.title["en"]),
        scope=tuple(filter(None, row.scope.split("+"))),
        is_source=row.is_source,
    )
