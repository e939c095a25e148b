from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from hexi.data.contracts.reading import read_contract
from hexi.data.lifecycle.records import Step
from hexi.kernel.actors import NODE, Actor
from hexi.kernel.errors import HexiError, Invalid, Unavailable
from hexi.registry.accounts import actions as accounts
from hexi.registry.accounts.models import Authority
from hexi.registry.catalog import actions as catalog
from hexi.registry.catalog import queries as catalogue
from hexi.registry.catalog import scheduling, tasks
from hexi.registry.events import queries as events
from hexi.registry.runs import actions, queries
from hexi.registry.runs.errors import RunCancelled, RunMissing, RunOver, ScheduleMissing, TooOften
from hexi.registry.runs.models import Run
from hexi.registry.runs.records import RunRecord, State
from tests.nodes import NOON, Node, contract, field

FIRMS = "test.firms"
CONTRACT = contract(FIRMS, field("code", "编号", more="primaryKey: true"))
ROWS = "code\na1\na2\n"
LI = Actor(account="li")


class Cancelling:
    """A watcher who cancels the run while it is at work."""

    def __init__(self, node: Node) -> None:
        self.node, self.steps = node, []

    def step(self, step: Step) -> None:
        self.steps.append(step)
        if step is Step.CLEAN:
            (at_work,) = queries.at_work()
            assert not actions.cancel(at_work.id, by=NODE, now=self.node.clock())

    def rows(self, done: int, total: int | None) -> None:
        pass


def newest(dataset: str = FIRMS) -> RunRecord:
    return queries.recent(dataset=dataset, limit=1)[0]


def verbs_about(dataset: str = FIRMS) -> list[str]:
    return [each.verb for each in reversed(events.events_about(f"dataset:{dataset}")) if each.verb.startswith("run.")]


def enqueue(node: Node, name: str = FIRMS, *, by: Actor = NODE, rows: str = ROWS, **how: object) -> str:
    file = node.write(CONTRACT.replace(FIRMS, name).replace("firms", name.partition(".")[2]), rows)
    return actions.enqueue(name, file, by=by, now=node.clock(), **how)


def work(node: Node) -> bool:
    return tasks.work(clock=node.clock)


def die_at_work(node: Node, dataset: str = FIRMS, **claimed: object) -> None:
    """Leave what a process leaves that is killed while it publishes: a lease in the name of nobody alive."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    watch = actions.begin(dataset, by=NODE, clock=node.clock, watcher=None, **claimed)
    watch.end()
    Run.objects.filter(id=watch.id).update(process=gone.pid)


def test_a_run_that_published_is_told_with_its_version_rows_and_seconds(own: Node) -> None:
    result = own.publish(CONTRACT, ROWS)

    run = newest()
    assert (run.state, run.version, run.key, run.account) == (State.DONE, 0, result.key, "node")
    assert (run.rows_done, run.rows_total, run.error_template) == (2, 2, "")
    assert run.finished_at is not None
    assert run.finished_at > run.started_at
    assert {Step.COLLECT.value, Step.CLEAN.value} <= run.seconds.keys()
    assert queries.run(run.id) == run
    assert queries.at_work() == ()


def test_a_run_with_nothing_to_do_is_told_as_unchanged(own: Node) -> None:
    own.publish(CONTRACT, ROWS)
    own.publish(CONTRACT, ROWS)

    assert [(each.state, each.version) for each in queries.recent(dataset=FIRMS)] == [
        (State.UNCHANGED, 0),
        (State.DONE, 0),
    ]


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        pytest.param(lambda node: (node.folder / "firms.csv").unlink(), "source.missing", id="no source"),
        pytest.param(lambda node: (node.folder / "firms.csv").write_text("name\nx\n"), "source.header", id="no column"),
    ],
)
def test_a_run_that_failed_says_why_and_leaves_an_event(
    own: Node, break_it: Callable[[Node], object], code: str
) -> None:
    contract = read_contract(own.write(CONTRACT, ROWS))
    break_it(own)

    with pytest.raises(HexiError) as failure:
        catalog.publish(contract, by=NODE, clock=own.clock)
    own.settle()

    run = newest()
    assert (run.state, run.version) == (State.FAILED, None)
    assert run.error_template.format(**run.error_facts) == failure.value.message
    assert failure.value.code == code
    assert verbs_about() == ["run.fail"]
    (event,) = [each for each in events.events_about(f"dataset:{FIRMS}") if each.verb == "run.fail"]
    assert event.details == {"run": run.id, "code": code}
    assert catalogue.datasets() == ()


def test_a_bug_is_told_without_its_insides(own: Node) -> None:
    class Broken(Cancelling):
        def step(self, step: Step) -> None:
            raise ZeroDivisionError("secret")

    with pytest.raises(ZeroDivisionError):
        catalog.publish(read_contract(own.write(CONTRACT, ROWS)), by=NODE, clock=own.clock, progress=Broken(own))

    run = newest()
    assert (run.state, run.error_facts) == (State.FAILED, {"reason": "ZeroDivisionError"})
    assert "secret" not in str(run)


def test_a_run_that_is_cancelled_at_work_leaves_the_dataset_as_it_was(own: Node) -> None:
    own.publish(CONTRACT, ROWS)
    changed = read_contract(own.write(CONTRACT, ROWS + "a3\n"))
    watcher = Cancelling(own)

    with pytest.raises(RunCancelled, match="the dataset is as it was"):
        catalog.publish(changed, by=NODE, clock=own.clock, progress=watcher)
    own.settle()

    assert (newest().state, Step.COMMIT in watcher.steps) == (State.CANCELLED, False)
    assert (own.table(FIRMS).version(), catalogue.dataset(FIRMS).summary.accepted) == (0, 2)
    assert verbs_about() == ["run.cancel"]


def test_a_run_whose_process_died_is_lost_at_the_next_start_and_the_catalogue_agrees(own: Node) -> None:
    own.publish(CONTRACT, ROWS)
    die_at_work(own)

    assert catalog.catch_up(clock=own.clock) == []

    assert [each.state for each in queries.recent(dataset=FIRMS)] == [State.LOST, State.DONE]
    assert catalogue.dataset(FIRMS).summary.version == own.table(FIRMS).version() == 0


def test_a_run_that_is_alive_is_left_alone_until_its_lease_is_over(own: Node) -> None:
    watch = actions.begin(FIRMS, by=NODE, clock=own.clock, watcher=None)
    watch.end()

    assert actions.recover(now=own.clock()) == 0
    assert actions.recover(now=own.clock() + timedelta(minutes=5)) == 1
    assert newest().state == State.LOST


def test_whoever_lost_the_lease_cannot_write_the_end_of_the_run(own: Node) -> None:
    watch = actions.begin(FIRMS, by=NODE, clock=own.clock, watcher=None)
    watch.end()
    actions.recover(now=own.clock() + timedelta(minutes=5))

    actions.finish(watch, key="k", version=7, is_unchanged=False, rows=1, now=own.clock())
    actions.fail(watch, Invalid("too late"), by=NODE, now=own.clock())

    assert (newest().state, newest().version, newest().error_template) == (State.LOST, None, "")


def test_a_run_that_never_was_is_missing(node: Node, db: None) -> None:
    with pytest.raises(RunMissing):
        queries.run("no-such-run")
    with pytest.raises(RunMissing):
        actions.cancel("no-such-run", by=NODE, now=node.clock())


def test_a_run_that_ended_cannot_be_cancelled(own: Node) -> None:
    own.publish(CONTRACT, ROWS)

    with pytest.raises(RunOver):
        actions.cancel(newest().id, by=NODE, now=own.clock())
    assert newest().state == State.DONE


def test_the_newest_runs_are_told_first_and_no_more_than_asked(own: Node) -> None:
    for name in ("a", "b", "c"):
        enqueue(own, f"test.{name}")
    for _ in range(3):
        assert work(own)

    assert [each.dataset for each in queries.recent(limit=2)] == ["test.c", "test.b"]
    assert [each.dataset for each in queries.recent(dataset="test.a")] == ["test.a"]


def test_what_is_queued_is_published_once_by_the_worker(own: Node) -> None:
    id_ = enqueue(own)
    assert [each.state for each in queries.at_work()] == [State.QUEUED]

    assert work(own)
    assert not work(own)
    own.settle()

    run = queries.run(id_)
    assert (run.state, run.version, run.attempts) == (State.DONE, 0, 1)
    assert catalogue.dataset(FIRMS).summary.accepted == 2
    assert verbs_about() == ["run.queue"]


def test_a_dataset_that_waits_is_not_queued_twice(own: Node) -> None:
    assert enqueue(own) == enqueue(own)
    assert len(queries.at_work()) == 1


def test_what_is_due_first_is_taken_first_and_what_is_not_due_waits(own: Node) -> None:
    later = enqueue(own, "test.later", due_at=NOON + timedelta(hours=1))
    first = enqueue(own, "test.first")
    second = enqueue(own, "test.second")

    taken = [actions.claim(now=own.clock()) for _ in range(3)]

    assert [each and each.run for each in taken] == [first, second, None]
    late = actions.claim(now=NOON + timedelta(hours=1))
    assert late is not None
    assert (late.run, late.attempt) == (later, 1)


def test_a_queued_run_that_is_cancelled_is_never_begun(own: Node) -> None:
    id_ = enqueue(own)

    assert actions.cancel(id_, by=NODE, now=own.clock())

    assert not work(own)
    assert queries.run(id_).state == State.CANCELLED


def test_a_queued_run_acts_with_the_authority_of_whoever_queued_it_as_it_is_when_it_runs(own: Node) -> None:
    accounts.allow("li", "dataset.publish", by=NODE, now=own.clock())
    id_ = enqueue(own, by=LI)
    Authority.objects.all().delete()

    assert work(own)
    run = queries.run(id_)
    assert (run.state, run.error_facts["account"]) == (State.FAILED, "li")
    assert catalogue.datasets() == ()


def test_a_queued_run_with_a_bad_contract_or_source_fails_and_the_worker_goes_on(own: Node) -> None:
    bad = enqueue(own, "test.bad")
    (own.folder / "bad.odcs.yaml").write_text("kind: DataContract\n", "utf-8")
    worse = enqueue(own, "test.worse")
    (own.folder / "worse.csv").unlink()
    good = enqueue(own, "test.good")

    assert [work(own) for _ in range(4)] == [True, True, True, False]

    assert [queries.run(each).state for each in (bad, worse, good)] == [State.FAILED, State.FAILED, State.DONE]
    assert "to mend" in queries.run(bad).error_template


def test_what_may_help_to_be_tried_again_is_tried_three_times(own: Node) -> None:
    id_ = enqueue(own)
    states = []
    for attempt in range(1, 4):
        now = own.clock() + timedelta(minutes=10 * attempt)
        claim = actions.claim(now=now)
        assert claim is not None
        assert claim.attempt == attempt
        watch = actions.begin(FIRMS, by=NODE, clock=own.clock, watcher=None, taken=claim)
        watch.end()
        actions.fail(watch, Unavailable("The disk is away."), by=NODE, now=now)
        states.append(queries.run(id_).state)
        assert actions.claim(now=now) is None

    assert states == [State.QUEUED, State.QUEUED, State.FAILED]
    assert queries.run(id_).error_template == "The disk is away."


def test_a_queued_run_whose_worker_died_is_taken_up_again(own: Node) -> None:
    id_ = enqueue(own)
    die_at_work(own, taken=actions.claim(now=own.clock()))

    assert work(own)

    run = queries.run(id_)
    assert (run.state, run.attempts) == (State.DONE, 2)


def test_a_run_that_kills_every_worker_is_given_up(own: Node) -> None:
    id_ = enqueue(own)
    for attempt in range(1, 4):
        now = own.clock() + timedelta(minutes=10 * attempt)
        assert actions.claim(now=now)
        assert actions.recover(now=now + timedelta(minutes=5)) == 1

    assert queries.run(id_).state == State.LOST
    assert actions.claim(now=NOON + timedelta(days=1)) is None


def test_a_schedule_queues_its_dataset_when_due_and_makes_up_for_nothing(own: Node) -> None:
    file = own.write(CONTRACT, ROWS)
    actions.schedule(FIRMS, file, source_file=None, every_s=3600, by=NODE, now=NOON)

    assert actions.enqueue_due(scheduling.standing_contract, now=NOON) == 1
    assert actions.enqueue_due(scheduling.standing_contract, now=NOON + timedelta(minutes=59)) == 0
    (schedule,) = queries.schedules()
    assert (schedule.contract_file, schedule.due_at) == (file.absolute(), NOON + timedelta(hours=1))

    assert work(own)
    assert actions.enqueue_due(scheduling.standing_contract, now=NOON + timedelta(hours=5, minutes=1)) == 1
    assert queries.schedules()[0].due_at == NOON + timedelta(hours=6)
    assert [each.dataset for each in queries.at_work()] == [FIRMS]


def test_a_schedule_replaces_the_one_before_and_can_be_ended(own: Node) -> None:
    file = own.write(CONTRACT, ROWS)
    for every_s in (3600, 86400):
        actions.schedule(FIRMS, file, source_file=Path("x.csv"), every_s=every_s, by=NODE, now=NOON)

    assert [each.every_s for each in queries.schedules()] == [86400]
    actions.unschedule(FIRMS, by=NODE, now=own.clock())
    assert queries.schedules() == ()
    with pytest.raises(ScheduleMissing):
        actions.unschedule(FIRMS, by=NODE, now=own.clock())


def test_a_schedule_that_would_never_rest_is_refused(own: Node) -> None:
    with pytest.raises(TooOften, match="at most every 60 seconds, not every 59"):
        actions.schedule(FIRMS, Path("x"), source_file=None, every_s=59, by=NODE, now=NOON)
    assert queries.schedules() == ()


def test_a_schedule_whose_owner_lost_the_authority_does_not_stop_the_worker(own: Node) -> None:
    accounts.allow("li", "*", by=NODE, now=own.clock())
    file = own.write(CONTRACT, ROWS)
    actions.schedule(FIRMS, file, source_file=None, every_s=3600, by=LI, now=NOON)
    good = enqueue(own, "test.good")
    Authority.objects.all().delete()

    while work(own):
        pass

    assert queries.run(good).state == State.DONE
    assert (newest().state, newest().error_facts["account"]) == (State.FAILED, "li")
    assert catalogue.dataset("test.good").summary.accepted == 2
