from __future__ import annotations

from pathlib import Path

import pytest

from hexi.data.contracts.problems import ContractInvalid
from hexi.kernel.names import Text
from hexi.packs.errors import PackInvalid, PackMissing
from hexi.packs.manifests import find_pack, read_manifest
from tests.packs.conftest import LAKES, MANIFEST, PARKS, Pack

PLAN = """\
pages:
  - kind: plan
    name: plan-a
    title: {zh: 方案, en: Plan}
    targets: parks.parks
    clauses: parks.lakes
    bodies: parks.parks
"""


def test_a_manifest_is_read_with_its_contracts_in_the_order_they_can_be_published(pack: Pack) -> None:
    manifest = read_manifest(pack.folder)

    assert (manifest.id, manifest.version, manifest.title) == ("parks", "1.0.0", Text("公园", "Parks"))
    assert manifest.datasets == ("parks.parks", "parks.lakes")
    assert (manifest.requires, manifest.foreign, manifest.pages) == ((), {}, ())


def test_a_page_is_read_with_the_datasets_it_is_made_from(pack: Pack) -> None:
    pack.manifest(MANIFEST + PLAN)

    (page,) = read_manifest(pack.folder).pages

    assert (page["kind"], page["name"], page["targets"]) == ("plan", "plan-a", "parks.parks")


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        pytest.param("version:", "verzion:", 4, "“verzion” is no key here; the closest are", id="an unknown key"),
        pytest.param("id: parks\n", "", 1, "“id” is missing.", id="a missing id"),
        pytest.param("version: 1.0.0\n", "", 1, "“version” is missing.", id="a missing version"),
        pytest.param("title: {zh: 公园, en: Parks}\n", "", 1, "“title” is missing.", id="a missing title"),
        pytest.param("id: parks", "id:", 1, "“id” is missing.", id="an empty id"),
        pytest.param("version: 1.0.0", "version:", 4, "“version” is missing.", id="an empty version"),
        pytest.param("version: 1.0.0", "version: [1]", 4, "“[1]” is no version", id="a version that is none"),
        pytest.param("id: parks", "id: Parks!", 1, "“Parks!” cannot name a pack", id="an id that is no name"),
        pytest.param("id: parks", "id: 7", 1, "“7” cannot name a pack", id="an id that is a number"),
        pytest.param("id: parks", "id: gardens", 1, "the folder is called “parks”", id="another folder's id"),
        pytest.param("{zh: 公园, en: Parks}", "Parks", 2, "said in both languages", id="a title without languages"),
        pytest.param("{zh: 公园, en: Parks}", "{zh: 公园}", 2, "said in both languages", id="a title in one language"),
        pytest.param("en: Parks and their lakes", "en: ''", 3, "said in both languages", id="an empty summary"),
        pytest.param(">=0.1,<2", ">=99", 5, "The pack needs hexi >=99; this is", id="a newer Hexi"),
        pytest.param(">=0.1,<2", "newest", 5, "“newest” is no bound of a version", id="no bound of a version"),
        pytest.param("hexi: ", "hexis: ", 5, "“hexis” is no key here", id="an unknown need"),
        pytest.param('{hexi: ">=0.1,<2"}', "hexi", 5, "“requires” is a mapping of keys", id="needs that are text"),
        pytest.param('{hexi: ">=0.1,<2"}', "{packs: gansu}", 5, "“packs” lists ids of packs", id="packs that are text"),
        pytest.param('{hexi: ">=0.1,<2"}', "{packs: [1]}", 5, "“packs” lists ids of packs", id="packs by number"),
        pytest.param("  contracts:", "  kontracts:", 7, "“kontracts” is no key here", id="an unknown gift"),
        pytest.param("contracts/lakes", "contracts/pools", 8, "There is no file “contracts/pools", id="no such file"),
        pytest.param("contracts/parks", "../parks", 9, "is no path within the pack's folder", id="a path that leaves"),
        pytest.param("contracts/parks.odcs.yaml", "/etc/hostname", 9, "is no path within", id="an absolute path"),
        pytest.param("contracts/parks.odcs.yaml", "7", 9, "“7” is no path within", id="a path that is a number"),
        pytest.param("contracts/parks", "contracts/lakes", 9, "Two contracts describe the dataset", id="twice"),
    ],
)
def test_an_error_is_named_with_its_line(pack: Pack, old: str, new: str, line: int, said: str) -> None:
    assert old in MANIFEST
    file = pack.manifest(MANIFEST.replace(old, new, 1))

    with pytest.raises(PackInvalid) as refusal:
        read_manifest(pack.folder)

    found = [(each.line, each.message) for each in refusal.value.problems]
    assert any(at == line and said in sentence for at, sentence in found), found
    assert refusal.value.message.startswith(f"“{file}” is not yet a pack that can be installed; to mend (")


@pytest.mark.parametrize(
    "provides",
    [
        pytest.param("provides:\n", id="nothing"),
        pytest.param("provides: contracts\n", id="text"),
        pytest.param("provides: {contracts: []}\n", id="an empty list"),
        pytest.param("provides: {contracts: contracts/parks.odcs.yaml}\n", id="a single path"),
        pytest.param("provides: {}\n", id="no contracts"),
    ],
)
def test_a_pack_that_brings_nothing_is_refused(pack: Pack, provides: str) -> None:
    pack.manifest(MANIFEST[: MANIFEST.index("provides:")] + provides)

    with pytest.raises(PackInvalid) as refusal:
        read_manifest(pack.folder)

    assert [each.line for each in refusal.value.problems] in ([6], [1])


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        pytest.param("kind: plan", "kind: poster", 11, "“poster” is no kind of page; choose plan.", id="kind"),
        pytest.param("name: plan-a", "name: Plan A", 12, "“Plan A” cannot stand in an address", id="name"),
        pytest.param("title: {zh: 方案, en: Plan}", "title: Plan", 13, "said in both languages", id="title"),
        pytest.param("clauses: parks.lakes", "clauses: parks.lake", 15, "The page needs “clauses”", id="dataset"),
        pytest.param("    bodies: parks.parks\n", "", 11, "The page needs “bodies”", id="missing part"),
        pytest.param("    bodies", "    picture: x\n    bodies", 16, "“picture” is no key here", id="unknown key"),
    ],
)
def test_an_error_of_a_page_is_named_with_its_line(pack: Pack, old: str, new: str, line: int, said: str) -> None:
    pack.manifest(MANIFEST + PLAN.replace(old, new))

    with pytest.raises(PackInvalid) as refusal:
        read_manifest(pack.folder)

    ((at, sentence),) = [(each.line, each.message) for each in refusal.value.problems]
    assert (at, said in sentence) == (line, True), sentence


@pytest.mark.parametrize("pages", ["plan", "5", "{kind: plan}"])
def test_pages_are_a_list(pack: Pack, pages: str) -> None:
    pack.manifest(MANIFEST + f"pages: {pages}\n")

    with pytest.raises(PackInvalid, match=r"line 10, pages: “pages” is a list"):
        read_manifest(pack.folder)


def test_every_problem_is_told_at_once_in_the_order_of_the_file(pack: Pack) -> None:
    text = MANIFEST.replace("id: parks", "id: Parks").replace("en: Parks and their lakes", "en: ''")
    pack.manifest(text.replace("lakes.odcs", "pools.odcs") + "colour: green\n")

    with pytest.raises(PackInvalid, match=r"to mend \(4\)") as refusal:
        read_manifest(pack.folder)

    assert [each.line for each in refusal.value.problems] == [1, 3, 8, 10]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("- a\n- b\n", id="a list"),
        pytest.param("id: [parks\n", id="broken YAML"),
        pytest.param("id: parks\nid: parks\n", id="a key twice"),
        pytest.param("just words", id="text"),
    ],
)
def test_what_is_no_mapping_of_keys_is_refused(pack: Pack, text: str) -> None:
    pack.manifest(text)

    with pytest.raises(PackInvalid) as refusal:
        read_manifest(pack.folder)
    assert refusal.value.problems


def test_a_manifest_that_is_not_utf8_is_refused(pack: Pack) -> None:
    (pack.folder / "pack.yaml").write_bytes(MANIFEST.encode("gb18030"))

    with pytest.raises(PackInvalid):
        read_manifest(pack.folder)


def test_a_bad_contract_is_refused_with_its_own_file(pack: Pack) -> None:
    pack.contract("parks", PARKS.replace("logicalType: string", "logicalType: colour"), "code\np1\n")

    with pytest.raises(ContractInvalid, match=r"parks\.odcs\.yaml” is not yet a contract"):
        read_manifest(pack.folder)


def test_datasets_that_need_each_other_in_a_circle_are_refused(pack: Pack) -> None:
    circle = (
        LAKES.replace("parks.lakes", "x").replace("parks.parks", "parks.lakes").replace("name: x", "name: parks.parks")
    )
    pack.contract("parks", circle, "code,park\np1,l1\n")

    with pytest.raises(PackInvalid, match=r"line \d+, .*in a circle: parks\.\w+ → parks\.\w+ → parks\.\w+"):
        read_manifest(pack.folder)


def test_what_its_datasets_need_of_others_is_told(pack: Pack) -> None:
    pack.manifest(MANIFEST.replace("    - contracts/parks.odcs.yaml\n", ""))

    assert read_manifest(pack.folder).foreign == {"parks.lakes": {"parks.parks"}}


def test_a_folder_without_a_manifest_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(PackMissing, match=r"There is no pack “\w+”"):
        read_manifest(tmp_path)


def test_a_pack_is_found_by_its_folder_in_packs_and_among_those_that_came_along(
    pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pack.folder.parents[1])

    assert find_pack(str(pack.folder)) == pack.folder
    assert find_pack("parks") == Path("packs/parks")
    assert (find_pack("gansu") / "pack.yaml").is_file()
    with pytest.raises(PackMissing, match="no folder of that name with a pack"):
        find_pack("gardens")
