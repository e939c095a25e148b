"""What cleaning rewrote is counted over all rows, and shown by rows that were accepted and fields that are open."""

from __future__ import annotations

from pathlib import Path

import pytest

from hexi.data.contracts.reading import contract_from_text
from hexi.data.engines.polars_rewrites import EXAMPLES
from hexi.data.engines.polars_split import Split, split
from hexi.data.engines.sources.opening import open_source
from tests.nodes import contract, field

FIELDS = (
    field("code", "编号", clean="trim, upper", more="primaryKey: true"),
    field("opened", "开业日期", "date", clean="date"),
    field("staff", "人数", "integer", clean="integer"),
    field("open", "营业", "boolean", clean="boolean"),
    field("phone", "电话", clean="phone", classification="personal"),
    field("note", "备注", clean="trim"),
)
ROWS = """\
code,opened,staff,open,phone,note
a1,2015年8月19日,"1,200",是,139 0000 0001,\u3000
A2,2015-08-19,7,true,13900000002,hm
 A3 ,2015/8/19,８,否,,
a4,someday,9,true,1,x
,2015-08-20,,,,"""


def published(tmp_path: Path, rows: str, **how: int) -> Split:
    text = contract("test.shops", *FIELDS)
    (tmp_path / "shops.csv").write_text(rows, "utf-8")
    read = contract_from_text(text, file=tmp_path / "shops.odcs.yaml")
    source = open_source(read, None, workspace=tmp_path)
    return split(
        source,
        read,
        references={},
        accepted=tmp_path / "a.parquet",
        quarantined=tmp_path / "q.parquet",
        workspace=tmp_path,
        seen=lambda rows: None,
        **how,
    )


@pytest.mark.parametrize("cells", [6, 12, 1_000_000])
def test_values_that_the_source_writes_differently_are_counted(tmp_path: Path, cells: int) -> None:
    found = published(tmp_path, ROWS, cells=cells)

    assert found.rewritten == {"code": 3, "opened": 2, "staff": 2, "open": 2, "phone": 1, "note": 0}


@pytest.mark.parametrize("cells", [6, 1_000_000])
def test_examples_come_from_accepted_rows_and_open_fields(tmp_path: Path, cells: int) -> None:
    found = published(tmp_path, ROWS, cells=cells)

    assert found.examples == {
        "code": (("a1", "A1"), (" A3 ", "A3")),
        "opened": (("2015年8月19日", "2015-08-19"), ("2015/8/19", "2015-08-19")),
        "staff": (("1,200", "1200"), ("８", "8")),
        "open": (("是", "true"), ("否", "false")),
    }


def test_examples_are_few_and_of_different_shapes(tmp_path: Path) -> None:
    rows = "code,opened,staff,open,phone,note\n" + "".join(f"{' ' * (n % 9)}a{n},,,,,\n" for n in range(1000))

    found = published(tmp_path, rows)

    assert found.rewritten["code"] == 1000
    assert len(found.examples["code"]) == EXAMPLES
    assert len({len(raw) - len(clean) for raw, clean in found.examples["code"]}) == EXAMPLES


def test_a_table_without_rows_has_nothing_rewritten(tmp_path: Path) -> None:
    found = published(tmp_path, "code,opened,staff,open,phone,note\n")

    assert set(found.rewritten.values()) == {0}
    assert not found.examples
