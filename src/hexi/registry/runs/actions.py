"""Everything that changes a run or the queue.

A run belongs to whoever holds its token; every write asks for it, so that a worker which was thought
dead and comes back cannot overwrite what happened since.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F

from hexi.data.lifecycle.records import Progress
from hexi.kernel.actors import Actor
from hexi.kernel.errors import HexiError, Unavailable, reason_of
from hexi.kernel.names import new_id
from hexi.kernel.time import Clock
from hexi.registry.accounts import actions as accounts
from hexi.registry.events import actions as events
from hexi.registry.runs.errors import RunCancelled, RunMissing, RunOver, ScheduleMissing, TooOften
from hexi.registry.runs.models import Run, Schedule
from hexi.registry.runs.records import Claim, State
from hexi.registry.runs.watching import LEASE, Watch

ATTEMPTS = 3
"""How often a queued run is tried before it counts as failed."""
WAIT = timedelta(seconds=30)
"""Pause before the second attempt; twice that before the third."""
EVERY_AT_LEAST_S = 60


@transaction.atomic
def enqueue(
    dataset: str,
    contract_file: Path,
    *,
    source_file: Path | None = None,
    due_at: datetime | None = None,
    organisation: str | None = None,
    by: Actor,
    now: datetime,
) -> str:
    """Queue a run for the worker and return its id. Raises `NotAuthorised`.

    `organisation` is the publisher's, for which `by` may have the authority to publish.
    Paths are those of this machine. A dataset that waits already is not queued twice: the id is that one's.
    """
    accounts.require(by, "dataset.publish", dataset, organisation=organisation)
    return _queue(dataset, contract_file, source_file=source_file, due_at=due_at or now, by=by, now=now)


def _queue(
    dataset: str, contract_file: Path, *, source_file: Path | None, due_at: datetime, by: Actor, now: datetime
) -> str:
    contract, source = str(contract_file.absolute()), str(source_file.absolute()) if source_file else ""
    waiting = Run.objects.filter(
        dataset=dataset, state=State.QUEUED, contract_file=contract, source_file=source, attempts=0
    ).first()
    if waiting is not None:
        return waiting.id
    run = Run.objects.create(
        id=new_id(now),
        dataset=dataset,
        account=by.account,
        state=State.QUEUED,
        started_at=now,
        beat_at=now,
        process=0,
        contract_file=contract,
        source_file=source,
        due_at=due_at,
    )
    events.record(by=by, verb="run.queue", object=f"dataset:{dataset}", details={"run": run.id}, now=now)
    return run.id


def claim(*, now: datetime) -> Claim | None:
    """Take up the queued run that has been due longest; None where nothing is due. Two workers never get the same."""
    while True:
        due = Run.objects.filter(state=State.QUEUED, due_at__lte=now).order_by("due_at", "id").first()
        if due is None:
            return None
        holder = new_id(now)
        # Update-where: the row itself decides which worker was first.
        if Run.objects.filter(id=due.id, state=State.QUEUED).update(
            state=State.RUNNING,
            holder=holder,
            process=os.getpid(),
            attempts=F("attempts") + 1,
            started_at=now,
            beat_at=now,
            lease_until=now + LEASE,
            step="",
            rows_done=0,
            rows_total=None,
            seconds={},
        ):
            return Claim(
                run=due.id,
                holder=holder,
                dataset=due.dataset,
                account=due.account,
                contract_file=Path(due.contract_file),
                source_file=Path(due.source_file) if due.source_file else None,
                attempt=due.attempts + 1,
            )


def begin(
    dataset: str,
    *,
    source: Path | None = None,
    by: Actor,
    clock: Clock,
    watcher: Progress | None,
    taken: Claim | None = None,
) -> Watch:
    """Begin a run, or the one that a worker took up, and return what watches it. `source` is the file that it reads."""
    read = str(source.absolute()) if source else ""
    if taken is not None:
        Run.objects.filter(id=taken.run, holder=taken.holder).update(read_file=read)
        return Watch(taken.run, taken.holder, clock, watcher)
    now = clock()
    run = Run.objects.create(
        id=new_id(now),
        dataset=dataset,
        account=by.account,
        state=State.RUNNING,
        started_at=now,
        beat_at=now,
        process=os.getpid(),
        attempts=1,
        holder=new_id(now),
        lease_until=now + LEASE,
        read_file=read,
    )
    return Watch(run.id, run.holder, clock, watcher)


def finish(watch: Watch, *, key: str, version: int, is_unchanged: bool, rows: int, now: datetime) -> None:
    """Enter the good end of a run."""
    Run.objects.filter(id=watch.id, holder=watch.holder).update(
        state=State.UNCHANGED if is_unchanged else State.DONE,
        key=key,
        version=version,
        rows_done=rows,
        rows_total=rows,
        finished_at=now,
        lease_until=None,
        error_template="",
        error_facts={},
    )


@transaction.atomic
def fail(watch: Watch, error: BaseException, *, by: Actor, now: datetime) -> None:
    """Enter why an attempt ended, in words that can be said in any language.

    A queued run is tried again if trying may help (`Unavailable`) and it has attempts left.
    """
    run = Run.objects.filter(id=watch.id, holder=watch.holder, state=State.RUNNING).first()
    if run is None:
        return
    run.error_template, run.error_facts = _in_words(error)
    run.lease_until, run.holder = None, ""
    if isinstance(error, RunCancelled):
        run.state, run.finished_at = State.CANCELLED, now
    elif run.contract_file and isinstance(error, Unavailable) and run.attempts < ATTEMPTS:
        run.state, run.due_at = State.QUEUED, now + WAIT * run.attempts
    else:
        run.state, run.finished_at = State.FAILED, now
        code = error.code if isinstance(error, HexiError) else type(error).__name__
        details = {"run": run.id, "code": code}
        events.record(by=by, verb="run.fail", object=f"dataset:{run.dataset}", details=details, now=now)
    run.save()


@transaction.atomic
def cancel(run_id: str, *, organisation: str | None = None, by: Actor, now: datetime) -> bool:
    """Cancel a run; return whether it has ended already, or else stops at its next sign of life.

    Raises `NotAuthorised`, `RunMissing`, and `RunOver` if it had ended before.
    """
    run = Run.objects.filter(id=run_id).first()
    if run is None:
        raise RunMissing("There is no such run.")
    accounts.require(by, "run.cancel", run.dataset, organisation=organisation)
    was_waiting = Run.objects.filter(id=run_id, state=State.QUEUED).update(state=State.CANCELLED, finished_at=now)
    if not was_waiting and not Run.objects.filter(id=run_id, state=State.RUNNING).update(is_stopping=True):
        raise RunOver("The run of {dataset} has ended already.", dataset=run.dataset)
    events.record(by=by, verb="run.cancel", object=f"dataset:{run.dataset}", details={"run": run_id}, now=now)
    return bool(was_waiting)


def recover(*, now: datetime) -> int:
    """Take leases away from whoever died; return how many. Called at every start and by the worker.

    A queued run goes back into the queue while it has attempts left. One that a person watched is
    entered as lost: its table is as it was, or whole.
    """
    freed = 0
    for run in Run.objects.filter(state=State.RUNNING):
        if run.lease_until is not None and run.lease_until > now and _is_alive(run.process):
            continue
        mine = Run.objects.filter(id=run.id, holder=run.holder, state=State.RUNNING)
        if run.is_stopping:
            freed += mine.update(state=State.CANCELLED, finished_at=now, lease_until=None, holder="")
        elif run.contract_file and run.attempts < ATTEMPTS:
            due_at = now + WAIT * (run.attempts - 1)
            freed += mine.update(state=State.QUEUED, due_at=due_at, lease_until=None, holder="")
        else:
            freed += mine.update(state=State.LOST, finished_at=now, lease_until=None, holder="")
    return freed


@transaction.atomic
def schedule(
    dataset: str,
    contract_file: Path | None = None,
    *,
    source_file: Path | None = None,
    every_s: int,
    first_at: datetime | None = None,
    organisation: str | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Publish a dataset again every so often, the first time now or at `first_at`. Replaces its schedule.

    Without a file it is the contract of the standing version that is published. `organisation` is the publisher's.
    Raises `NotAuthorised`, `TooOften`.
    """
    accounts.require(by, "run.schedule", dataset, organisation=organisation)
    accounts.require(by, "dataset.publish", dataset, organisation=organisation)
    if every_s < EVERY_AT_LEAST_S:
        raise TooOften(
            "A dataset is published at most every {least} seconds, not every {every}.",
            least=EVERY_AT_LEAST_S,
            every=every_s,
        )
    Schedule.objects.update_or_create(
        dataset=dataset,
        defaults={
            "account": by.account,
            "contract_file": str(contract_file.absolute()) if contract_file else "",
            "source_file": str(source_file.absolute()) if source_file else "",
            "every_s": every_s,
            "due_at": first_at or now,
        },
    )
    events.record(
        by=by, verb="run.schedule", object=f"dataset:{dataset}", details={"every_s": every_s, "is_on": True}, now=now
    )


@transaction.atomic
def unschedule(dataset: str, *, organisation: str | None = None, by: Actor, now: datetime) -> None:
    """End a schedule. Raises `NotAuthorised`, `ScheduleMissing`."""
    accounts.require(by, "run.schedule", dataset, organisation=organisation)
    if not Schedule.objects.filter(dataset=dataset).delete()[0]:
        raise ScheduleMissing("{dataset} is not on a schedule.", dataset=dataset)
    events.record(
        by=by, verb="run.schedule", object=f"dataset:{dataset}", details={"every_s": 0, "is_on": False}, now=now
    )


def enqueue_due(standing: Callable[[str], Path | None], *, now: datetime) -> int:
    """Queue what schedules say is due; return how many. Times that went by while nobody worked are not made up.

    `standing` gives the file of the contract of a dataset's standing version; None where it has none (any more),
    whose turn is let go by.
    """
    queued = 0
    for each in Schedule.objects.filter(due_at__lte=now):
        missed = (now - each.due_at) // timedelta(seconds=each.every_s)
        following = each.due_at + timedelta(seconds=each.every_s) * (missed + 1)
        with transaction.atomic():
            if not Schedule.objects.filter(dataset=each.dataset, due_at=each.due_at).update(due_at=following):
                continue
            source = Path(each.source_file) if each.source_file else None
            contract = Path(each.contract_file) if each.contract_file else standing(each.dataset)
            if contract is None:
                continue
            by = Actor(account=each.account)
            # Who lost the authority is refused when the run begins, where its record says so: not here, where
            # one schedule would keep all the others from their turn.
            _queue(each.dataset, contract, source_file=source, due_at=now, by=by, now=now)
            queued += 1
    return queued


def _in_words(error: BaseException) -> tuple[str, Mapping[str, object]]:
    if isinstance(error, HexiError):
        return error.template, error.kept_facts
    if isinstance(error, OSError):
        return "The run was cut off: {reason}", {"reason": reason_of(error)}
    return "The run was cut off: {reason}", {"reason": type(error).__name__}


def _is_alive(process: int) -> bool:
    """Whether a process of this machine lives; one number may be another's by now, which the lease settles."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
