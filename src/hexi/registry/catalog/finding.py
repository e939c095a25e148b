"""How a dataset is found: what search is told of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db import transaction

from hexi.data.contracts.elements import ELEMENTS
from hexi.data.contracts.model import Contract
from hexi.kernel.errors import HexiError
from hexi.kernel.names import Text
from hexi.registry.catalog.models import Dataset, Version
from hexi.registry.catalog.reading import contract_of
from hexi.registry.catalog.records import OPENNESS, SHARING
from hexi.registry.search import actions as search
from hexi.registry.search import queries as searched
from hexi.registry.search.records import Choice, Entry
from hexi.registry.search.words import WORDS_VERSION

KIND = "dataset"
FORMATS = {
    "csv": "CSV",
    "excel": "Excel",
    "json": "JSON",
    "geojson": "GeoJSON",
    "parquet": "Parquet",
    "dbf": "DBF",
    "xml": "XML",
}
COMPUTED = {"sql": Text("由其他数据集计算", "computed from datasets"), "synthetic": Text("模拟生成", "synthetic")}
READ_AT_ONCE = 500


def enter(dataset: Dataset, contract: Contract) -> None:
    """Let a dataset be found by its newest contract. In the caller's transaction; repeats safely."""
    search.put([entry_of(dataset, contract)])


def withdraw(names: Collection[str]) -> None:
    """Let datasets be found no more. In the caller's transaction; repeats safely."""
    search.remove(KIND, names)


def catch_up() -> None:
    """Enter every dataset anew where text is cut into words otherwise than when they were entered. Repeats safely."""
    if searched.words_version(KIND) == WORDS_VERSION:
        return
    with transaction.atomic():
        search.put(_entries())
        search.cut(KIND)


def entry_of(dataset: Dataset, contract: Contract) -> Entry:
    """Return what search is told of a dataset."""
    other = (
        *(contract.summary.zh, contract.summary.en, contract.publisher.name.zh, contract.publisher.name.en),
        *((contract.theme.zh, contract.theme.en) if contract.theme else ()),
        *contract.tags,
        *((dataset.code,) if dataset.code else ()),
        *_headings(contract),
        *(part for each in contract.fields if each.element for part in _both(ELEMENTS[each.element].title)),
        *(part for each in contract.fields for part in (each.description.zh, each.description.en)),
    )
    return Entry(
        kind=KIND,
        key=dataset.name,
        title=contract.title,
        fields=tuple((each.name, each.title.zh, each.title.en) for each in contract.fields),
        parts={"field": "\n".join(each.source for each in contract.fields), "other": "\n".join(other)},
        facets=_facets(dataset, contract),
        boosts={
            "certified": dataset.accepted / dataset.rows if dataset.rows else 0.0,
            "fresh": dataset.certified_at.timestamp(),
        },
        numbers={
            "rows": dataset.accepted,
            "quality": dataset.accepted / dataset.rows if dataset.rows else 0.0,
        },
    )


def _headings(contract: Contract) -> tuple[str, ...]:
    """The words of the classification."""
    levels = contract.category.headings if contract.category else ()
    return tuple(part for each in levels if each.title for part in _both(each.title))


def _both(text: Text) -> tuple[str, str]:
    return text.zh, text.en


def _facets(dataset: Dataset, contract: Contract) -> dict[str, tuple[Choice, ...]]:
    found: dict[str, tuple[Choice, ...]] = {
        "publisher": ((dataset.publisher, contract.publisher.name),),
        "sharing": ((contract.sharing.value, SHARING[contract.sharing.value]),),
        "openness": ((contract.openness.value, OPENNESS[contract.openness.value]),),
    }
    if contract.theme is not None:
        found["theme"] = ((contract.theme.zh, contract.theme),)
    if format := dataset.entry.get("format"):
        plain = FORMATS.get(format, format)
        found["format"] = ((format, COMPUTED.get(format) or Text(plain, plain)),)
    if contract.has_open_place:
        found["map"] = (("yes", Text("有地图", "with a map")),)
    return found


def _entries() -> Iterator[Entry]:
    """Every dataset of the catalogue. One whose contract is not read any more is found as before."""
    names = list(Dataset.objects.filter(is_withdrawn=False).order_by("name").values_list("name", flat=True))
    for start in range(0, len(names), READ_AT_ONCE):
        rows = Dataset.objects.in_bulk(names[start : start + READ_AT_ONCE], field_name="name")
        texts = Version.objects.filter(dataset__in=rows.values()).values_list("dataset_id", "version", "contract_text")
        newest = {(id_, version): text for id_, version, text in texts}
        for name, row in rows.items():
            try:
                yield entry_of(row, contract_of(newest[row.id, row.newest], name))
            except (HexiError, KeyError):
                continue
