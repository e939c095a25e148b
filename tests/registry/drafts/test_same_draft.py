"""What the browser drafts of an upload is what `hexi infer` writes for the same file, but for the publisher."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
import yaml
from click.testing import CliRunner

from hexi.cli.commands.infer import infer
from hexi.registry.documents import actions as documents
from hexi.registry.documents import queries as handed_in
from hexi.registry.drafts import actions, queries, tasks
from tests.registry.documents.hostile import zipped
from tests.registry.drafts.conftest import Office

HEAD = ["统一社会信用代码", "企业名称", "成立日期", "注册资本（万元）", "联系电话", "经度", "纬度"]
ROWS = [
    [
        f"91620100MA7{n:04}X{n % 10}",
        f"兰州店{n}",
        f"2024年{n % 12 + 1}月3日",
        f"{n}.5",
        f"1390000{n:04}",
        "103.8",
        "36.1",
    ]
    for n in range(60)
]
TABLE = "".join(",".join(row) + "\n" for row in [HEAD, *ROWS])


def workbook() -> bytes:
    """A sheet with a title above the names of the columns, as offices make them."""
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed) as book:
        sheet = book.add_worksheet("企业")
        for line, cells in enumerate([["兰州市企业名录"], HEAD, *ROWS]):
            sheet.write_row(line, 0, cells)
    return packed.getvalue()


def parquet() -> bytes:
    written = io.BytesIO()
    pl.DataFrame(ROWS, schema=HEAD, orient="row").write_parquet(written)
    return written.getvalue()


def document(**around: object) -> bytes:
    records = [dict(zip(HEAD, row, strict=True)) for row in ROWS]
    return json.dumps({**around, "data": records}, ensure_ascii=False).encode()


FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "CSV in GBK": ("企业.csv", lambda: TABLE.encode("gbk")),
    "CSV in UTF-8 with a mark": ("企业.csv", lambda: TABLE.encode("utf-8-sig")),
    "tabs and a title": ("企业.txt", lambda: ("企业名录,,,,,,\n\n" + TABLE).replace(",", "\t").encode()),
    "a workbook": ("企业.xlsx", workbook),
    "JSON with its records in a member": ("企业.json", document),
    "JSON with more beside them": ("企业.json", lambda: document(code=200, message="成功", total=len(ROWS))),
    "Parquet": ("企业.parquet", parquet),
    "a ZIP file": ("交来.zip", lambda: zipped({"数据/企业.csv": TABLE.encode("gbk"), "说明.pdf": b"%PDF-1.7"})),
    "CSV that says Excel": ("企业.xlsx", TABLE.encode),
    "a workbook that says CSV": ("企业.csv", workbook),
    "a name with a space": ("企业 名录 (2024).csv", TABLE.encode),
}


@pytest.mark.parametrize("case", FILES, ids=str)
def test_the_browser_and_the_command_line_draft_the_same(office: Office, tmp_path: Path, case: str) -> None:
    name, make = FILES[case]
    (tmp_path / name).write_bytes(content := make())

    contract, findings = in_the_browser(office, content, name)
    same, found = on_the_command_line(tmp_path / name, dataset=contract["name"])

    publisher = {"zh": "省商务厅", "en": "Commerce"}
    assert without(contract, "hexi.publisher") == without(same, "hexi.publisher")
    assert [each["value"] for each in contract["customProperties"] if each["property"] == "hexi.publisher"] == [
        publisher
    ]
    assert findings == found
    assert findings["rows"] == len(ROWS)


def test_the_place_of_the_records_in_a_document_stands_in_the_draft(office: Office) -> None:
    contract, findings = in_the_browser(office, document(total=len(ROWS)), "企业.json")

    (source,) = (each["value"] for each in contract["customProperties"] if each["property"] == "hexi.source")
    assert source == {"path": "企业.json", "format": "json", "records": "data.*"}
    assert [each["source"] for each in findings["columns"]] == ["total", *HEAD]


def test_what_is_wrong_with_an_upload_names_the_file_as_its_owner_does(office: Office) -> None:
    draft = office.draft("编号,名称\n1,2\n3,4,5\n6,7\n")

    said = queries.draft(draft, reader=office.officer).remarks[-1]

    assert said.facts["file"] == "商店.csv"
    assert str(office.node.home) not in str(said)


def in_the_browser(office: Office, content: bytes, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The contract and the findings of the draft that the node makes of an upload."""
    id = office.upload(content, name)
    if handed_in.document(id).format == "zip":
        id = documents.unpack(id, by=office.officer, now=office.node.clock()).id
    draft = actions.begin(id, organisation=office.id, by=office.officer, now=office.node.clock())
    while tasks.work(clock=office.node.clock):
        pass
    record = queries.draft(draft, reader=office.officer)
    assert record.contract is not None, record.remarks
    return yaml.safe_load(record.text), dict(record.findings)


def on_the_command_line(file: Path, *, dataset: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The contract and the findings that `hexi infer` prints."""
    ended = CliRunner().invoke(infer, [str(file), "--name", dataset, "--json"], catch_exceptions=False)
    assert ended.exit_code == 0, ended.stderr
    found = json.loads(ended.stdout)
    return yaml.safe_load(found.pop("contract")), found


def without(contract: dict[str, Any], name: str) -> dict[str, Any]:
    kept = [each for each in contract["customProperties"] if each["property"] != name]
    return {**contract, "customProperties": kept}
