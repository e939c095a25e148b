"""Questions about runs."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from django.db.models import Count, OuterRef, Subquery

from hexi.registry.runs.errors import RunMissing
from hexi.registry.runs.models import Run, Schedule
from hexi.registry.runs.records import RunRecord, ScheduleRecord, State


def run(run_id: str) -> RunRecord:
    """One run. Raises `RunMissing`."""
    found = Run.objects.filter(id=run_id).first()
    if found is None:
        raise RunMissing("There is no such run.")
    return _record(found)


def counts() -> dict[str, int]:
    """How many runs are in each state; states of none are left out."""
    return dict(Run.objects.values_list("state").annotate(n=Count("id")).order_by())


def recent(
    *, dataset: str | None = None, states: Collection[State] | None = None, limit: int = 20
) -> tuple[RunRecord, ...]:
    """The newest runs, of one dataset or of all, in any of `states` or in whichever."""
    found = Run.objects.order_by("-id")
    if states is not None:
        found = found.filter(state__in=states)
    if dataset is not None:
        found = found.filter(dataset=dataset)
    return tuple(_record(each) for each in found[:limit])


def file_read(dataset: str, version: int) -> Path | None:
    """The file that the newest run read whose result is this version; None where nobody noted one."""
    ended = Run.objects.filter(dataset=dataset, version=version, state__in=[State.DONE, State.UNCHANGED])
    for said in ended.order_by("-id").values_list("read_file", "source_file"):
        if path := next(filter(None, said), ""):
            return Path(path)
    return None


def at_work() -> tuple[RunRecord, ...]:
    """Runs that wait or are at work, in the order in which they are due."""
    found = Run.objects.filter(state__in=[State.QUEUED, State.RUNNING]).order_by("due_at", "id")
    return tuple(_record(each) for each in found)


def schedules() -> tuple[ScheduleRecord, ...]:
    """Every schedule, by dataset."""
    return tuple(
        ScheduleRecord(
            dataset=each.dataset,
            account=each.account,
            contract_file=Path(each.contract_file),
            source_file=Path(each.source_file) if each.source_file else None,
            every_s=each.every_s,
            due_at=each.due_at,
        )
        for each in Schedule.objects.order_by("dataset")
    )


def failed(*, account: str | None = None, limit: int = 20) -> tuple[RunRecord, ...]:
    """Runs that failed or were lost and that no later run of their dataset made good, the newest first.

    With `account`, those that this account began.
    """
    newest = Run.objects.filter(dataset=OuterRef("dataset")).order_by("-id").values("id")[:1]
    found = Run.objects.filter(state__in=[State.FAILED, State.LOST], id=Subquery(newest))
    if account is not None:
        found = found.filter(account=account)
    return tuple(_record(each) for each in found.order_by("-id")[:limit])


def _record(row: Run) -> RunRecord:
    return RunRecord(
        id=row.id,
        dataset=row.dataset,
        account=row.account,
        state=row.state,
        step=row.step,
        rows_done=row.rows_done,
        rows_total=row.rows_total,
        started_at=row.started_at,
        finished_at=row.finished_at,
        version=row.version,
        seconds=row.seconds,
        error_template=row.error_template,
        error_facts=row.error_facts,
        key=row.key,
        attempts=row.attempts,
        due_at=row.due_at,
        is_stopping=row.is_stopping,
    )
