"""Collecting again: the schedule of a dataset, one run at once, and the end of a run at work."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from hexi.kernel.errors import Invalid
from hexi.registry.accounts import queries as accounts
from hexi.registry.accounts.actions import require
from hexi.registry.catalog import scheduling
from hexi.registry.catalog.records import DatasetRecord
from hexi.registry.runs import queries as runs
from hexi.registry.runs.errors import TooOften
from hexi.web import refusals, tables
from hexi.web.asking import reader
from hexi.web.clock import clock
from hexi.web.pages import subject

HOUR_S, DAY_S = 3600, 86_400
PERIODS = (HOUR_S, 6 * HOUR_S, DAY_S, 7 * DAY_S)
"""What the form offers, in seconds; the command line knows any other."""


class BadTime(Invalid):
    """What is typed as a time of day is none, or a period that nobody offers."""

    code = "schedule.bad-time"


def context(request: HttpRequest, record: DatasetRecord) -> dict[str, Any]:
    """Return what the page of versions shows of the schedule; nothing where somebody hands the files in."""
    if not scheduling.can_collect(record.contract):
        return {}
    name, publisher = record.summary.name, record.summary.publisher_id
    found = runs.schedule(name)
    periods = PERIODS if found is None or found.every_s in PERIODS else (found.every_s, *PERIODS)
    return {
        "is_collected": True,
        "schedule": found,
        "periods": periods,
        "at": timezone.localtime(found.due_at).strftime("%H:%M") if found else "",
        "may_schedule": accounts.may(reader(request), "run.schedule", publisher),
    }


def change(request: HttpRequest, name: str) -> HttpResponse:
    """Set or end the schedule of a dataset, or collect it now."""
    by, said = reader(request), request.POST
    record = subject.dataset(name)
    require(by, "run.schedule", name, organisation=record.summary.publisher_id)
    try:
        match said.get("do"):
            case "now":
                return redirect("run", scheduling.collect_now(name, by=by, now=clock()))
            case "remove":
                scheduling.unschedule(name, by=by, now=clock())
            case _:
                every_s, at = _period(said.get("every", "")), _time(said.get("at", ""))
                scheduling.schedule(name, every_s=every_s, at=at, by=by, now=clock())
    except (BadTime, TooOften) as error:
        shown = subject.context(record, tab="versions") | context(request, record)
        shown["schedule_error"] = refusals.sentence(error)
        return render(request, "portal/dataset/versions.html", shown, status=400)
    return redirect(f"{redirect('versions', name).url}#schedule")


def stop(request: HttpRequest, run_id: str) -> HttpResponse:
    """Ask a run to stop."""
    scheduling.stop(run_id, by=reader(request), now=clock())
    return redirect("run", run_id)


def _period(text: str) -> int:
    found = tables.whole(text)
    if not found:
        raise BadTime("“{said}” is no period; choose one from the list.", said=text)
    return found


def _time(text: str) -> time | None:
    if not text:
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise BadTime("“{said}” is no time of day; write it like 02:30.", said=text) from None
