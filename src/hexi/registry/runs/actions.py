"""Keeping account of runs: begun, at work, finished, failed, or lost with their process."""

from __future__ import annotations

import os
import threading
from datetime import datetime

from django.db import connection

from hexi.data.lifecycle.records import Progress, Silent, Step
from hexi.kernel.actors import Actor
from hexi.kernel.errors import HexiError
from hexi.kernel.names import new_id
from hexi.kernel.time import Clock
from hexi.registry.runs.models import Run

BEAT_S = 0.7
"""How often the progress of a run is written, at most."""


class Watch:
    """Hands a run's progress on to a watcher, and writes it down now and then."""

    def __init__(self, run_id: str, clock: Clock, watcher: Progress | None) -> None:
        self.id, self.clock, self.watcher = run_id, clock, watcher or Silent()
        self._step = ""
        self._step_began = clock()
        self._seconds: dict[str, float] = {}
        self._rows: tuple[int, int | None] = (0, None)
        self._is_over = threading.Event()
        # Rows are reported from the engine's own threads, which must not open connections of their own.
        threading.Thread(target=self._beat, name=f"run {run_id}", daemon=True).start()

    def step(self, step: Step) -> None:
        """A step begins: always written."""
        now = self.clock()
        if self._step:
            self._seconds[self._step] = round((now - self._step_began).total_seconds(), 3)
        self._step, self._step_began = step.value, now
        self.watcher.step(step)
        self._write(now)

    def rows(self, done: int, total: int | None) -> None:
        """Rows went by."""
        self._rows = (done, total)
        self.watcher.rows(done, total)

    def end(self) -> None:
        """Stop writing."""
        self._is_over.set()

    def _beat(self) -> None:
        try:
            while not self._is_over.wait(BEAT_S):
                self._write(self.clock())
        finally:
            connection.close()

    def _write(self, now: datetime) -> None:
        done, total = self._rows
        Run.objects.filter(id=self.id, state="running").update(
            step=self._step, rows_done=done, rows_total=total, beat_at=now, seconds=self._seconds
        )


def begin(dataset: str, *, by: Actor, now: datetime, clock: Clock, watcher: Progress | None) -> Watch:
    """Enter a run that begins and return what watches it."""
    run = Run.objects.create(
        id=new_id(now),
        dataset=dataset,
        account=by.account,
        state="running",
        started_at=now,
        beat_at=now,
        process=os.getpid(),
    )
    return Watch(run.id, clock, watcher)


def finished(run_id: str, *, key: str, version: int, is_unchanged: bool, rows: int, now: datetime) -> None:
    """Enter the good end of a run."""
    Run.objects.filter(id=run_id).update(
        state="unchanged" if is_unchanged else "done",
        key=key,
        version=version,
        rows_done=rows,
        rows_total=rows,
        finished_at=now,
    )


def failed(run_id: str, error: BaseException, *, now: datetime) -> None:
    """Enter why a run failed, in words that can be said in any language."""
    template = error.template if isinstance(error, HexiError) else "The run was cut off: {reason}"
    facts = error.facts if isinstance(error, HexiError) else {"reason": type(error).__name__}
    Run.objects.filter(id=run_id).update(
        state="failed",
        finished_at=now,
        error_template=template,
        error_facts={name: str(value) for name, value in facts.items()},
    )


def bury(*, now: datetime) -> int:
    """Mark runs whose process is gone; return how many. Their tables are as they were, or whole."""
    lost = [run.id for run in Run.objects.filter(state="running") if not _is_alive(run.process)]
    return Run.objects.filter(id__in=lost).update(state="lost", finished_at=now)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
