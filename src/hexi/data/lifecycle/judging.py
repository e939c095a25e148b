"""How the rules of a contract fared: those of rows counted in the scan, those of the whole set before the commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from hexi.data.contracts import thresholds
from hexi.data.contracts.model import Contract, SetRule, Severity
from hexi.data.contracts.sentences import shown_number
from hexi.data.engines.counting import parquet_rows, source_columns
from hexi.data.engines.duckdb_measures import measured
from hexi.data.engines.polars_split import Split
from hexi.data.lake.tables import DatasetTable
from hexi.data.lifecycle.errors import SetRuleBroken
from hexi.data.lifecycle.records import RuleCount

COMPARING = frozenset({"volume_change", "distribution_change", "same_columns"})
IN_DUCKDB = frozenset({"metric", "query", "distribution_change"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The version before, as far as a new one is compared with it."""

    files: tuple[Path, ...] = ()
    """Its accepted rows; empty before the first version."""
    columns: tuple[str, ...] = ()
    """The columns that its source had."""

    @classmethod
    def of(cls, table: DatasetTable, contract: Contract) -> Before:
        """The newest version of a table, looked up only where a rule asks for it."""
        if not any(rule.check in COMPARING for rule in contract.set_rules) or table.version() is None:
            return cls()
        rejects = table.quarantine_files()
        return cls(files=table.files(), columns=source_columns(rejects[0]) if rejects else ())

    @property
    def rows(self) -> int:
        """How many rows were accepted."""
        return sum(map(parquet_rows, self.files))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How one set rule fared."""

    rule: SetRule
    broken: SetRuleBroken | None
    """What is wrong, a whole sentence; None where the rule holds."""

    @property
    def count(self) -> RuleCount:
        """As a run states it: failed is 0 or 1."""
        return RuleCount(
            id=self.rule.id,
            check=self.rule.check,
            fields=self.rule.fields,
            severity=self.rule.severity.value,
            dimension=self.rule.dimension,
            failed=int(self.broken is not None),
        )

    @property
    def stops(self) -> bool:
        """Whether there is no new version because of it."""
        return self.broken is not None and self.rule.severity is Severity.ERROR


def row_counts(contract: Contract, split: Split) -> tuple[RuleCount, ...]:
    """Return how many rows broke each row rule, in their order."""
    return tuple(
        RuleCount(
            id=rule.id,
            check=rule.check,
            fields=rule.fields,
            severity=rule.severity.value,
            dimension=rule.dimension,
            failed=split.failed[rule.id],
        )
        for rule in contract.row_rules
    )


def judge(
    contract: Contract,
    split: Split,
    *,
    accepted: Path,
    columns: Sequence[str],
    before: Before,
    workspace: Path,
    now: datetime,
) -> tuple[Judgement, ...]:
    """Return how each set rule fared. `accepted` holds the accepted rows, `columns` are the source's.

    Raises `QueryFailed` for a query that gives no number.
    """
    asked = [rule for rule in contract.set_rules if rule.check in IN_DUCKDB]
    numbers = measured(contract, asked, [accepted], before=before.files, workspace=workspace)
    return tuple(
        Judgement(
            rule=rule,
            broken=_bounded(rule, numbers[rule.id], dataset=contract.name)
            if rule.id in numbers
            else _compared(rule, split, columns, before, dataset=contract.name)
            if rule.check in COMPARING
            else _broken(rule, split, now, dataset=contract.name),
        )
        for rule in contract.set_rules
    )


def _bounded(rule: SetRule, value: float, *, dataset: str) -> SetRuleBroken | None:
    said = rule.arguments
    facts = {"dataset": dataset, "id": rule.id, "value": shown_number(value)}
    if rule.check == "distribution_change":
        if value <= float(str(said["max"])):
            return None
        return SetRuleBroken(
            "{dataset} gets no new version: the values of “{field}” are spread otherwise than before by {value}%, but "
            "at most {most}% are promised. The standing version is as it was; look at the source, or mend the rule "
            "“{id}”.",
            **facts,
            field=rule.fields[0],
            most=said["max"],
        )
    bound = said["bound"]
    pair = (float(str(bound[0])), float(str(bound[1]))) if isinstance(bound, tuple) else float(str(bound))
    if thresholds.holds(str(said["operator"]), pair, value):
        return None
    facts["promised"] = f"{said['operator']}: {list(bound) if isinstance(bound, tuple) else bound}"
    if rule.check == "query":
        return SetRuleBroken(
            "{dataset} gets no new version: the query of “{id}” gives {value}, but “{promised}” is promised. The "
            "standing version is as it was; mend the source, or the rule.",
            **facts,
        )
    return SetRuleBroken(
        "{dataset} gets no new version: {metric} of “{fields}” is {value} {unit}, but “{promised}” is promised. The "
        "standing version is as it was; mend the source, or the rule “{id}”.",
        **facts,
        metric=said["metric"],
        fields=", ".join(rule.fields),
        unit="%" if said["unit"] == "percent" else "rows",
    )


def _compared(
    rule: SetRule, split: Split, columns: Sequence[str], before: Before, *, dataset: str
) -> SetRuleBroken | None:
    if not before.files:
        return None
    if rule.check == "volume_change":
        rows, most = before.rows, float(str(rule.arguments["max"]))
        change = 100 * abs(split.accepted - rows) / rows if rows else (100.0 if split.accepted else 0.0)
        if change <= most:
            return None
        return SetRuleBroken(
            "{dataset} gets no new version: {accepted} rows were accepted, {before} before: a change by {change}%, but "
            "at most {most}% are promised. The standing version is as it was; look at the source, or mend the rule "
            "“{id}”.",
            dataset=dataset,
            id=rule.id,
            accepted=split.accepted,
            before=rows,
            change=shown_number(change),
            most=rule.arguments["max"],
        )
    came = [each for each in columns if each not in before.columns]
    went = [each for each in before.columns if each not in columns]
    if not came and not went:
        return None
    return SetRuleBroken(
        "{dataset} gets no new version: its source no longer has the columns that it had: new are {came}, gone are "
        "{went}. The standing version is as it was; see whether the contract still fits, or mend the rule “{id}”.",
        dataset=dataset,
        id=rule.id,
        came=", ".join(f"“{each}”" for each in came) or "–",
        went=", ".join(f"“{each}”" for each in went) or "–",
    )


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
