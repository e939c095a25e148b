"""Questions about the catalogue. Each takes a number of database queries that does not grow with the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When

from hexi.data.contracts.model import Contract
from hexi.data.contracts.reading import contract_from_text
from hexi.kernel.names import Text
from hexi.registry.catalog.errors import DatasetMissing
from hexi.registry.catalog.models import Dataset, Version
from hexi.registry.catalog.records import (
    DatasetRecord,
    DatasetSummary,
    Facet,
    Found,
    NodeFacts,
    RuleResult,
    VersionRecord,
)
from hexi.registry.catalog.registering import searchable
from hexi.registry.events import queries as events
from hexi.registry.parties import queries as parties

SHARING = {
    "unconditional": Text("无条件共享", "shared without conditions"),
    "conditional": Text("有条件共享", "shared under conditions"),
    "none": Text("不予共享", "not shared"),
}
OPENNESS = {
    "open": Text("无条件开放", "open"),
    "on_application": Text("依申请开放", "open on application"),
    "closed": Text("不予开放", "not open"),
}


FORMATS = {"csv": "CSV", "excel": "Excel", "json": "JSON", "geojson": "GeoJSON", "parquet": "Parquet"}
COMPUTED = {"sql": Text("由其他数据集计算", "computed from datasets"), "synthetic": Text("模拟生成", "synthetic")}
RANKS = (("title_text", 100), ("field_text", 10), ("other_text", 1))
"""Where a word is looked for, and what finding it there is worth."""
SORTS = ("relevance", "newest", "title", "rows", "quality")


def datasets() -> tuple[DatasetSummary, ...]:
    """Every dataset in the catalogue, by name."""
    titles = {id: each.title for id, each in parties.organisations().items()}
    return tuple(_summary(row, titles) for row in Dataset.objects.filter(is_withdrawn=False).order_by("name"))


def find(
    text: str = "", *, filters: Mapping[str, str] | None = None, sort: str = "relevance", language: str = "zh"
) -> Found:
    """Return the datasets that hold every word of `text`, best first, and the facets of that answer.

    A word in the title or name counts most, then in a field, then anywhere else; both languages are
    searched, and Chinese words of any length are found. `filters`: publisher (id), theme, sharing,
    openness, format, map ("yes"); empty values filter nothing. `sort` is one of `SORTS`; what is not
    known sorts by relevance.
    """
    titles = {id: each.title for id, each in parties.organisations().items()}
    ranked = [(row, _summary(row, titles)) for row in _ranked(searchable(text).split())]
    order = _order(sort, language)
    if order is not None:
        ranked.sort(key=lambda pair: order(pair[1]))
    described = [(each, _facets_of(row, each)) for row, each in ranked]
    wanted = {name: value for name, value in (filters or {}).items() if value}
    chosen = tuple(
        each
        for each, facets in described
        if all(name in facets and facets[name][0] == value for name, value in wanted.items())
    )
    return Found(datasets=chosen, total=len(chosen), facets=_facets([facets for _, facets in described]))


def _ranked(words: list[str]) -> QuerySet[Dataset]:
    """Rows that hold every word, best first. Texts and words are folded before, so both databases agree."""
    found = Dataset.objects.filter(is_withdrawn=False)
    rank: Any = Value(0)
    for word in words:
        places = [(Q(**{f"{column}__contains": word}), worth) for column, worth in RANKS]
        found = found.filter(places[0][0] | places[1][0] | places[2][0])
        rank = rank + Case(*(When(place, then=Value(worth)) for place, worth in places), output_field=IntegerField())
    return found.alias(rank=rank).order_by("-rank", "-certified_at", "name") if words else found.order_by("name")


def _order(sort: str, language: str) -> Callable[[DatasetSummary], Any] | None:
    # In GB 18030 the common characters stand by their pronunciation, which Unicode's order does not know.
    return {
        "newest": lambda each: (-each.certified_at.timestamp(), each.name),
        "title": lambda each: each.title.in_language(language).lower().encode("gb18030"),
        "rows": lambda each: (-each.accepted, each.name),
        "quality": lambda each: (each.quality, each.name),
    }.get(sort)


def dataset(name: str) -> DatasetRecord:
    """Everything about one dataset but its rows. Raises `DatasetMissing`."""
    row = Dataset.objects.filter(name=name, is_withdrawn=False).first()
    if row is None:
        raise DatasetMissing("No such dataset, or no grant for you to read it.")
    versions = list(Version.objects.filter(dataset=row).order_by("-version"))
    titles = {id: each.title for id, each in parties.organisations().items()}
    return DatasetRecord(
        summary=_summary(row, titles),
        contract=_contract(versions[0].contract_text, name),
        versions=tuple(_version(each, name) for each in versions),
    )


def published_by(organisation: str, *, limit: int) -> tuple[tuple[DatasetSummary, ...], int]:
    """The datasets of one publisher, the newest first, at most `limit`; and how many there are."""
    titles = {id: each.title for id, each in parties.organisations().items()}
    rows = Dataset.objects.filter(is_withdrawn=False, publisher=organisation)
    newest = rows.order_by("-certified_at", "name")[:limit]
    return tuple(_summary(row, titles) for row in newest), rows.count()


def published_counts() -> dict[str, int]:
    """How many datasets each publisher has: its id → number."""
    rows = Dataset.objects.filter(is_withdrawn=False)
    return dict(rows.values_list("publisher").annotate(n=Count("id")).order_by())


def facts() -> NodeFacts:
    """The state of the node in numbers."""
    sums = Dataset.objects.filter(is_withdrawn=False).aggregate(
        datasets=Count("id"), rows=Sum("rows"), accepted=Sum("accepted"), publishers=Count("publisher", distinct=True)
    )
    return NodeFacts(
        datasets=sums["datasets"],
        rows=sums["rows"] or 0,
        accepted=sums["accepted"] or 0,
        events=events.size(),
        publishers=sums["publishers"],
    )


def dependents(names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return which other datasets were made from, or checked against, some of `names`: dataset → those it needs."""
    newest = Version.objects.filter(dataset__is_withdrawn=False, version=F("dataset__newest"))
    found = {}
    for dataset, facts in newest.values_list("dataset__name", "facts"):
        needed = sorted({each["dataset"] for each in facts["inputs"]} & set(names))
        if needed and dataset not in names:
            found[dataset] = tuple(needed)
    return found


def with_places() -> tuple[tuple[DatasetSummary, str], ...]:
    """Datasets whose contract names a field with division codes, and that field."""
    titles = {id: each.title for id, each in parties.organisations().items()}
    rows = Dataset.objects.filter(is_withdrawn=False).order_by("name")
    return tuple((_summary(row, titles), row.entry["place_field"]) for row in rows if row.entry.get("place_field"))


@lru_cache(maxsize=256)
def _contract(text: str, name: str) -> Contract:
    """A contract's text never changes its meaning, so each is read once."""
    return contract_from_text(text, file=Path(f"{name}.odcs.yaml"))


def _summary(row: Dataset, publishers: Mapping[str, Text]) -> DatasetSummary:
    entry = row.entry
    return DatasetSummary(
        id=row.id,
        name=row.name,
        title=_text(entry["title"]) or Text(row.name, row.name),
        summary=_text(entry["summary"]) or Text("", ""),
        publisher=publishers.get(row.publisher, Text("", "")),
        publisher_id=row.publisher,
        theme=_text(entry["theme"]),
        sharing=entry["sharing"],
        openness=entry["openness"],
        licence=entry["licence"],
        is_synthetic=entry["is_synthetic"],
        has_geometry=entry["has_geometry"],
        version=row.newest,
        rows=row.rows,
        accepted=row.accepted,
        quarantined=row.quarantined,
        certified_at=row.certified_at,
        certificate_sha256=row.certificate_sha256,
    )


def _version(row: Version, name: str) -> VersionRecord:
    contract, facts = _contract(row.contract_text, name), row.facts
    return VersionRecord(
        version=row.version,
        quarantine_version=row.quarantine_version,
        certified_at=row.certified_at,
        rows=facts["rows"],
        accepted=facts["accepted"],
        quarantined=facts["quarantined"],
        run_key=facts["run_key"],
        contract_version=facts["contract_version"],
        contract_sha256=row.contract_sha256,
        certificate_sha256=row.certificate_sha256,
        rules=tuple(
            RuleResult(
                id=rule.id,
                check=rule.check,
                fields=rule.fields,
                severity=rule.severity.value,
                dimension=rule.dimension,
                sentence=rule.sentence,
                failed=facts["failed"].get(rule.id, 0),
            )
            for rule in contract.rules
        ),
        rewritten=facts.get("rewritten", {}),
        seconds=facts["seconds"],
        sources=tuple(facts["sources"]),
        inputs=tuple(facts["inputs"]),
    )


def _facets_of(row: Dataset, each: DatasetSummary) -> dict[str, tuple[str, Text]]:
    found = {
        "publisher": (each.publisher_id, each.publisher),
        "sharing": (each.sharing, SHARING[each.sharing]),
        "openness": (each.openness, OPENNESS[each.openness]),
    }
    if each.theme is not None:
        found["theme"] = (each.theme.zh, each.theme)
    if format := row.entry.get("format"):
        found["format"] = (
            format,
            COMPUTED.get(format) or Text(FORMATS.get(format, format), FORMATS.get(format, format)),
        )
    if each.has_geometry:
        found["map"] = ("yes", Text("有地图", "with a map"))
    return found


def _facets(found: list[dict[str, tuple[str, Text]]]) -> dict[str, tuple[Facet, ...]]:
    counts: dict[str, Counter[tuple[str, Text]]] = {}
    for facets in found:
        for name, choice in facets.items():
            counts.setdefault(name, Counter())[choice] += 1
    return {
        name: tuple(Facet(value=value, title=title, count=count) for (value, title), count in counter.most_common())
        for name, counter in counts.items()
    }


def _text(found: Mapping[str, str] | None) -> Text | None:
    return None if found is None else Text(found["zh"], found["en"])
