"""What a benchmark found, as lines of a table, as targets met or missed, and as the page of the reference."""

from __future__ import annotations

import os
import platform
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.measuring import QUIET_LOAD, Measurement

NAMES = {
    "floor": "floor: Polars copies CSV to Parquet",
    "light floor": "the same copy at zstd level 1",
    "run": "whole run, library call",
    "cli": "whole run, `hexi publish`",
    "pandas": "pandas and pandera",
    "run, a tenth": "whole run, the same rows",
    "floor, long": "floor, long",
    "run, long": "whole run, long",
}
MOST_BUSY = 0.1


@dataclass(frozen=True)
class Target:
    """One promise of the main job's speed."""

    what: str
    limit: float
    found: float
    unit: str

    @property
    def is_met(self) -> bool:
        return self.found <= self.limit

    def sentence(self) -> str:
        said = f"{self.what}: {self.found:.2f} {self.unit}, at most {self.limit:g} {self.unit} wanted"
        return f"{said} – met" if self.is_met else f"{said} – missed by {self.found / self.limit - 1:.0%}"


@dataclass(frozen=True)
class Report:
    """Everything measured in one go."""

    rows: dict[str, int]
    found: dict[str, Measurement]
    repeat: int
    load: float
    busy: float
    versions: dict[str, str]
    header: tuple[str, ...] = ("what", "rows", "wall s", "CPU s", "peak MiB", "µs a row", "× wall", "× CPU", "× peak")
    made_at: str = field(default_factory=lambda: time.strftime("%Y-%m-%d", time.gmtime()))

    def lines(self) -> list[tuple[str, ...]]:
        """One line for each measurement, ratios to the floor of as many rows, where there is one."""
        return [self._line(name, each) for name, each in self.found.items()]

    def _line(self, name: str, each: Measurement) -> tuple[str, ...]:
        floor = next(
            (
                found
                for other, found in self.found.items()
                if other.startswith("floor") and self.rows[other] == self.rows[name]
            ),
            None,
        )
        ratios = ["–"] * 3 if floor is None else [f"{ratio:.2f}" for ratio in each.over(floor)]
        return (
            NAMES[name],
            f"{self.rows[name]:,}",
            f"{each.wall_s:.2f}",
            f"{each.cpu_s:.2f}",
            f"{each.peak_mib:,.0f}",
            f"{each.wall_s / self.rows[name] * 1e6:.2f}",
            *ratios,
        )

    def targets(self) -> list[Target]:
        """The promises that this measurement can judge."""
        found = self.found
        if not {"floor", "run"} <= found.keys():
            return []
        run = found["run"]
        targets = [
            Target("wall of the whole run over the floor's", 3.0, run.over(found["floor"])[0], "×"),
            Target("peak memory of the whole run", 1.2, run.peak_mib * 2**20 / 1e9, "GB"),
        ]
        if "cli" in found:
            cli = found["cli"]
            targets += [
                Target(
                    "wall of the whole run with `hexi publish` over the floor's", 3.0, cli.over(found["floor"])[0], "×"
                ),
                Target("peak memory of the whole run with `hexi publish`", 1.2, cli.peak_mib * 2**20 / 1e9, "GB"),
            ]
        if "run, long" in found:
            a_row = found["run, long"].wall_s / self.rows["run, long"] / (run.wall_s / self.rows["run"])
            targets.append(
                Target(
                    f"time per row at {self.rows['run, long']:,} rows over that at {self.rows['run']:,}",
                    1.15,
                    a_row,
                    "×",
                )
            )
        return targets

    def peers(self) -> str | None:
        """How the whole run stands to pandas, row for row."""
        if not {"pandas", "run, a tenth"} <= self.found.keys():
            return None
        wall, cpu, peak = self.found["pandas"].over(self.found["run, a tenth"])
        return (
            f"On the same {self.rows['pandas']:,} rows pandas and pandera take {wall:.1f} × the wall time, "
            f"{cpu:.1f} × the processor time and {peak:.1f} × the memory of the whole run; both count the same rows "
            "against every rule."
        )

    def light(self) -> str | None:
        """How the whole run stands to a copy that compresses as it does."""
        if not {"light floor", "run"} <= self.found.keys():
            return None
        wall, cpu, _ = self.found["run"].over(self.found["light floor"])
        return (
            "A run writes zstd at level 1, Polars' default is level 3. Over a copy at level 1 the whole run takes "
            f"{wall:.2f} × the wall time and {cpu:.2f} × the processor time."
        )

    def steps(self) -> str | None:
        """The seconds of the run's steps."""
        steps = self.found["run"].said.get("seconds", {}) if "run" in self.found else {}
        said = ", ".join(f"{step} {value:.2f}" for step, value in steps.items())
        return f"Seconds of the last run by step: {said}." if said else None

    def warnings(self) -> list[str]:
        """Why these figures may be wrong."""
        said = []
        if self.load > QUIET_LOAD:
            said.append(f"The load was {self.load:.2f} at the start: others worked on the machine.")
        if self.busy > MOST_BUSY:
            said.append(f"Before a measurement others kept {self.busy:.0%} of the cores busy.")
        return said


PAGE = """\
<!-- Written by `make bench`; run it again instead of editing. -->
# Benchmarks

The main job: a made-up register of firms with the dirt of real ones, 12 columns, cleaned, tested by 16 stated
rules (two checksums, a list of 3,000 divisions, dates and amounts of money in many notations, a unique key) and
by the rules that every contract has (type, characters). About 14% of the rows fail. The whole run writes the
accepted rows and the quarantine with raw text and reasons, hashes source and files, commits both Delta tables
and signs the certificate. Trust the ratios, not the seconds.

{table}

The floor is `pl.scan_csv(…, infer_schema=False).sink_parquet(…)`, Polars' plain copy: no work at all.
Each line is a process of its own from start to end, imports included: wall time, user and system time and peak
resident memory as the kernel counted them; the median of {repeat} in turns, the source read once before.

## Targets

{targets}
{notes}## Where and when

{made_at}, {machine}, {versions}. Load at the start {load:.2f}.
{warnings}
`make bench` measures all of this anew; `python -m tests.benchmarks --help` names its parts.
"""


def page(report: Report) -> str:
    """The page of the reference."""
    table = ["| " + " | ".join(report.header) + " |", "| --- |" + " ---: |" * (len(report.header) - 1)]
    table += ["| " + " | ".join(line) + " |" for line in report.lines()]
    notes = [each for each in (report.light(), report.peers(), report.steps()) if each]
    return PAGE.format(
        table="\n".join(table),
        repeat="1 round" if report.repeat == 1 else f"{report.repeat} rounds",
        targets="".join(f"- {target.sentence()}\n" for target in report.targets()),
        notes="".join(f"{each}\n\n" for each in notes),
        made_at=report.made_at,
        machine=f"{_processor()}, {os.cpu_count()} cores, {_memory_gib():.0f} GiB, {platform.platform(terse=True)}",
        versions=", ".join(f"{name} {version}" for name, version in report.versions.items()),
        load=report.load,
        warnings="".join(f"\n**{warning}**\n" for warning in report.warnings()),
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
