from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from hexi.data.lifecycle.envelopes import canonical
from hexi.data.lifecycle.signing import NodeKey
from hexi.data.lifecycle.trust import TrustFile
from hexi.kernel.actors import NODE, Actor
from hexi.registry.events import actions, checkpoints, merkle, queries, tasks
from hexi.registry.events.errors import (
    CheckpointInvalid,
    LogChanged,
    NoSuchCheckpoint,
    NoSuchEvent,
    NothingToErase,
    UnknownVerb,
)
from hexi.registry.events.records import SealedUpTo
from hexi.registry.events.verbs import VERBS
from tests.registry.events.conftest import NOON, ORIGIN

Record = Callable[[int], list[str]]
Seal = Callable[[], SealedUpTo]
CLERK = Actor(account="li", party="transport", on_behalf_of="mayor")


def test_an_event_is_told_as_it_was_recorded(db: None, seal: Seal) -> None:
    with transaction.atomic():
        id_ = actions.record(
            by=CLERK,
            verb="grant.open",
            object="dataset:gansu.airports",
            details={"basis": "open", "n": [1.5, None, True]},
            grant="g1",
            now=NOON + timedelta(microseconds=1999),
        )
    seal()

    event = queries.event(id_)
    assert (event.by, event.verb, event.object, event.grant) == (
        CLERK,
        "grant.open",
        "dataset:gansu.airports",
        "g1",
    )
    assert event.details == {"basis": "open", "n": [1.5, None, True]}
    assert event.at == NOON + timedelta(milliseconds=1)
    assert event.sequence == 0


def test_an_event_dies_with_its_transaction(db: None) -> None:
    with transaction.atomic():
        actions.record(by=NODE, verb="node.init", object="node:n", details={}, now=NOON)
        transaction.set_rollback(True)
    assert queries.unsealed() == 0


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_a_bug() -> None:
    with pytest.raises(RuntimeError, match="in the transaction"):
        actions.record(by=NODE, verb="node.init", object="node:n", details={}, now=NOON)


def test_an_unknown_verb_is_refused_with_the_closest(db: None) -> None:
    with pytest.raises(UnknownVerb, match=r"dataset\.publish"), transaction.atomic():
        actions.record(by=NODE, verb="dataset.publsh", object="dataset:x", details={}, now=NOON)


def test_every_verb_has_a_title_in_both_languages_and_a_kind_of_object() -> None:
    for name, verb in VERBS.items():
        assert verb.title.zh, name
        assert verb.title.en, name
        assert verb.object, name
        assert len(name) <= 60


def test_only_sealed_events_are_told_and_their_numbers_have_no_gap(record: Record, seal: Seal) -> None:
    first = record(3)
    assert queries.events() == ()
    assert queries.unsealed() == 3

    assert seal() == SealedUpTo(size=3, sealed=3)
    second = record(2)
    assert seal() == SealedUpTo(size=5, sealed=2)
    assert seal() == SealedUpTo(size=5, sealed=0)

    assert [(each.sequence, each.id) for each in queries.events()] == list(enumerate(first + second))
    assert [each.sequence for each in queries.events(after=2, limit=1)] == [3]
    assert [each.sequence for each in queries.events_about(limit=2)] == [4, 3]
    about = queries.event(first[1]).object
    assert [each.object for each in queries.events_about(about, before=3)] == [about]


def test_a_log_larger_than_one_batch_is_sealed_in_one_call(
    record: Record, seal: Seal, monkeypatch: pytest.MonkeyPatch, trusted: TrustFile
) -> None:
    monkeypatch.setattr(tasks, "BATCH", 300)
    record(700)

    assert seal() == SealedUpTo(size=700, sealed=700)
    verdict = queries.verify(trust=trusted)
    assert verdict.ok
    assert verdict.checkpoints == 3


def test_a_follower_sees_each_event_once_and_never_goes_back(record: Record, seal: Seal) -> None:
    record(3)
    seal()
    seen = queries.sealed_since("grants", limit=2)
    assert [each.sequence for each in seen] == [0, 1]
    actions.advance("grants", 1)
    assert [each.sequence for each in queries.sealed_since("grants")] == [2]
    actions.advance("grants", 0)
    assert [each.sequence for each in queries.sealed_since("grants")] == [2]
    assert len(queries.sealed_since("catalog")) == 3


@pytest.mark.parametrize("sizes", [(1, 1, 1), (255, 1, 1), (256, 300, 1), (3, 600, 70)])
def test_every_event_is_proven_against_the_newest_checkpoint_without_the_database(
    record: Record, seal: Seal, key: NodeKey, sizes: tuple[int, ...]
) -> None:
    ids = []
    for count in sizes:
        ids += record(count)
        seal()

    for index in {0, 1, sizes[0], sum(sizes) // 2, sum(sizes) - 1}:
        proof = queries.inclusion_proof(ids[index])
        signed = checkpoints.read(proof.checkpoint)
        assert signed.is_signed_by(key.public_key)
        assert merkle.is_included(
            merkle.leaf_hash(proof.entry), index=index, size=signed.size, path=proof.path, root=signed.root
        )
        said = json.loads(proof.entry)
        assert said["id"] == ids[index]
        assert canonical(said) == proof.entry


def test_each_checkpoint_is_the_beginning_of_the_next(record: Record, seal: Seal) -> None:
    for count in (1, 300, 5, 700):
        record(count)
        seal()
    sizes = [1, 301, 306, 1006]
    roots = {size: _checkpoint(size).root for size in sizes}

    for old in sizes:
        for new in sizes:
            if old <= new:
                path = queries.consistency_proof(old, new)
                assert merkle.is_consistent(old, new, old_root=roots[old], new_root=roots[new], path=path)
    with pytest.raises(NoSuchCheckpoint, match="holds 1006 sealed events"):
        queries.consistency_proof(1, 1007)


def test_an_event_that_waits_has_no_proof_yet(record: Record, seal: Seal) -> None:
    record(1)
    seal()
    (waiting,) = record(1)
    with pytest.raises(NoSuchEvent, match="about a second"):
        queries.inclusion_proof(waiting)


def test_personal_details_can_be_erased_and_the_log_stays_provable(db: None, seal: Seal, trusted: TrustFile) -> None:
    with transaction.atomic():
        id_ = actions.record(
            by=CLERK,
            verb="data.download",
            object="dataset:gansu.airports",
            details={"version": 1},
            personal={"name": "张三", "phone": "13800000000"},
            now=NOON,
        )
    seal()
    assert queries.personal_details(id_) == {"name": "张三", "phone": "13800000000"}
    before = queries.event(id_)
    assert before.personal_sha256 != hashlib.sha256(canonical({"name": "张三"})).hexdigest()

    erasure = actions.erase_personal(id_, because="asked by the person", by=CLERK, now=NOON)
    seal()

    assert queries.personal_details(id_) is None
    assert queries.event(id_) == before
    assert queries.event(erasure).object == f"event:{id_}"
    assert queries.verify(trust=trusted).ok
    with pytest.raises(NothingToErase):
        actions.erase_personal(id_, because="again", by=CLERK, now=NOON)


def test_the_same_details_have_another_hash_each_time(db: None) -> None:
    with transaction.atomic():
        ids = [
            actions.record(by=NODE, verb="node.init", object="node:n", details={}, personal={"name": "张三"}, now=NOON)
            for _ in range(2)
        ]
    assert queries.event(ids[0]).personal_sha256 != queries.event(ids[1]).personal_sha256


def test_a_checkpoint_is_a_signed_note_that_other_tools_read(record: Record, seal: Seal, key: NodeKey) -> None:
    record(2)
    seal()
    note = _checkpoint(2).note

    assert note.split("\n")[:2] == [ORIGIN, "2"]
    assert note.split("\n")[3] == ""
    assert note.split("\n")[4].startswith(f"— {ORIGIN} ")
    assert note.endswith("\n")
    name, hash_, encoded = checkpoints.verifier_key(ORIGIN, key.public_key).split("+", 2)
    assert (name, len(hash_), encoded[:1]) == (ORIGIN, 8, "A")


def test_a_verifier_key_is_that_of_the_signed_note_specification() -> None:
    # The example of C2SP signed-note; Go's sumdb/note prints the same.
    name, hash_, encoded = "PeterNeumann", "c74f20a3", "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    public_key = base64.b64decode(encoded)[1:]

    assert checkpoints.key_hash(name, public_key).hex() == hash_
    assert checkpoints.verifier_key(name, public_key) == f"{name}+{hash_}+{encoded}"


def test_a_signature_of_another_implementation_is_accepted() -> None:
    # The same example's note. It is no checkpoint, so only its signature is checked.
    public_key = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signature = base64.b64decode(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    signed = checkpoints.Signed(
        origin="PeterNeumann",
        size=0,
        root=b"",
        text=text,
        signatures=(("PeterNeumann", signature[:4], signature[4:]),),
    )
    assert signed.is_signed_by(public_key)


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("", "no checkpoint"),
        ("o\n1\n", "no checkpoint"),
        ("o\n01\nAAAA\n\n— o AAAA\n", "Line 2"),
        ("o\n1\nAAAA\n\n— o AAAA\n", "Line 3"),
        ("o\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n- o AAAA\n", "Line 5"),
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused_by_line(note: str, said: str) -> None:
    with pytest.raises(CheckpointInvalid, match=said):
        checkpoints.read(note)


def test_a_log_keeps_its_origin(record: Record, seal: Seal, key: NodeKey) -> None:
    record(1)
    with pytest.raises(CheckpointInvalid, match="no spaces"):
        tasks.seal(signer=key, origin="two words", now=NOON)
    seal()
    record(1)
    with pytest.raises(LogChanged, match="hexi/gansu"):
        tasks.seal(signer=key, origin="hexi/other", now=NOON)
    assert queries.unsealed() == 1


def _checkpoint(size: int) -> queries.CheckpointRecord:
    found = queries.checkpoint(size)
    assert found is not None
    return found
