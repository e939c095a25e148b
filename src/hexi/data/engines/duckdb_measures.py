"""Measures of accepted rows as a whole: the standard's metrics, one number of a query, drift against other rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hexi.data.contracts.model import Contract, Field, FieldType, SetRule
from hexi.data.engines.sources.records import QueryFailed
from hexi.data.engines.sources.tables import sandbox

BEFORE = "version before"
"""What the rows of the version before are called; no dataset can be called so."""
VALUES = 50
"""So many of the most frequent values are told apart, the rest are one."""
TENTHS = [number / 10 for number in range(1, 10)]
CUT = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.NUMBER, FieldType.DATE, FieldType.TIMESTAMP})
"""Types whose values are cut into ranges before they are compared."""


def measured(
    contract: Contract,
    rules: Sequence[SetRule],
    files: Sequence[Path],
    *,
    before: Sequence[Path],
    workspace: Path,
) -> Mapping[str, float]:
    """Return rule → its number: rows, percent, or whatever a query gives.

    `files` hold the accepted rows, `before` those of the version before, if any; without, nothing has changed.
    Raises `QueryFailed`, which names the rule's query.
    """
    if not rules:
        return {}
    known = {contract.name: tuple(files), **({BEFORE: tuple(before)} if before else {})}
    found: dict[str, float] = {}
    with sandbox(known, workspace=workspace, dataset=contract.name) as engine:
        here = _quoted(contract.name)
        metrics = [rule for rule in rules if rule.check == "metric"]
        if metrics:
            listed = ", ".join(_counted(rule, contract, here) for rule in metrics)
            row = engine.execute(f"select count(*), {listed} from {here}").fetchone() or ()
            for rule, number in zip(metrics, row[1:], strict=True):
                is_share = rule.arguments["unit"] == "percent"
                found[rule.id] = (100 * number / row[0] if row[0] else 0.0) if is_share else float(number)
        for rule in rules:
            if rule.check == "query":
                rows = engine.execute(str(rule.arguments["query"])).fetchmany(2)
                found[rule.id] = _number(rows, rule)
            elif rule.check == "distribution_change":
                change = _change(contract.field(rule.fields[0]), here) if before else "select 0"
                found[rule.id] = float((engine.execute(change).fetchone() or (0,))[0] or 0)
    return found


def _counted(rule: SetRule, contract: Contract, here: str) -> str:
    """How many accepted rows a metric counts."""
    said = rule.arguments
    names = [_quoted(each) for each in rule.fields]
    if said["metric"] == "duplicateValues":
        given = " and ".join(f"{name} is not null" for name in names)
        group = ", ".join(names)
        # Rows after the first of each value, as the rule “unique” counts them.
        return (
            f"(select coalesce(sum(n - 1), 0) from (select count(*) as n from {here} where {given} group by {group}))"
        )
    text = f"cast({names[0]} as varchar)"
    if said["metric"] == "nullValues":
        fails = f"{names[0]} is null"
    elif said["metric"] == "missingValues":
        words = [str(each) for each in _listed(said.get("missing")) if each is not None]
        fails = f"{names[0]} is null or {text} in ({', '.join(map(_text, ['', *words]))})"
    elif "pattern" in said:
        fails = f"not regexp_full_match({text}, {_text(str(said['pattern']))})"
    else:
        kind = contract.field(rule.fields[0]).type
        allowed = [f"try_cast({_text(str(each))} as {_kind(kind)})" for each in _listed(said["values"])]
        fails = f"{names[0]} not in ({', '.join(allowed)})"
    return f"count(*) filter (where {fails})"


def _change(field: Field, here: str) -> str:
    """Half the sum of the differences between the shares of each value, or range, in percent."""
    name = _quoted(field.name)
    if field.type in CUT:
        place = f"epoch({name})" if field.type in {FieldType.DATE, FieldType.TIMESTAMP} else f"cast({name} as double)"
        edges = f"(select quantile_cont({place}, {TENTHS}) from {_quoted(BEFORE)})"
        value = f"case when {name} is null then -1 else len(list_filter({edges}, edge -> edge < {place})) end"
    else:
        text = f"cast({name} as varchar)"
        frequent = (
            f"(select list(v) from (select {text} as v, count(*) as n from {_quoted(BEFORE)} where {name} is not null "
            f"group by v order by n desc, v limit {VALUES}))"
        )
        value = f"case when {name} is null then 'null' when list_contains({frequent}, {text}) then '=' || {text} end"
    shares = ", ".join(
        f"{alias} as (select coalesce(cast({value} as varchar), 'rest') as v, "
        f"count(*) / sum(count(*)) over () as share from {rows} group by v)"
        for alias, rows in (("now", here), ("then_", _quoted(BEFORE)))
    )
    return (
        f"with {shares} select 50 * sum(abs(coalesce(now.share, 0) - coalesce(then_.share, 0))) "
        "from now full join then_ on now.v = then_.v"
    )


def _number(rows: Sequence[tuple[object, ...]], rule: SetRule) -> float:
    if len(rows) == 1 and len(rows[0]) == 1 and rows[0][0] is not None:
        try:
            return float(str(rows[0][0]))
        except ValueError:
            pass
    raise QueryFailed(
        "The query of the rule “{id}” must give one number, such as select count(*) …; it does not.", id=rule.id
    )


def _kind(kind: FieldType) -> str:
    return {
        FieldType.INTEGER: "bigint",
        FieldType.DECIMAL: "decimal(38, 12)",
        FieldType.NUMBER: "double",
        FieldType.DATE: "date",
        FieldType.TIMESTAMP: "timestamptz",
        FieldType.BOOLEAN: "boolean",
    }.get(kind, "varchar")


def _listed(values: object) -> tuple[object, ...]:
    return values if isinstance(values, tuple) else ()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
