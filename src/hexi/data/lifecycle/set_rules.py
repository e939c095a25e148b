"""Promises about all accepted rows together, asked after the split and before the commit."""

from __future__ import annotations

from datetime import date, datetime

from hexi.data.contracts.model import Contract, SetRule, Severity
from hexi.data.engines.polars_split import Split
from hexi.data.lifecycle.errors import SetRuleBroken
from hexi.data.lifecycle.records import RuleCount


def judge(contract: Contract, split: Split, *, now: datetime) -> tuple[RuleCount, ...]:
    """Return how each set rule fared, 0 or 1. Raises `SetRuleBroken` for one whose severity is error."""
    counts = []
    for rule in contract.set_rules:
        found = _found(rule, split, now)
        if found is not None and rule.severity is Severity.ERROR:
            raise SetRuleBroken(
                "{dataset} gets no new version: {rule}, but {found}. The standing version is as it was; mend the "
                "source, or the rule “{id}”.",
                dataset=contract.name,
                rule=rule.sentence.en,
                rule_zh=rule.sentence.zh,
                found=found,
                id=rule.id,
            )
        counts.append(
            RuleCount(
                id=rule.id,
                check=rule.check,
                fields=rule.fields,
                severity=rule.severity.value,
                dimension=rule.dimension,
                failed=int(found is not None),
            )
        )
    return tuple(counts)


def _found(rule: SetRule, split: Split, now: datetime) -> str | None:
    """What was found instead, or nothing where the rule holds."""
    said = rule.arguments
    if rule.check == "row_count":
        least, most = said.get("min"), said.get("max")
        is_short = least is not None and split.accepted < int(str(least))
        is_long = most is not None and split.accepted > int(str(most))
        return f"{split.accepted} of {split.rows} rows were accepted" if is_short or is_long else None
    if rule.check == "accepted_share":
        share = 100 * split.accepted / split.rows if split.rows else 100.0
        return f"{share:.1f}% of {split.rows} rows were" if share < float(str(said["min"])) else None
    days = float(str(said["days"]))
    newest: date | None = split.newest.get(rule.id) if rule.fields else now.date()
    if newest is None:
        return "no accepted row has a date"
    age = (now.date() - newest).days
    return f"the newest is of {newest.isoformat()}, {age} days before the run" if age > days else None
