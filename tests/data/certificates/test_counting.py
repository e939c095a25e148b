from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hexi.data.lifecycle.counting import CopyUnreadable, count_rows

CELLS = st.text(alphabet=st.sampled_from('a"兰,\n\r{[]}\\'), max_size=6)
LAX = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@LAX
@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=8))
def test_csv_records_are_counted_whatever_stands_in_quotes(tmp_path: Path, rows: list[list[str]]) -> None:
    file = tmp_path / "a.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([["x", "y"], *rows])

    assert count_rows(file, suffix=".csv") == len(rows)


@LAX
@given(texts=st.lists(CELLS, max_size=8))
def test_features_are_counted_whatever_their_properties_say(tmp_path: Path, texts: list[str]) -> None:
    file = tmp_path / "a.geojson"
    features = [{"type": "Feature", "properties": {"features": [{"type": "Feature", "t": text}]}} for text in texts]
    content = {"crs": {"features": [{}]}, "links": [{}], "features": features, "after": [{}, {}]}
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    assert count_rows(file, suffix=".geojson") == len(texts)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b'x\n"cut'),
        ("a.geojson", b""),
        ("a.geojson", b'{"features":[{"type":"Feature"'),
        ("a.xlsx", b"PK\x03\x04 no workbook"),
    ],
)
def test_a_cut_off_copy_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)

    with pytest.raises(CopyUnreadable, match=name):
        count_rows(file, suffix=file.suffix)


def test_a_format_without_records_is_not_counted(tmp_path: Path) -> None:
    assert count_rows(tmp_path / "a.png", suffix=".png") is None
