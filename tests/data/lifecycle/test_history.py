"""What was certified once stays readable, and what was cut off is swept away."""

from __future__ import annotations

import os
import time

import polars as pl
import pytest

from hexi.data.lake.tables import DATA, StagedFile

from .conftest import FIRMS

SCHEMA = '{"type":"struct","fields":[{"name":"number","type":"long","nullable":true,"metadata":{}}]}'
TWO_MONTHS_S = 60 * 24 * 3600


@pytest.mark.slow
def test_two_hundred_versions_stay_readable_however_old_they_are(workshop) -> None:
    workshop.table.prepare()
    for number in range(199):
        _commit(workshop.table, number)
    # Delta would now forget: its log holds a checkpoint that is older than its thirty days.
    then = time.time() - TWO_MONTHS_S
    for path in workshop.lake.root.rglob("*"):
        if path.is_file():
            os.utime(path, (then, then))

    _commit(workshop.table, 199)
    workshop.table.sweep()

    assert len(workshop.table.versions()) == 200
    assert workshop.accepted(3)["number"].to_list() == [3]


@pytest.mark.parametrize(
    "left_behind",
    [
        "data/part-of-a-run-that-was-cut-off.parquet",
        "data/_delta_log/_commit_0192.json.tmp",
        "data/_delta_log/00000000000000000001.json#1",
        "quarantine/part-of-a-run-that-was-cut-off.parquet",
        "certificates/.0a1b.json.4711",
        "certificates/0a1b.json",
        "rewrites/0a1b.json",
        "contracts/.0a1b.yaml.4711",
        "contracts/0a1b.yaml",
        "work/firms.csv.plain",
    ],
)
def test_the_next_run_sweeps_away_what_a_killed_one_left(workshop, left_behind) -> None:
    workshop.publish(FIRMS)
    stray = workshop.table.folder / left_behind
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"half")
    assert workshop.strays() == [left_behind]

    workshop.publish(FIRMS)

    assert workshop.strays() == []
    assert workshop.is_proven()


def _commit(table, number: int) -> None:
    path = table.staging(DATA, f"part-{number}.parquet")
    pl.DataFrame({"number": [number]}).write_parquet(path)
    file = StagedFile(path=path, size_bytes=path.stat().st_size, rows=1, stats={})
    table.commit(DATA, [file], schema=SCHEMA, metadata={"hexi.certificate": f"c{number}", "hexi.contract": "none"})
