"""The catalogue of an organisation as a workbook: one sheet of datasets, one of information items."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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

Column = tuple[Text, Callable[[Version, Contract], str]]


def _zh(text: Text | None) -> str:
    return text.zh if text else ""


def _methods(contract: Contract) -> str:
    return "、".join(METHODS[each].zh for each in contract.sharing_methods)


def _heading(level: str) -> Callable[[Version, Contract], str]:
    def said(_: Version, contract: Contract) -> str:
        found = getattr(contract.category, level) if contract.category else None
        return f"{found.code} {_zh(found.title)}".strip() if found else ""

    return said


_DATASETS: Sequence[Column] = (
    (Text("数据集", "dataset"), lambda row, said: row.dataset.name),
    (Text("目录代码", "resource code"), lambda row, said: row.dataset.code or ""),
    (Text("类", "kind"), lambda row, said: KINDS[said.category.kind][1].zh if said.category else ""),
    (Text("项", "item"), _heading("item")),
    (Text("目", "branch"), _heading("branch")),
    (Text("细目", "detail"), _heading("detail")),
    (Text("名称", "name"), lambda row, said: said.title.zh),
    (Text("英文名称", "name in English"), lambda row, said: said.title.en),
    (Text("摘要", "summary"), lambda row, said: said.summary.zh),
    (Text("提供方", "provider"), lambda row, said: said.publisher.name.zh),
    (Text("提供方代码", "code of the provider"), lambda row, said: said.publisher.code or ""),
    (Text("格式", "format"), lambda row, said: str(row.dataset.entry.get("format") or "")),
    (Text("共享类型", "sharing class"), lambda row, said: SHARING[said.sharing.value].zh),
    (Text("共享条件", "condition of sharing"), lambda row, said: _zh(said.sharing_condition)),
    (Text("不予共享依据", "legal basis"), lambda row, said: _zh(said.sharing_basis)),
    (
        Text("共享方式", "ways of sharing"),
        lambda row, said: "、".join(METHODS[each].zh for each in said.sharing_methods),
    ),
    (Text("开放属性", "openness"), lambda row, said: OPENNESS[said.openness.value].zh),
    (Text("开放条件", "condition of opening"), lambda row, said: _zh(said.opening_condition)),
    (Text("更新周期", "update cycle"), lambda row, said: said.update_cycle or ""),
    (Text("最近更新", "last certified"), lambda row, said: row.certified_at.date().isoformat()),
    (Text("关联资源", "related datasets"), lambda row, said: " ".join(said.related)),
    (Text("联系人", "contact"), lambda row, said: _zh(said.contact.name) if said.contact else ""),
    (Text("电话", "telephone"), lambda row, said: (said.contact.phone or "") if said.contact else ""),
    (Text("邮箱", "e-mail"), lambda row, said: (said.contact.email or "") if said.contact else ""),
)
_ITEMS: Sequence[tuple[Text, Callable[[Field], str]]] = (
    (Text("信息项", "item"), lambda each: each.title.zh),
    (Text("字段", "field"), lambda each: each.name),
    (Text("数据类型", "type"), lambda each: each.type.value),
    (Text("说明", "description"), lambda each: each.description.zh),
    (Text("分级", "class"), lambda each: each.classification.value),
    (Text("数据元", "data element"), lambda each: ELEMENTS[each.element].title.zh if each.element else ""),
    (Text("标准", "standard"), lambda each: (ELEMENTS[each.element].standard or "") if each.element else ""),
    (Text("权威来源", "authoritative source"), lambda each: "是" if each.is_source else ""),
)


def export(organisation: str, target: Path, *, by: Actor) -> int:
    """Write the catalogue of an organisation into `target`; return the number of rows. Raises `NotAuthorised`.

    Two queries, however many datasets there are.
    """
    accounts.require(by, "dataset.describe", organisation, organisation=organisation)
    rows = Version.objects.filter(
        dataset__publisher=organisation, dataset__is_withdrawn=False, version=F("dataset__newest")
    )
    newest = rows.select_related("dataset").order_by("dataset__name")

    def read() -> Iterator[tuple[Version, Contract]]:
        for row in newest.iterator(chunk_size=500):
            yield row, contract_of(row.contract_text, row.dataset.name)

    datasets = ([value(row, said) for _, value in _DATASETS] for row, said in read())
    items = (
        [row.dataset.code or "", row.dataset.name, *(value(each) for _, value in _ITEMS)]
        for row, said in read()
        for each in said.fields
    )
    head = (Text("目录代码", "resource code"), Text("数据集", "dataset"))
    return write_texts(
        target,
        (
            Sheet("数据集 datasets", [title for title, _ in _DATASETS], datasets),
            Sheet("信息项 items", [*head, *(title for title, _ in _ITEMS)], items),
        ),
    )
