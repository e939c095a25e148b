"""Watches a run at work: hands its progress on, keeps its lease, and stops it when asked to."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from django.db import DatabaseError, connection

from hexi.data.lifecycle.records import Progress, Silent, Step
from hexi.kernel.time import Clock
from hexi.registry.runs.errors import RunCancelled
from hexi.registry.runs.models import Run
from hexi.registry.runs.records import State

BEAT_S = 0.7
"""How often the progress of a run is written, at most."""
LEASE = timedelta(seconds=60)
"""How long a run is somebody's without a sign of life."""


class Watch:
    """The progress of one attempt at a run."""

    def __init__(self, run_id: str, holder: str, clock: Clock, watcher: Progress | None) -> None:
        self.id, self.holder, self.clock, self.watcher = run_id, holder, clock, watcher or Silent()
        self.is_stopped = False
        """Whether the run was told to stop: cancelled, or somebody else's by now."""
        self._step = ""
        self._step_began = clock()
        self._seconds: dict[str, float] = {}
        self._rows: tuple[int, int | None] = (0, None)
        self._is_over = threading.Event()
        # Rows are reported from the engine's own threads, which must not open connections of their own.
        self._beats = threading.Thread(target=self._beat, name=f"run {run_id}", daemon=True)
        self._beats.start()

    def step(self, step: Step) -> None:
        """A step begins: always written. Raises `RunCancelled`."""
        now = self.clock()
        if self._step:
            self._seconds[self._step] = round((now - self._step_began).total_seconds(), 3)
        self._step, self._step_began = step.value, now
        self._write(now)
        self._go_on()
        self.watcher.step(step)

    def rows(self, done: int, total: int | None) -> None:
        """Rows went by. Raises `RunCancelled`."""
        self._rows = (done, total)
        self._go_on()
        self.watcher.rows(done, total)

    def end(self) -> None:
        """Stop writing; nothing is written after this returns."""
        self._is_over.set()
        self._beats.join()

    def _go_on(self) -> None:
        if self.is_stopped:
            raise RunCancelled("The run was cancelled; the dataset is as it was.")

    def _beat(self) -> None:
        try:
            while not self._is_over.wait(BEAT_S):
                try:
                    self._write(self.clock())
                except DatabaseError:
                    # Progress is worth less than the run: a busy database is told a little later.
                    continue
        finally:
            connection.close()

    def _write(self, now: datetime) -> None:
        done, total = self._rows
        mine = Run.objects.filter(id=self.id, holder=self.holder, state=State.RUNNING)
        is_mine = mine.update(
            step=self._step,
            rows_done=done,
            rows_total=total,
            beat_at=now,
            lease_until=now + LEASE,
            seconds=self._seconds,
        )
        self.is_stopped = not is_mine or mine.filter(is_stopping=True).exists()
