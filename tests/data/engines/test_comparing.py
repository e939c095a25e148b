from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexi.data.engines.duckdb_comparing import compare

ROWS = st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["a", "b", None])), max_size=12)


def written(folder: Path, name: str, rows: list[tuple[int, str | None]]) -> Path:
    path = folder / f"{name}-{abs(hash(tuple(rows)))}.parquet"
    pl.DataFrame(rows, schema={"key": pl.Int64, "value": pl.String}, orient="row").write_parquet(path)
    return path


@settings(max_examples=40, deadline=None)
@given(before=ROWS.map(dict), after=ROWS.map(dict))
def test_rows_with_a_key_are_added_removed_changed_or_the_same(
    tmp_path_factory: pytest.TempPathFactory, before: dict[int, str | None], after: dict[int, str | None]
) -> None:
    folder = tmp_path_factory.mktemp("compared")
    files = [[written(folder, name, list(rows.items()))] for name, rows in (("b", before), ("a", after))]
    found = compare(*files, key=("key",))
    both = before.keys() & after.keys()
    changed = sum(before[key] != after[key] for key in both)

    assert (found.added, found.removed) == (len(after.keys() - both), len(before.keys() - both))
    assert (found.changed, found.same) == (changed, len(both) - changed)
    assert found.by_field == ({"value": changed} if changed else {})


def test_rows_without_a_key_are_compared_as_often_as_they_stand_there(tmp_path: Path) -> None:
    before = [written(tmp_path, "b", [(1, "a"), (1, "a"), (2, "b")])]
    after = [written(tmp_path, "a", [(1, "a"), (2, "c"), (2, "c")])]
    found = compare(before, after, key=())

    assert (found.added, found.removed, found.changed, found.same) == (2, 2, 0, 1)


def test_a_table_without_files_has_no_rows(tmp_path: Path) -> None:
    after = [written(tmp_path, "a", [(1, "a"), (2, None)])]

    assert (compare([], after, key=("key",)).added, compare(after, [], key=("key",)).removed) == (2, 2)


def test_a_column_that_only_one_side_has_changes_no_row(tmp_path: Path) -> None:
    before = tmp_path / "before.parquet"
    pl.DataFrame({"key": [1], "value": ["a"], "old": [1]}).write_parquet(before)
    found = compare([before], [written(tmp_path, "a", [(1, "a")])], key=("key",))

    assert (found.same, found.by_field) == (1, {})
