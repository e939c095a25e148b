"""A run as one watches it: the step, the rows, how fast, how long still."""

from __future__ import annotations

import threading
from types import TracebackType

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

from hexi.cli.speech import _, err, many, of
from hexi.data.lifecycle.records import Step
from hexi.kernel.names import Text

STEPS = {
    Step.COLLECT: Text("采集", "collecting"),
    Step.CLEAN: Text("清洗与质检", "cleaning and testing"),
    Step.SPLIT: Text("分流", "splitting"),
    Step.COMMIT: Text("提交", "committing"),
    Step.CERTIFY: Text("出证", "certifying"),
}


class Bar:
    """Draws a run while it works; draws nothing where nobody looks."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._lock = threading.Lock()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[rows]}"),
            TimeRemainingColumn(),
            console=err,
            transient=True,
            disable=not err.is_terminal,
        )
        self._task = self._progress.add_task(title, total=None, rows="")

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def step(self, step: Step) -> None:
        """A step begins."""
        with self._lock:
            self._progress.update(self._task, description=f"{self.title}  {of(STEPS[step])}")

    def rows(self, done: int, total: int | None) -> None:
        """Rows went by."""
        with self._lock:
            self._progress.update(self._task, completed=done, total=total, rows=_("{rows} rows", rows=many(done)))
