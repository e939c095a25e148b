from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from hexi.data.engines.sources import records
from hexi.data.engines.sources.records import SourceEmpty, SourceInvalid, SourceMissing, WrongFormat
from hexi.kernel.errors import HexiError
from tests.data.sources.opened import Opener


def test_a_missing_file_is_named(opener: Opener) -> None:
    with pytest.raises(SourceMissing, match=r"There is no file “.*nothing\.csv”"):
        opener.open(opener.folder / "nothing.csv")


def test_a_folder_is_no_source(opener: Opener) -> None:
    with pytest.raises(SourceInvalid, match="is a folder"):
        opener.open(opener.folder)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json", "geojson", "parquet", "dat"])
def test_an_empty_file_is_no_source(opener: Opener, ending: str) -> None:
    with pytest.raises(SourceEmpty):
        opener.open(opener.write("", f"t.{ending}"))


def test_a_contract_without_a_source_asks_for_one(opener: Opener) -> None:
    with pytest.raises(SourceMissing, match="names no source"):
        opener.open(None)


def test_the_contracts_own_path_is_used_where_none_is_given(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(opener.folder)
    opener.write("a\n1\n", "own.csv")

    assert opener.frame(opener.open(None, "a", path="own.csv")).rows() == [(2, "1")]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04abc", "ZIP / Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\xef\xbb\xbf<!DOCTYPE html><table>", "HTML"),
        (b"\x1f\x8babc", "gzip"),
        (b"PAR1abc", "Parquet"),
        (b"\xd0\xcf\x11\xe0abc", r"Excel \(\.xls\)"),
    ],
)
def test_a_csv_that_is_something_else_is_called_by_its_name(opener: Opener, content: bytes, what: str) -> None:
    with pytest.raises(WrongFormat, match=what):
        opener.open(opener.write(content))


@pytest.mark.parametrize(
    ("content", "format"),
    [
        ("a,b\n1,2\n", "csv"),
        ('[{"a": 1}]', "json"),
        ('{"type": "FeatureCollection", "features": []}', "geojson"),
    ],
)
def test_a_file_without_a_known_ending_is_known_by_its_bytes(opener: Opener, content: str, format: str) -> None:
    assert opener.open(opener.write(content, "upload")).format == format


def test_tables_without_a_known_ending_are_known_by_their_bytes(opener: Opener) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(opener.folder / "p.part")
    with xlsxwriter.Workbook(opener.folder / "x.tmp") as book:
        book.add_worksheet().write("A1", "a")

    assert opener.open(opener.folder / "p.part").format == "parquet"
    assert opener.open(opener.folder / "x.tmp").format == "excel"


def test_the_contracts_word_on_the_format_wins_over_the_ending(opener: Opener) -> None:
    assert opener.open(opener.write("a\n", "t.xlsx"), format="csv").format == "csv"


def test_a_file_that_may_not_be_read_is_named(opener: Opener, tmp_path: Path) -> None:
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)

    with pytest.raises(SourceInvalid, match="cannot be read"):
        opener.open(loop)


def test_a_name_that_no_file_can_have_is_no_fault_of_the_lake(opener: Opener) -> None:
    with pytest.raises(SourceInvalid, match="its name is too long"):
        opener.open(opener.folder / f"{'a' * 300}.csv")


def test_a_pipe_is_refused_before_anybody_waits_for_it(opener: Opener) -> None:
    pipe = opener.folder / "pipe.csv"
    os.mkfifo(pipe)

    with pytest.raises(SourceInvalid, match="no ordinary file"):
        opener.open(pipe)


def test_no_two_errors_of_a_source_declare_one_code_and_all_end_in_four() -> None:
    kinds = [each for each in vars(records).values() if isinstance(each, type) and issubclass(each, HexiError)]
    ours = [each for each in kinds if each.__module__ == records.__name__]

    assert {each.exit_code for each in ours} == {4}
    # One that only adds facts to another keeps that one's code: whoever reads it does the same next.
    coded = [each for each in ours if "code" in vars(each)]
    assert len({each.code for each in coded}) == len(coded)


def test_every_error_code_of_a_source_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "sources.md").read_text("utf-8")
    kinds = [each for each in vars(records).values() if isinstance(each, type) and issubclass(each, HexiError)]

    missing = [each.code for each in kinds if each.__module__ == records.__name__ and f"`{each.code}`" not in page]

    assert missing == []


def test_a_generator_that_is_unknown_lists_those_there_are(opener: Opener) -> None:
    with pytest.raises(SourceInvalid, match="generators: enterprises"):
        opener.open(None, generator={"generator": "people", "rows": 10, "seed": 1})


def test_generated_rows_are_a_source_like_any_other(opener: Opener) -> None:
    source = opener.open(None, "企业名称", generator={"generator": "enterprises", "rows": 50, "seed": 1})

    assert (source.format, source.total_rows) == ("synthetic", 50)
    assert opener.frame(source).height == 50
