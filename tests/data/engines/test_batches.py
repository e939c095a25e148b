"""Batches, the threads beside them, and files that grow while the next batch is worked on."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import polars as pl
import pytest

from hexi.data.engines.polars_batches import ParquetSink, batches, side_by_side

SCHEMA = {"number": pl.Int64()}


def frame(*numbers: int) -> pl.DataFrame:
    return pl.DataFrame({"number": numbers}, schema=SCHEMA)


def test_batches_keep_the_order_and_lose_nothing() -> None:
    rows = pl.LazyFrame({"number": range(300_000)})

    found = list(batches(rows, columns=20))

    assert [each.n_chunks() for each in found] == [1] * len(found)
    assert len(found) > 3
    assert pl.concat(found)["number"].to_list() == list(range(300_000))


def test_results_come_in_the_order_of_the_items() -> None:
    def slow_at_first(number: int) -> int:
        time.sleep(0.02 if number == 0 else 0)
        return number

    assert list(side_by_side(slow_at_first, range(20), workers=3)) == list(range(20))


def test_a_failure_stops_the_work_and_is_told() -> None:
    done = []

    def work(number: int) -> int:
        if number == 2:
            raise ValueError("two")
        done.append(number)
        return number

    with pytest.raises(ValueError, match="two"):
        list(side_by_side(work, range(1000), workers=2))
    assert len(done) < 20


def test_a_file_without_rows_has_its_columns(tmp_path: Path) -> None:
    with ParquetSink(tmp_path / "empty.parquet", SCHEMA):
        pass

    assert pl.read_parquet(tmp_path / "empty.parquet").schema == SCHEMA


def test_a_file_holds_its_frames_in_order(tmp_path: Path) -> None:
    with ParquetSink(tmp_path / "rows.parquet", SCHEMA, metadata={"geo": "{}"}) as sink:
        for start in range(0, 50, 10):
            sink.write(frame(*range(start, start + 10)))

    assert pl.read_parquet(tmp_path / "rows.parquet")["number"].to_list() == list(range(50))
    assert pl.read_parquet_metadata(tmp_path / "rows.parquet")["geo"] == "{}"


def test_what_breaks_the_block_is_what_is_raised(tmp_path: Path) -> None:
    def interrupted() -> None:
        with ParquetSink(tmp_path / "rows.parquet", SCHEMA) as sink:
            sink.write(frame(1))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert not [each for each in threading.enumerate() if each.name.startswith("parquet")]


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    def write() -> None:
        with ParquetSink(tmp_path / "absent" / "rows", SCHEMA) as sink:
            sink.write(frame(1))

    with pytest.raises(OSError, match="No such file"):
        write()
