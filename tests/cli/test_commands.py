"""What each command does, says to people and to machines, and how it exits."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import sqlite3
from datetime import datetime

import pytest

from hexi.web import home

from .conftest import CONTRACT, FIRMS, NAME, Node

STRANGER = {"LOGNAME": "stranger"}


def test_init_makes_a_node_and_says_what_comes_next(warm, tmp_path) -> None:
    ended = warm("init", "--name", "gansu", home=tmp_path / "home")

    assert ended.code == 0
    assert f"The node “gansu” stands in {tmp_path / 'home'}." in ended.out
    assert "Next: hexi publish CONTRACT" in ended.out
    assert (tmp_path / "home" / "keys" / "node.pem").stat().st_mode & 0o077 == 0
    assert warm("events", "verify", home=tmp_path / "home").code == 0


def test_init_refuses_a_second_node_in_the_same_folder(node) -> None:
    before = (node.home / "trust.json").read_bytes()

    ended = node.hexi("init", "--name", "other")

    assert (ended.code, ended.err) == (8, f"error: There is a node in “{node.home}” already.\n")
    assert (node.home / "trust.json").read_bytes() == before


@pytest.mark.parametrize("name", ["two words", "a/b", "a+b", "", "x" * 61])
def test_init_refuses_a_name_that_the_log_cannot_carry(warm, tmp_path, name) -> None:
    ended = warm("init", "--name", name, home=tmp_path / "home")

    assert ended.code == 3
    assert "cannot name a node" in ended.err
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    "command", [["status"], ["events", "list"], ["events", "verify"], ["keys", "rotate"], ["pack", "list"]], ids=str
)
def test_without_a_node_commands_say_how_to_make_one(warm, tmp_path, command) -> None:
    ended = warm(*command, home=tmp_path / "nowhere")

    assert (ended.code, ended.out) == (6, "")
    assert ended.err == f"error: There is no node in “{tmp_path / 'nowhere'}”. Make one with: hexi init\n"


def test_publish_tells_a_clerk_what_came_in_and_what_became_of_it(node) -> None:
    ended = node.hexi("publish", node.contract)

    assert (ended.code, ended.err) == (0, "")
    assert "Firms (test.firms): version 0 is published." in ended.out
    assert "Rows: 3 came in, 2 accepted (66.6%), 1 quarantined." in ended.out
    assert "can be read as a whole number" in ended.out
    assert "Certificate: home/lake/test.firms/certificates/" in ended.out
    assert "Next: look at the quarantined rows" in ended.out


def test_a_source_without_rows_is_told_as_such_and_not_as_all_good(node) -> None:
    node.source.write_text(node.source.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    node.contract.write_text(
        node.contract.read_text("utf-8").partition("    quality:\n      - {type: library, m")[0], "utf-8"
    )

    ended = node.hexi("publish", node.contract)

    assert (ended.code, "%" in ended.out) == (0, False)
    assert "This version has no rows. To have such a source refused, promise a “rowCount”." in ended.out


def test_publish_tells_machines_the_same(node) -> None:
    said = node.hexi("publish", node.contract, node.source, "--json").answer

    assert {name: said[name] for name in ("dataset", "outcome", "version", "rows", "accepted", "quarantined")} == {
        "dataset": NAME,
        "outcome": "published",
        "version": 0,
        "rows": 3,
        "accepted": 2,
        "quarantined": 1,
    }
    assert {each["id"]: each["failed"] for each in said["rules"] if each["failed"]} == {"staff.type": 1}
    assert all(each.keys() == {"id", "check", "fields", "severity", "failed"} for each in said["rules"])
    assert len(said["key"]) == len(said["certificate_sha256"]) == 64
    assert said["certificate"].endswith(f"/certificates/{said['certificate_sha256']}.json")
    assert said["seconds"].keys() >= {"collect", "clean", "split", "commit"}


def test_published_again_without_a_change_nothing_is_done(published) -> None:
    before = published.state()

    again = published.hexi("publish", published.contract)
    told = published.hexi("publish", published.contract, "--json").answer

    assert again.code == 0
    assert "nothing to do. Source, contract and references are those of version 0." in again.out
    assert (told["outcome"], told["version"], told["accepted"]) == ("unchanged", 0, 2)
    assert published.state() == before


def test_verify_says_what_it_checked_of_a_dataset_and_of_a_copy(published) -> None:
    newest = published.table.versions()[0]
    certificate = published.table.certificate_path(newest.metadata["hexi.certificate"])
    (file,) = published.table.files()
    copy = shutil.copy(file, published.folder / "copy.parquet")

    by_name = published.hexi("verify", NAME)
    by_file = published.hexi("verify", certificate, copy, "--trust", published.home / "trust.json", "--json")

    assert by_name.code == 0
    assert f"✓ {file.name} is the file that was certified" in by_name.out
    assert by_name.out.endswith("Verified.\n")
    assert by_file.code == 0
    assert by_file.answer["ok"] is True
    assert [(each["code"], each["is_problem"]) for each in by_file.answer["findings"]] == [
        ("signature.good", False),
        ("file.good", False),
    ]


def test_verify_needs_no_node(published, warm, tmp_path) -> None:
    newest = published.table.versions()[0]
    certificate = published.table.certificate_path(newest.metadata["hexi.certificate"])

    ended = warm(
        "verify", certificate, *published.table.files(), "--trust", published.home / "trust.json", home=tmp_path / "no"
    )

    assert ended.code == 0, ended.err


def test_status_shows_every_dataset_to_people_and_machines(published) -> None:
    people, machines = published.hexi("status"), published.hexi("status", "--json").answer

    assert people.code == 0
    assert NAME in people.out
    assert "1 datasets, 2 of 3 rows accepted" in people.out
    assert machines["home"] == str(published.home)
    assert machines["datasets"] == [
        {
            "name": NAME,
            "version": 0,
            "rows": 3,
            "accepted": 2,
            "quarantined": 1,
            "certificate_sha256": published.table.versions()[0].metadata["hexi.certificate"],
        }
    ]
    assert machines["events"] > 0
    assert machines["caught_up"] == []


def test_status_enters_what_the_catalogue_missed(published) -> None:
    with sqlite3.connect(published.home / home.DATABASE) as database:
        database.execute("delete from catalog_version")

    first, second = published.hexi("status", "--json").answer, published.hexi("status", "--json").answer

    assert first["caught_up"] == [{"dataset": NAME, "version": 0}]
    assert second["caught_up"] == []
    assert published.hexi("events", "verify").code == 0


def test_events_are_listed_newest_first_and_verified(published) -> None:
    listed = published.hexi("events", "list", "--json", "--limit", "3")
    events = [json.loads(line) for line in listed.out.splitlines()]
    people = published.hexi("events", "list")
    verified = published.hexi("events", "verify", "--json").answer

    assert [each["sequence"] for each in events] == sorted((each["sequence"] for each in events), reverse=True)
    assert len(events) == 3
    publishing = next(each for each in events if each["verb"] == "dataset.publish")
    assert (publishing["object"], publishing["details"]["version"]) == (f"dataset:{NAME}", 0)
    assert datetime.fromisoformat(publishing["at"]).tzinfo is not None
    assert "Published a version of a dataset" in people.out
    assert (verified["ok"], verified["findings"]) == (True, [])
    assert verified["events"] == events[0]["sequence"] + 1


def test_a_kept_checkpoint_proves_that_the_log_only_grew(published) -> None:
    with sqlite3.connect(published.home / home.DATABASE) as database:
        (kept,) = database.execute("select note from events_checkpoint order by size desc limit 1").fetchone()
    (published.folder / "kept.txt").write_text(kept, "utf-8")
    published.source.write_text(FIRMS.replace("many", "9"), "utf-8")
    assert published.hexi("publish", published.contract).code == 0

    ended = published.hexi("events", "verify", "--known", "kept.txt")

    assert ended.code == 0, ended.out


def test_a_rotated_key_signs_no_more_and_what_it_signed_stays_good(published) -> None:
    (old,) = _keys(published)

    rotated = published.hexi("keys", "rotate")
    again = published.hexi("publish", published.contract, "--json").answer
    published.source.write_text(FIRMS.replace("many", "9"), "utf-8")
    changed = published.hexi("publish", published.contract, "--json").answer

    assert rotated.code == 0
    assert "Hand out the trust file again." in rotated.out
    assert list(_keys(published).values()) == ["ended", "in force"]
    assert old in _keys(published)
    assert (again["outcome"], changed["outcome"]) == ("unchanged", "published")
    assert published.hexi("verify", NAME).code == 0
    assert published.hexi("events", "verify").code == 0


@pytest.mark.parametrize(
    "command",
    [["keys", "rotate"], ["keys", "revoke", "--because", "spite"], ["pack", "install", "plan-2015"]],
    ids=" ".join,
)
def test_a_stranger_changes_nothing(published, command) -> None:
    before, keys = published.state(), _keys(published)
    trust = (published.home / "trust.json").read_bytes()

    ended = published.hexi(*command, env=STRANGER)

    assert ended.code == 7
    assert "stranger may not" in ended.err
    assert "ask an operator for the authority" in ended.err
    assert _keys(published) == keys
    assert (published.home / "trust.json").read_bytes() == trust
    assert published.state() == before


def test_a_stranger_publishes_nothing(published) -> None:
    before = published.state()
    published.source.write_text(FIRMS.replace("many", "9"), "utf-8")

    ended = published.hexi("publish", published.contract, env=STRANGER)

    assert ended.code == 7
    assert published.state() == before


def test_while_a_run_is_at_work_a_second_one_is_refused(published) -> None:
    published.source.write_text(FIRMS.replace("many", "9"), "utf-8")
    with (published.table.folder / "lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = published.hexi("publish", published.contract)

    assert ended.code == 8
    assert f"of {NAME} is at work since" in ended.err
    assert "Wait until it has ended, then try again" in ended.err
    assert published.hexi("publish", published.contract).code == 0


def test_without_its_disk_a_node_is_unavailable_and_forgets_nothing(published) -> None:
    (published.home / "lake").rename(published.folder / "elsewhere")
    gone = [published.hexi("status"), published.hexi("publish", published.contract)]
    (published.folder / "elsewhere").rename(published.home / "lake")

    assert [each.code for each in gone] == [9, 9]
    assert all("If it is on another disk, mount it; nothing was changed." in each.err for each in gone)
    assert published.hexi("status", "--json").answer["datasets"][0]["version"] == 0


PACK = """\
id: trade
title: {zh: 市场监管, en: Trade}
summary: {zh: 企业登记。, en: Registered firms.}
version: 1.0.0
requires: {hexi: ">=0.1,<1"}
provides:
  contracts: [contracts/firms.odcs.yaml]
"""


@pytest.fixture
def pack(node: Node) -> Node:
    folder = node.folder / "trade"
    (folder / "contracts").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "pack.yaml").write_text(PACK, "utf-8")
    contract = CONTRACT.replace("test.firms", "trade.firms").replace("path: firms.csv", "path: ../data/firms.csv")
    (folder / "contracts" / "firms.odcs.yaml").write_text(contract, "utf-8")
    (folder / "data" / "firms.csv").write_text(FIRMS, "utf-8")
    return node


def test_a_pack_is_installed_listed_and_removed(pack) -> None:
    installed = pack.hexi("pack", "install", "trade")
    listed = pack.hexi("pack", "list")
    removed = pack.hexi("pack", "remove", "trade")

    assert installed.code == 0, installed.err
    assert "Firms (trade.firms): version 0 is published." in installed.out
    assert "trade 1.0.0" in listed.out
    assert removed.code == 0, removed.err
    assert pack.hexi("pack", "list").out == ""
    assert pack.hexi("status", "--json").answer["datasets"] == []


def test_a_pack_that_is_not_there_or_not_right_is_refused(pack) -> None:
    unknown = pack.hexi("pack", "install", "nope")
    not_installed = pack.hexi("pack", "remove", "nope")
    (pack.folder / "trade" / "pack.yaml").write_text(PACK.replace("provides:", "provide:"), "utf-8")
    wrong = pack.hexi("pack", "install", "trade")

    assert (unknown.code, not_installed.code, wrong.code) == (6, 6, 3)
    assert "There is no pack “nope”" in unknown.err
    assert "No pack “nope” is installed" in not_installed.err
    assert "pack.yaml" in wrong.err
    assert "line 6" in wrong.err
    assert pack.hexi("status", "--json").answer["datasets"] == []


@pytest.mark.parametrize(
    "command",
    ["", "nonsense", "publish", "verify", "keys revoke", "events list --limit 0", "--lang fr status"],
)
def test_a_command_line_that_is_none_exits_with_2_and_shows_the_usage(node, command) -> None:
    ended = node.hexi(*command.split())

    assert ended.code == 2
    assert "Usage: hexi" in ended.out + ended.err


@pytest.mark.parametrize(
    "command",
    [
        ["--help"],
        ["publish", "--help"],
        ["keys", "--help"],
        ["status"],
        ["keys", "list"],
        ["events", "list"],
        ["events", "verify"],
        ["pack", "list"],
        ["verify", NAME],
        ["publish", "firms.odcs.yaml"],
    ],
    ids=" ".join,
)
def test_every_command_speaks_chinese_without_failing(published, command) -> None:
    ended = published.hexi("--lang", "zh", *command)

    assert (ended.code, ended.err) == (0, "")


@pytest.mark.parametrize(
    ("command", "code"),
    [("publish nowhere.yaml", 6), ("publish firms.odcs.yaml nowhere.csv", 4), ("pack remove nope", 6)],
)
def test_an_error_exits_alike_in_chinese(published, command, code) -> None:
    ended = published.hexi("--lang", "zh", *command.split())

    assert ended.code == code
    assert "“" in ended.err
    assert "Traceback" not in ended.err


def _keys(node: Node) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in node.hexi("keys", "list").out.splitlines())


def test_people_and_programs_get_accounts_from_the_command_line(node) -> None:
    node.hexi("publish", node.contract)
    invited = node.hexi("account", "invite", "li", "--title", "李", "--role", "officer@市场监管局")
    program = node.hexi("account", "program", "nightly", "--role", "handler")
    token = node.hexi("account", "token", "nightly", "--only", "upload.*", "--days", "3")
    listed = node.hexi("account", "list").out

    assert re.search(r"http://127\.0\.0\.1:8000/accounts/link/[\w-]{43}/\n", invited.out)
    assert re.search(r"^hexi_[\w-]{43}$", program.out, re.MULTILINE)
    assert re.search(r"^hexi_[\w-]{43}$", token.out, re.MULTILINE)
    assert re.search(r"^li +李 +data officer · Market regulation *$", listed, re.MULTILINE)
    assert re.search(r"^nightly +case handler *$", listed, re.MULTILINE)
    assert "/accounts/link/" in node.hexi("account", "reset", "li", "--address", "https://data.example.org/").out


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (["invite", "a b"], 3, "cannot name an account"),
        (["invite", "li", "--role", "emperor"], 3, "the roles are officer, approver, handler, auditor, operator"),
        (["invite", "li", "--role", "officer@nowhere"], 3, "There is no organisation “nowhere”"),
        (["invite", "li", "--email", "li"], 3, "is no e-mail address"),
        (["reset", "nobody"], 6, "There is no account “nobody”."),
        (["token", "nobody"], 6, "There is no account “nobody”."),
        (["program", "nightly", "--days", "0"], 3, "1 to 730 days"),
    ],
    ids=str,
)
def test_an_account_that_cannot_be_is_refused_and_none_is_left(node, command, code, said) -> None:
    before = node.hexi("account", "list").out
    ended = node.hexi("account", *command)

    assert ended.code == code
    assert said in ended.err
    assert node.hexi("account", "list").out == before


def test_who_is_no_operator_invites_nobody(node) -> None:
    ended = node.hexi("account", "invite", "li", env=STRANGER)

    assert (ended.code, ended.out) == (7, "")


@pytest.mark.parametrize(("code", "exit_code"), [("R20990000001H", 6), ("R209900000018", 3)])
def test_the_register_is_listed_and_looked_up_by_code(node, code, exit_code) -> None:
    assert node.hexi("registrations", "list").out == "0 of 0 registrations\n"
    assert node.hexi("registrations", "list", "--json").out == ""

    assert node.hexi("registrations", "show", code).code == exit_code


def test_a_registration_is_shown_to_people_and_machines(node) -> None:
    facts = {"title": {"zh": "企业", "en": "Firms"}, "publisher": {"zh": "局", "en": "Bureau"}, "version": 2}
    facts |= {"certificate_sha256": "ab" * 32, "rows": 3, "sharing": "unconditional", "openness": "open"}
    row = {"id": "1", "code": "R20990000001H", "dataset": NAME, "organisation": "", "state": "registered"}
    row |= {"title_zh": "企业", "title_en": "Firms", "publisher_zh": "局", "publisher_en": "Bureau", "certificate": ""}
    row |= {"facts": json.dumps(facts), "moved_at": "2020-01-01", "registered_at": "2020-01-01 00:00:00"}
    row |= {"valid_until": "2023-01-01"}
    with sqlite3.connect(node.home / home.DATABASE) as database:
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        database.execute(f"insert into registrations_registration ({names}) values ({marks})", tuple(row.values()))

    listed, shown = node.hexi("registrations", "list", "firms"), node.hexi("registrations", "show", row["code"].lower())
    machines = [node.hexi("registrations", *said, "--json").answer for said in (("list",), ("show", row["code"]))]

    assert "expired" in listed.out
    assert "1 of 1 registrations" in listed.out
    assert all(each in shown.out for each in (row["code"], "Firms", "Bureau", "expired", "2023-01-01"))
    assert machines[0] == machines[1]
    assert (machines[0]["state"], machines[0]["valid_until"]) == ("expired", "2023-01-01")
