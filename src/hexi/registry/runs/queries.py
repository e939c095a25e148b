"""Questions about runs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from pathlib import Path

from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from hexi.registry.runs.errors import RunMissing
from hexi.registry.runs.models import Run, Schedule
from hexi.registry.runs.records import RunRecord, ScheduleRecord, State


def run(run_id: str) -> RunRecord:
    """One run. Raises `RunMissing`."""
    found = Run.objects.filter(id=run_id).first()
    if found is None:
        raise RunMissing("There is no such run.")
    return _record(found)


def counts(*, month: date | None = None) -> dict[str, int]:
    """How many runs are in each state, of all months or of one; states of none are left out."""
    return dict(_found(month=month).values_list("state").annotate(n=Count("id")).order_by())


def months() -> tuple[date, ...]:
    """Every month from that of the newest run to that of the oldest, on the node's clock, as its first day."""
    ends = Run.objects.aggregate(first=Min("started_at"), last=Max("started_at"))
    if ends["first"] is None:
        return ()
    month, last = (timezone.localtime(ends[end]).date().replace(day=1) for end in ("first", "last"))
    found = [month]
    while found[-1] < last:
        found.append(_following(found[-1]))
    return tuple(reversed(found))


def counts_by_month(*, limit: int) -> dict[date, dict[str, int]]:
    """How many runs began in each of the newest `limit` of `months`, by state; those of none are left out."""
    newest = months()[:limit]
    # A range of moments for each month: cutting each run's moment down to its month takes ten times as long.
    each_month = {f"m{i}": Count("id", filter=_within(month)) for i, month in enumerate(newest)}
    states = list(Run.objects.values_list("state").annotate(**each_month).order_by("state")) if newest else []
    found = {month: {state: of[i] for state, *of in states if of[i]} for i, month in enumerate(newest)}
    return {month: counts for month, counts in found.items() if counts}


def recent(
    *,
    dataset: str | None = None,
    states: Collection[State] | None = None,
    month: date | None = None,
    limit: int = 20,
    offset: int = 0,
) -> tuple[RunRecord, ...]:
    """The newest runs: of one dataset or of all, in any of `states`, begun in the month of `month`; or whichever."""
    found = _found(dataset=dataset, states=states, month=month).order_by("-id")
    return tuple(_record(each) for each in found[offset : offset + limit])


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
    return tuple(_schedule(each) for each in Schedule.objects.order_by("dataset"))


def schedule(dataset: str) -> ScheduleRecord | None:
    """The schedule of a dataset, None where it has none."""
    found = Schedule.objects.filter(dataset=dataset).first()
    return None if found is None else _schedule(found)


def failed(*, account: str | None = None, limit: int = 20) -> tuple[RunRecord, ...]:
    """Runs that failed or were lost and that no later run of their dataset made good, the newest first.

    With `account`, those that this account began.
    """
    newest = Run.objects.filter(dataset=OuterRef("dataset")).order_by("-id").values("id")[:1]
    found = Run.objects.filter(state__in=[State.FAILED, State.LOST], id=Subquery(newest))
    if account is not None:
        found = found.filter(account=account)
    return tuple(_record(each) for each in found.order_by("-id")[:limit])


def _found(
    *, dataset: str | None = None, states: Collection[State] | None = None, month: date | None = None
) -> QuerySet[Run]:
    found = Run.objects.all()
    if dataset is not None:
        found = found.filter(dataset=dataset)
    if states is not None:
        found = found.filter(state__in=states)
    if month is not None:
        found = found.filter(_within(month))
    return found


def _within(month: date) -> Q:
    first = month.replace(day=1)
    return Q(started_at__gte=_midnight(first), started_at__lt=_midnight(_following(first)))


def _following(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _midnight(day: date) -> datetime:
    """When a day begins on the node's clock, which is the one that months are told by."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _schedule(row: Schedule) -> ScheduleRecord:
    return ScheduleRecord(
        dataset=row.dataset,
        account=row.account,
        contract_file=Path(row.contract_file) if row.contract_file else None,
        source_file=Path(row.source_file) if row.source_file else None,
        every_s=row.every_s,
        due_at=row.due_at,
    )


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
