"""Questions about the catalogue. Each takes a number of database queries that does not grow with the answer."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from django.db.models import BigIntegerField, Count, F, Max, Q, Sum, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, TruncMonth

from hexi.data.contracts.comparing import compare
from hexi.data.contracts.model import Contract
from hexi.kernel.actors import Actor
from hexi.kernel.names import Text
from hexi.registry.catalog import claiming, exporting, finding, freshness, mending, numbering
from hexi.registry.catalog.errors import DatasetMissing
from hexi.registry.catalog.models import Dataset, ElementUse, Version
from hexi.registry.catalog.reading import contract_of
from hexi.registry.catalog.records import (
    DatasetRecord,
    DatasetSummary,
    Described,
    ElementUseRecord,
    Found,
    Freshness,
    NodeFacts,
    Promise,
    RuleResult,
    Sums,
    TakenSource,
    ToMend,
    VersionRecord,
)
from hexi.registry.events import queries as events
from hexi.registry.parties import queries as parties
from hexi.registry.search import queries as search

PAGE = 25


def datasets() -> tuple[DatasetSummary, ...]:
    """Every dataset in the catalogue, by name."""
    titles = {id: each.title for id, each in parties.organisations().items()}
    return tuple(_summary(row, titles) for row in Dataset.objects.filter(is_withdrawn=False).order_by("name"))


def titles_of(names: Collection[str]) -> dict[str, Text]:
    """Return the titles of some datasets by name; those that are not in the catalogue are left out."""
    rows = Dataset.objects.filter(is_withdrawn=False, name__in=set(names)).values_list("name", "entry")
    return {name: _text(entry["title"]) or Text(name, name) for name, entry in rows}


def find(
    text: str = "",
    *,
    filters: Mapping[str, str] | None = None,
    sort: str = "relevance",
    language: str = "zh",
    limit: int | None = PAGE,
    offset: int = 0,
) -> Found:
    """Return one page of the datasets that hold every word of `text`, best first, and the facets of that answer.

    A word in the title or name counts most, then in a field, then anywhere else; Chinese is found by any part of
    it, by pinyin and initials, and every word by its synonyms. `filters`: publisher (id), theme, sharing,
    openness, format, map ("yes"); empty values filter nothing. `sort` is one of relevance, newest, title, rows
    and quality (lowest first); what is not known sorts by name. `limit` None is all of them.
    """
    answer = search.find(
        text, filters=filters or {}, sort=sort, language=language, limit=limit, offset=offset, kind=finding.KIND
    )
    rows = Dataset.objects.filter(is_withdrawn=False).in_bulk(answer.keys, field_name="name")
    titles = parties.titles_of({row.publisher for row in rows.values()})
    return Found(
        datasets=tuple(_summary(rows[key], titles) for key in answer.keys if key in rows),
        total=answer.total,
        facets=answer.facets,
        fields={each.key: each.fields for each in answer.hits if each.fields},
        correction=answer.correction,
        synonyms=answer.synonyms,
    )


def suggest(text: str, *, limit: int = 8) -> tuple[tuple[str, Text], ...]:
    """Return name and title of the best datasets for what is typed so far, best first; nothing for no word."""
    return search.suggest(text, kind=finding.KIND, limit=limit)


def messiest() -> DatasetSummary | None:
    """The dataset with most rows in quarantine; None where no dataset has any."""
    row = Dataset.objects.filter(is_withdrawn=False, quarantined__gt=0).order_by("-quarantined", "name").first()
    return None if row is None else _summary(row, parties.titles_of([row.publisher]))


def dataset(name: str) -> DatasetRecord:
    """Everything about one dataset but its rows. Raises `DatasetMissing`."""
    row = Dataset.objects.filter(name=name, is_withdrawn=False).first()
    if row is None:
        raise DatasetMissing("No such dataset, or no grant for you to read it.")
    versions = list(Version.objects.filter(dataset=row).order_by("-version"))
    titles = parties.titles_of([row.publisher])
    return DatasetRecord(
        summary=_summary(row, titles),
        contract=contract_of(versions[0].contract_text, name),
        versions=tuple(_version(each, name) for each in versions),
    )


def published_by(organisation: str, *, limit: int, largest: bool = False) -> tuple[DatasetSummary, ...]:
    """The datasets of one publisher, the newest first, or those with most rows; at most `limit`."""
    titles = parties.titles_of([organisation])
    rows = Dataset.objects.filter(is_withdrawn=False, publisher=organisation)
    return tuple(
        _summary(row, titles) for row in rows.order_by("-rows" if largest else "-certified_at", "name")[:limit]
    )


def sums_of(organisation: str) -> Sums:
    """The newest versions of one publisher's datasets added up; nothing but noughts where it has none."""
    rows = Dataset.objects.filter(is_withdrawn=False, publisher=organisation)
    found = rows.aggregate(count=Count("id"), rows=Sum("rows", default=0), accepted=Sum("accepted", default=0))
    return Sums(**found)


def published_counts() -> dict[str, int]:
    """How many datasets each publisher has: its id → number."""
    rows = Dataset.objects.filter(is_withdrawn=False)
    return dict(rows.values_list("publisher").annotate(n=Count("id")).order_by())


def sums_by_publisher(*, limit: int) -> dict[str, Sums]:
    """The newest versions added up for each publisher's id, most rows first, at most `limit` publishers."""
    sums = Dataset.objects.filter(is_withdrawn=False).values_list("publisher")
    found = sums.annotate(n=Count("id"), in_all=Sum("rows"), good=Sum("accepted")).order_by("-in_all", "publisher")
    return {id: Sums(count=n, rows=rows, accepted=good) for id, n, rows, good in found[:limit]}


def sums_by_theme(*, limit: int) -> dict[Text, Sums]:
    """The newest versions added up by theme, most rows first, at most `limit` themes; without those of none."""
    themes = Dataset.objects.filter(is_withdrawn=False).annotate(theme=Cast(KT("entry__theme__zh"), TextField()))
    sums = themes.filter(theme__isnull=False).values_list("theme")
    found = sums.annotate(
        en=Max(KT("entry__theme__en")), n=Count("id"), in_all=Sum("rows"), good=Sum("accepted")
    ).order_by("-in_all", "theme")
    return {Text(zh, en): Sums(count=n, rows=rows, accepted=good) for zh, en, n, rows, good in found[:limit]}


def sums_by_month(*, limit: int) -> dict[date, Sums]:
    """All versions added up by the month, on the node's clock, in which they were certified; newest first."""
    counted = {name: Sum(Cast(KT(f"facts__{name}"), BigIntegerField())) for name in ("rows", "accepted")}
    months = Version.objects.filter(dataset__is_withdrawn=False).annotate(month=TruncMonth("certified_at"))
    found = months.values_list("month").annotate(n=Count("id"), **counted).order_by("-month")
    return {month.date(): Sums(count=n, rows=rows, accepted=good) for month, n, rows, good in found[:limit]}


def contract(name: str) -> Contract:
    """The contract of a dataset's newest version, and nothing else of it. Raises `DatasetMissing`."""
    newest = Version.objects.filter(dataset__name=name, dataset__is_withdrawn=False, version=F("dataset__newest"))
    text = newest.values_list("contract_text", flat=True).first()
    if text is None:
        raise DatasetMissing("No such dataset, or no grant for you to read it.")
    return contract_of(text, name)


def versions(name: str) -> frozenset[int]:
    """The numbers of a dataset's versions; empty where there is no such dataset."""
    found = Version.objects.filter(dataset__name=name, dataset__is_withdrawn=False)
    return frozenset(found.values_list("version", flat=True))


def facts() -> NodeFacts:
    """The state of the node in numbers."""
    datasets, rows, accepted, publishers = _sums(search.state(finding.KIND)) or _counted()
    return NodeFacts(
        datasets=datasets,
        rows=rows,
        accepted=accepted,
        events=events.size(),
        publishers=publishers,
    )


@lru_cache(maxsize=4)
def _sums(state: str) -> tuple[int, int, int, int] | None:
    """The sums of one state of the catalogue: every change of it is one of search too."""
    return _counted() if state else None


def _counted() -> tuple[int, int, int, int]:
    sums = Dataset.objects.filter(is_withdrawn=False).aggregate(
        datasets=Count("id"), rows=Sum("rows"), accepted=Sum("accepted"), publishers=Count("publisher", distinct=True)
    )
    return sums["datasets"], sums["rows"] or 0, sums["accepted"] or 0, sums["publishers"]


def dependents(names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return which other datasets were made from, or checked against, some of `names`: dataset → those it needs."""
    newest = Version.objects.filter(dataset__is_withdrawn=False, version=F("dataset__newest"))
    found = {}
    for dataset, facts in newest.values_list("dataset__name", "facts"):
        needed = sorted({each["dataset"] for each in facts["inputs"]} & set(names))
        if needed and dataset not in names:
            found[dataset] = tuple(needed)
    return found


def element_counts() -> dict[str, int]:
    """Return how many fields hold each data element; elements that none holds are left out."""
    rows = ElementUse.objects.filter(dataset__is_withdrawn=False)
    return dict(rows.values_list("element").annotate(n=Count("id")).order_by())


def element_uses(element: str, *, limit: int, offset: int = 0) -> tuple[tuple[ElementUseRecord, ...], int]:
    """One page of the fields that hold an element, sources first, then by dataset; and how many there are."""
    return claiming.uses(element, limit=limit, offset=offset)


def sources() -> tuple[ElementUseRecord, ...]:
    """The fields that claim to be the source of an element, who was first coming first."""
    return claiming.sources()


def taken_sources(contract: Contract) -> tuple[TakenSource, ...]:
    """The contract's claims to be a source that another dataset made before, in the order of its fields."""
    return claiming.taken(contract)


def check_sources(contract: Contract) -> None:
    """Raise `SourceTaken` where the contract claims what another dataset is the source of."""
    claiming.check(contract)


def was_classified_anew(record: DatasetRecord) -> bool:
    """Whether a dataset's resource code is of another classification than its contract says: a code stays."""
    code, category = record.summary.code, record.contract.category
    return bool(code and category and not numbering.is_of(code, category))


def described(organisation: str, *, by: Actor) -> Iterator[Described]:
    """The datasets of an organisation, by name, as the workbook of its catalogue says them. Raises `NotAuthorised`."""
    return exporting.described(organisation, by=by)


def write_workbook(organisation: str, target: Path, *, by: Actor) -> int:
    """Write the catalogue of an organisation into `target`; return the number of rows. Raises `NotAuthorised`."""
    return exporting.export(organisation, target, by=by)


def promises(names: Collection[str] = (), *, publishers: Collection[str] = ()) -> tuple[Promise, ...]:
    """How fresh some datasets, or those of some publishers, are and promise to be; by name, may be empty."""
    chosen = Q(name__in=set(names)) | Q(publisher__in=set(publishers))
    return tuple(
        freshness.promise_of(each) for each in Dataset.objects.filter(chosen, is_withdrawn=False).order_by("name")
    )


def promise_counts(*, publisher: str = "", now: datetime) -> dict[Freshness, int]:
    """How many datasets, of one publisher or of all, kept their promise at `now`, are late, or promise nothing."""
    return freshness.counts(publisher=publisher, now=now)


def promised(which: Freshness, *, publisher: str = "", now: datetime, limit: int) -> tuple[Promise, ...]:
    """The datasets that `promise_counts` counts as `which`, the longest certified ago first; at most `limit`."""
    return freshness.datasets(which, publisher=publisher, now=now, limit=limit)


def to_mend(organisation: str, *, now: datetime) -> tuple[ToMend, ...]:
    """The datasets of an organisation that have something to mend, those with most of it first."""
    return mending.to_mend(organisation, now=now)


def title_and_publisher(name: str) -> tuple[Text, str] | None:
    """Title and publisher (id) of a dataset, withdrawn or not; None where there never was one."""
    row = Dataset.objects.filter(name=name).values_list("entry", "publisher").first()
    return None if row is None else (_text(row[0]["title"]) or Text(name, name), row[1])


def is_contract_new(name: str, version: int) -> bool:
    """Whether a version's contract says something else than that of the version before; False for the first.

    Another number, or another file that is read, is nothing that a reader would notice.
    """
    found = Version.objects.filter(dataset__name=name, version__lte=version).order_by("-version")
    texts = list(found.values_list("contract_text", flat=True)[:2])
    if len(texts) < 2 or texts[0] == texts[1]:
        return False
    after, before = (contract_of(each, name) for each in texts)
    return not compare(before, after).is_same


def with_places() -> tuple[tuple[DatasetSummary, str], ...]:
    """Datasets whose contract names a field with division codes, and that field."""
    rows = list(Dataset.objects.filter(is_withdrawn=False, place_field__isnull=False).order_by("name"))
    titles = parties.titles_of({row.publisher for row in rows})
    return tuple((_summary(row, titles), row.place_field) for row in rows if row.place_field)


def _summary(row: Dataset, publishers: Mapping[str, Text]) -> DatasetSummary:
    entry = row.entry
    return DatasetSummary(
        id=row.id,
        name=row.name,
        code=row.code,
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
    contract, facts = contract_of(row.contract_text, name), row.facts
    return VersionRecord(
        version=row.version,
        quarantine_version=row.quarantine_version,
        certified_at=row.certified_at,
        rows=facts["rows"],
        accepted=facts["accepted"],
        quarantined=facts["quarantined"],
        run_key=facts["run_key"],
        contract=contract,
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
        restores=facts.get("restores"),
    )


def _text(found: Mapping[str, str] | None) -> Text | None:
    return None if found is None else Text(found["zh"], found["en"])
