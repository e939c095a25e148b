from __future__ import annotations

import base64
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexi.data.engines.exports import WRITERS, Layout
from hexi.data.lifecycle import certificates, trust
from hexi.data.lifecycle.copies import CopyMissing
from hexi.data.lifecycle.envelopes import CertificateInvalid, canonical
from hexi.data.lifecycle.signing import NodeKey
from hexi.data.lifecycle.verifying import CertificateMissing, Verdict, verify
from hexi.kernel.names import Text
from tests.data.certificates.conftest import AIRPORTS, CONTRACT_TEXT, HOLDER, NOON, START, World


def check(world: World, *data: Path, **changes: Any) -> Verdict:
    return verify(world.certificate, data, **{"trust": world.trust, "now": NOON} | changes)


def codes(verdict: Verdict) -> list[str]:
    return [each.code for each in verdict.problems]


def test_a_whole_copy_is_proven(world: World) -> None:
    verdict = check(world, world.parts[0].parent)

    assert verdict.ok
    assert verdict.exit_code == 0
    assert [each.code for each in verdict.findings] == ["signature.good", "file.good", "file.good"]
    assert isinstance(verdict.statement, certificates.Certificate)
    assert verdict.statement.accepted == 9
    assert verdict.statement.schema[:3] == (("icao", "string"), ("name", "string"), ("longitude", "number"))


def test_without_a_copy_the_certificate_alone_is_checked_and_that_is_said(world: World) -> None:
    verdict = check(world)

    assert verdict.ok
    assert "none was checked" in verdict.findings[-1].sentence


def test_some_parts_may_be_checked_alone_but_a_folder_must_hold_them_all(world: World) -> None:
    some = check(world, world.parts[0])
    world.parts[1].unlink()
    folder = check(world, world.parts[0].parent)

    assert some.ok
    assert some.findings[-1].sentence.startswith("1 of 2 certified files were given")
    assert codes(folder) == ["file.missing"]
    assert folder.problems[0].sentence == ("part-1.parquet is missing: 5 certified rows are not in this copy.")


def test_a_file_slipped_into_the_folder_is_named(world: World) -> None:
    AIRPORTS[:1].write_parquet(world.parts[0].parent / "part-2.parquet")

    verdict = check(world, world.parts[0].parent)

    assert codes(verdict) == ["file.extra"]
    assert "part-2.parquet" in verdict.problems[0].sentence


def test_the_folder_of_a_delta_table_may_hold_other_versions(world: World) -> None:
    AIRPORTS[:1].write_parquet(world.parts[0].parent / "part-2.parquet")
    (world.parts[0].parent / "_delta_log").mkdir()

    assert check(world, world.parts[0].parent).ok


def test_a_renamed_copy_is_recognised_by_its_bytes(world: World) -> None:
    renamed = world.folder / "airports (1).parquet"
    world.parts[1].rename(renamed)

    assert check(world, world.parts[0], renamed).ok


def test_parts_whose_names_were_swapped_are_told_apart(world: World) -> None:
    one, two = (part.read_bytes() for part in world.parts)
    world.parts[0].write_bytes(two)
    world.parts[1].write_bytes(one)

    verdict = check(world, world.parts[0].parent)

    assert [each.sentence for each in verdict.problems] == [
        "part-0.parquet is another certified file: it is what part-1.parquet was.",
        "part-1.parquet is another certified file: it is what part-0.parquet was.",
    ]


def test_a_row_taken_out_is_told_with_both_digests_and_both_counts(world: World) -> None:
    AIRPORTS[4:8].write_parquet(world.parts[1])

    verdict = check(world, world.parts[0].parent)

    assert verdict.exit_code == 10
    assert "it has 4 rows, certified were 5." in verdict.problems[0].sentence
    facts = verdict.problems[0].facts
    assert str(facts["found_sha256"]).startswith(str(facts["found"]))
    assert facts["found_sha256"] != facts["certified_sha256"]


def test_a_value_changed_is_told_apart_from_a_row_taken_out(world: World) -> None:
    AIRPORTS[4:].with_columns(icao=AIRPORTS["icao"][4:].str.to_lowercase()).write_parquet(world.parts[1])

    assert "as many rows as certified (5)" in check(world, world.parts[1]).problems[0].sentence


def test_a_cut_off_file_is_told_as_cut_off(world: World) -> None:
    world.parts[1].write_bytes(world.parts[1].read_bytes()[:-7])

    sentence = check(world, world.parts[1]).problems[0].sentence

    assert "its rows cannot be counted, so it is cut off" in sentence


def test_the_contract_is_compared_with_the_certified_one(world: World) -> None:
    contract = world.folder / "contract.yaml"
    contract.write_text(CONTRACT_TEXT, encoding="utf-8")
    same = check(world, contract=contract)
    contract.write_text(CONTRACT_TEXT + "status: draft\n", encoding="utf-8")
    other = check(world, contract=contract)

    assert same.ok
    assert codes(other) == ["contract.differs"]


def change_count(statement: dict[str, Any]) -> None:
    statement["predicate"]["counts"]["accepted"] = 8


def change_subject(statement: dict[str, Any]) -> None:
    statement["subject"][0]["digest"]["sha256"] = "f" * 64


def drop_predicate(statement: dict[str, Any]) -> None:
    del statement["predicate"]


@pytest.mark.parametrize("change", [change_count, change_subject, drop_predicate])
def test_a_changed_certificate_has_a_bad_signature(world: World, change: Callable[[dict[str, Any]], None]) -> None:
    envelope = json.loads(world.certificate.read_bytes())
    statement = json.loads(base64.b64decode(envelope["payload"]))
    change(statement)
    envelope["payload"] = base64.b64encode(canonical(statement)).decode()
    world.certificate.write_bytes(canonical(envelope))

    verdict = check(world)

    assert verdict.exit_code == 13
    assert "was changed after signing" in verdict.problems[0].sentence


def _sealed() -> tuple[bytes, trust.TrustFile]:
    with tempfile.TemporaryDirectory() as folder:
        key = NodeKey.create(Path(folder) / "node.pem")
        trusted = trust.trust_in(key, node="n", holder=HOLDER, now=START)
        world = World(key=key, trust=trusted, folder=Path(folder))
        world.parts[0].parent.mkdir()
        for part in world.parts:
            part.write_bytes(b"")
        return world.certify(), trusted


PROPERTY = _sealed()


@given(position=st.integers(min_value=0), flip=st.integers(min_value=1, max_value=255))
def test_no_changed_byte_of_a_certificate_passes(position: int, flip: int) -> None:
    sealed, trusted = PROPERTY
    changed = bytearray(sealed)
    changed[position % len(changed)] ^= flip
    try:
        verdict = verify(bytes(changed), trust=trusted, now=NOON)
    except CertificateInvalid:
        return
    assert not verdict.ok
    assert not verdict.signers


def test_a_forger_who_uses_our_key_id_has_a_bad_signature(world: World, stranger: NodeKey) -> None:
    class Forger:
        key_id = world.key.key_id
        public_key = world.key.public_key

        def sign(self, message: bytes) -> bytes:
            return stranger.sign(message)

    world.certificate.write_bytes(world.certify(Forger()))

    assert check(world, world.parts[0].parent).exit_code == 13


def test_an_unknown_key_is_named_with_those_known(world: World, stranger: NodeKey) -> None:
    world.certificate.write_bytes(world.certify(stranger))

    verdict = check(world, world.parts[0].parent)

    assert verdict.exit_code == 11
    assert codes(verdict) == ["key.unknown"]
    assert stranger.key_id in verdict.problems[0].sentence
    assert world.key.key_id in verdict.problems[0].sentence


def test_a_revoked_key_is_told_with_when_why_and_its_successor(world: World, stranger: NodeKey) -> None:
    revoked = trust.revoke(world.trust, world.key.key_id, because="laptop stolen", successor=stranger, now=NOON)

    verdict = check(world, trust=revoked)

    assert verdict.exit_code == 12
    for fact in ("2026-11-23T12:00:00.000Z", "laptop stolen", stranger.key_id):
        assert fact in verdict.problems[0].sentence


@pytest.mark.parametrize(
    ("finished_at", "problems"),
    [
        pytest.param(NOON - timedelta(seconds=1), [], id="before-it-ended"),
        pytest.param(NOON, ["key.ended"], id="from-its-end-on"),
        pytest.param(START - timedelta(seconds=1), ["key.not-yet-valid"], id="before-its-start"),
    ],
)
def test_a_rotated_key_vouches_only_for_its_own_time(
    world: World, stranger: NodeKey, finished_at: Any, problems: list[str]
) -> None:
    rotated = trust.rotate(world.trust, world.key.key_id, successor=stranger, now=NOON)
    world.certificate.write_bytes(world.certify(finished_at=finished_at))

    verdict = check(world, trust=rotated)

    assert codes(verdict) == problems
    assert verdict.exit_code == (12 if problems else 0)


def test_a_countersignature_that_nobody_knows_does_no_harm(world: World, stranger: NodeKey) -> None:
    world.certificate.write_bytes(world.certify(world.key, stranger))

    verdict = check(world)

    assert verdict.ok
    assert [each.code for each in verdict.findings][:2] == ["signature.good", "key.unknown"]


def test_one_trusted_node_cannot_certify_in_the_name_of_another(world: World, stranger: NodeKey) -> None:
    other = trust.trust_in(stranger, node="lanzhou", holder=Text(zh="兰州", en="Lanzhou"), now=START)
    both = replace(world.trust, keys=world.trust.keys + other.keys)
    world.certificate.write_bytes(world.certify(stranger, node_key=world.key.key_id))

    assert codes(check(world, trust=both)) == ["certificate.other-node"]


def test_a_certificate_from_the_future_is_refused(world: World) -> None:
    assert codes(check(world, now=NOON - timedelta(minutes=6))) == ["certificate.from-the-future"]
    assert check(world, now=NOON - timedelta(minutes=4)).ok


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"\x89PNG\r\n", "is not UTF-8", id="binary"),
        pytest.param(b'{\n"payload": "eyJ', "line 2, column 12", id="cut-off"),
        pytest.param(b"[]", "JSON object", id="list"),
        pytest.param(b"{}", "“payloadType”", id="something-else"),
        pytest.param(b'{"payload":"e30=","payload":"e30="}', "“payload” stands twice", id="twice"),
        pytest.param(b"[" * 100_000, "nested too deep", id="too-deep"),
        pytest.param(b'{"payload":' + b"9" * 5000 + b"}", "thousands of digits", id="long-number"),
        pytest.param(b'{"payloadType":"text/plain","payload":"e30="}', "'text/plain'", id="other-type"),
        pytest.param(
            b'{"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[]}',
            "is not signed",
            id="unsigned",
        ),
        pytest.param(
            b'{"mediaType":"application/vnd.hexi.bundle+json","certificates":[]}', "empty bundle", id="bundle"
        ),
    ],
)
def test_what_is_no_certificate_is_refused_with_file_and_place(world: World, text: bytes, said: str) -> None:
    world.certificate.write_bytes(text)

    with pytest.raises(CertificateInvalid) as refusal:
        check(world)

    assert refusal.value.message.startswith("“airports.certificate.json”")
    assert said in refusal.value.message
    assert refusal.value.exit_code == 3


def test_the_certificate_of_a_version_is_read_back_and_that_of_a_download_refused(world: World, csv: Path) -> None:
    text = world.certificate.read_bytes()

    found = certificates.read_certificate(text, file="c.json")

    assert (found.sha256, found.version, found.accepted) == (certificates.digest(text), 3, 9)
    assert found.seconds == {"collect": 0.123}
    for other in (world.derive(csv), certificates.bundle([text, text])):
        with pytest.raises(CertificateInvalid, match="certifies a download"):
            certificates.read_certificate(other, file="c.json")


def test_a_signed_text_of_another_form_names_the_field(world: World) -> None:
    world.certificate.write_bytes(certificates.seal({"_type": "something"}, [world.key]))

    with pytest.raises(CertificateInvalid, match="at “_type” stands 'something'"):
        check(world)


def test_missing_files_are_named(world: World) -> None:
    with pytest.raises(CopyMissing, match=r"nowhere\.csv"):
        check(world, world.folder / "nowhere.csv")
    world.certificate.unlink()
    with pytest.raises(CertificateMissing, match="there is no such file"):
        check(world)


def test_a_pipe_is_no_copy_and_nobody_waits_for_it(world: World) -> None:
    os.mkfifo(world.folder / "pipe.csv")

    with pytest.raises(CopyMissing, match="no ordinary file"):
        check(world, world.folder / "pipe.csv")


LAYOUT = Layout(
    columns=tuple(AIRPORTS.columns),
    longitude="longitude",
    latitude="latitude",
    sheets={"about": [["a"], ["b"], ["c"]]},
)


@pytest.fixture(params=sorted(WRITERS))
def download(request: pytest.FixtureRequest, world: World) -> tuple[World, Path]:
    file = world.folder / f"gansu.airports.v3.{request.param}"
    WRITERS[request.param](world.parts, LAYOUT, file)
    world.certificate.with_name("bundle.json").write_bytes(
        certificates.bundle([world.derive(file), world.certificate.read_bytes()])
    )
    return world, file


def check_bundle(world: World, *data: Path) -> Verdict:
    return verify(world.folder / "bundle.json", data, trust=world.trust, now=NOON)


def test_a_download_is_proven_back_to_its_version(download: tuple[World, Path]) -> None:
    world, file = download

    verdict = check_bundle(world, file)

    assert verdict.ok, [each.sentence for each in verdict.problems]
    assert [each.code for each in verdict.findings] == [
        "signature.good",
        "signature.good",
        "chain.good",
        "file.good",
    ]
    assert verdict.source is not None
    assert verdict.source.version == 3


def test_a_download_that_lost_a_row_is_told_so_in_every_format(download: tuple[World, Path]) -> None:
    world, file = download
    AIRPORTS[:4].write_parquet(world.parts[0])
    AIRPORTS[4:8].write_parquet(world.parts[1])
    WRITERS[file.suffix[1:]](world.parts, LAYOUT, file)

    verdict = check_bundle(world, file)

    assert verdict.exit_code == 10
    assert "it has 8 rows, certified were 9." in verdict.problems[0].sentence


def test_a_download_with_a_wrong_certified_count_is_caught(download: tuple[World, Path]) -> None:
    world, file = download
    (world.folder / "bundle.json").write_bytes(
        certificates.bundle([world.derive(file, rows=7), world.certificate.read_bytes()])
    )

    assert codes(check_bundle(world, file)) == ["rows.differ"]


@pytest.fixture
def csv(world: World) -> Path:
    file = world.folder / "airports.csv"
    WRITERS["csv"](world.parts, LAYOUT, file)
    return file


def test_another_source_in_the_bundle_breaks_the_chain(world: World, csv: Path) -> None:
    derived = world.derive(csv)
    other = world.certify(finished_at=NOON - timedelta(days=1))
    (world.folder / "bundle.json").write_bytes(certificates.bundle([derived, other]))

    assert codes(check_bundle(world, csv)) == ["chain.other-source"]


def test_a_source_by_an_unknown_key_breaks_the_chain(world: World, csv: Path, stranger: NodeKey) -> None:
    source = world.certify(stranger)
    (world.folder / "bundle.json").write_bytes(certificates.bundle([world.derive(csv, source=source), source]))

    assert check_bundle(world, csv).exit_code == 11


@pytest.mark.parametrize("changes", [{"rows": 10}, {"version": 2}])
def test_a_download_that_cannot_come_from_its_source_is_refused(
    world: World, csv: Path, changes: dict[str, Any]
) -> None:
    derived = world.derive(csv, **changes)
    (world.folder / "bundle.json").write_bytes(certificates.bundle([derived, world.certificate.read_bytes()]))

    assert "chain.contradiction" in codes(check_bundle(world))


def test_a_download_without_its_source_is_proven_and_the_gap_is_told(world: World, csv: Path) -> None:
    (world.folder / "bundle.json").write_bytes(world.derive(csv))

    verdict = check_bundle(world, csv)

    assert verdict.ok
    assert "chain.not-enclosed" in [each.code for each in verdict.findings]
