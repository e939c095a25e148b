"""`python -m tests.benchmarks.databases`: a run from a table of PostgreSQL beside its reader and a run from Parquet."""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from tests import on_postgres
from tests.benchmarks import sections
from tests.benchmarks.measuring import QUIET_LOAD, ROOT, Measurement, job, measured, settled
from tests.benchmarks.pages import Target
from tests.benchmarks.rounds import HERE, Bench, check, rounds

PAGE = ROOT / "docs/reference/benchmarks.md"
ROWS = 5_000_000
NAMES = {
    "reader": "the reader alone: every row leaves the server",
    "parquet": "the whole run, from Parquet",
    "database": "the whole run, from the table",
}
HEADER = ("what", "wall s", "CPU s", "peak MiB")


def main() -> None:
    options = _options()
    console = Console(highlight=False)
    programs = on_postgres.programs()
    if programs is None:
        console.print("skipped: PostgreSQL is not installed")
        return
    load = settled()
    if load > QUIET_LOAD:
        console.print(f"[yellow]The load is {load:.2f}: others work on this machine; do not trust these figures.[/]")
    options.folder.mkdir(parents=True, exist_ok=True)
    folder = options.folder.resolve()

    def tell(line: str) -> None:
        console.print(f"[dim]{line}[/]")

    source, parquet = Bench(folder, tell=tell).source(options.rows), folder / "firms.parquet"
    measured(job("light_floor", source, parquet), warm=source)

    def whole(name: str, given: str | Path) -> Measurement:
        lake = folder / "collected"
        measured(job("prepare", lake), warm=HERE / "jobs.py")
        found = measured(job(name, lake, given), warm=parquet)
        shutil.rmtree(lake)
        check(found.said, options.rows)
        return found

    with on_postgres.cluster(programs) as address:
        tell(f"loading {options.rows:,} rows into PostgreSQL")
        measured(job("fill_database", address, source), warm=source)
        found = rounds(
            {
                "reader": lambda: measured(job("read_database", address), warm=HERE / "jobs.py"),
                "parquet": lambda: whole("whole_parquet", parquet),
                "database": lambda: whole("whole_database", address),
            },
            repeat=options.repeat,
            tell=tell,
        )
    parquet.unlink()
    assert found["database"].said["rules"] == found["parquet"].said["rules"], "the table gave other counts"
    for target in targets(found):
        console.print(("[green]" if target.is_met else "[red]") + target.sentence() + "[/]")
    text = section(found, rows=options.rows, repeat=options.repeat, load=load)
    if options.rows >= ROWS and options.repeat >= 3:
        sections.put(PAGE, "databases", text)
    else:
        console.print(text)


def targets(found: Mapping[str, Measurement]) -> list[Target]:
    """What is promised of a table."""
    parts = found["reader"].wall_s + found["parquet"].wall_s
    return [Target("wall of the run from the table over reader and run", 1.1, found["database"].wall_s / parts, "×")]


def section(found: Mapping[str, Measurement], *, rows: int, repeat: int, load: float) -> str:
    """What the page of the reference says."""
    lines = [
        (NAMES[name], f"{each.wall_s:.2f}", f"{each.cpu_s:.2f}", f"{each.peak_mib:,.0f}")
        for name, each in found.items()
    ]
    return (
        f"## Collecting from a database\n\n{rows:,} rows of the same register in a table of PostgreSQL on the same\n"
        f"machine, whose own processor time is not counted; the median of {repeat} rounds in turns.\n\n"
        f"{sections.table(HEADER, lines)}\n\n{sections.targets(targets(found))}\n\n"
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, load at the start {load:.2f}."
        + (" **Others worked on the machine.**" if load > QUIET_LOAD else "")
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.databases", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the register (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="rounds, of which the medians count")
    parser.add_argument("--folder", type=Path, default=ROOT / "bench-data", help="where the data lie")
    return parser.parse_args()


if __name__ == "__main__":
    main()
