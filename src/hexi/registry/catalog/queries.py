"""Questions about the catalogue. Each takes a number of database queries that does not grow with the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db.models import Count, Sum

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
from hexi.registry.events import queries as events
from hexi.registry.parties import queries as parties

SORTS: Mapping[str, Callable[[DatasetSummary], Any]] = {
    "newest": lambda each: -each.certified_at.timestamp(),
    "title": lambda each: each.title.zh,
    "rows": lambda each: -each.accepted,
    "quality": lambda each: each.quality,
}
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


def datasets() -> tuple[DatasetSummary, ...]:
    """Every dataset in the catalogue, by name."""
    titles = {id: each.title for id, each in parties.organisations().items()}
    return tuple(_summary(row, titles) for row in Dataset.objects.filter(is_withdrawn=False).order_by("name"))


def find(text: str = "", *, filters: Mapping[str, str] | None = None, sort: str = "relevance") -> Found:
    """Return the datasets that hold every word of `text`, best first, and the facets of that answer.

    A word in the title counts most, then in a field's name, then anywhere else; Chinese words of any
    length are found. `filters`: publisher (id), theme, sharing, openness, map ("yes").
    """
    words = [word for word in text.lower().split() if word]
    rows = Dataset.objects.filter(is_withdrawn=False).order_by("name")
    titles = {id: each.title for id, each in parties.organisations().items()}
    ranked = [(score, _summary(row, titles)) for row in rows if (score := _score(row, words)) > 0]
    if sort in SORTS:
        ranked.sort(key=lambda pair: SORTS[sort](pair[1]))
    else:
        ranked.sort(key=lambda pair: (-pair[0], -pair[1].certified_at.timestamp()))
    found = [each for _, each in ranked]
    wanted = {name: value for name, value in (filters or {}).items() if value}
    chosen = [
        each for each in found if all(_facets_of(each).get(name, ("",))[0] == value for name, value in wanted.items())
    ]
    return Found(datasets=tuple(chosen), total=len(chosen), facets=_facets(found))


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


def with_places() -> tuple[tuple[DatasetSummary, str], ...]:
    """Datasets whose contract names a field with division codes, and that field."""
    titles = {id: each.title for id, each in parties.organisations().items()}
    rows = Dataset.objects.filter(is_withdrawn=False).order_by("name")
    return tuple((_summary(row, titles), row.entry["place_field"]) for row in rows if row.entry.get("place_field"))


@lru_cache(maxsize=256)
def _contract(text: str, name: str) -> Contract:
    """A contract's text never changes its meaning, so each is read once."""
    return contract_from_text(text, file=Path(f"{name}.odcs.yaml"))


def _score(row: Dataset, words: list[str]) -> int:
    total = 1
    for word in words:
        if word in row.title_text:
            total += 100
        elif word in row.field_text:
            total += 10
        elif word in row.other_text:
            total += 1
        else:
            return 0
    return total


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
        seconds=facts["seconds"],
        sources=tuple(facts["sources"]),
        inputs=tuple(facts["inputs"]),
    )


def _facets_of(each: DatasetSummary) -> dict[str, tuple[str, Text]]:
    found = {
        "publisher": (each.publisher_id, each.publisher),
        "sharing": (each.sharing, SHARING[each.sharing]),
        "openness": (each.openness, OPENNESS[each.openness]),
    }
    if each.theme is not None:
        found["theme"] = (each.theme.zh, each.theme)
    if each.has_geometry:
        found["map"] = ("yes", Text("有地图", "with a map"))
    return found


def _facets(found: list[DatasetSummary]) -> dict[str, tuple[Facet, ...]]:
    counts: dict[str, Counter[str]] = {}
    titles: dict[tuple[str, str], Text] = {}
    for each in found:
        for name, (value, title) in _facets_of(each).items():
            counts.setdefault(name, Counter())[value] += 1
            titles[name, value] = title
    return {
        name: tuple(
            Facet(value=value, title=titles[name, value], count=count) for value, count in counter.most_common()
        )
        for name, counter in counts.items()
    }


def _text(found: Mapping[str, str] | None) -> Text | None:
    return None if found is None else Text(found["zh"], found["en"])
