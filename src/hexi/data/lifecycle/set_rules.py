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
        broken = _broken(rule, split, now, dataset=contract.name)
        if broken is not None and rule.severity is Severity.ERROR:
            raise broken
        counts.append(
            RuleCount(
                id=rule.id,
                check=rule.check,
                fields=rule.fields,
                severity=rule.severity.value,
                dimension=rule.dimension,
                failed=int(broken is not None),
            )
        )
    return tuple(counts)


def _broken(rule: SetRule, split: Split, now: datetime, *, dataset: str) -> SetRuleBroken | None:
    """What is wrong, a whole sentence for each check, or nothing where the rule holds."""
    said = rule.arguments
    facts = {"dataset": dataset, "id": rule.id, "accepted": split.accepted, "rows": split.rows}
    if rule.check == "row_count":
        least, most = said.get("min"), said.get("max")
        if least is not None and split.accepted < int(str(least)):
            return SetRuleBroken(
                "{dataset} gets no new version: {accepted} of {rows} rows were accepted, but at least {least} are "
                "promised. The standing version is as it was; mend the source, or the rule “{id}”.",
                **facts,
                least=least,
            )
        if most is not None and split.accepted > int(str(most)):
            return SetRuleBroken(
                "{dataset} gets no new version: {accepted} of {rows} rows were accepted, but at most {most} are "
                "promised. The standing version is as it was; mend the source, or the rule “{id}”.",
                **facts,
                most=most,
            )
        return None
    if rule.check == "accepted_share":
        share, promised = 100 * split.accepted / split.rows if split.rows else 100.0, float(str(said["min"]))
        if share >= promised:
            return None
        return SetRuleBroken(
            "{dataset} gets no new version: of {rows} rows, {share}% were accepted, but at least {promised}% are "
            "promised. The standing version is as it was; mend the source, or the rule “{id}”.",
            **facts,
            share=f"{share:.1f}",
            promised=f"{promised:g}",
        )
    days = float(str(said["days"]))
    newest: date | None = split.newest.get(rule.id) if rule.fields else now.date()
    if newest is None:
        return SetRuleBroken(
            "{dataset} gets no new version: no accepted row has a date, but one of the last {days} days is promised. "
            "The standing version is as it was; mend the source, or the rule “{id}”.",
            **facts,
            days=f"{days:g}",
        )
    age = (now.date() - newest).days
    if age <= days:
        return None
    return SetRuleBroken(
        "{dataset} gets no new version: the newest is of {newest}, {age} days before the run, but at most {days} are "
        "promised. The standing version is as it was; mend the source, or the rule “{id}”.",
        **facts,
        newest=newest.isoformat(),
        age=age,
        days=f"{days:g}",
    )
