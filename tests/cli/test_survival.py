"""A run that is killed or interrupted at any moment leaves the old version or the new one, whole."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hexi.data.lake.tables import DatasetTable
from tests.data.lifecycle.leftovers import strays

from .conftest import FIRMS, NAME, SOAK, Node
from .warm import Ended, Warm

KILLS = 300 if SOAK else 40
INTERRUPTS = 100 if SOAK else 15
SEED = 20261123


@dataclass(frozen=True)
class Source:
    """One of two registers that take turns, so that every run has something to publish."""

    file: Path
    rows: int
    accepted: int


class Reader:
    """Reads the newest version again and again while runs come and go, and remembers what it saw."""

    def __init__(self, table: DatasetTable) -> None:
        self.table, self.seen = table, Counter[int]()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._is_over.wait(0.05):
            files = self.table.files()
            self.seen[pl.read_parquet(list(files)).height] += 1


@pytest.fixture
def node(node: Node) -> Iterator[Node]:
    with Warm(node.home) as hexi:
        yield Node(node.folder, hexi)


@pytest.fixture
def sources(tmp_path: Path) -> tuple[Source, Source]:
    return _source(tmp_path / "first.csv", 30_000, seed=1), _source(tmp_path / "second.csv", 31_000, seed=2)


def _source(file: Path, rows: int, *, seed: int) -> Source:
    chance = random.Random(seed)
    bad = set(chance.sample(range(rows), rows // 100))
    lines = (f"{chance.randbytes(9).hex()},企业{n},{'many' if n in bad else n + 1}" for n in range(rows))
    file.write_text("\n".join(["code,title,staff", *lines, ""]), "utf-8")
    return Source(file, rows, rows - len(bad))


def _moment(chance: random.Random, node: Node, number: int, life_s: float) -> dict[str, Any]:
    """A third of them anywhere in a run's life, a third while it commits, a third while it is being entered."""
    if number % 3 == 0:
        return {"after_s": chance.uniform(0, life_s)}
    part, newest = (
        ("quarantine", node.table.quarantine_version()) if number % 3 == 1 else ("data", node.table.version())
    )
    entry = node.table.folder / part / "_delta_log" / f"{(newest or 0) + 1:020}.json"
    return {"once": entry, "after_s": chance.uniform(0, life_s / 5)}


def _publish(node: Node, source: Source, **signalled: Any) -> Ended:
    return node.hexi("publish", node.contract, source.file, "--json", **signalled)


def _check(node: Node, *, old: Source, new: Source, version: int) -> bool:
    """Check that the table is as it was at `version`, or the new one; return whether it is the new one."""
    table = node.table
    is_new = table.version() == version + 1
    assert table.version() in {version, version + 1}
    source = new if is_new else old
    assert pl.read_parquet(list(table.files())).height == source.accepted
    assert node.hexi("verify", NAME, "--json").answer["ok"]
    status = node.hexi("status", "--json")
    assert status.code == 0, status.err
    certificate = table.versions()[0].metadata["hexi.certificate"]
    assert status.answer["datasets"] == [
        {
            "name": NAME,
            "version": table.version(),
            "rows": source.rows,
            "accepted": source.accepted,
            "quarantined": source.rows - source.accepted,
            "certificate_sha256": certificate,
        }
    ]
    events = node.hexi("events", "verify")
    assert events.code == 0, events.out
    assert "; 0 not sealed yet." in events.out
    return is_new


def _check_rerun(node: Node, new: Source, *, version: int, is_new: bool) -> None:
    """Check that the same command again completes what was begun, and tidies up."""
    again = _publish(node, new)
    assert again.code == 0, again.err
    assert again.answer["outcome"] == ("unchanged" if is_new else "published")
    assert (again.answer["version"], again.answer["accepted"]) == (version + 1, new.accepted)
    assert strays(node.table) == []


@pytest.mark.slow
def test_a_run_killed_at_any_moment_leaves_the_old_version_or_the_new_one(node, sources) -> None:
    old, new = sources
    assert _publish(node, old).code == 0
    life_s = max(_publish(node, each).seconds for each in (new, old))
    chance, version, outcomes = random.Random(SEED), 2, Counter[str]()
    with Reader(node.table) as reader:
        for number in range(KILLS):
            ended = _publish(node, new, **_moment(chance, node, number, life_s))
            assert ended.code in {0, -signal.SIGKILL}, ended.err

            is_new = _check(node, old=old, new=new, version=version)
            _check_rerun(node, new, version=version, is_new=is_new)

            outcomes["whole life" if ended.code == 0 else "killed, new" if is_new else "killed, old"] += 1
            old, new, version = new, old, version + 1

    assert min(outcomes["killed, old"], outcomes["killed, new"]) >= KILLS // 10, outcomes
    assert outcomes["whole life"] <= KILLS // 4, outcomes
    assert set(reader.seen) == {each.accepted for each in sources}
    assert _entered(node) == Counter(range(version + 1))


@pytest.mark.slow
def test_a_run_interrupted_at_any_moment_says_so_and_leaves_a_whole_table(node, sources) -> None:
    old, new = sources
    assert _publish(node, old).code == 0
    life_s = max(_publish(node, each).seconds for each in (new, old))
    chance, version, codes = random.Random(SEED), 2, Counter[int]()
    for number in range(INTERRUPTS):
        ended = _publish(node, new, **_moment(chance, node, number, life_s), signal_=signal.SIGINT)

        assert ended.code in {0, 130}, ended.err
        if ended.code:
            assert ended.err.startswith("Interrupted") or not ended.err
            assert "Traceback" not in ended.err
        is_new = _check(node, old=old, new=new, version=version)
        _check_rerun(node, new, version=version, is_new=is_new)
        codes[ended.code] += 1
        old, new, version = new, old, version + 1

    assert codes[130] >= INTERRUPTS // 2, codes
    assert _entered(node) == Counter(range(version + 1))


def _entered(node: Node) -> Counter[int]:
    """How often the log says of each version that it was entered into the catalogue."""
    lines = node.hexi("events", "list", "--json", "--limit", "100000").out.splitlines()
    found = [event for line in lines if (event := json.loads(line))["object"] == f"dataset:{NAME}"]
    return Counter(each["details"]["version"] for each in found if "version" in each["details"])


@pytest.mark.slow
def test_ctrl_c_while_python_still_reads_the_program_is_told_in_a_sentence(node) -> None:
    hexi = [sys.executable, "-c", "from hexi.cli import main; print('begun', flush=True); main(['status'])"]
    process = subprocess.Popen(hexi, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.08)

    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=30)[1]

    assert (process.returncode, said) == (130, "Interrupted before anything was done.\n")


SWALLOWED = """
import os, signal
from hexi.cli import main
from hexi.data.lake import tables

def swallowed(*_, **__):
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt as error:
        raise ValueError(f"no JSON: {error!r}") from None

tables.AddAction = swallowed
main(["publish", "firms.odcs.yaml"])
"""


def test_ctrl_c_that_a_library_turns_into_an_error_is_told_as_ctrl_c(node) -> None:
    old = node.hexi("publish", node.contract)
    node.source.write_text(FIRMS.replace("many", "9"), "utf-8")

    ended = subprocess.run(
        [sys.executable, "-c", SWALLOWED],
        cwd=node.folder,
        env={**os.environ, "HEXI_HOME": str(node.home), "HEXI_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert old.code == 0
    assert (ended.returncode, ended.stderr.splitlines()[-1].startswith("Interrupted. Every dataset is whole")) == (
        130,
        True,
    )
    assert node.hexi("publish", node.contract).code == 0
