"""The catalogue of an organisation as a workbook: one sheet of datasets, one of information items."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db.models import F

from hexi.data.contracts.cataloguing import KINDS, METHODS
from hexi.data.contracts.elements import ELEMENTS
from hexi.data.contracts.model import Contract, Field
from hexi.data.engines.workbook_writing import Sheet, write_texts
from hexi.kernel.actors import Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import actions as accounts
from hexi.registry.catalog.finding import OPENNESS, SHARING
from hexi.registry.catalog.models import Version
from hexi.registry.catalog.reading import contract_of

Column = tuple[str, Text, Callable[[Version, Contract], str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A dataset as a row of the workbook says it, and its fields as the rows of the second sheet."""

    dataset: str
    version: int
    contract: Contract
    cells: Mapping[str, str]
    """By the keys of `DATASETS`."""
    items: Mapping[str, Mapping[str, str]]
    """Field → its cells by the keys of `ITEMS`, in the order of the contract."""


def _zh(text: Text | None) -> str:
    return text.zh if text else ""


def _en(text: Text | None) -> str:
    return text.en if text else ""


def _heading(level: str) -> Callable[[Version, Contract], str]:
    def said(_: Version, contract: Contract) -> str:
        found = getattr(contract.category, level) if contract.category else None
        return f"{found.code} {_zh(found.title)}".strip() if found else ""

    return said


_DATASETS: Sequence[Column] = (
    ("dataset", Text("数据集", "dataset"), lambda row, said: row.dataset.name),
    ("code", Text("目录代码", "resource code"), lambda row, said: row.dataset.code or ""),
    ("kind", Text("类", "kind"), lambda row, said: KINDS[said.category.kind][1].zh if said.category else ""),
    ("item", Text("项", "item"), _heading("item")),
    ("branch", Text("目", "branch"), _heading("branch")),
    ("detail", Text("细目", "detail"), _heading("detail")),
    ("title", Text("名称", "name"), lambda row, said: said.title.zh),
    ("title_en", Text("英文名称", "name in English"), lambda row, said: said.title.en),
    ("summary", Text("摘要", "summary"), lambda row, said: said.summary.zh),
    ("summary_en", Text("英文摘要", "summary in English"), lambda row, said: said.summary.en),
    ("publisher", Text("提供方", "provider"), lambda row, said: said.publisher.name.zh),
    ("publisher_code", Text("提供方代码", "code of the provider"), lambda row, said: said.publisher.code or ""),
    ("format", Text("格式", "format"), lambda row, said: str(row.dataset.entry.get("format") or "")),
    ("sharing", Text("共享类型", "sharing class"), lambda row, said: SHARING[said.sharing.value].zh),
    ("condition", Text("共享条件", "condition of sharing"), lambda row, said: _zh(said.sharing_condition)),
    (
        "condition_en",
        Text("英文共享条件", "condition of sharing in English"),
        lambda row, said: _en(said.sharing_condition),
    ),
    ("basis", Text("不予共享依据", "legal basis"), lambda row, said: _zh(said.sharing_basis)),
    ("basis_en", Text("英文不予共享依据", "legal basis in English"), lambda row, said: _en(said.sharing_basis)),
    (
        "methods",
        Text("共享方式", "ways of sharing"),
        lambda row, said: "、".join(METHODS[each].zh for each in said.sharing_methods),
    ),
    ("openness", Text("开放属性", "openness"), lambda row, said: OPENNESS[said.openness.value].zh),
    ("opening", Text("开放条件", "condition of opening"), lambda row, said: _zh(said.opening_condition)),
    (
        "opening_en",
        Text("英文开放条件", "condition of opening in English"),
        lambda row, said: _en(said.opening_condition),
    ),
    ("updates", Text("更新周期", "update cycle"), lambda row, said: said.update_cycle or ""),
    ("certified", Text("最近更新", "last certified"), lambda row, said: row.certified_at.date().isoformat()),
    ("version", Text("版本", "version"), lambda row, said: str(row.version)),
    ("related", Text("关联资源", "related datasets"), lambda row, said: " ".join(said.related)),
    ("contact", Text("联系人", "contact"), lambda row, said: _zh(said.contact.name) if said.contact else ""),
    (
        "contact_en",
        Text("英文联系人", "contact in English"),
        lambda row, said: _en(said.contact.name) if said.contact else "",
    ),
    ("phone", Text("电话", "telephone"), lambda row, said: (said.contact.phone or "") if said.contact else ""),
    ("email", Text("邮箱", "e-mail"), lambda row, said: (said.contact.email or "") if said.contact else ""),
)
_ITEMS: Sequence[tuple[str, Text, Callable[[Field], str]]] = (
    ("title", Text("信息项", "item"), lambda each: each.title.zh),
    ("title_en", Text("英文信息项", "item in English"), lambda each: each.title.en),
    ("field", Text("字段", "field"), lambda each: each.name),
    ("type", Text("数据类型", "type"), lambda each: each.type.value),
    ("description", Text("说明", "description"), lambda each: each.description.zh),
    ("description_en", Text("英文说明", "description in English"), lambda each: each.description.en),
    ("class", Text("分级", "class"), lambda each: each.classification.value),
    ("element", Text("数据元", "data element"), lambda each: ELEMENTS[each.element].title.zh if each.element else ""),
    (
        "standard",
        Text("标准", "standard"),
        lambda each: (ELEMENTS[each.element].standard or "") if each.element else "",
    ),
    ("source", Text("权威来源", "authoritative source"), lambda each: "是" if each.is_source else ""),
)
DATASETS: Mapping[str, Text] = {key: heading for key, heading, _ in _DATASETS}
"""Columns of the first sheet, in order: a key that stays → its heading."""
ITEMS: Mapping[str, Text] = {
    "code": DATASETS["code"],
    "dataset": DATASETS["dataset"],
    **{key: heading for key, heading, _ in _ITEMS},
}
"""Columns of the second sheet, in order."""
SHEETS = ("数据集 datasets", "信息项 items")


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
    return {key: value(row, said) for key, _, value in _DATASETS}


def _item(row: Version, field: Field) -> dict[str, str]:
    head = {"code": row.dataset.code or "", "dataset": row.dataset.name}
    return head | field_cells(field)


def field_cells(field: Field) -> dict[str, str]:
    """Return what the second sheet says of a field itself, by column."""
    return {key: value(field) for key, _, value in _ITEMS}


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
