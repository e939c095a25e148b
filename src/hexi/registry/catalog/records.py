"""What the catalogue tells other rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hexi.data.contracts.model import Contract
from hexi.kernel.names import Text
from hexi.registry.search.records import FacetCount, FieldHit

SHARING: Mapping[str, Text] = {
    "unconditional": Text("无条件共享", "shared without conditions"),
    "conditional": Text("有条件共享", "shared under conditions"),
    "none": Text("不予共享", "not shared"),
}
OPENNESS: Mapping[str, Text] = {
    "open": Text("无条件开放", "open"),
    "on_application": Text("依申请开放", "open on application"),
    "closed": Text("不予开放", "not open"),
}
PERIODS_DAYS: Mapping[str, int] = {
    "realtime": 1,
    "daily": 2,
    "weekly": 8,
    "monthly": 35,
    "quarterly": 100,
    "yearly": 380,
}
"""Update cycle → days after which the promise counts as broken: the cycle and a little grace, the node's own choice."""
DATASETS: Mapping[str, Text] = {
    "dataset": Text("数据集", "dataset"),
    "code": Text("目录代码", "resource code"),
    "kind": Text("类", "kind"),
    "item": Text("项", "item"),
    "branch": Text("目", "branch"),
    "detail": Text("细目", "detail"),
    "title": Text("名称", "name"),
    "title_en": Text("英文名称", "name in English"),
    "summary": Text("摘要", "summary"),
    "summary_en": Text("英文摘要", "summary in English"),
    "publisher": Text("提供方", "provider"),
    "publisher_code": Text("提供方代码", "code of the provider"),
    "format": Text("格式", "format"),
    "sharing": Text("共享类型", "sharing class"),
    "condition": Text("共享条件", "condition of sharing"),
    "condition_en": Text("英文共享条件", "condition of sharing in English"),
    "basis": Text("不予共享依据", "legal basis"),
    "basis_en": Text("英文不予共享依据", "legal basis in English"),
    "methods": Text("共享方式", "ways of sharing"),
    "openness": Text("开放属性", "openness"),
    "opening": Text("开放条件", "condition of opening"),
    "opening_en": Text("英文开放条件", "condition of opening in English"),
    "updates": Text("更新周期", "update cycle"),
    "certified": Text("最近更新", "last certified"),
    "version": Text("版本", "version"),
    "related": Text("关联资源", "related datasets"),
    "contact": Text("联系人", "contact"),
    "contact_en": Text("英文联系人", "contact in English"),
    "phone": Text("电话", "telephone"),
    "email": Text("邮箱", "e-mail"),
}
"""Columns of the first sheet of the catalogue's workbook, in order: a key that stays → its heading."""
ITEMS: Mapping[str, Text] = {
    "code": DATASETS["code"],
    "dataset": DATASETS["dataset"],
    "title": Text("信息项", "item"),
    "title_en": Text("英文信息项", "item in English"),
    "field": Text("字段", "field"),
    "type": Text("数据类型", "type"),
    "description": Text("说明", "description"),
    "description_en": Text("英文说明", "description in English"),
    "class": Text("分级", "class"),
    "element": Text("数据元", "data element"),
    "standard": Text("标准", "standard"),
    "source": Text("权威来源", "authoritative source"),
}
"""Columns of the second sheet, in order."""
SHEETS = ("数据集 datasets", "信息项 items")
TAKEN = (
    "“{field}” claims to be the source of “{element}”, which is already “{other}” of the dataset {dataset} "
    "(“{publisher}”). Take the claim out, or agree with them who the source is."
)
"""Said of a `TakenSource`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSummary:
    """One line of the catalogue."""

    id: str
    name: str
    code: str | None
    """Resource code; None while the dataset is not classified."""
    title: Text
    summary: Text
    publisher: Text
    publisher_id: str
    theme: Text | None
    sharing: str
    openness: str
    licence: str | None
    is_synthetic: bool
    has_geometry: bool
    version: int
    rows: int
    accepted: int
    quarantined: int
    certified_at: datetime
    certificate_sha256: str

    @property
    def quality(self) -> float:
        """Share of source rows that were accepted, 0 to 1; 1 for an empty source."""
        return self.accepted / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """A rule of the contract with what a run counted."""

    id: str
    check: str
    fields: tuple[str, ...]
    severity: str
    dimension: str
    sentence: Text
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRecord:
    """One published version."""

    version: int
    quarantine_version: int
    certified_at: datetime
    rows: int
    accepted: int
    quarantined: int
    run_key: str
    contract: Contract
    """As it was at this version."""
    contract_version: str
    contract_sha256: str
    certificate_sha256: str
    rules: tuple[RuleResult, ...]
    rewritten: dict[str, int]
    """Field that is cleaned → values that the source has written differently."""
    seconds: dict[str, float]
    sources: tuple[dict[str, object], ...]
    inputs: tuple[dict[str, object], ...]
    """Datasets this version was computed or checked with: dataset, version, certificate."""
    restores: str | None
    """SHA-256 of the certificate of the earlier version whose rows it holds again; None for a run's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRecord:
    """Everything about one dataset except its rows."""

    summary: DatasetSummary
    contract: Contract
    versions: tuple[VersionRecord, ...]
    """Newest first; never empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An answer to a search: one page of datasets in order, and counts over all of them."""

    datasets: tuple[DatasetSummary, ...]
    total: int
    facets: Mapping[str, tuple[FacetCount, ...]]
    """By facet name: publisher, theme, sharing, openness, format, map; each counted under the filters of the others."""
    fields: Mapping[str, tuple[FieldHit, ...]]
    """Dataset name → the fields that hold words of the question."""
    correction: str | None
    """What was probably meant, where nothing was found."""
    synonyms: tuple[tuple[str, tuple[str, ...]], ...]
    """Words of the question that also stood for others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Several datasets or versions added up."""

    count: int
    rows: int
    """Of the sources."""
    accepted: int

    @property
    def quality(self) -> float:
        """Share of source rows that were accepted, 0 to 1; 1 where there are none."""
        return self.accepted / self.rows if self.rows else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFacts:
    """The state of the node in numbers."""

    datasets: int
    rows: int
    accepted: int
    events: int
    publishers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementUseRecord:
    """A field that holds a standard data element."""

    element: str
    dataset: str
    dataset_title: Text
    publisher_id: str
    field: str
    field_title: Text
    scope: tuple[str, ...]
    """Elements of the dataset's key."""
    is_source: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenSource:
    """A claim to be the source of an element, and who is it already."""

    field: Text
    element: Text
    holder: ElementUseRecord
    publisher: Text
    """Who publishes the holder's dataset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToMend:
    """A dataset with what its office has to mend."""

    dataset: str
    title: Text
    gaps: tuple[str, ...]
    """Catalogue elements that are missing: theme, updates, licence, methods, category, contact, code."""
    undocumented: tuple[str, ...]
    """Names of fields without a description."""
    late_since: datetime | None
    """Until when the newest version kept the promise of its update cycle; None while it does."""
    quality: float | None
    """Share of accepted rows, where it is too low."""

    @property
    def count(self) -> int:
        """How many things there are."""
        return len(self.gaps) + bool(self.undocumented) + bool(self.late_since) + (self.quality is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """How fresh a dataset is and promises to be."""

    name: str
    title: Text
    version: int
    certified_at: datetime
    update_cycle: str
    """A key of the contract's update cycles; empty where it promises none."""

    @property
    def kept_until(self) -> datetime | None:
        """Last moment at which this version keeps the promise; None where it promises no update."""
        days = PERIODS_DAYS.get(self.update_cycle)
        return None if days is None else self.certified_at + timedelta(days=days)

    def is_late(self, *, now: datetime) -> bool:
        """Whether a newer version was promised by `now`."""
        return self.kept_until is not None and self.kept_until < now


class Freshness(StrEnum):
    """What became of a dataset's promise to be updated."""

    KEPT = "kept"
    LATE = "late"
    NONE = "none"
    """It promises no update."""


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
