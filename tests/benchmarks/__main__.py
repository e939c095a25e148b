"""`make bench`: the whole run beside the floor, the command line and pandas, in one go, as ratios."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.measuring import QUIET_LOAD, ROOT, settled
from tests.benchmarks.pages import Report, page
from tests.benchmarks.rounds import Bench, rounds, versions
from tests.benchmarks.sections import carried

PARTS = ("floor", "run", "cli", "pandas", "long")
PAGE = ROOT / "docs/reference/benchmarks.md"
SECTIONS = ("drafting", "databases", "search")
"""What other measurements write on the same page."""
FULL_ROWS, LONG_ROWS = 5_000_000, 20_000_000


def main() -> None:
    options = _options()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    load = settled()
    if load > QUIET_LOAD:
        console.print(f"[yellow]The load is {load:.2f}: others work on this machine; do not trust these figures.[/]")
    options.folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(options.folder.resolve(), tell=lambda line: console.print(f"[dim]{line}[/]"))
    source, tenth_rows = bench.source(options.rows), max(options.rows // 10, 250_000)
    short = {"floor": lambda: bench.floor(source), "run": lambda: bench.whole(source, options.rows)}
    if "floor" in options.parts:
        short["light floor"] = lambda: bench.floor(source, "light_floor")
    if "cli" in options.parts:
        short["cli"] = lambda: bench.command_line(source, options.rows)
    found = rounds(
        {name: part for name, part in short.items() if name in {*options.parts, "light floor"}},
        repeat=options.repeat,
        tell=bench.tell,
    )
    if "pandas" in options.parts:
        tenth = bench.source(tenth_rows)
        found |= rounds(
            {
                "pandas": lambda: bench.pandas(tenth, tenth_rows),
                "run, a tenth": lambda: bench.whole(tenth, tenth_rows),
            },
            repeat=options.repeat,
            tell=bench.tell,
        )
        assert _counts(found["pandas"].said) == _counts(found["run, a tenth"].said), "pandas found other rows wrong"
    if "long" in options.parts:
        long = bench.source(options.long_rows)
        found |= rounds(
            {"floor, long": lambda: bench.floor(long), "run, long": lambda: bench.whole(long, options.long_rows)},
            repeat=options.repeat,
            tell=bench.tell,
        )
    report = Report(
        rows={
            "floor": options.rows,
            "light floor": options.rows,
            "run": options.rows,
            "cli": options.rows,
            "pandas": tenth_rows,
            "run, a tenth": tenth_rows,
        }
        | {"floor, long": options.long_rows, "run, long": options.long_rows},
        found=found,
        repeat=options.repeat,
        load=load,
        busy=max(bench.busy, default=0.0),
        versions=versions(),
    )
    console.print(_table(report))
    for target in report.targets():
        console.print(("[green]" if target.is_met else "[red]") + target.sentence() + "[/]")
    for warning in report.warnings():
        console.print(f"[yellow]{warning}[/]")
    is_full = options.rows >= FULL_ROWS and set(options.parts) == set(PARTS) and options.long_rows >= LONG_ROWS
    target = PAGE if is_full else options.folder / "benchmarks.md"
    target.write_text(carried(PAGE, page(report), SECTIONS), "utf-8")
    console.print(f"written: {os.path.relpath(target)}" + ("" if is_full else " (not the full measurement)"))


def _counts(said: dict[str, object]) -> tuple[object, ...]:
    rules = said["rules"]
    assert isinstance(rules, dict)
    return said["accepted"], said["quarantined"], {rule: failed for rule, failed in rules.items() if failed}


def _table(report: Report) -> Table:
    table = Table(title="Whole runs beside the floor and the peers")
    for name in report.header:
        table.add_column(name, justify="left" if name == "what" else "right")
    for row in report.lines():
        table.add_row(*row)
    return table


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=FULL_ROWS, help="rows of the job (default: %(default)s)")
    parser.add_argument("--long-rows", type=int, default=LONG_ROWS, help="rows of the long run (default: %(default)s)")
    parser.add_argument(
        "--repeat", type=int, default=3, help="rounds, of which the medians count (default: %(default)s)"
    )
    parser.add_argument("--parts", default=",".join(PARTS), help="only some of: %(default)s")
    parser.add_argument("--quick", action="store_true", help="500,000 rows, one round, without the long run")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "bench-data", help="where the data lie (default: %(default)s)"
    )
    options = parser.parse_args()
    options.parts = [part.strip() for part in options.parts.split(",")]
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}; there are: {', '.join(PARTS)}")
    if options.quick:
        options.rows, options.repeat = 500_000, 1
        options.parts = [part for part in options.parts if part != "long"]
    return options


if __name__ == "__main__":
    main()
