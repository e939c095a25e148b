"""What a child process took: wall time, processor time and peak memory, as the kernel counted them.

The process that measures stays small: on Linux a child's peak begins with what its parent held.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
QUIET_LOAD = 0.5
"""A load average above this says that others work on the machine."""
PATIENCE_S = 180


@dataclass(frozen=True)
class Measurement:
    """One child process, or the medians of several."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    said: dict[str, Any] = field(default_factory=dict)
    """What it printed as its last line."""

    def over(self, other: Measurement) -> tuple[float, float, float]:
        """The ratios of wall, processor time and peak memory to another's."""
        return self.wall_s / other.wall_s, self.cpu_s / other.cpu_s, self.peak_mib / other.peak_mib


def settled() -> float:
    """Return the load average once what went before has faded from it; where others work on, three minutes later."""
    for _ in range(PATIENCE_S):
        if os.getloadavg()[0] <= QUIET_LOAD:
            break
        time.sleep(1)
    return os.getloadavg()[0]


def measured(command: Sequence[str | Path], *, warm: Path, env: dict[str, str] | None = None) -> Measurement:
    """Run a command to its end. `warm` is read first, and what others wrote is on disk, so that all start alike.

    Raises `SystemExit` with what the child said where it fails.
    """
    _read(warm)
    os.sync()
    with open(os.devnull) as nothing:
        began = time.perf_counter()
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=nothing,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**os.environ, **(env or {})},
        )
        assert child.stdout is not None
        said = child.stdout.read().decode()
        _, status, used = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {child.returncode}:\n{said}")
    lines = said.strip().splitlines()
    return Measurement(wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, _facts(lines[-1]) if lines else {})


def job(name: str, *arguments: str | Path) -> list[str | Path]:
    """The command of a job of `jobs.py` in this environment."""
    return [sys.executable, "-m", "tests.benchmarks.jobs", name, *arguments]


def median(runs: Sequence[Measurement]) -> Measurement:
    """Medians of each figure by itself; what was said last."""
    return Measurement(
        statistics.median(each.wall_s for each in runs),
        statistics.median(each.cpu_s for each in runs),
        statistics.median(each.peak_mib for each in runs),
        runs[-1].said,
    )


def _facts(line: str) -> dict[str, Any]:
    return json.loads(line) if line.startswith("{") else {}


def _read(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 24):
            pass
