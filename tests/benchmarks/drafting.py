"""`python -m tests.benchmarks.drafting`: drafting a contract beside just reading the rows, as ratios of one run."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from rich.console import Console

from tests.benchmarks import sections
from tests.benchmarks.measuring import QUIET_LOAD, ROOT, Measurement, job, measured, settled
from tests.benchmarks.pages import Target
from tests.benchmarks.rounds import Bench, rounds

PAGE = ROOT / "docs/reference/benchmarks.md"
ROWS = 1_000_000
NAMES = {
    "scan": "Polars reads all columns, unchecked",
    "read": "Hexi reads all columns: encoding, dialect, lines and shape checked",
    "draft": "a contract is drafted",
}
HEADER = ("what", "wall s", "CPU s", "peak MiB", "× wall", "× CPU")


def main() -> None:
    options = _options()
    console = Console(highlight=False)
    load = settled()
    if load > QUIET_LOAD:
        console.print(f"[yellow]The load is {load:.2f}: others work on this machine; do not trust these figures.[/]")
    options.folder.mkdir(parents=True, exist_ok=True)

    def tell(line: str) -> None:
        console.print(f"[dim]{line}[/]")

    source = Bench(options.folder.resolve(), tell=tell).source(options.rows)
    found = rounds(
        {name: partial(measured, job(name, source), warm=source) for name in NAMES}, repeat=options.repeat, tell=tell
    )
    assert all(each.said["rows"] == options.rows for each in found.values())
    assert found["draft"].said["key"], "the register of firms has a key"
    for target in targets(found):
        console.print(("[green]" if target.is_met else "[red]") + target.sentence() + "[/]")
    text = section(found, rows=options.rows, repeat=options.repeat, load=load)
    if options.rows >= ROWS and options.repeat >= 3:
        sections.put(PAGE, "drafting", text)
    else:
        console.print(text)


def targets(found: Mapping[str, Measurement]) -> list[Target]:
    """What is promised of drafting."""
    return [
        Target("wall of drafting over reading the rows", 2.0, found["draft"].over(found["read"])[0], "×"),
        Target("processor time of drafting over reading the rows", 2.0, found["draft"].over(found["read"])[1], "×"),
        Target("wall of drafting over an unchecked scan", 2.0, found["draft"].over(found["scan"])[0], "×"),
    ]


def section(found: Mapping[str, Measurement], *, rows: int, repeat: int, load: float) -> str:
    """What the page of the reference says."""
    lines = []
    for name, each in found.items():
        wall, cpu, _ = each.over(found["read"])
        figures = (f"{each.wall_s:.2f}", f"{each.cpu_s:.2f}", f"{each.peak_mib:,.0f}", f"{wall:.2f}", f"{cpu:.2f}")
        lines.append((NAMES[name], *figures))
    return (
        f"## Drafting a contract\n\n{rows:,} rows of the same register, 12 columns. Each line is a process of its own\n"
        f"from start to end, imports included; the median of {repeat} rounds in turns. Ratios are to reading as a run\n"
        "reads: a plain scan takes rows that are cut short for whole ones.\n\n"
        f"{sections.table(HEADER, lines)}\n\n{sections.targets(targets(found))}\n\n"
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, load at the start {load:.2f}."
        + (" **Others worked on the machine.**" if load > QUIET_LOAD else "")
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.drafting", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the register (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="rounds, of which the medians count")
    parser.add_argument("--folder", type=Path, default=ROOT / "bench-data", help="where the data lie")
    return parser.parse_args()


if __name__ == "__main__":
    main()
