"""`hexi test`: the same counts as a run, an exit code for other people's checks, and nothing written."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import CONTRACT, Node
from .warm import Warm


def test_a_source_that_breaks_a_rule_fails_and_publishes_nothing(node: Node) -> None:
    ended = node.hexi("test", node.contract)

    assert ended.code == 5
    assert "of 3 rows 2 would be accepted, 1 quarantined" in ended.out
    assert node.table.version() is None


def test_a_share_may_be_enough(node: Node) -> None:
    assert node.hexi("test", node.contract, "--accept", "60").code == 0
    assert node.hexi("test", node.contract, "--accept", "70").code == 5


def test_it_tells_a_machine_the_same(node: Node) -> None:
    said = json.loads(node.hexi("test", node.contract, "--json").out)

    assert (said["passes"], said["rows"], said["accepted"], said["quarantined"]) == (False, 3, 2, 1)
    assert {rule["id"]: rule["failed"] for rule in said["rules"] if rule["failed"]} == {"staff.type": 1}


def test_it_needs_no_node(node: Node, warm: Warm, tmp_path: Path) -> None:
    ended = warm("test", node.contract, "--accept", "1", home=tmp_path / "nowhere", cwd=node.folder)

    assert ended.code == 0
    assert not (tmp_path / "nowhere").exists()


def test_what_only_a_node_has_is_asked_of_one(node: Node, warm: Warm, tmp_path: Path) -> None:
    rule = (
        "        quality: [{type: custom, engine: hexi, implementation: {check: reference, dataset: a.b, field: c}}]\n"
    )
    node.contract.write_text(
        CONTRACT.replace("        primaryKey: true\n", "        primaryKey: true\n" + rule), "utf-8"
    )

    assert "a.b" in warm("test", node.contract, home=tmp_path / "nowhere", cwd=node.folder).err
    assert node.hexi("test", node.contract).code == 6


def test_a_broken_promise_about_the_whole_fails_whatever_is_accepted(node: Node) -> None:
    node.contract.write_text(CONTRACT.replace("mustBeGreaterOrEqualTo: 1", "mustBeGreaterOrEqualTo: 9"), "utf-8")
    ended = node.hexi("test", node.contract, "--accept", "0")

    assert ended.code == 5
    assert "at least 9 are promised" in ended.err


def test_it_compares_with_the_version_before(node: Node) -> None:
    rule = "      - {type: custom, engine: hexi, implementation: {check: volume_change, max: 10}}\n"
    node.contract.write_text(CONTRACT + rule, "utf-8")
    assert node.hexi("publish", node.contract).code == 0
    node.source.write_text("code,title,staff\na1,兰州拉面,12\n", "utf-8")
    ended = node.hexi("test", node.contract)

    assert ended.code == 5
    assert "2 before" in ended.err
