from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hexi.data.lifecycle import keys, trust
from hexi.data.lifecycle.envelopes import canonical, pae
from hexi.data.lifecycle.signing import (
    KeyExists,
    KeyExposed,
    KeyInvalid,
    KeyMissing,
    NodeKey,
    is_signed_by,
)
from hexi.data.lifecycle.trust import KeyNotInForce, TrustInvalid, TrustMissing, read_trust, write_trust
from tests.data.certificates.conftest import HOLDER, NOON, START


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "node.pem"


def test_a_key_is_found_again_and_only_its_owner_may_read_it(file: Path) -> None:
    made = NodeKey.create(file)
    found = NodeKey.load(file)

    assert found.public_key == made.public_key
    assert found.key_id == hashlib.sha256(made.public_key).hexdigest()[:16]
    assert file.stat().st_mode & 0o777 == 0o600
    assert is_signed_by(made.public_key, message=b"x", signature=found.sign(b"x"))
    assert not is_signed_by(made.public_key, message=b"y", signature=found.sign(b"x"))


def test_a_key_is_never_written_over_nor_shown(file: Path) -> None:
    key = NodeKey.create(file)
    before = file.read_bytes()

    with pytest.raises(KeyExists, match="hexi keys rotate"):
        NodeKey.create(file)
    assert file.read_bytes() == before
    assert repr(key) == f"NodeKey({key.key_id})"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_may_read_is_refused_with_the_remedy(file: Path, mode: int) -> None:
    NodeKey.create(file)
    file.chmod(mode)

    with pytest.raises(KeyExposed, match="chmod 600") as refusal:
        NodeKey.load(file)
    assert f"{mode:04o}" in refusal.value.message


def test_what_is_no_key_of_ours_is_refused_by_kind(file: Path) -> None:
    with pytest.raises(KeyMissing, match="hexi init"):
        NodeKey.load(file)
    file.parent.mkdir()
    file.touch(mode=0o600)
    with pytest.raises(KeyInvalid, match="not a signing key"):
        NodeKey.load(file)
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file.write_bytes(_pem(other))
    with pytest.raises(KeyInvalid, match="RSA"):
        NodeKey.load(file)


def test_signatures_are_those_of_rfc_8032(file: Path) -> None:
    # Test 2 of section 7.1.
    secret = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    file.parent.mkdir()
    file.touch(mode=0o600)
    file.write_bytes(_pem(Ed25519PrivateKey.from_private_bytes(secret)))

    assert NodeKey.load(file).sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_the_signed_bytes_are_those_of_the_dsse_specification() -> None:
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_canonical_json_has_one_form() -> None:
    assert canonical({"b": 1, "a": {"y": "兰州", "x": [1.5, None]}}) == (
        '{"a":{"x":[1.5,null],"y":"兰州"},"b":1}'.encode()
    )
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical({"a": float("nan")})


def test_a_trust_file_is_read_as_it_was_written(tmp_path: Path, key: NodeKey, stranger: NodeKey) -> None:
    path = tmp_path / "home" / "trust.json"
    first = trust.trust_in(key, node="gansu", holder=HOLDER, now=START)
    rotated = trust.rotate(first, key.key_id, successor=stranger, now=NOON)
    revoked = trust.revoke(rotated, key.key_id, because="found on a stick", now=NOON)

    write_trust(path, revoked)

    assert read_trust(path) == revoked
    assert [each.name for each in path.parent.iterdir()] == ["trust.json"]


def test_a_successor_takes_over_at_the_instant_the_old_key_ends(key: NodeKey, stranger: NodeKey) -> None:
    first = trust.trust_in(key, node="gansu", holder=HOLDER, now=START)
    rotated = trust.rotate(first, key.key_id, successor=stranger, now=NOON)
    old, new = rotated.keys

    assert (old.successor, new.holder) == (stranger.key_id, HOLDER)
    for at, standings in (
        (NOON - timedelta(seconds=1), ("in_force", "not_yet")),
        (NOON, ("ended", "in_force")),
    ):
        assert (old.standing(at), new.standing(at)) == standings


def test_a_key_ends_once(key: NodeKey, stranger: NodeKey) -> None:
    first = trust.trust_in(key, node="gansu", holder=HOLDER, now=START)
    rotated = trust.rotate(first, key.key_id, successor=stranger, now=NOON)
    revoked = trust.revoke(first, key.key_id, because="lost", now=NOON)

    with pytest.raises(KeyNotInForce, match="its successor is"):
        trust.rotate(rotated, key.key_id, successor=stranger, now=NOON)
    with pytest.raises(KeyNotInForce, match="was revoked"):
        trust.revoke(revoked, key.key_id, because="again", now=NOON)
    with pytest.raises(KeyNotInForce, match="knows no key"):
        trust.revoke(first, "0" * 16, because="lost", now=NOON)
    with pytest.raises(KeyNotInForce, match="a successor is a new key"):
        trust.rotate(first, key.key_id, successor=key, now=NOON)


def _without_line_end(written: dict[str, Any]) -> str:
    return json.dumps(written, indent=2)[:-20]


def _with(**changes: object) -> Any:
    def write(written: dict[str, Any]) -> str:
        written["keys"][0].update(changes)
        return json.dumps(written)

    return write


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        pytest.param(_without_line_end, "from line 16, column 7 on it is no JSON", id="cut-off"),
        pytest.param(lambda _: "[" * 100_000, "nested too deep", id="too-deep"),
        pytest.param(
            lambda w: json.dumps(w).replace('"revoked_at"', '"revoked_at": "2026-01-01T00:00:00.000Z", "revoked_at"'),
            "“revoked_at” stands twice",
            id="a-revocation-taken-back",
        ),
        pytest.param(lambda _: "[]", "one JSON object", id="list"),
        pytest.param(lambda _: "{}", "at “keys” stands nothing", id="no-keys"),
        pytest.param(_with(algorithm="rsa"), "at “keys[0].algorithm” stands 'rsa'", id="algorithm"),
        pytest.param(_with(public_key="AAAA"), "keys[0].public_key", id="short-key"),
        pytest.param(_with(public_key=base64.b64encode(b"k" * 32).decode()), "keys[0].id", id="id-of-another-key"),
        pytest.param({"from": "yesterday"}, "keys[0].from", id="no-moment"),
        pytest.param(lambda w: json.dumps({**w, "keys": w["keys"] * 2}), "each key once", id="twice"),
    ],
)
def test_a_damaged_trust_file_is_refused_with_line_or_field(
    tmp_path: Path, key: NodeKey, damage: Any, said: str
) -> None:
    path = tmp_path / "trust.json"
    write_trust(path, trust.trust_in(key, node="gansu", holder=HOLDER, now=START))
    written = json.loads(path.read_text(encoding="utf-8"))
    damage = _with(**damage) if isinstance(damage, dict) else damage
    path.write_text(damage(written), encoding="utf-8")

    with pytest.raises(TrustInvalid) as refusal:
        read_trust(path)

    assert "trust.json" in refusal.value.message
    assert said in refusal.value.message


def test_a_trust_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(TrustMissing, match="by another way than the certificate"):
        read_trust(tmp_path / "trust.json")


def _pem(key: Any) -> bytes:
    content: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return content


@pytest.fixture
def node(file: Path) -> tuple[Path, Path]:
    trust_file = file.parents[1] / "trust.json"
    write_trust(trust_file, trust.trust_in(NodeKey.create(file), node="gansu", holder=HOLDER, now=START))
    return file, trust_file


def test_a_rotated_node_signs_with_the_successor_and_the_old_key_is_gone(node: tuple[Path, Path]) -> None:
    key_file, trust_file = node
    before = NodeKey.load(key_file)

    after = keys.rotate_key(key_file, trust_file, now=NOON)

    old, new = read_trust(trust_file).keys
    assert NodeKey.load(key_file).key_id == after.key_id == new.id == old.successor
    assert (old.id, old.valid_until, old.revoked_at) == (before.key_id, NOON, None)
    assert [each.name for each in key_file.parent.iterdir()] == ["node.pem"]


def test_a_revoked_node_signs_with_the_successor(node: tuple[Path, Path]) -> None:
    key_file, trust_file = node

    after = keys.revoke_key(key_file, trust_file, because="lost", now=NOON)

    old, new = read_trust(trust_file).keys
    assert (old.revoked_at, old.revoked_because, old.successor) == (NOON, "lost", after.key_id)
    assert new.standing(NOON) == "in_force"


@pytest.mark.parametrize("killed", ["while-writing-the-key", "before-the-trust-file", "after-the-trust-file"])
def test_a_rotation_that_was_killed_is_completed_by_the_next(node: tuple[Path, Path], killed: str) -> None:
    key_file, trust_file = node
    prepared = key_file.with_name("node.pem.next")
    if killed == "while-writing-the-key":
        prepared.touch(mode=0o600)
    else:
        new = NodeKey.create(prepared)
    if killed == "after-the-trust-file":
        old_id = NodeKey.load(key_file).key_id
        write_trust(trust_file, trust.rotate(read_trust(trust_file), old_id, successor=new, now=START))

    after = keys.rotate_key(key_file, trust_file, now=NOON)

    old, successor = read_trust(trust_file).keys
    assert old.successor == successor.id == after.key_id
    assert not prepared.exists()
