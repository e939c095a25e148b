from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from hexi.data.engines.sources.records import (
    CellTooLarge,
    QueryFailed,
    SourceInvalid,
    SourceTruncated,
    WrongFormat,
    WrongHeader,
)
from tests.data.sources.opened import Opener


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (pl.Series([1], dtype=pl.Int32), "1"),
        (pl.Series([1.5]), "1.5"),
        (pl.Series([2.0]), "2"),
        (pl.Series([Decimal("1.10")], dtype=pl.Decimal(10, 2)), "1.10"),
        (pl.Series([True]), "true"),
        (pl.Series([dt.date(2024, 2, 29)]), "2024-02-29"),
        (pl.Series([dt.datetime(2024, 2, 29, 8, 30)]), "2024-02-29T08:30:00"),
        (pl.Series([dt.time(8, 30)]), "08:30:00"),
        (
            pl.Series([dt.datetime(2024, 2, 29, 8, 30)]).dt.replace_time_zone("Asia/Shanghai"),
            "2024-02-29T00:30:00Z",
        ),
        (pl.Series([[1, 2]]), "[1,2]"),
        (pl.Series([{"a": 1, "b": "x"}]), '{"a":1,"b":"x"}'),
        (pl.Series(["甲"], dtype=pl.Categorical), "甲"),
        (pl.Series([" x "]), " x "),
        (pl.Series([""]), None),
        (pl.Series([None], dtype=pl.List(pl.Int8)), None),
        (pl.Series([None], dtype=pl.Null), None),
    ],
)
def test_typed_values_become_text_that_reads_back(opener: Opener, values: pl.Series, text: str | None) -> None:
    path = opener.folder / "t.parquet"
    pl.DataFrame({"v": values}).write_parquet(path)

    frame = opener.frame(opener.open(path, "v"))

    assert frame.schema == {"_line": pl.Int64, "v": pl.String}
    assert frame.rows() == [(1, text)]


def test_bytes_are_refused(opener: Opener) -> None:
    path = opener.folder / "t.parquet"
    pl.DataFrame({"v": [b"x"]}).write_parquet(path)

    with pytest.raises(SourceInvalid, match="is binary"):
        opener.open(path)


def test_a_file_without_its_footer_was_cut(opener: Opener) -> None:
    path = opener.folder / "t.parquet"
    pl.DataFrame({"v": range(1000)}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-100])

    with pytest.raises(SourceTruncated):
        opener.open(path)


@pytest.mark.parametrize("content", [b"a,b\n", b"PK\x03\x04xxxxxxxx"])
def test_what_only_has_the_name_of_parquet_is_refused(opener: Opener, content: bytes) -> None:
    with pytest.raises(WrongFormat):
        opener.open(opener.write(content, "t.parquet"))


def test_a_damaged_footer_is_refused(opener: Opener) -> None:
    with pytest.raises(SourceInvalid):
        opener.open(opener.write(b"PAR1" + bytes(200) + b"PAR1", "t.parquet"))


def test_a_damaged_page_is_refused(opener: Opener) -> None:
    path = opener.folder / "t.parquet"
    pl.DataFrame({"v": ["x" * 50, "y"]}).write_parquet(path)
    content = bytearray(path.read_bytes())
    content[20:60] = b"\xff" * 40
    path.write_bytes(content)

    with pytest.raises(SourceInvalid, match="rows cannot be read"):
        opener.frame(opener.open(path, "v"))


def test_lengths_of_time_are_refused(opener: Opener) -> None:
    path = opener.folder / "t.parquet"
    pl.DataFrame({"v": [dt.timedelta(days=-1)]}).write_parquet(path)

    with pytest.raises(SourceInvalid, match="lengths of time"):
        opener.open(path, "v")


def test_a_monstrous_value_is_refused(opener: Opener) -> None:
    path = opener.folder / "t.parquet"
    pl.DataFrame({"v": ["x" * 2_000_000]}).write_parquet(path)

    with pytest.raises(CellTooLarge, match="A value of “v”"):
        opener.frame(opener.open(path, "v"))


@dataclass(frozen=True)
class Version:
    version: int
    certificate: str
    files: tuple[Path, ...]


@dataclass
class Shelf:
    versions: dict[str, Version]

    def snapshot(self, dataset: str) -> Version:
        return self.versions[dataset]


@pytest.fixture
def shelf(opener: Opener) -> Shelf:
    path = opener.folder / "divisions.parquet"
    pl.DataFrame({"code": ["1", "2"], "people": [10, 20]}).write_parquet(path)
    return Shelf({"gansu.divisions": Version(3, "c" * 64, (path,))})


def ask(opener: Opener, shelf: Shelf | None, query: str, *columns: str) -> pl.DataFrame:
    source = opener.open(
        None, *columns, references=shelf, format="sql", query=query, inputs=("gansu.divisions",) if shelf else ()
    )
    return opener.frame(source)


def test_a_query_reads_other_datasets(opener: Opener, shelf: Shelf) -> None:
    query = 'select code, sum(people) as total from "gansu.divisions" group by code order by code -- all\n;'

    assert ask(opener, shelf, query, "total").rows() == [(1, "1", "10"), (2, "2", "20")]


def test_a_query_is_recognised_by_its_text_and_what_it_read(opener: Opener, shelf: Shelf) -> None:
    def read() -> tuple[str, tuple[int, ...]]:
        source = opener.open(
            None, references=shelf, query='select * from "gansu.divisions"', inputs=("gansu.divisions",)
        )
        return source.fingerprint.sha256, tuple(each.version for each in source.inputs)

    before = read()
    assert read() == before
    shelf.versions["gansu.divisions"] = Version(4, "d" * 64, shelf.versions["gansu.divisions"].files)
    after = read()

    assert (before[1], after[1]) == ((3,), (4,))
    assert before[0] != after[0]


@pytest.mark.parametrize(
    "query",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/hostname'",
        "select * from \"gansu.divisions\"; set memory_limit='10GB'",
        'select nothing from "gansu.divisions"',
    ],
)
def test_a_query_sees_nothing_else(opener: Opener, shelf: Shelf, query: str) -> None:
    with pytest.raises(QueryFailed, match=r"The query of test\.table fails"):
        ask(opener, shelf, query)


def test_a_query_without_the_columns_of_the_contract_is_refused(opener: Opener, shelf: Shelf) -> None:
    with pytest.raises(WrongHeader, match="lacks “total”"):
        ask(opener, shelf, 'select code from "gansu.divisions"', "total")


def test_a_query_needs_somebody_who_knows_its_datasets(opener: Opener) -> None:
    with pytest.raises(QueryFailed):
        ask(opener, None, "select 1 as x")
