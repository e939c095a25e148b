from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hexi.data.contracts.model import Contract
from hexi.data.contracts.problems import ContractInvalid
from hexi.data.lifecycle.records import Outcome, RunResult, Silent
from hexi.kernel.actors import NODE, Actor
from hexi.kernel.errors import HexiError, Missing
from hexi.packs import actions, queries
from hexi.packs.errors import PackInvalid, PackMissing, PackNeeded, PackUnmet
from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.catalog import queries as catalog
from hexi.registry.events import queries as events
from tests.nodes import Node, contract
from tests.packs.conftest import KEY, LAKES, MANIFEST, PARKS, Pack

PAGES = """\
pages:
  - kind: plan
    name: plan-a
    title: {zh: 方案, en: Plan}
    targets: parks.parks
    clauses: parks.lakes
    bodies: parks.parks
"""


def install(node: Node, pack: Pack | Path) -> tuple[RunResult, ...]:
    folder = pack.folder if isinstance(pack, Pack) else pack
    results = actions.install(folder, by=NODE, clock=node.clock)
    node.settle()
    return results


def remove(node: Node, pack_id: str = "parks") -> tuple[str, ...]:
    gone = actions.remove(pack_id, by=NODE, clock=node.clock)
    node.settle()
    return gone


def names() -> list[str]:
    return [each.name for each in catalog.datasets()]


def verbs_about(pack_id: str = "parks") -> list[str]:
    return [each.verb for each in reversed(events.events_about(f"pack:{pack_id}"))]


def other_pack(folder: Path, id_: str, name: str, text: str, *, requires: str = "{}") -> Path:
    """A pack of one dataset."""
    (folder / id_).mkdir()
    (folder / id_ / "pack.yaml").write_text(
        f"id: {id_}\ntitle: {{zh: 包, en: Pack}}\nversion: 1.0.0\nrequires: {requires}\n"
        f"provides: {{contracts: [{name}.odcs.yaml]}}\n",
        "utf-8",
    )
    (folder / id_ / f"{name}.odcs.yaml").write_text(text, "utf-8")
    source = text.partition("value: {path: ")[2].partition(",")[0]
    (folder / id_ / source).write_text("code,park\nx1,p1\n", "utf-8")
    return folder / id_


def test_installing_publishes_what_a_pack_brings_in_an_order_that_works(node: Node, pack: Pack) -> None:
    watched, told = [], []

    def watcher(contract: Contract) -> Silent:
        watched.append(contract.name)
        return Silent()

    results = actions.install(
        pack.folder,
        by=NODE,
        clock=node.clock,
        watcher=watcher,
        told=lambda contract, result: told.append((contract.name, result.accepted, result.quarantined)),
    )
    node.settle()

    assert [each.dataset for each in results] == watched == ["parks.parks", "parks.lakes"]
    assert told == [("parks.parks", 2, 0), ("parks.lakes", 1, 1)]
    assert names() == ["parks.lakes", "parks.parks"]
    (installed,) = queries.packs()
    assert (installed.id, installed.version, installed.is_complete) == ("parks", "1.0.0", True)
    assert installed.datasets == ("parks.parks", "parks.lakes")
    assert verbs_about() == ["pack.install"]


def test_installing_twice_changes_nothing(node: Node, pack: Pack) -> None:
    install(node, pack)
    before = (queries.packs(), catalog.datasets())

    results = install(node, pack)

    assert [each.outcome for each in results] == [Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert (queries.packs(), catalog.datasets()) == before
    assert verbs_about() == ["pack.install"]


def test_only_what_changed_is_published_again(node: Node, pack: Pack) -> None:
    install(node, pack)
    pack.contract("lakes", LAKES, "code,park\nl1,p1\nl2,p2\n")

    results = install(node, pack)

    assert [(each.dataset, each.outcome is Outcome.UNCHANGED, each.version) for each in results] == [
        ("parks.parks", True, 0),
        ("parks.lakes", False, 1),
    ]


def test_an_upgrade_withdraws_what_the_pack_no_longer_brings(node: Node, pack: Pack) -> None:
    install(node, pack)
    first = queries.packs()[0]
    text = MANIFEST.replace("version: 1.0.0", "version: 2.0.0").replace("    - contracts/lakes.odcs.yaml\n", "")
    pack.manifest(text)

    install(node, pack)

    assert names() == ["parks.parks"]
    (upgraded,) = queries.packs()
    assert (upgraded.version, upgraded.datasets) == ("2.0.0", ("parks.parks",))
    assert upgraded.installed_at == first.installed_at
    assert verbs_about() == ["pack.install", "pack.install"]
    (withdrawn,) = [each for each in events.events_about("dataset:parks.lakes") if each.verb == "dataset.withdraw"]
    assert withdrawn.details == {"because": "pack parks 2.0.0 no longer brings it"}
    assert node.table("parks.lakes").version() == 0


def test_an_upgrade_that_brings_it_back_shows_it_again(node: Node, pack: Pack) -> None:
    install(node, pack)
    pack.manifest(MANIFEST.replace("    - contracts/lakes.odcs.yaml\n", ""))
    install(node, pack)
    pack.manifest(MANIFEST)

    results = install(node, pack)

    assert [each.outcome for each in results] == [Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert names() == ["parks.lakes", "parks.parks"]


def test_an_upgrade_may_not_withdraw_what_another_pack_is_made_from(node: Node, pack: Pack, tmp_path: Path) -> None:
    install(node, pack)
    benches = other_pack(tmp_path, "benches", "benches", LAKES.replace("parks.lakes", "benches.benches"))
    install(node, benches)
    pack.manifest(MANIFEST.replace("    - contracts/parks.odcs.yaml\n", ""))
    pack.contract("lakes", contract("parks.lakes", KEY), "code\nl1\n")

    with pytest.raises(PackNeeded, match=r"no longer brings parks.parks, but benches.benches still need"):
        install(node, pack)

    assert names() == ["benches.benches", "parks.lakes", "parks.parks"]
    assert queries.packs()[1].datasets == ("parks.parks", "parks.lakes")


def test_an_upgrade_may_not_drop_what_its_own_datasets_need(node: Node, pack: Pack) -> None:
    install(node, pack)
    pack.manifest(MANIFEST.replace("    - contracts/parks.odcs.yaml\n", ""))

    with pytest.raises(PackUnmet, match=r"parks.lakes refers to parks.parks"):
        install(node, pack)

    assert names() == ["parks.lakes", "parks.parks"]


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        pytest.param(lambda pack: pack.manifest("id: parks\n"), PackInvalid, id="manifest"),
        pytest.param(lambda pack: pack.contract("lakes", "kind: DataContract\n", ""), ContractInvalid, id="contract"),
        pytest.param(
            lambda pack: pack.manifest(MANIFEST.replace('hexi: ">=0.1,<2"', "packs: [gansu]")), PackUnmet, id="need"
        ),
        pytest.param(
            lambda pack: pack.manifest(MANIFEST.replace("    - contracts/parks.odcs.yaml\n", "")),
            PackUnmet,
            id="a dataset that is not there",
        ),
    ],
)
def test_a_pack_that_cannot_be_kept_is_refused_before_anything_is_written(
    node: Node, pack: Pack, spoil: Callable[[Pack], object], error: type[HexiError]
) -> None:
    spoil(pack)

    with pytest.raises(error):
        install(node, pack)

    assert (queries.packs(), names(), node.lake.names(), verbs_about()) == ((), [], (), [])


def test_whoever_has_no_authority_installs_and_removes_nothing(node: Node, pack: Pack) -> None:
    stranger = Actor(account="li")
    with pytest.raises(NotAuthorised):
        actions.install(pack.folder, by=stranger, clock=node.clock)
    assert queries.packs() == ()

    install(node, pack)
    with pytest.raises(NotAuthorised):
        actions.remove("parks", by=stranger, clock=node.clock)
    assert len(names()) == 2


def test_a_pack_that_was_cut_off_is_incomplete_and_the_next_install_completes_it(node: Node, pack: Pack) -> None:
    (pack.folder / "contracts" / "lakes.csv").unlink()
    with pytest.raises(Missing):
        install(node, pack)

    (cut_off,) = queries.packs()
    assert (cut_off.is_complete, names()) == (False, ["parks.parks"])

    pack.contract("lakes", LAKES, "code,park\nl1,p1\n")
    results = install(node, pack)

    assert [each.outcome is Outcome.UNCHANGED for each in results] == [True, False]
    assert queries.packs()[0].is_complete
    assert verbs_about() == ["pack.install"]


def test_a_pack_that_was_cut_off_can_be_removed(node: Node, pack: Pack) -> None:
    (pack.folder / "contracts" / "lakes.csv").unlink()
    with pytest.raises(Missing):
        install(node, pack)

    remove(node)

    assert (queries.packs(), names()) == ((), [])


def test_a_pack_waits_for_the_packs_it_needs(node: Node, pack: Pack, tmp_path: Path) -> None:
    text = LAKES.replace("parks.lakes", "benches.benches")
    benches = other_pack(tmp_path, "benches", "benches", text, requires="{packs: [parks]}")
    with pytest.raises(PackUnmet, match=r"needs the pack “parks”; install that one first\.$"):
        install(node, benches)

    install(node, pack)
    install(node, benches)

    assert names() == ["benches.benches", "parks.lakes", "parks.parks"]


def test_a_pack_may_not_bring_what_another_has_brought(node: Node, pack: Pack, tmp_path: Path) -> None:
    install(node, pack)
    thief = other_pack(tmp_path, "thief", "parks", PARKS)

    with pytest.raises(PackUnmet, match=r"brings parks.parks, which the pack “parks” has brought"):
        install(node, thief)
    assert [each.id for each in queries.packs()] == ["parks"]


def test_removing_takes_the_datasets_out_and_keeps_what_was_certified(node: Node, pack: Pack) -> None:
    install(node, pack)

    assert remove(node) == ("parks.parks", "parks.lakes")

    assert (queries.packs(), names()) == ((), [])
    assert node.lake.names() == ("parks.lakes", "parks.parks")
    assert verbs_about() == ["pack.install", "pack.remove"]
    with pytest.raises(PackMissing, match="No pack “parks” is installed"):
        remove(node)


def test_a_removed_pack_can_be_installed_again(node: Node, pack: Pack) -> None:
    install(node, pack)
    remove(node)

    results = install(node, pack)

    assert [each.version for each in results] == [0, 0]
    assert names() == ["parks.lakes", "parks.parks"]


def test_a_pack_that_another_needs_cannot_be_removed(node: Node, pack: Pack, tmp_path: Path) -> None:
    install(node, pack)
    text = contract("benches.benches", KEY)
    install(node, other_pack(tmp_path, "benches", "benches", text, requires="{packs: [parks]}"))

    with pytest.raises(PackNeeded, match="is needed by benches"):
        remove(node)
    assert len(names()) == 3

    remove(node, "benches")
    assert remove(node) == ("parks.parks", "parks.lakes")


def test_a_pack_whose_datasets_others_are_checked_against_cannot_be_removed(
    node: Node, pack: Pack, tmp_path: Path
) -> None:
    install(node, pack)
    node.publish(LAKES.replace("parks.lakes", "test.lakes"), "code,park\nl1,p1\n")

    with pytest.raises(PackNeeded, match=r"is needed by test.lakes"):
        remove(node)
    assert len(names()) == 3


def test_pages_are_told_once_their_pack_is_whole(node: Node, pack: Pack) -> None:
    pack.manifest(MANIFEST + PAGES)
    (pack.folder / "contracts" / "lakes.csv").unlink()
    with pytest.raises(Missing):
        install(node, pack)
    assert queries.pages() == ()

    pack.contract("lakes", LAKES, "code,park\nl1,p1\n")
    install(node, pack)

    (page,) = queries.pages()
    assert (page.kind, page.name, page.title.en) == ("plan", "plan-a", "Plan")
    remove(node)
    assert queries.pages() == ()
