"""How a messy table becomes one to rely on, told by one of the node's own: cleaned, tested, certified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hexi.exchange.door import queries as door
from hexi.kernel.actors import Actor
from hexi.kernel.errors import Denied, Missing
from hexi.kernel.names import Text
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.records import DatasetSummary, RuleResult, VersionRecord

SHOWN = 4
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What became of one table."""

    summary: DatasetSummary
    version: VersionRecord
    rewritten: int
    """Values that cleaning rewrote."""
    examples: tuple[tuple[Text, str, str], ...]
    """Field's title, text before and after."""
    broken: tuple[RuleResult, ...]
    """The rules that put most rows into quarantine."""


def story_of(messy: DatasetSummary | None, *, reader: Actor, now: datetime) -> Story | None:
    """Return the story of a messy table, by rights the one with most quarantined rows; None where there is none."""
    if messy is None:
        return None
    record = catalog.dataset(messy.name)
    version = record.versions[0]
    try:
        found = door.rewrites(messy.name, reader=reader, now=now)
    except (Missing, Denied):
        return None
    often = sorted(found, key=lambda name: -version.rewritten.get(name, 0))
    examples = tuple((record.contract.field(name).title, *_telling(found[name])) for name in often if found[name])
    broken = sorted((each for each in version.rules if each.severity == "error"), key=lambda each: -each.failed)
    if not examples:
        return None
    return Story(
        summary=messy,
        version=version,
        rewritten=sum(version.rewritten.values()),
        examples=examples[:SHOWN],
        broken=tuple(each for each in broken[:SHOWN] if each.failed),
    )


def _telling(examples: tuple[Pair, ...]) -> Pair:
    """The example in which most characters changed."""
    return max(examples, key=lambda pair: len(set(pair[0]) ^ set(pair[1])))
