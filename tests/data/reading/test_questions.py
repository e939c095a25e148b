"""What pages ask of a table's files: rows, filters, pictures, and nothing that a text could smuggle in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexi.data.engines import duckdb_reading as engine
from hexi.data.engines.duckdb_reading import Question
from hexi.data.engines.rejects import Rejects

ROWS = {
    "city": ["兰州", "敦煌", "兰州", None, "金昌"],
    "beds": [120, 30, 80, 10, 55],
    "opened": [date(2001, 5, 1), date(1999, 1, 1), None, date(2020, 2, 29), date(2010, 6, 30)],
    "budget": [Decimal("1.50"), Decimal("2.25"), None, Decimal("0.25"), Decimal("9.00")],
    "shape": [b"\x01\x02", b"\x01", None, b"\x01", b"\x01\x02\x03"],
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    path = tmp_path_factory.mktemp("table") / "part.parquet"
    pl.DataFrame(ROWS).write_parquet(path)
    return (path,)


def ask(files: tuple[Path, ...], **more: object) -> Question:
    return Question(files=files, columns=tuple(ROWS), **more)  # type: ignore[arg-type]


def test_rows_come_in_the_order_of_the_table_page_by_page(files) -> None:
    first, total = engine.page(ask(files), limit=2, offset=0)
    second, _ = engine.page(ask(files), limit=2, offset=2)

    assert total == 5
    assert [row[1] for row in first + second] == [120, 30, 80, 10]


def test_a_geometry_comes_as_its_size_since_nobody_reads_wkb(files) -> None:
    rows, _ = engine.page(ask(files), limit=5, offset=0)

    assert [row[4] for row in rows] == [2, 1, None, 1, 3]


@pytest.mark.parametrize(
    ("where", "beds"),
    [
        pytest.param({"city": "兰州"}, [120, 80], id="equal"),
        pytest.param({"city": "兰*"}, [120, 80], id="begins-with"),
        pytest.param({"city": ""}, [10], id="missing"),
        pytest.param({"beds": "30"}, [30], id="a-number-as-text"),
        pytest.param({"city": "兰州", "beds": "80"}, [80], id="both"),
        pytest.param({"city": "兰州' or '1'='1"}, [], id="not-sql"),
        pytest.param({"opened": "2020-02-29"}, [10], id="a-date"),
    ],
)
def test_a_filter_compares_text(files, where, beds) -> None:
    rows, total = engine.page(ask(files, where=where), limit=10, offset=0)

    assert [row[1] for row in rows] == beds
    assert total == len(beds)


def test_missing_values_sort_last_in_both_directions(files) -> None:
    up, _ = engine.page(ask(files, sort="opened"), limit=5, offset=0)
    down, _ = engine.page(ask(files, sort="opened", descending=True), limit=5, offset=0)

    assert up[-1][2] is None
    assert down[-1][2] is None
    assert up[0][2] == date(1999, 1, 1)


@given(text=st.text(min_size=1, max_size=30))
def test_any_text_may_be_searched_for(files, text) -> None:
    rows, total = engine.page(ask(files, search=text), limit=10, offset=0)

    expected = [
        row
        for row in zip(*ROWS.values(), strict=True)
        if any(text.lower() in str(value).lower() for value in row[:4] if value is not None)
    ]
    assert len(rows) == total
    assert total >= len(expected) or text.lower() != text


def test_a_column_that_may_not_be_seen_does_not_exist(files) -> None:
    with pytest.raises(KeyError):
        engine.page(Question(files=files, columns=("city",), where={"beds": "30"}), limit=1, offset=0)


def test_pictures_add_up_to_the_table(files) -> None:
    question = ask(files)

    values = engine.counts(question, "city", limit=10)
    bins = engine.histogram(question, "beds", bins=5)
    dates = engine.histogram(question, "opened", bins=4)
    sums = engine.sums(question, "budget", by="city", limit=10)

    assert (values[0].label, values[0].amount) == ("兰州", 2)
    assert sum(bar.amount for bar in values) == 5
    assert sum(bar.amount for bar in bins) == 5
    assert sum(bar.amount for bar in dates) == 4
    assert [(bar.label, bar.amount) for bar in sums][:2] == [("金昌", 9.0), ("敦煌", 2.25)]


@given(st.lists(st.one_of(st.none(), st.integers(-(2**50), 2**50)), min_size=1, max_size=60), st.integers(1, 30))
def test_every_number_falls_into_exactly_one_interval(tmp_path_factory, numbers, bins) -> None:
    path = tmp_path_factory.mktemp("numbers") / "part.parquet"
    pl.DataFrame({"n": pl.Series(numbers, dtype=pl.Int64)}).write_parquet(path)

    bars = engine.histogram(Question(files=(path,), columns=("n",)), "n", bins=bins)

    assert sum(bar.amount for bar in bars) == sum(each is not None for each in numbers)


def test_facts_of_a_column_say_what_is_filled_and_frequent(files) -> None:
    facts = {each.name: each for each in engine.column_facts(ask(files))}

    assert facts["city"].filled == 4
    assert facts["opened"].least == "1999-01-01"
    assert facts["beds"].greatest == "120"
    assert facts["shape"].least is None


def test_quarantined_values_are_covered_unless_they_may_be_seen(tmp_path) -> None:
    path = tmp_path / "part.parquet"
    pl.DataFrame(
        {
            "_line": [7, 3],
            "_reasons": [["id.resident_id"], ["name.required", "id.resident_id"]],
            "名称": ["甲", None],
            "身份证": ["62010219900101001X", "bad"],
        }
    ).write_parquet(path)
    rejects = Rejects(files=(path,), shown=frozenset({"名称"}))

    rows, total = rejects.page(rule="id.resident_id", limit=10, offset=0)

    assert rejects.columns == ("名称", "身份证")
    assert total == 2
    assert rows == [
        (3, ("name.required", "id.resident_id"), (None, "•••")),
        (7, ("id.resident_id",), ("甲", "•••")),
    ]
    assert rejects.page(rule="name.required", limit=10, offset=0)[1] == 1
