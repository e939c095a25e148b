"""`hexi verify` for the certificate of a registration: what holds, and exactly what does not."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hexi.cli.node import clock
from hexi.data.lifecycle.envelopes import canonical
from hexi.data.lifecycle.signing import NodeKey
from hexi.kernel.names import Text
from hexi.registry.registrations.certifying import certificate
from hexi.registry.registrations.records import Facts

from .conftest import NAME, Node

CODE = "R20990000001H"
FACTS = Facts(
    title=Text("企业", "Firms"),
    publisher=Text("局", "Bureau"),
    version=0,
    certificate_sha256="",
    rows=2,
    sharing="unconditional",
    openness="open",
)


def of_dataset(node: Node) -> Path:
    return node.table.certificate_path(node.table.versions()[0].metadata["hexi.certificate"])


def registered(node: Node, *, key: NodeKey | None = None, until: date = date(2099, 1, 1), at: int = 0) -> Path:
    """The file that the page of the registration offers."""
    made = certificate(
        replace(FACTS, certificate_sha256=of_dataset(node).stem),
        code=CODE,
        dataset=NAME,
        kind="first",
        valid_until=until,
        made_at=datetime(at, 1, 1, tzinfo=UTC) if at else clock(),
        node="test",
        signer=key or NodeKey.load(node.home / "keys" / "node.pem"),
    )
    file = node.folder / "registration.json"
    file.write_bytes(made)
    return file


def changed(file: Path, old: bytes, new: bytes) -> Path:
    envelope = json.loads(file.read_bytes())
    payload = base64.b64decode(envelope["payload"]).replace(old, new)
    file.write_bytes(canonical(envelope | {"payload": base64.b64encode(payload).decode()}))
    return file


def test_a_registration_is_verified_with_the_certificate_that_was_registered(published, warm, tmp_path) -> None:
    file, trust = registered(published), published.home / "trust.json"

    people = published.hexi("verify", file, of_dataset(published))
    elsewhere = warm("verify", file, of_dataset(published), "--trust", trust, "--json", home=tmp_path / "no")

    assert people.code == 0, people.out
    assert f"certificate of registration {CODE}, valid before 2099-01-01" in people.out
    assert f"is the certificate of {NAME} that was registered as {CODE}" in people.out
    assert people.out.endswith("Verified.\n")
    assert elsewhere.code == 0
    assert elsewhere.answer["ok"] is True
    assert [each["code"] for each in elsewhere.answer["findings"]] == [
        "signature.good",
        "registration.holds",
        "registration.certificate-good",
    ]


def test_one_whose_years_are_over_is_genuine_and_says_so(published) -> None:
    ended = published.hexi("verify", registered(published, until=date(2026, 1, 1)))

    assert ended.code == 0
    assert "whose years were over on 2026-01-01" in ended.out


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"2099-01-01", b"2199-01-01", id="longer"),
        pytest.param(CODE.encode(), b"R209900000018", id="another-code"),
        pytest.param(b'"rows":2', b'"rows":9', id="more-rows"),
        pytest.param(b'"code"', b'"kode"', id="not-even-readable"),
    ],
)
def test_a_changed_registration_is_found(published, old, new) -> None:
    ended = published.hexi("verify", changed(registered(published), old, new))

    assert ended.code == 13
    assert "registration.json” was changed after signing" in ended.out
    assert ended.out.endswith("Not verified.\n")


def test_a_registration_signed_by_a_key_that_nobody_trusts_is_refused(published, tmp_path) -> None:
    stranger = NodeKey.create(tmp_path / "stranger.pem")

    ended = published.hexi("verify", registered(published, key=stranger))

    assert ended.code == 11
    assert stranger.key_id in ended.out


def test_a_registration_of_a_revoked_key_is_refused(published) -> None:
    file = registered(published)
    assert published.hexi("keys", "revoke", "--because", "the disk was stolen").code == 0

    ended = published.hexi("verify", file)

    assert ended.code == 12
    assert "the disk was stolen" in ended.out


def test_a_registration_from_before_its_key_is_refused(published) -> None:
    ended = published.hexi("verify", registered(published, at=2001))

    assert ended.code == 12
    assert "is valid only from" in ended.out


def test_the_certificate_of_something_else_is_found(published) -> None:
    file = registered(published)
    other = published.folder / "other.json"
    other.write_bytes(of_dataset(published).read_bytes())

    ended = published.hexi("verify", file, changed(other, b'"accepted":2', b'"accepted":3'))

    assert ended.code == 10
    assert "other.json” is not the certificate of test.firms that was registered" in ended.out


def test_what_is_cut_off_or_compared_with_a_contract_is_refused(published) -> None:
    file = registered(published)

    with_contract = published.hexi("verify", file, "--contract", published.contract)
    file.write_bytes(file.read_bytes()[:100])
    cut = published.hexi("verify", file)

    assert with_contract.code == 2
    assert "A registration names no contract" in with_contract.err
    assert cut.code == 3
    assert "registration.json" in cut.err
