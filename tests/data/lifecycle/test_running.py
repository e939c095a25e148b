"""A run publishes what its contract promises, or leaves the table as it was."""

from __future__ import annotations

import os
import threading
from datetime import date, timedelta

import pytest

from hexi.data.engines.polars_split import ReferenceUnfit
from hexi.data.engines.sources.records import SourceInvalid
from hexi.data.lake.errors import RunInProgress
from hexi.data.lifecycle.errors import SetRuleBroken
from hexi.data.lifecycle.records import Outcome, Step
from hexi.data.lifecycle.signing import NodeKey

from .conftest import CONTRACT, FIRMS, NAME, firms

FRESH = "slaProperties:\n  - {property: freshness, value: 7, unit: d, element: founded_on}\n"


class Stops:
    """Is told of the steps, and at one of them raises what somebody's Ctrl-C raises."""

    def __init__(self, at: Step) -> None:
        self.at = at

    def step(self, step: Step) -> None:
        if step is self.at:
            raise KeyboardInterrupt

    def rows(self, done: int, total: int | None) -> None: ...


class Waits:
    """Holds a run at its commit until it is told to go on."""

    def __init__(self) -> None:
        self.is_there, self.may_go_on = threading.Event(), threading.Event()

    def step(self, step: Step) -> None:
        if step is Step.COMMIT:
            self.is_there.set()
            assert self.may_go_on.wait(30)

    def rows(self, done: int, total: int | None) -> None: ...


def test_a_run_counts_what_came_in_and_what_became_of_it(workshop) -> None:
    result = workshop.publish(FIRMS)

    assert (result.outcome, result.version) == (Outcome.PUBLISHED, 0)
    assert (result.rows, result.accepted, result.quarantined) == (6, 2, 4)
    assert {rule.id: rule.failed for rule in result.rules if rule.failed} == {
        "code.unique": 1,
        "staff.required": 1,
        "staff.type": 1,
        "staff.range": 1,
        "founded_on.type": 1,
    }
    assert workshop.accepted().rows() == [("A1", 12, date(2026, 11, 20)), ("A3", 7, date(2020, 1, 1))]
    assert workshop.is_proven()
    assert workshop.strays() == []


def test_the_quarantine_keeps_the_raw_text_the_line_and_the_reasons(workshop) -> None:
    workshop.publish(FIRMS)

    assert workshop.quarantined().rows(named=True) == [
        _rejected(3, ["staff.required", "staff.type"], "A2", "many", "2015年8月19日"),
        _rejected(5, ["code.unique"], "a3 ", "8", "2020-01-02"),
        _rejected(6, ["staff.range"], "A4", "0", None),
        _rejected(7, ["founded_on.type"], "A5", "3", "2019-13-45"),
    ]


def test_the_same_source_again_says_unchanged_and_writes_nothing(workshop) -> None:
    first = workshop.publish(FIRMS)
    before = _files(workshop)

    workshop.now += timedelta(days=3)
    again = workshop.publish(FIRMS)

    assert again.outcome is Outcome.UNCHANGED
    assert (again.key, again.version, again.certificate_sha256) == (first.key, 0, first.certificate_sha256)
    assert (again.rows, again.accepted, again.quarantined) == (6, 2, 4)
    assert _files(workshop) == before


def test_a_changed_source_makes_the_next_version_and_the_one_before_stays_readable(workshop) -> None:
    first = workshop.publish(FIRMS)

    second = workshop.publish(FIRMS.replace("A4,0,", "A4,4,"))

    assert (first.version, second.version) == (0, 1)
    assert first.key != second.key
    assert workshop.accepted(0)["code"].to_list() == ["A1", "A3"]
    assert workshop.accepted()["code"].to_list() == ["A1", "A3", "A4"]
    assert workshop.is_proven()


def test_a_changed_contract_makes_the_next_version(workshop) -> None:
    workshop.publish(FIRMS)

    second = workshop.publish(FIRMS, contract=CONTRACT.replace("{minimum: 1}", "{minimum: 0}"))

    assert (second.outcome, second.version, second.accepted) == (Outcome.PUBLISHED, 1, 3)


@pytest.mark.parametrize("damage", ["a changed byte", "no data file", "a cut certificate", "no certificate"])
def test_a_damaged_version_is_published_again_from_the_same_source(workshop, damage) -> None:
    first = workshop.publish(FIRMS)
    (data,) = workshop.table.files()
    file = first.certificate if "certificate" in damage else data
    content = file.read_bytes()
    if damage.startswith("no"):
        file.unlink()
    else:
        file.write_bytes(content[:40] if "cut" in damage else content[:40] + b"!" + content[41:])

    again = workshop.publish(FIRMS)

    assert (again.outcome, again.version, again.key) == (Outcome.PUBLISHED, 1, first.key)
    assert workshop.is_proven()
    assert workshop.publish(FIRMS).outcome is Outcome.UNCHANGED


def test_what_a_revoked_key_certified_is_published_again(workshop) -> None:
    workshop.publish(FIRMS)
    old, workshop.key = workshop.key, NodeKey.create(workshop.folder / "next.pem")

    kept = workshop.publish(FIRMS)
    again = workshop.publish(FIRMS, revoked={old.key_id})

    assert kept.outcome is Outcome.UNCHANGED
    assert (again.outcome, again.version) == (Outcome.PUBLISHED, 1)


@pytest.mark.parametrize(
    ("contract", "source", "says"),
    [
        pytest.param(
            CONTRACT.replace("mustBeGreaterOrEqualTo: 1}", "mustBeGreaterOrEqualTo: 3}"),
            FIRMS,
            "2 of 6 rows were accepted",
            id="too few rows",
        ),
        pytest.param(
            CONTRACT + FRESH,
            FIRMS.replace("2026-11-20", "2026-11-01"),
            "the newest is of 2026-11-01, 22 days before the run",
            id="too old",
        ),
        pytest.param(CONTRACT + FRESH, "code,staff,founded_on\nA1,2,\n", "no accepted row has a date", id="no date"),
    ],
)
def test_a_broken_promise_about_the_whole_set_leaves_the_table_as_it_was(workshop, contract, source, says) -> None:
    workshop.publish("code,staff,founded_on\nA1,1,2026-11-20\n")
    before = workshop.state()

    with pytest.raises(SetRuleBroken) as refusal:
        workshop.publish(source, contract=contract)

    assert refusal.value.exit_code == 5
    assert NAME in refusal.value.message
    assert says in refusal.value.message
    assert workshop.state() == before
    assert workshop.publish(FIRMS).version == 1
    assert workshop.strays() == []


OTHER = CONTRACT.replace("test.firms", "test.branches").replace(
    "        businessName: 人数\n",
    "        businessName: 人数\n        quality: [{type: custom, engine: hexi, implementation: {check: reference, "
    "dataset: test.firms, field: code}}]\n",
)


def test_a_reference_to_a_field_that_is_not_there_names_it(workshop) -> None:
    workshop.publish(FIRMS)

    with pytest.raises(ReferenceUnfit, match=r"“codes” of test\.firms.*try: code"):
        workshop.publish(FIRMS, contract=OTHER.replace("field: code", "field: codes"))


def test_a_reference_to_values_that_are_no_numbers_allows_no_number(workshop) -> None:
    workshop.publish(FIRMS)

    result = workshop.publish(FIRMS, contract=OTHER.replace("OrEqualTo: 1", "OrEqualTo: 0"))

    assert {rule.id: rule.failed for rule in result.rules}["staff.reference"] == 5


def test_a_rule_of_a_thousand_parts_is_worked_out_in_a_moment(workshop) -> None:
    parts = " OR ".join(f"code = '{each}'" for each in range(1000))
    rule = f'      - {{type: custom, engine: hexi, implementation: {{check: sql, expression: "{parts}"}}}}\n'

    assert workshop.publish("code,staff,founded_on\n999,1,\n1000,1,\n", contract=CONTRACT + rule).accepted == 1


def test_a_promise_of_freshness_is_asked_again_on_the_next_day(workshop) -> None:
    workshop.publish(FIRMS, contract=CONTRACT + FRESH)
    before = workshop.state()
    assert workshop.publish(FIRMS, contract=CONTRACT + FRESH).outcome is Outcome.UNCHANGED

    workshop.now += timedelta(days=30)

    with pytest.raises(SetRuleBroken, match="33 days before the run"):
        workshop.publish(FIRMS, contract=CONTRACT + FRESH)
    assert workshop.state() == before


@pytest.mark.parametrize("step", list(Step))
def test_a_run_that_is_interrupted_at_any_step_leaves_the_table_as_it_was(workshop, step) -> None:
    workshop.publish(FIRMS)
    before = workshop.state()
    changed = FIRMS.replace("A4,0,", "A4,4,")

    with pytest.raises(KeyboardInterrupt):
        workshop.publish(changed, progress=Stops(step))

    assert workshop.state() == before
    assert (workshop.publish(changed).version, workshop.accepted().height) == (1, 3)
    assert workshop.is_proven()
    assert workshop.strays() == []


def test_a_first_run_that_is_interrupted_leaves_no_table(workshop) -> None:
    with pytest.raises(KeyboardInterrupt):
        workshop.publish(FIRMS, progress=Stops(Step.CERTIFY))

    assert workshop.table.version() is None
    assert workshop.lake.names() == ()
    assert workshop.publish(FIRMS).version == 0
    assert workshop.strays() == []


def test_a_source_that_proves_wrong_half_way_leaves_the_table_as_it_was(workshop) -> None:
    workshop.publish(FIRMS)
    before = workshop.state()
    broken = workshop.folder / "broken.csv"
    broken.write_bytes(firms(30_000, seed=1).encode() + b"A\xff\xfe,1,2020-01-01\n")

    with pytest.raises(SourceInvalid, match="Line 30002") as refusal:
        workshop.publish(broken)

    assert refusal.value.exit_code == 4
    assert workshop.state() == before


def test_of_two_runs_at_once_the_second_is_refused_and_the_first_ends_whole(workshop) -> None:
    waits, results = Waits(), []
    first = threading.Thread(target=lambda: results.append(workshop.publish(FIRMS, progress=waits)))
    first.start()
    assert waits.is_there.wait(30)

    other = workshop.folder / "other.csv"
    other.write_text(firms(2, seed=1), "utf-8")
    with pytest.raises(RunInProgress) as refusal:
        workshop.publish(other)
    waits.may_go_on.set()
    first.join()

    assert refusal.value.exit_code == 8
    assert f"{NAME} is at work since 2026-11-23T12:00:00.000Z (process {os.getpid()})" in refusal.value.message
    assert (results[0].outcome, results[0].version) == (Outcome.PUBLISHED, 0)
    assert workshop.is_proven()
    assert workshop.publish(other).version == 1


def test_runs_of_different_datasets_do_not_wait_for_each_other(workshop) -> None:
    waits, results = Waits(), []
    first = threading.Thread(target=lambda: results.append(workshop.publish(FIRMS, progress=waits)))
    first.start()
    assert waits.is_there.wait(30)

    second = workshop.publish(FIRMS, contract=CONTRACT.replace("name: test.firms", "name: test.others"))
    waits.may_go_on.set()
    first.join()

    assert second.outcome is Outcome.PUBLISHED
    assert results[0].outcome is Outcome.PUBLISHED
    assert workshop.lake.names() == (NAME, "test.others")


def _rejected(line: int, reasons: list[str], code: str, staff: str, founded_on: str | None) -> dict[str, object]:
    return {"_line": line, "_reasons": reasons, "code": code, "staff": staff, "founded_on": founded_on}


def _files(workshop) -> dict[str, bytes]:
    found = (path for path in workshop.lake.root.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path): path.read_bytes() for path in found}
