"""A table is drafted from every format that holds one, and what was left out of it is said."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hexi.data.contracts.problems import ContractInvalid
from hexi.data.contracts.reading import contract_from_text
from hexi.data.drafting.drafts import draft
from hexi.data.lake.tables import Lake
from hexi.data.lifecycle.running import run
from hexi.data.lifecycle.signing import NodeKey
from tests.data.lifecycle.conftest import Tables
from tests.data.sources.dbf import dbf

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_table_of_dbase_is_drafted_and_run_with_what_was_left_out(tmp_path: Path) -> None:
    rows = [[str(620000 + n).encode(), f"店{n}".encode("gb18030"), str(n).encode()] for n in range(1, 31)]
    table = dbf([("代码", "C", 6), ("名称", "C", 10), ("床位", "N", 5)], rows, deleted=[3, 4])

    found = draft(write(tmp_path, "beds.dbf", table), name="test.beds")
    contract = contract_from_text(found.text)
    lake = Lake(tmp_path / "lake")
    result = run(
        contract,
        source=tmp_path / "beds.dbf",
        lake=lake,
        signer=NodeKey.create(tmp_path / "key.pem"),
        node="test",
        references=Tables(lake),
        clock=lambda: NOON,
    )

    assert (contract.source.format, found.rows) == ("dbf", 28)
    assert found.problems[0].zh == "有2条记录带删除标记，未读取。"
    assert (result.rows, result.accepted) == (28, 28)
    assert result.notes == found.problems[:1]


def test_the_draft_of_xml_says_where_the_records_are(tmp_path: Path) -> None:
    rows = "".join(f"<单位><代码>a{n}</代码><人数>{n}</人数></单位>" for n in range(1, 21))

    found = draft(write(tmp_path, "t.xml", f"<名录>{rows}</名录>".encode()), name="test.units")

    assert contract_from_text(found.text).source.records == "名录.单位"
    assert [each.source for each in found.columns] == ["代码", "人数"]


def test_what_looks_like_fixed_width_text_is_told(tmp_path: Path) -> None:
    lines = "".join(f"62010{n % 10}  兰州市      {n:>5}  20240229\n" for n in range(1, 21))

    found = draft(write(tmp_path, "t.txt", lines.encode("gb18030")), name="test.beds")

    assert "format: fixed" in found.problems[0].zh


def test_ordinary_text_of_one_column_is_not_told_to_be_fixed(tmp_path: Path) -> None:
    lines = "名称\n" + "".join(f"兰州市第{'一' * n}医院及其附属机构若干，名称长短不等的各单位\n" for n in range(1, 21))

    found = draft(write(tmp_path, "t.txt", lines.replace("，", "").encode()), name="test.names")

    assert not any("format: fixed" in each.zh for each in found.problems)


FIXED = """
apiVersion: v3.1.0
kind: DataContract
id: t
name: test.beds
version: 1.0.0
status: active
customProperties:
  - property: hexi.title
    value: {zh: 床位, en: Beds}
  - property: hexi.publisher
    value: {zh: 某局, en: Some office}
  - property: hexi.source
    value: SOURCE
schema:
  - name: beds
    properties:
      - name: code
        logicalType: string
        description: Code
        customProperties:
          - {property: hexi.title, value: {zh: 代码, en: Code}}
          - {property: hexi.source, value: 代码}
"""


def test_a_contract_says_where_the_columns_of_fixed_width_text_stand(tmp_path: Path) -> None:
    said = "{path: t.txt, format: fixed, counted: bytes, first_row: 2, columns: [{name: 代码, start: 1, width: 6}]}"

    source = contract_from_text(FIXED.replace("SOURCE", said)).source

    assert (source.counted, source.first_row) == ("bytes", 2)
    assert [(each.name, each.start, each.width) for each in source.columns] == [("代码", 1, 6)]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("{format: fixed}", "needs “columns”"),
        ("{format: fixed, columns: [{name: a, start: 0, width: 6}]}", "too small"),
        ("{format: fixed, columns: [{name: a, start: 1}]}", "“width” is missing"),
        ("{format: fixed, columns: [null]}", "is empty"),
        (
            "{format: fixed, columns: [{name: a, start: 1, width: 1}, {name: a, start: 2, width: 1}]}",
            "stands here twice",
        ),
        ("{format: fixed, counted: letters, columns: [{name: a, start: 1, width: 1}]}", "not valid"),
        ("{format: csv, columns: [{name: a, start: 1, width: 1}]}", "means nothing for the format csv"),
    ],
)
def test_a_contract_that_places_columns_badly_is_refused(said: str, words: str) -> None:
    with pytest.raises(ContractInvalid, match=words):
        contract_from_text(FIXED.replace("SOURCE", said))
