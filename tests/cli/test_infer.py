"""`hexi infer` takes a table, or the only table of a ZIP file, for what its bytes say; all else is refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.registry.documents import hostile
from tests.registry.documents.hostile import zipped

from .conftest import Node

CSV = ("编号,名称,人数\n" + "".join(f"a{n:03},店{n},{n}\n" for n in range(1, 41))).encode("gb18030")


def test_the_only_table_of_a_zip_file_is_drafted_as_if_it_had_been_handed_in_alone(node: Node) -> None:
    (node.folder / "商店.csv").write_bytes(CSV)
    (node.folder / "交来.zip").write_bytes(zipped({"数据/商店.csv": CSV, "说明.pdf": b"%PDF-1.7", ".DS_Store": b"\0"}))

    alone, packed = (node.hexi("infer", name, "--json") for name in ("商店.csv", "交来.zip"))

    assert (alone.code, packed.code) == (0, 0), packed.err
    assert packed.answer == alone.answer
    assert "path: 商店.csv" in packed.answer["contract"]


def test_the_draft_of_a_zip_file_says_what_to_unpack_and_the_table_is_published_under_it(node: Node) -> None:
    (node.folder / "packed.zip").write_bytes(zipped({"数据/商店.csv": CSV}))

    ended = node.hexi("infer", "packed.zip", "--name", "test.shops", "--out", "shops.odcs.yaml")

    assert (ended.code, ended.out) == (0, "")
    assert "unpack “数据/商店.csv” out of “packed.zip”, then: hexi publish shops.odcs.yaml 数据/商店.csv" in ended.err
    (node.folder / "数据").mkdir()
    (node.folder / "数据" / "商店.csv").write_bytes(CSV)
    assert node.hexi("publish", "shops.odcs.yaml", "数据/商店.csv", "--json").answer["accepted"] == 40


@pytest.mark.parametrize("name", ["机构.csv", "a;rm -rf $HOME.csv", "床" * 80 + ".csv", "no ending", "数据/深/a.CSV"])
def test_a_member_may_have_any_name_that_stays_in_its_folder(node: Node, name: str) -> None:
    (node.folder / "packed.zip").write_bytes(zipped({name: CSV}))

    ended = node.hexi("infer", "packed.zip", "--json")

    assert ended.code == 0, ended.err
    assert ended.answer["rows"] == 40


@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        pytest.param("says-excel.xlsx", CSV, "csv", id="CSV that says Excel"),
        pytest.param("says-csv.csv", hostile.workbook(), "excel", id="Excel that says CSV"),
        pytest.param("says-zip.zip", CSV, "csv", id="CSV that says ZIP"),
        pytest.param("says-nothing", hostile.workbook(), "excel", id="Excel that says nothing"),
    ],
)
def test_a_mislabelled_table_is_taken_for_what_it_is_and_can_be_published_so(
    node: Node, name: str, content: bytes, format: str
) -> None:
    (node.folder / name).write_bytes(content)

    ended = node.hexi("infer", name, "--name", "test.shops", "--out", "shops.odcs.yaml")

    assert ended.code == 0, ended.err
    assert f"format: {format}" in (node.folder / "shops.odcs.yaml").read_text("utf-8")
    assert node.hexi("publish", "shops.odcs.yaml").code == 0


REFUSED: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "several tables": (
        lambda: zipped({"b.csv": CSV, "a.csv": CSV, "说明.pdf": b"%PDF-1.7"}),
        ("holds 2 tables: “a.csv”, “b.csv”. Unpack it and name one of them.",),
    ),
    "many tables": (
        lambda: zipped({f"{n}.csv": CSV for n in range(9)}),
        ("holds 9 tables", "“4.csv”, …. Unpack it"),
    ),
    "no table": (lambda: zipped({"说明.pdf": b"%PDF-1.7"}), ("holds no table, only “说明.pdf”. Pack CSV, Excel",)),
    "nothing": (lambda: zipped({}), ("holds no table, only –. Pack CSV",)),
    "an archive in it": (lambda: zipped({"more.zip": zipped({"a.csv": CSV})}), ("no archive within the archive",)),
    "a bomb": (hostile.zip_bomb, ("would unpack to", "Hand in the tables one by one.")),
    "files that overlap": (hostile.zip_of_one_file_twice_over, ("would unpack to",)),
    "a huge directory": (hostile.zip_with_huge_directory, ("has a directory of", "Pack the tables alone.")),
    "a path that climbs": (
        lambda: zipped({"../../etc/beds.csv": CSV}),
        ("“../../etc/beds.csv”, a path that leads out of its folder. Pack the files again, without paths.",),
    ),
    "a link": (hostile.zip_with_link, ("which is a link and no file. Pack the file itself.",)),
    "a password": (hostile.encrypted_zip, ("is protected with a password; pack it without one.",)),
    "a directory that lies": (hostile.lying_zip, ("damaged or cut ZIP file", "Pack it again.")),
    "a cut end": (lambda: zipped({"a.csv": CSV})[:-9], ("breaks off", "Send or save it again.")),
}


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_a_zip_file_without_one_table_is_refused_in_a_sentence_and_leaves_nothing(node: Node, case: str) -> None:
    make, says = REFUSED[case]
    (node.folder / "packed.zip").write_bytes(make())
    scratch = node.folder / "scratch"
    scratch.mkdir()

    ended = node.hexi("infer", "packed.zip", "--out", "draft.odcs.yaml", env={"TMPDIR": str(scratch)})

    assert (ended.code, ended.out) == (4, "")
    assert ended.err.startswith("error: “packed.zip” ")
    assert ended.err.count("\n") == 1
    assert [each for each in says if each not in ended.err] == []
    assert list(scratch.iterdir()) == []
    assert not (node.folder / "draft.odcs.yaml").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"code,name\n1,2\n3,4,5\n6,7\n", "Line 3 of “数据/床位.csv” has 3 cells"),
        (b"code,name\n,\n", "床位.csv” has no column with a value"),
    ],
    ids=["too many cells", "no value"],
)
def test_what_is_wrong_with_the_table_names_it_and_no_scratch_file(node: Node, content: bytes, says: str) -> None:
    (node.folder / "packed.zip").write_bytes(zipped({"数据/床位.csv": content}))

    ended = node.hexi("infer", "packed.zip")

    assert ended.code in {3, 4}
    assert says in ended.err
    assert "hexi-infer-" not in ended.err


def test_an_archive_may_not_unpack_to_more_than_the_node_takes(node: Node) -> None:
    (node.folder / "packed.zip").write_bytes(zipped({"a.csv": b"code,name\n" + b"1,x\n" * 300_000}))

    ended = node.hexi("infer", "packed.zip", env={"HEXI_UPLOAD_MB": "1"})

    assert ended.code == 4
    assert "at most 1048576" in ended.err


def test_a_json_file_whose_records_stand_in_a_member_is_drafted_with_their_place(node: Node) -> None:
    records = [{"编号": f"a{n:03}", "名称": f"店{n}"} for n in range(40)]
    (node.folder / "shops.json").write_text(json.dumps({"total": 40, "data": records}, ensure_ascii=False), "utf-8")

    ended = node.hexi("infer", "shops.json", "--name", "test.shops", "--out", "shops.odcs.yaml")

    assert ended.code == 0, ended.err
    assert "records: data.*" in (node.folder / "shops.odcs.yaml").read_text("utf-8")
    assert node.hexi("publish", "shops.odcs.yaml", "--json").answer["accepted"] == 40
