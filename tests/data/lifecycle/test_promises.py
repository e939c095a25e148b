"""Promises about the rows as a whole: the standard's metrics and queries, and comparison with the version before."""

from __future__ import annotations

import pytest

from hexi.data.contracts.problems import ContractInvalid
from hexi.data.contracts.reading import contract_from_text
from hexi.data.engines.sources.records import QueryFailed
from hexi.data.lifecycle.errors import SetRuleBroken
from hexi.data.lifecycle.rehearsing import rehearse
from hexi.kernel.errors import Missing

from .conftest import CONTRACT, FIRMS, NOON

ROW_COUNT = "      - {type: library, metric: rowCount, mustBeGreaterOrEqualTo: 1}\n"
ON_STAFF = "        required: true\n"
HUNDRED = "code,staff,founded_on\n" + "".join(f"A{n},{n % 10 + 1},2026-11-{n % 20 + 1:02}\n" for n in range(100))


def with_table_rule(*entries: str) -> str:
    return CONTRACT + "".join(f"      - {each}\n" for each in entries)


def with_field_rule(entry: str, *, field: str = "founded_on") -> str:
    at = CONTRACT.index("    quality:\n")
    return (
        CONTRACT[:at].replace(f"      - name: {field}\n", f"      - name: {field}\n        quality: [{entry}]\n")
        + (CONTRACT[at:])
    )


@pytest.mark.parametrize(
    ("entry", "holds"),
    [
        ("{metric: nullValues, mustBeLessThan: 3}", True),
        ("{metric: nullValues, mustBeLessThan: 2}", False),
        ("{metric: nullValues, unit: percent, mustBeLessOrEqualTo: 2}", True),
        ("{metric: nullValues, unit: percent, mustBeLessThan: 1.9}", False),
        ("{metric: missingValues, arguments: {missingValues: ['2026-11-20']}, mustBe: 6}", True),
        ("{metric: missingValues, arguments: {missingValues: ['2026-11-20']}, mustBe: 2}", False),
        ("{metric: invalidValues, arguments: {pattern: '2026-11-0\\d'}, mustBeBetween: [50, 60]}", True),
        ("{metric: invalidValues, arguments: {pattern: '2026-11-0\\d'}, mustNotBeBetween: [50, 60]}", False),
        ("{metric: invalidValues, arguments: {validValues: ['2026-11-19']}, mustNotBe: 98}", True),
        ("{metric: duplicateValues, mustBeGreaterThan: 70}", True),
        ("{metric: duplicateValues, mustBeGreaterOrEqualTo: 90}", False),
    ],
)
def test_a_metric_is_counted_in_the_accepted_rows_and_held_to_its_bound(workshop, entry, holds) -> None:
    rows = HUNDRED.replace("A98,9,2026-11-19", "A98,9,").replace("A99,10,2026-11-20", "A99,10,")
    contract = with_field_rule(entry)
    if holds:
        assert workshop.publish(rows, contract=contract).accepted == 100
        return
    with pytest.raises(SetRuleBroken) as refusal:
        workshop.publish(rows, contract=contract)
    assert workshop.table.version() is None
    assert "founded_on" in str(refusal.value)
    assert workshop.strays() == []


def test_a_metric_of_no_row_stays_a_rule_of_rows_that_quarantines(workshop) -> None:
    result = workshop.publish(
        HUNDRED.replace("A98,9,2026-11-19", "A98,9,"), contract=with_field_rule("{metric: nullValues, mustBe: 0}")
    )

    assert (result.accepted, result.quarantined) == (99, 1)


def test_a_bound_is_about_accepted_rows_not_about_what_came_in(workshop) -> None:
    contract = with_field_rule("{metric: nullValues, mustBeLessThan: 1}")

    assert workshop.publish(FIRMS, contract=contract).quarantined == 4


def test_a_warning_is_counted_and_stops_nothing(workshop) -> None:
    contract = with_field_rule("{metric: nullValues, mustBeGreaterThan: 5, severity: warning, id: many-gaps}")

    assert {rule.id: rule.failed for rule in workshop.publish(HUNDRED, contract=contract).rules}["many-gaps"] == 1


@pytest.mark.parametrize(
    ("entry", "holds"),
    [
        ("{type: sql, query: 'select count(*) from {object} where staff > 9', mustBe: 10}", True),
        ("{type: sql, query: 'select count(*) from {object} where staff > 9', mustBeLessThan: 10}", False),
        ("{type: sql, query: 'select avg(staff) from ${object}', mustBeBetween: [5, 6]}", True),
        (
            "{type: sql, query: 'select 100.0 * sum(case when staff = 1 then 1 else 0 end) / count(*) from {object}',"
            " mustBeLessOrEqualTo: 10}",
            True,
        ),
    ],
)
def test_a_query_of_the_standard_gives_one_number_that_is_bounded(workshop, entry, holds) -> None:
    contract = with_table_rule(entry)
    if holds:
        assert workshop.publish(HUNDRED, contract=contract).accepted == 100
    else:
        with pytest.raises(SetRuleBroken, match="mustBeLessThan"):
            workshop.publish(HUNDRED, contract=contract)


def test_the_query_of_a_field_calls_it_by_its_property(workshop) -> None:
    contract = with_field_rule("{type: sql, query: 'select count(distinct {property}) from {object}', mustBe: 20}")

    assert workshop.publish(HUNDRED, contract=contract).accepted == 100


@pytest.mark.parametrize("columns", ["code, staff", "code", "null"])
def test_a_query_that_gives_no_number_is_told_so(workshop, columns) -> None:
    with pytest.raises(QueryFailed, match="one number"):
        workshop.publish(
            HUNDRED, contract=with_table_rule(f"{{type: sql, query: 'select {columns} from {{object}}', mustBe: 1}}")
        )
    assert workshop.table.version() is None


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ("{type: sql, query: 'select count(*) from \"other.dataset\"', mustBe: 1}", "other.dataset"),
        ("{type: sql, query: \"select count(*) from read_csv('/etc/passwd')\", mustBe: 1}", "READ_CSV"),
        ("{type: sql, query: 'drop table {object}', mustBe: 1}", "SELECT"),
        ("{type: sql, query: 'select count(*) from {object}'}", "mustBeLessThan"),
        ("{type: sql, query: 'select count(*) from {object}', mustBe: one}", "one"),
        ("{type: sql, query: 'select count(*) from {object}', mustBeBetween: [5, 1]}", "mustBeBetween"),
        ("{type: custom, engine: hexi, implementation: {check: metric}}", "library"),
        ("{type: custom, engine: hexi, implementation: {check: volume_change}}", "max"),
    ],
)
def test_a_promise_that_is_none_is_refused_with_what_would_be(entry, word) -> None:
    with pytest.raises(ContractInvalid) as refusal:
        contract_from_text(with_table_rule(entry))

    assert any(word in each.message for each in refusal.value.problems)


def test_a_version_much_smaller_than_the_one_before_is_stopped(workshop) -> None:
    contract = with_table_rule("{type: custom, engine: hexi, implementation: {check: volume_change, max: 10}}")
    workshop.publish(HUNDRED, contract=contract)
    with pytest.raises(SetRuleBroken, match=r"80 rows were accepted, 100 before: a change by 20%"):
        workshop.publish("\n".join(HUNDRED.splitlines()[:81]) + "\n", contract=contract)

    assert workshop.table.version() == 0
    assert workshop.publish("\n".join(HUNDRED.splitlines()[:96]) + "\n", contract=contract).version == 1


@pytest.mark.parametrize("field", ["staff", "founded_on", "code"])
def test_values_that_are_spread_otherwise_than_before_stop_a_version(workshop, field) -> None:
    rule = f"{{type: custom, engine: hexi, implementation: {{check: distribution_change, field: {field}, max: 15}}}}"
    contract = with_table_rule(rule)
    workshop.publish(HUNDRED, contract=contract)
    same = HUNDRED.replace("A7,8,", "A7,9,").replace("A77,8,", "A177,8,")
    assert workshop.publish(same, contract=contract).version == 1

    other = "code,staff,founded_on\n" + "".join(f"B{n},{n + 50},2020-01-01\n" for n in range(100))
    with pytest.raises(SetRuleBroken, match=field):
        workshop.publish(other, contract=contract)
    assert workshop.table.version() == 1


def test_a_source_with_other_columns_than_before_is_told(workshop) -> None:
    contract = with_table_rule(
        "{type: custom, engine: hexi, implementation: {check: same_columns}, severity: warning, id: cols}"
    )
    workshop.publish(HUNDRED, contract=contract)
    other = "\n".join(f"{line},{'extra' if n == 0 else n}" for n, line in enumerate(HUNDRED.splitlines())) + "\n"
    result = workshop.publish(other, contract=contract)

    assert {rule.id: rule.failed for rule in result.rules}["cols"] == 1


def test_a_rehearsal_counts_what_a_run_counts_and_writes_nothing(workshop) -> None:
    (workshop.folder / "firms.csv").write_text(FIRMS, "utf-8")
    found = rehearse(
        contract_from_text(CONTRACT), source=workshop.folder / "firms.csv", references=Nothing(), clock=lambda: NOON
    )
    assert workshop.table.version() is None
    result = workshop.publish(FIRMS)

    assert (found.rows, found.accepted, found.rules) == (result.rows, result.accepted, result.rules)
    assert found.reaches(33)
    assert not found.reaches(34)


def test_a_rehearsal_tells_every_broken_promise_of_the_whole(workshop) -> None:
    contract = contract_from_text(
        with_table_rule(
            "{metric: rowCount, mustBeGreaterThan: 5, id: few}",
            "{type: custom, engine: hexi, implementation: {check: accepted_share, min: 90}}",
        )
    )
    (workshop.folder / "firms.csv").write_text(FIRMS, "utf-8")
    found = rehearse(contract, source=workshop.folder / "firms.csv", references=Nothing(), clock=lambda: NOON)

    assert len(found.broken) == 2
    assert not found.reaches(0)


class Nothing:
    """No other dataset."""

    def snapshot(self, dataset: str) -> object:
        raise Missing("{dataset} is not there.", dataset=dataset)
