"""An earlier version comes back whole, under a new number, with a certificate that says what it restores."""

from __future__ import annotations

import json

import pytest

from hexi.data.lake.errors import FileMissing
from hexi.data.lifecycle.errors import NothingToRestore, VersionDamaged
from hexi.data.lifecycle.records import Outcome
from hexi.data.lifecycle.restoring import restore

from .conftest import CONTRACT, FIRMS, NOON

BAD = FIRMS.replace("a1,12", "a1,99").replace("A3,7,2020-01-01\n", "")


@pytest.fixture
def twice(workshop):
    workshop.publish(FIRMS)
    workshop.publish(BAD)
    return workshop


def back(workshop, version: int = 0):
    return restore(
        workshop.table, version, because="typed wrongly", signer=workshop.key, node="test", clock=lambda: NOON
    )


def test_the_rows_and_the_quarantine_of_the_version_are_the_newest_again(twice) -> None:
    said = back(twice)

    assert (said.version, twice.table.version()) == (2, 2)
    assert twice.accepted().equals(twice.accepted(0))
    assert not twice.accepted(1).equals(twice.accepted(0))
    assert (said.rows, said.accepted, said.quarantine_version) == (6, 2, 0)
    assert twice.is_proven()
    assert twice.strays() == []


def test_the_certificate_names_the_one_it_restores_and_why(twice) -> None:
    before = twice.table.versions()[-1].metadata["hexi.certificate"]
    said = back(twice)

    assert said.restores == before
    assert b"typed wrongly" in _payload(twice, said.sha256)


def test_what_was_wrong_stays_readable_and_can_come_back_too(twice) -> None:
    bad = twice.accepted(1)
    back(twice)
    again = back(twice, 1)

    assert again.version == 3
    assert twice.accepted().equals(bad)


def test_the_source_of_the_restored_version_has_nothing_new_to_publish(twice) -> None:
    back(twice)

    assert twice.publish(FIRMS).outcome is Outcome.UNCHANGED
    assert twice.publish(BAD).version == 3


def test_a_version_under_another_contract_comes_back_under_that_one(workshop) -> None:
    workshop.publish(FIRMS)
    read_as_before = "[integer]}\n          - {property: hexi.source, value: staff}"
    renamed = CONTRACT.replace("name: staff", "name: people").replace("[integer]}", read_as_before)
    workshop.publish(FIRMS, contract=renamed)
    assert workshop.accepted().columns == ["code", "people", "founded_on"]
    back(workshop)

    assert workshop.accepted().columns == ["code", "staff", "founded_on"]
    assert workshop.is_proven()


def test_the_newest_version_and_one_that_never_was_are_refused(twice) -> None:
    for version, kind in ((1, NothingToRestore), (7, FileMissing)):
        with pytest.raises(kind):
            back(twice, version)
    assert twice.table.version() == 1


def test_a_version_whose_file_was_changed_is_refused(twice) -> None:
    (path,) = twice.table.files(0)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    before = twice.table.versions()

    with pytest.raises(VersionDamaged):
        back(twice)
    assert twice.table.versions() == before


def _payload(workshop, sha256: str) -> bytes:
    import base64

    envelope = json.loads(workshop.table.certificate(sha256))
    return base64.b64decode(envelope["payload"])
