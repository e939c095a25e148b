"""What the catalogue tells other rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hexi.data.contracts.model import Contract
from hexi.kernel.names import Text
from hexi.registry.search.records import FacetCount, FieldHit


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
    """When the next version was due by the update cycle."""
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


class Freshness(StrEnum):
    """What became of a dataset's promise to be updated."""

    KEPT = "kept"
    LATE = "late"
    NONE = "none"
    """It promises no update."""
