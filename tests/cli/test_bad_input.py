"""Bad input gets a sentence that says where and what to do, its exit code, and leaves the table as it was."""

from __future__ import annotations

import base64
import json
import sqlite3
from pathlib import Path

import polars as pl
import pytest

from hexi.data.lifecycle.signing import NodeKey
from hexi.web import home

from .conftest import CONTRACT, FIRMS, NAME, Node
from .warm import Ended


def _is_refused(ended: Ended, *, code: int, says: tuple[str, ...]) -> None:
    assert ended.code == code, ended.err
    assert ended.out == ""
    assert ended.err.startswith("error: ")
    assert "Traceback" not in ended.err
    for each in says:
        assert each in ended.err


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        pytest.param(
            "status: active",
            "statuss: active",
            ("line 6, statuss: ", "“statuss” is no key of the standard here; try: status"),
            id="key",
        ),
        pytest.param(
            "hexi.clean, value: [trim]",
            "hexi.cleen, value: [trim]",
            ("line 26, ", "properties[title]", "There is no property “hexi.cleen” here; try: hexi.clean"),
            id="property",
        ),
        pytest.param(
            "logicalType: integer",
            "logicalType: intger",
            ("line 29, ", "properties[staff].logicalType: ", "“intger” is not valid here; try: integer"),
            id="type",
        ),
        pytest.param(
            "[trim, upper]",
            "[trim, uper]",
            ("line 20, ", "properties[code]", "There is no cleaner “uper”; try: upper"),
            id="cleaner",
        ),
        pytest.param(
            "name: test.firms",
            "name: test firms",
            ("line 4, name: ", "“test firms” cannot name a dataset", "for example gansu.airports"),
            id="name",
        ),
        pytest.param(
            "customProperties:\n",
            "customProperties:\n  - {property: hexi.sharing, value: {class: none}}\n",
            ("hexi.sharing", "The sharing class none needs a “basis”"),
            id="no-legal-basis",
        ),
        pytest.param("      - name: code", "     - name: code", ("This is not YAML", "check indentation"), id="yaml"),
        pytest.param(CONTRACT, "", ("The file is empty.",), id="empty"),
    ],
)
def test_a_contract_with_a_mistake_is_refused_with_its_line_and_the_valid_words(published, right, wrong, says) -> None:
    before = published.state()
    assert right in CONTRACT
    published.contract.write_text(CONTRACT.replace(right, wrong, 1), "utf-8")

    ended = published.hexi("publish", published.contract)

    _is_refused(ended, code=3, says=(str(published.contract), *says))
    assert published.state() == before


def test_a_contract_that_is_not_utf_8_is_refused_with_its_line(published) -> None:
    published.contract.write_bytes(CONTRACT.encode("gbk"))

    ended = published.hexi("publish", published.contract)

    _is_refused(ended, code=3, says=(str(published.contract), "line 8: The file is not UTF-8", "save it as UTF-8"))


def test_a_contract_that_is_not_there_is_missing(published) -> None:
    ended = published.hexi("publish", "nowhere.odcs.yaml")

    _is_refused(ended, code=6, says=("There is no file “nowhere.odcs.yaml”", "check the name and the folder"))


SOURCES = {
    "empty": (b"", ("is empty: 0 bytes. Export it again.",)),
    "truncated": (FIRMS.encode()[:-6], ("breaks off in line 4, its last one: that has 2 cells, the header has 3.",)),
    "truncated in a cell": (
        'code,title,staff\na1,"兰州\n'.encode(),
        ("breaks off inside a quoted cell that begins in line 2",),
    ),
    "wrong encoding": (
        FIRMS.encode() + b"a4,\xff\xfe,1\n",
        ("Line 5 of", "(0xff, after “a4,”) is no utf-8. Export the file again as UTF-8."),
    ),
    "too many cells": (
        FIRMS.encode() + b"a4,x,1,2\n",
        ("Line 5 of", "has 4 cells, the header has 3", "must stand in quotation marks"),
    ),
    "too few cells": (
        FIRMS.encode() + b"a4,x\na5,y,1\n",
        ("Line 5 of", "has 2 cells, the header has 3", "missing, at the latest before “staff”"),
    ),
    "wrong header": (
        FIRMS.replace("title", "titel").encode(),
        ("Line 1 of", "lacks “title”", "Perhaps “titel” → “title”?", "Mend the header, or set hexi.source"),
    ),
    "no header": (FIRMS.split("\n", 1)[1].encode(), ("Line 1 of", "lacks “code”, “title”, “staff”")),
    "duplicate column": (
        FIRMS.replace("title", "code").encode(),
        ("Line 1 of", "the column “code” stands there 2 times (columns 1, 2); rename one"),
    ),
    "10 MB cell": (
        FIRMS.encode() + b"a4," + b"x" * 10_000_000 + b",1\n",
        ("Line 5 of", "the cell “title” holds 10000000 bytes; a value has at most 1048576"),
    ),
    "10 MB cell of many lines": (
        FIRMS.encode() + b'a4,"' + b"x\n" * 5_000_000 + b'",1\n',
        ("Line 5 of", "the cell “title” holds 10000000 bytes", "A quotation mark may be missing"),
    ),
    "zero byte": (FIRMS.replace("兰州", "\0").encode(), ("Line 2 of", "holds a zero byte (0x00)")),
    "another format": (b"PK\x03\x04" + bytes(100), ("its first bytes are those of ZIP / Excel", "set “format”")),
}


@pytest.mark.parametrize(("content", "says"), list(SOURCES.values()), ids=list(SOURCES))
def test_a_bad_source_is_refused_with_its_line_and_the_table_is_as_it_was(published, content, says) -> None:
    before = published.state()
    published.source.write_bytes(content)

    ended = published.hexi("publish", published.contract)

    _is_refused(ended, code=4, says=(str(published.source), *says))
    assert published.state() == before
    published.source.write_text(FIRMS.replace("many", "9"), "utf-8")
    assert published.hexi("publish", published.contract, "--json").answer["version"] == 1


def test_a_source_that_is_not_there_is_refused_with_its_name(published) -> None:
    published.source.unlink()

    ended = published.hexi("publish", published.contract)
    named = published.hexi("publish", published.contract, "elsewhere.csv")
    folder = published.hexi("publish", published.contract, published.folder)

    remedy = "check the name, or give the file as SOURCE"
    _is_refused(ended, code=4, says=(f"There is no file “{published.source}”", remedy))
    _is_refused(named, code=4, says=("There is no file “elsewhere.csv”", remedy))
    _is_refused(folder, code=4, says=(str(published.folder), "is a folder; name the file in it"))


def test_a_private_use_character_is_quarantined_with_its_line_and_rule(published) -> None:
    published.source.write_text(FIRMS.replace("many", "9").replace("麻辣烫", "\ue000"), "utf-8")

    ended = published.hexi("publish", published.contract, "--json")

    assert (ended.answer["accepted"], ended.answer["quarantined"]) == (2, 1)
    rejected = pl.read_parquet(list(published.table.quarantine_files())).rows(named=True)
    assert [(row["_line"], row["_reasons"], row["title"]) for row in rejected] == [
        (4, ["title.characters"], "天水\ue000")
    ]


def test_a_source_without_rows_breaks_the_promise_of_the_contract(published) -> None:
    before = published.state()
    published.source.write_text("code,title,staff\n", "utf-8")

    ended = published.hexi("publish", published.contract)

    _is_refused(ended, code=5, says=(NAME, "at least 1 are promised", "or the rule “row_count”"))
    assert published.state() == before


def test_a_changed_data_file_is_found_and_named(published) -> None:
    (file,) = published.table.files()
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)

    ended = published.hexi("verify", NAME)

    assert ended.code == 10
    assert f"✗ {file.name}" in ended.out
    assert ended.out.endswith("Not verified.\n")
    # The remedy: the same source again.
    assert published.hexi("publish", published.contract, "--json").answer["version"] == 1
    assert published.hexi("verify", NAME).code == 0


def test_a_missing_data_file_is_found_and_named(published) -> None:
    (file,) = published.table.files()
    file.unlink()

    ended = published.hexi("verify", NAME)

    assert (ended.code, ended.out) == (6, "")
    assert f"{file}” cannot be read" in ended.err


def test_a_changed_certificate_is_found(published) -> None:
    certificate = _certificate(published)
    envelope = json.loads(certificate.read_bytes())
    statement = base64.b64decode(envelope["payload"]).replace(b'"accepted":2', b'"accepted":3')
    envelope["payload"] = base64.b64encode(statement).decode()
    certificate.write_text(json.dumps(envelope), "utf-8")

    ended = published.hexi("verify", NAME)

    assert ended.code == 13
    assert certificate.name in ended.out


def test_a_certificate_that_is_none_is_refused(published) -> None:
    certificate = _certificate(published)
    certificate.write_bytes(certificate.read_bytes()[:100])

    ended = published.hexi("verify", certificate)

    assert ended.code == 3
    assert certificate.name in ended.out + ended.err
    assert "Traceback" not in ended.err


def test_a_certificate_signed_by_a_key_that_nobody_trusts_is_refused(published, tmp_path) -> None:
    stranger = NodeKey.create(tmp_path / "stranger.pem")
    certificate = _signed_again(published, stranger, keyid=stranger.key_id)

    ended = published.hexi("verify", certificate, *published.table.files())

    assert ended.code == 11
    assert stranger.key_id in ended.out


def test_a_certificate_forged_in_the_name_of_a_trusted_key_is_refused(published, tmp_path) -> None:
    stranger = NodeKey.create(tmp_path / "stranger.pem")
    certificate = _signed_again(published, stranger, keyid=None)

    ended = published.hexi("verify", certificate, *published.table.files())

    assert ended.code == 13
    assert certificate.name in ended.out


def test_a_certificate_of_a_revoked_key_is_refused_until_it_is_published_again(published) -> None:
    assert published.hexi("keys", "revoke", "--because", "the disk was stolen").code == 0

    ended = published.hexi("verify", NAME)

    assert ended.code == 12
    assert "the disk was stolen" in ended.out
    assert published.hexi("publish", published.contract, "--json").answer["outcome"] == "published"
    assert published.hexi("verify", NAME).code == 0


@pytest.mark.parametrize(
    "statement",
    [
        "update events_event set object = 'dataset:other' where sequence = 1",
        "delete from events_event where sequence = 1",
        "update events_event set sequence = 100 where sequence = 1",
    ],
)
def test_a_changed_event_is_found_by_its_number(published, statement) -> None:
    with sqlite3.connect(published.home / home.DATABASE) as database:
        assert database.execute(statement).rowcount == 1

    ended = published.hexi("events", "verify")

    assert ended.code == 10
    assert "1" in ended.out
    assert ended.out.endswith("Not verified.\n")


def test_a_changed_log_and_a_lost_key_stop_no_look_at_the_node(published) -> None:
    with sqlite3.connect(published.home / home.DATABASE) as database:
        database.execute("update events_event set sequence = null where sequence = 3")
    (published.home / "keys" / "node.pem").unlink()

    looked = published.hexi("status")
    checked = published.hexi("events", "verify")
    publishing = published.hexi("publish", published.contract)

    assert (looked.code, checked.code, publishing.code) == (0, 10, 6)
    assert "There is no signing key" in publishing.err


@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["missing", "no text"])
def test_a_checkpoint_that_cannot_be_read_is_refused_by_name(published, content) -> None:
    if content is not None:
        (published.folder / "kept.txt").write_bytes(content)

    ended = published.hexi("events", "verify", "--known", "kept.txt")

    _is_refused(ended, code=3, says=("The checkpoint “kept.txt” cannot be read", "Name the file"))


def _certificate(node: Node) -> Path:
    return node.table.certificate_path(node.table.versions()[0].metadata["hexi.certificate"])


def _signed_again(node: Node, key: NodeKey, *, keyid: str | None) -> Path:
    """A certificate of the node's that somebody else signed, under their own name or still under the node's."""
    envelope = json.loads(_certificate(node).read_bytes())
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"]
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    (signature,) = envelope["signatures"]
    signature["sig"] = base64.b64encode(key.sign(signed)).decode()
    signature["keyid"] = keyid or signature["keyid"]
    file = node.folder / "forged.json"
    file.write_text(json.dumps(envelope), "utf-8")
    return file


@pytest.mark.parametrize("command", [["status"], ["publish", "firms.odcs.yaml"], ["events", "verify"]], ids=str)
@pytest.mark.parametrize("how", ["gone", "empty"])
def test_a_node_without_its_database_begins_no_new_log(published, command, how) -> None:
    database = published.home / home.DATABASE
    database.unlink()
    if how == "empty":
        database.touch()

    ended = published.hexi(*command)

    _is_refused(ended, code=3, says=("The database of the node", "is gone", "Put a backup"))
    assert not database.is_file() or not database.stat().st_size


def test_a_key_is_not_revoked_without_a_reason(published) -> None:
    before = (published.home / "trust.json").read_bytes()

    ended = published.hexi("keys", "revoke", "--because", " ")

    assert ended.code == 2
    assert "say why" in ended.err
    assert (published.home / "trust.json").read_bytes() == before


def test_verify_says_which_version_of_which_dataset_was_certified(published) -> None:
    ended = published.hexi("verify", "test.firms")

    assert "about version 0 of test.firms, is signed by" in ended.out
