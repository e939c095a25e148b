"""The measurements: each part in rounds that alternate, so that a slow moment of the machine strikes all alike."""

from __future__ import annotations

import json
import math
import platform
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import ROOT, Measurement, job, measured, median

HERE = Path(__file__).parent
BYTES_A_ROW = 190
SHARES = {
    "credit_code.required": 0.003,
    "credit_code.credit_code_format": 0.003,
    "name.length": 0.005,
    "division_code.reference": 0.015,
    "founded_on.type": 0.013,
    "founded_on.range": 0.005,
    "registered_capital.type": 0.01,
    "registered_capital.range": 0.002,
    "phone.phone": 0.02,
    "representative_id.resident_id": 0.03,
    "industry_code.pattern": 0.01,
    "longitude.range": 0.012,
    "latitude.range": 0.012,
    "credit_code.unique": 0.005,
}
"""The dirt that the generator puts in, as shares of the rows, by the rule that finds it."""


@dataclass
class Bench:
    """The folder of a benchmark, and what was measured so far."""

    folder: Path
    tell: Callable[[str], None]
    busy: list[float] = field(default_factory=list)
    """How busy others kept the machine before each measurement, 0 to 1."""

    def source(self, rows: int) -> Path:
        """The register of so many firms; generated once. Raises `SystemExit` where the disk is too small."""
        path = self.folder / f"firms-{rows}.csv"
        need, free = 2 * rows * BYTES_A_ROW, shutil.disk_usage(self.folder).free
        if free < need - (path.stat().st_size if path.exists() else 0):
            raise SystemExit(f"{rows:,} rows need {need / 1e9:.1f} GB in {self.folder}; {free / 1e9:.1f} GB are free.")
        if not path.exists():
            self.tell(f"generating {rows:,} rows (about {rows * BYTES_A_ROW / 1e9:.1f} GB) into {path.name}")
            measured(job("generate", path, str(rows)), warm=HERE / "jobs.py")
        return path

    def floor(self, source: Path, name: str = "floor") -> Measurement:
        target = self.folder / "floor.parquet"
        found = self._measured(job(name, source, target), source)
        target.unlink()
        return found

    def whole(self, source: Path, rows: int) -> Measurement:
        folder = self.folder / "library"
        measured(job("prepare", folder), warm=HERE / "jobs.py")
        found = self._measured(job("whole", folder, source), source)
        shutil.rmtree(folder)
        check(found.said, rows)
        return found

    def command_line(self, source: Path, rows: int) -> Measurement:
        """`hexi publish`, with the catalogue, the log of events and a progress bar that nobody sees."""
        home = self.folder / "node"
        shutil.rmtree(home, ignore_errors=True)
        hexi, env = ROOT / ".venv/bin/hexi", {"HEXI_HOME": str(home)}
        divisions = self.divisions()
        for command in (["init"], ["publish", HERE / "divisions.odcs.yaml", divisions, "--json"]):
            measured([hexi, *command], warm=divisions, env=env)
        found = self._measured([hexi, "publish", HERE / "firms.odcs.yaml", source, "--json"], source, env=env)
        shutil.rmtree(home)
        check({**found.said, "rules": {rule["id"]: rule["failed"] for rule in found.said["rules"]}}, rows)
        return found

    def divisions(self) -> Path:
        path = self.folder / "divisions.csv"
        if not path.exists():
            measured(job("prepare", self.folder / "library"), warm=HERE / "jobs.py")
            shutil.move(self.folder / "library" / "divisions.csv", path)
        return path

    def pandas(self, source: Path, rows: int) -> Measurement:
        """The same job in pandas with pandera. Its environment: `make .venv/bench`."""
        python = ROOT / ".venv/peers/bin/python"
        if not python.exists():
            raise SystemExit("pandas and pandera have an environment of their own: make .venv/bench")
        target = self.folder / "peer"
        target.mkdir(exist_ok=True)
        found = self._measured([python, HERE / "pandas_peer.py", source, self.divisions(), target], source)
        shutil.rmtree(target)
        check(found.said, rows)
        return found

    def _measured(self, command: list[str | Path], source: Path, env: dict[str, str] | None = None) -> Measurement:
        self.busy.append(busy_share())
        return measured(command, warm=source, env=env)


def rounds(
    parts: dict[str, Callable[[], Measurement]], *, repeat: int, tell: Callable[[str], None]
) -> dict[str, Measurement]:
    """Every part `repeat` times, in turns; the medians."""
    found: dict[str, list[Measurement]] = {name: [] for name in parts}
    for number in range(repeat):
        for name, part in parts.items():
            each = part()
            found[name].append(each)
            figures = f"{each.wall_s:.2f} s, {each.cpu_s:.2f} s of processor, {each.peak_mib:,.0f} MiB"
            tell(f"round {number + 1} of {repeat}, {name}: {figures}")
    return {name: median(runs) for name, runs in found.items()}


def check(said: dict[str, Any], rows: int) -> None:
    """Assert that a run counted what the generator put in, within six standard deviations."""
    assert said["rows"] == rows == said["accepted"] + said["quarantined"], said
    for rule, share in SHARES.items():
        expected, spread = rows * share, 6 * math.sqrt(rows * share * (1 - share))
        # Half a percent of rows are repeats of others, dirt included.
        assert abs(said["rules"].get(rule, 0) - expected) < spread + 0.01 * expected, (
            rule,
            said["rules"].get(rule),
            expected,
        )
    silent = {rule for rule, failed in said["rules"].items() if failed} - {
        *SHARES,
        "credit_code.credit_code",
        "founded_on.required",
    }
    assert not silent, f"rules that no dirt was made for: {silent}"


def busy_share(seconds: float = 1.0) -> float:
    """The share of all cores that was busy while this process slept; 0 where the kernel does not tell."""
    try:
        before = _ticks()
        time.sleep(seconds)
        after = _ticks()
    except OSError:
        return 0.0
    idle, total = (later - earlier for later, earlier in zip(after, before, strict=True))
    return 1 - idle / max(total, 1)


def _ticks() -> tuple[int, int]:
    counts = [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return counts[3] + counts[4], sum(counts)


def versions() -> dict[str, str]:
    """Versions of what was measured, without loading any of it here."""
    script = "import importlib.metadata as m, sys, json; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
    found = {"Python": platform.python_version()}
    for python, names in (
        (ROOT / ".venv/bin/python", ("hexi", "polars", "deltalake")),
        (ROOT / ".venv/peers/bin/python", ("pandas", "pandera", "pyarrow")),
    ):
        if python.exists():
            said = subprocess.run([python, "-c", script, *names], capture_output=True, text=True, check=True)
            found |= json.loads(said.stdout)
    return found
