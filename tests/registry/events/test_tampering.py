from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from hexi.data.lifecycle.signing import NodeKey
from hexi.data.lifecycle.trust import TrustFile, revoke, rotate, trust_in
from hexi.kernel.actors import NODE
from hexi.registry.events import actions, checkpoints, merkle, queries, tasks
from hexi.registry.events.entries import COLUMNS, entry_of
from hexi.registry.events.errors import LogChanged
from hexi.registry.events.records import LogVerdict, SealedUpTo
from tests.registry.events.conftest import HOLDER, NOON, ORIGIN

Seal = Callable[[], SealedUpTo]
Sealed = Callable[..., LogVerdict]


def sql(statement: str, *values: object) -> None:
    """What somebody with the database at hand would do."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def ids(record: Callable[[int], list[str]], seal: Seal) -> list[str]:
    """Three checkpoints, over 4, 7 and 20 events."""
    found = []
    for count in (4, 3, 13):
        found += record(count)
        seal()
    return found


@pytest.fixture
def verdict(ids: list[str], trusted: TrustFile) -> Callable[[], LogVerdict]:
    return lambda: queries.verify(trust=trusted)


def codes(verdict: LogVerdict) -> list[str]:
    return [each.code for each in verdict.problems]


def test_an_untouched_log_is_proven(verdict: Sealed) -> None:
    found = verdict()
    assert found.ok
    assert (found.exit_code, found.size, found.checkpoints, found.unsealed) == (0, 20, 3, 0)


def test_an_empty_log_is_proven(db: None, trusted: TrustFile) -> None:
    assert queries.verify(trust=trusted).ok


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'grant.open'",
        "object = 'dataset:other'",
        "account = 'somebody'",
        "party = 'x'",
        "on_behalf_of = 'x'",
        "details = '{}'",
        "details = 'no json'",
        """details = '{},"grant":null'""",
        "at = '2020-01-01 00:00:00'",
        "\"grant\" = 'g'",
        "personal_sha256 = 'x'",
    ],
)
def test_an_altered_row_is_named_whatever_was_altered(verdict: Sealed, change: str) -> None:
    sql(f"UPDATE events_event SET {change} WHERE sequence = 9")

    found = verdict()

    assert codes(found) == ["event.altered"]
    assert found.exit_code == 10
    assert found.problems[0].facts["sequence"] == 9
    assert "Event 9 was altered after it was sealed" in found.problems[0].sentence


@pytest.mark.parametrize("sequence", [0, 6, 7, 19])
def test_a_missing_row_is_named(verdict: Sealed, sequence: int) -> None:
    sql("DELETE FROM events_event WHERE sequence = %s", sequence)

    found = verdict()

    assert codes(found) == ["event.missing"]
    assert found.problems[0].facts["sequence"] == sequence


def test_a_row_that_is_no_longer_readable_is_still_shown(ids: list[str]) -> None:
    sql("UPDATE events_event SET details = %s WHERE sequence = 9", "no json")

    assert queries.events(after=8, limit=1)[0].details == {"?": "no json"}


def test_a_missing_row_whose_gap_was_closed_is_named_all_the_same(verdict: Sealed) -> None:
    sql("DELETE FROM events_event WHERE sequence = 5")
    for sequence in range(6, 20):
        sql("UPDATE events_event SET sequence = %s WHERE sequence = %s", sequence - 1, sequence)

    found = verdict()

    assert codes(found) == ["event.missing", "event.renumbered"]
    assert found.problems[0].facts["sequence"] == 5


def test_an_inserted_row_is_named_at_the_end_and_in_the_middle(ids: list[str], verdict: Sealed) -> None:
    with transaction.atomic():
        forged = actions.record(by=NODE, verb="grant.open", object="dataset:x", details={}, now=NOON)
    sql("UPDATE events_event SET sequence = 20 WHERE id = %s", forged)
    at_the_end = verdict()
    sql("UPDATE events_event SET sequence = 200 WHERE id = %s", forged)
    for sequence in range(19, 2, -1):
        sql("UPDATE events_event SET sequence = %s WHERE sequence = %s", sequence + 1, sequence)
    sql("UPDATE events_event SET sequence = 3 WHERE id = %s", forged)
    in_the_middle = verdict()

    assert codes(at_the_end) == ["event.inserted"]
    assert at_the_end.problems[0].facts["sequence"] == 20
    assert "grant.open dataset:x" in at_the_end.problems[0].sentence
    assert codes(in_the_middle) == ["event.inserted", "event.renumbered"]
    assert in_the_middle.problems[0].facts["sequence"] == 3


def test_two_rows_that_changed_places_are_told(verdict: Sealed) -> None:
    for old, new in ((3, 99), (8, 3), (99, 8)):
        sql("UPDATE events_event SET sequence = %s WHERE sequence = %s", new, old)

    assert verdict().exit_code == 10


def test_rows_rewritten_with_their_hashes_are_found_between_two_checkpoints(verdict: Sealed) -> None:
    sql("UPDATE events_event SET object = 'dataset:other' WHERE sequence = 5")
    _restore_hashes()

    found = verdict()

    assert codes(found) == ["log.rewritten"]
    assert (found.problems[0].facts["first"], found.problems[0].facts["last"]) == (4, 6)


def test_damaged_hashes_beside_whole_rows_are_told_apart(verdict: Sealed) -> None:
    sql("UPDATE events_tile SET hashes = %s WHERE level = 0", b"x" * 640)

    assert codes(verdict()) == ["tree.damaged"]


def test_nothing_is_sealed_on_top_of_a_changed_tree(
    ids: list[str], record: Callable[[int], list[str]], seal: Seal
) -> None:
    record(1)
    sql("UPDATE events_tile SET hashes = %s WHERE level = 0", b"x" * 640)
    with pytest.raises(LogChanged, match="Nothing was sealed"):
        seal()
    sql("DELETE FROM events_tile")
    with pytest.raises(LogChanged, match="hexi events verify"):
        seal()
    assert queries.unsealed() == 1


def test_a_number_taken_by_hand_stops_the_sealer(
    ids: list[str], record: Callable[[int], list[str]], seal: Seal
) -> None:
    forged, _ = record(2)
    sql("UPDATE events_event SET sequence = 20 WHERE id = %s", forged)
    with pytest.raises(LogChanged, match="number 20"), transaction.atomic():
        seal()


def test_changed_personal_details_are_told(db: None, seal: Seal, trusted: TrustFile) -> None:
    with transaction.atomic():
        actions.record(by=NODE, verb="node.init", object="node:n", details={}, personal={"name": "张三"}, now=NOON)
    seal()
    sql("UPDATE events_personaldetails SET content = %s", '{"name":"李四"}')

    assert codes(queries.verify(trust=trusted)) == ["event.personal-altered"]


def test_a_changed_checkpoint_has_a_bad_signature(verdict: Sealed) -> None:
    sql("UPDATE events_checkpoint SET note = replace(note, %s, %s)", "\n20\n", "\n21\n")
    misplaced = verdict()
    assert "checkpoint.misplaced" in codes(misplaced)

    sql("UPDATE events_checkpoint SET size = 21 WHERE size = 20")
    found = verdict()
    assert "checkpoint.bad-signature" in codes(found)
    assert found.exit_code == 13


def test_a_text_in_place_of_a_checkpoint_is_told(verdict: Sealed) -> None:
    sql("UPDATE events_checkpoint SET note = 'x' WHERE size = 7")
    found = verdict()
    assert codes(found) == ["checkpoint.invalid"]
    assert found.exit_code == 13


def test_a_checkpoint_by_an_unknown_key_is_told(ids: list[str], stranger: NodeKey) -> None:
    others = trust_in(stranger, node="lanzhou", holder=HOLDER, now=NOON)
    found = queries.verify(trust=others)
    assert set(codes(found)) == {"checkpoint.unknown-key"}
    assert found.exit_code == 11


def test_after_a_revocation_the_successor_vouches_for_the_whole_log(
    ids: list[str], record: Callable[[int], list[str]], trusted: TrustFile, key: NodeKey, stranger: NodeKey
) -> None:
    revoked = revoke(trusted, key.key_id, because="stolen", successor=stranger, now=NOON)
    before = queries.verify(trust=revoked)
    record(1)
    tasks.seal(signer=stranger, origin=ORIGIN, now=NOON + timedelta(hours=1))
    after = queries.verify(trust=revoked)

    assert before.exit_code == 12
    assert "stolen" in before.problems[0].sentence
    assert stranger.key_id in before.problems[0].sentence
    assert after.ok


def test_after_a_rotation_the_old_checkpoints_still_count(
    ids: list[str], trusted: TrustFile, key: NodeKey, stranger: NodeKey
) -> None:
    assert queries.verify(trust=rotate(trusted, key.key_id, successor=stranger, now=NOON)).ok


def test_a_log_cut_back_is_found_by_whoever_kept_a_checkpoint(ids: list[str], trusted: TrustFile) -> None:
    newest = queries.checkpoint()
    assert newest is not None
    assert queries.verify(trust=trusted, known=[newest.note]).ok

    sql("DELETE FROM events_checkpoint WHERE size = 20")
    sql("DELETE FROM events_event WHERE sequence >= 7")

    assert queries.verify(trust=trusted).ok
    assert codes(queries.verify(trust=trusted, known=[newest.note])) == ["log.cut"]


def test_a_kept_checkpoint_of_another_history_is_told(ids: list[str], trusted: TrustFile, key: NodeKey) -> None:
    other = checkpoints.write(origin=ORIGIN, size=5, root=b"r" * 32, signer=key)
    elsewhere = checkpoints.write(origin="hexi/lanzhou", size=0, root=merkle.EMPTY_ROOT, signer=key)

    assert queries.verify(trust=trusted, known=[other]).exit_code == 10
    assert "checkpoint.other-log" in codes(queries.verify(trust=trusted, known=[elsewhere]))


def _restore_hashes() -> None:
    """Make the stored hashes fit the rows again, as a careful forger would."""
    from hexi.registry.events.models import Event, Tile

    rows = Event.objects.order_by("sequence").values_list(*COLUMNS)
    leaves = [merkle.leaf_hash(entry_of(row)) for row in rows]
    Tile.objects.filter(level=0, index=0).update(hashes=b"".join(leaves))
