"""A file comes in pieces, from browsers that go away, come back and disagree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from hexi.data.engines.sources import taking
from hexi.kernel.actors import NODE, Actor
from hexi.kernel.errors import Conflict, Missing
from hexi.registry.accounts import actions as accounts
from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.documents import actions, queries, storing
from hexi.registry.documents.errors import (
    BadFileName,
    DocumentMissing,
    UploadBusy,
    UploadCut,
    UploadDamaged,
    UploadFull,
    UploadIncomplete,
    UploadOver,
    UploadTooLarge,
    WrongOffset,
)
from hexi.registry.documents.records import DocumentRecord, State
from hexi.registry.events import queries as events
from tests.nodes import NOON, Node

from .hostile import CSV, zipped

LI, WANG = Actor(account="li"), Actor(account="wang")
DAY = timedelta(hours=24)

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(own: Node) -> Node:
    """A node on which two people may hand in files."""
    for each in (LI, WANG):
        accounts.allow(each.account, "upload.*", by=NODE, now=own.clock())
    return own


def begin(node: Node, content: bytes = CSV, name: str = "床位.csv", *, by: Actor = LI) -> str:
    return actions.begin(name, size_bytes=len(content), by=by, now=node.clock()).id


def append(node: Node, id: str, chunk: bytes | Iterator[bytes], offset: int = 0, **how: object) -> int:
    return actions.append(id, chunk, offset=offset, **{"by": LI, "now": node.clock(), **how})


def hand_in(node: Node, content: bytes = CSV, name: str = "床位.csv", *, by: Actor = LI) -> DocumentRecord:
    id = begin(node, content, name, by=by)
    append(node, id, content, by=by)
    return actions.complete(id, by=by, now=node.clock())


def on_disk(node: Node) -> list[str]:
    root = node.home / "uploads"
    return sorted(each.name for each in root.iterdir()) if root.is_dir() else []


def verbs(id: str) -> list[str]:
    return [each.verb for each in reversed(events.events_about(f"upload:{id}"))]


def test_a_file_in_pieces_becomes_a_document_of_the_same_bytes(officer: Node) -> None:
    id = begin(officer)
    assert append(officer, id, CSV[:10]) == 10
    assert append(officer, id, iter([CSV[10:12], CSV[12:]]), 10) == len(CSV)

    found = actions.complete(id, by=LI, now=officer.clock())
    officer.settle()

    assert found == queries.document(id)
    assert (found.id, found.name, found.format, found.promised, found.account) == (id, "床位.csv", "csv", "", "li")
    assert found.path.read_bytes() == CSV
    assert found.path.parent == officer.home / "uploads" / id
    assert (found.size_bytes, found.sha256) == (len(CSV), hashlib.sha256(CSV).hexdigest())
    assert verbs(id) == ["upload.create", "upload.complete"]


def test_to_complete_twice_gives_the_same_document(officer: Node) -> None:
    found = hand_in(officer)

    assert actions.complete(found.id, by=LI, now=officer.clock()) == found


@pytest.mark.parametrize("offset", [0, 9, 11, 1000], ids=["sent again", "too early", "too late", "behind the end"])
def test_a_piece_at_another_place_is_refused_with_the_right_one(officer: Node, offset: int) -> None:
    id = begin(officer)
    append(officer, id, CSV[:10])

    with pytest.raises(WrongOffset, match="begins at byte 10") as refusal:
        append(officer, id, b"wrong", offset)

    assert refusal.value.facts["offset"] == 10
    assert append(officer, id, CSV[10:], 10) == len(CSV)
    assert actions.complete(id, by=LI, now=officer.clock()).path.read_bytes() == CSV


def test_two_browsers_on_one_upload_do_not_mix(officer: Node) -> None:
    id = begin(officer)

    def slowly() -> Iterator[bytes]:
        yield CSV[:5]
        with pytest.raises(UploadBusy):
            append(officer, id, b"other", 0)
        yield CSV[5:]

    assert append(officer, id, slowly()) == len(CSV)
    with pytest.raises(WrongOffset):
        append(officer, id, b"other", 0)
    assert actions.complete(id, by=LI, now=officer.clock()).path.read_bytes() == CSV


def test_what_arrived_before_the_connection_ended_is_kept(officer: Node) -> None:
    id = begin(officer)

    def broken() -> Iterator[bytes]:
        yield CSV[:7]
        raise ConnectionResetError

    with pytest.raises(UploadCut, match="after 7 bytes"):
        append(officer, id, broken())

    assert queries.upload(id, of=LI).received_bytes == 7
    append(officer, id, CSV[7:], 7)
    assert actions.complete(id, by=LI, now=officer.clock()).path.read_bytes() == CSV


def test_a_piece_whose_digest_is_said_counts_whole_or_not_at_all(officer: Node) -> None:
    id = begin(officer)
    good = hashlib.sha256(CSV).hexdigest()

    def broken() -> Iterator[bytes]:
        yield CSV[:7]
        raise ConnectionResetError

    with pytest.raises(UploadCut):
        append(officer, id, broken(), sha256=good)
    with pytest.raises(UploadDamaged):
        append(officer, id, CSV[:-1] + b"x", sha256=good)

    assert queries.upload(id, of=LI).received_bytes == 0
    assert append(officer, id, CSV, sha256=good.upper()) == len(CSV)


def test_what_a_killed_process_wrote_is_written_over(officer: Node) -> None:
    id = begin(officer)
    append(officer, id, CSV[:10])
    with storing.part(id).open("ab") as file:
        file.write(b"written, but never entered" * 9)

    append(officer, id, CSV[10:], 10)

    assert actions.complete(id, by=LI, now=officer.clock()).path.read_bytes() == CSV


def test_an_upload_killed_while_it_became_a_document_is_completed_the_next_time(officer: Node) -> None:
    id = begin(officer)
    append(officer, id, CSV)
    storing.keep(storing.part(id), "床位.csv")

    assert actions.complete(id, by=LI, now=officer.clock()).path.read_bytes() == CSV


def test_a_file_is_not_complete_before_its_last_byte(officer: Node) -> None:
    id = begin(officer)
    append(officer, id, CSV[:-1])

    with pytest.raises(UploadIncomplete, match=f"{len(CSV) - 1} of {len(CSV)} bytes"):
        actions.complete(id, by=LI, now=officer.clock())
    append(officer, id, CSV[-1:], len(CSV) - 1)
    assert actions.complete(id, by=LI, now=officer.clock()).size_bytes == len(CSV)


def test_more_than_was_announced_is_refused_and_does_not_count(officer: Node) -> None:
    id = begin(officer)

    with pytest.raises(UploadTooLarge, match=f"{len(CSV)} bytes"):
        append(officer, id, iter([CSV, b"x"]))

    assert queries.upload(id, of=LI).received_bytes == 0
    assert storing.part(id).stat().st_size == 0


def test_a_file_with_another_digest_than_the_sender_says_is_refused(officer: Node) -> None:
    id = begin(officer)
    append(officer, id, CSV)

    with pytest.raises(UploadDamaged, match=r"“床位\.csv” arrived"):
        actions.complete(id, sha256="0" * 64, by=LI, now=officer.clock())

    assert queries.upload(id, of=LI).state == State.REFUSED
    assert on_disk(officer) == []


def test_who_has_no_authority_hands_in_nothing(own: Node) -> None:
    with pytest.raises(NotAuthorised):
        begin(own)
    assert on_disk(own) == []


def test_to_others_an_upload_is_not_there(officer: Node) -> None:
    id = begin(officer)
    never = "01890000-0000-7000-8000-000000000000"

    for each in (id, never):
        for ask in (
            lambda each=each: append(officer, each, CSV, by=WANG),
            lambda each=each: actions.complete(each, by=WANG, now=officer.clock()),
            lambda each=each: actions.discard(each, by=WANG, now=officer.clock()),
            lambda each=each: queries.upload(each, of=WANG),
        ):
            with pytest.raises(Missing) as refusal:
                ask()
            assert refusal.value.message == "There is no such upload, or it is not yours. Begin a new one."
    assert queries.waiting(WANG, now=officer.clock()) == ()
    assert [each.id for each in queries.waiting(LI, now=officer.clock())] == [id]


def test_an_upload_that_is_given_up_leaves_nothing(
    officer: Node, django_capture_on_commit_callbacks: pytest.FixtureRequest
) -> None:
    id = begin(officer)
    append(officer, id, CSV[:5])

    with django_capture_on_commit_callbacks(execute=True):
        actions.discard(id, by=LI, now=officer.clock())
        actions.discard(id, by=LI, now=officer.clock())
    officer.settle()

    assert on_disk(officer) == []
    assert verbs(id) == ["upload.create", "upload.discard"]
    for ask in (
        lambda: append(officer, id, CSV[5:], 5),
        lambda: actions.complete(id, by=LI, now=officer.clock()),
    ):
        with pytest.raises(UploadOver):
            ask()


def test_a_document_is_no_upload_that_can_be_given_up(officer: Node) -> None:
    found = hand_in(officer)

    with pytest.raises(UploadOver):
        actions.discard(found.id, by=LI, now=officer.clock())
    assert found.path.is_file()


def test_an_upload_to_which_nothing_came_for_a_day_is_removed(officer: Node) -> None:
    old = begin(officer)
    append(officer, old, CSV[:5])
    kept = hand_in(officer)
    late = actions.begin("a.csv", size_bytes=9, by=LI, now=NOON + DAY)

    assert actions.expire(now=NOON + DAY) == 0
    assert actions.expire(now=NOON + DAY + timedelta(minutes=1)) == 1
    assert actions.expire(now=NOON + DAY + timedelta(minutes=1)) == 0
    officer.settle()

    assert queries.upload(old, of=LI).state == State.EXPIRED
    assert queries.upload(late.id, of=LI).state == State.RECEIVING
    assert verbs(old) == ["upload.create", "upload.expire"]
    assert on_disk(officer) == [kept.id]


def test_each_piece_gives_an_upload_another_day(officer: Node) -> None:
    id = begin(officer)
    append(officer, id, CSV[:5], now=NOON + DAY - timedelta(hours=1))

    assert actions.expire(now=NOON + DAY + timedelta(hours=1)) == 0
    with pytest.raises(UploadOver):
        append(officer, id, CSV[5:], 5, now=NOON + DAY * 2)


def test_a_folder_that_nobody_knows_is_removed_after_a_day(officer: Node) -> None:
    storing.folder("left").mkdir(parents=True)

    actions.expire(now=officer.clock())
    assert on_disk(officer) == ["left"]
    made_at = datetime.fromtimestamp(storing.folder("left").stat().st_mtime, UTC)
    actions.expire(now=made_at + DAY * 2)
    assert on_disk(officer) == []


def test_a_document_is_removed_with_what_was_taken_from_it(
    officer: Node, django_capture_on_commit_callbacks: pytest.FixtureRequest
) -> None:
    archive = hand_in(officer, zipped({"a.csv": CSV, "b.csv": CSV}), "两表.zip")
    table = actions.unpack(archive.id, member="a.csv", by=LI, now=officer.clock())

    with pytest.raises(DocumentMissing):
        actions.remove(archive.id, by=WANG, now=officer.clock())
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove(archive.id, by=LI, now=officer.clock())

    assert on_disk(officer) == []
    for each in (archive, table):
        with pytest.raises(DocumentMissing):
            queries.document(each.id)


def test_a_file_beyond_the_limit_is_refused_before_it_is_sent(officer: Node) -> None:
    with override_settings(HEXI_UPLOAD_BYTES=5 << 20):
        actions.begin("a.csv", size_bytes=5 << 20, by=LI, now=officer.clock())
        with pytest.raises(UploadTooLarge, match="at most 5 MB"):
            actions.begin("a.csv", size_bytes=(5 << 20) + 1, by=LI, now=officer.clock())


def test_a_file_for_which_the_disk_has_no_room_is_refused_before_it_is_sent(officer: Node) -> None:
    with override_settings(HEXI_UPLOAD_BYTES=1 << 60):
        room = storing.free_bytes()
        with pytest.raises(UploadFull):
            actions.begin("a.csv", size_bytes=room * 2, by=LI, now=officer.clock())
        actions.begin("a.csv", size_bytes=room // 3 * 2, by=LI, now=officer.clock())
        # What others announced is as good as taken.
        with pytest.raises(UploadFull):
            actions.begin("a.csv", size_bytes=room // 3 * 2, by=LI, now=officer.clock())


@pytest.mark.parametrize(
    "name",
    [
        "",
        " .. ",
        "..",
        "../../etc/passwd",
        "/etc/cron.d/x.csv",
        "C:\\Users\\li\\床位.csv",
        "beds\0.csv",
        "beds\n.csv",
        "\ud800.csv",
        "beds\u202evsc.exe",
        "床" * 86 + ".csv",
        "CON",
        "nul.csv",
        "Com1.xlsx",
    ],
)
def test_a_name_that_no_computer_should_keep_is_refused(officer: Node, name: str) -> None:
    with pytest.raises(BadFileName) as refusal:
        begin(officer, name=name)

    assert not {"\0", "\n", "\u202e", "\ud800"} & set(refusal.value.message)
    assert on_disk(officer) == []


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("<img src=x onerror=alert(1)>.csv", "img_src=x_onerror=alert(1).csv"),
        ("床位 (2024).CSV", "床位_(2024).csv"),
        (".csv", "csv.csv"),
        ("..hidden..csv", "hidden.csv"),
        ("a;rm -rf $HOME.csv", "a_rm_-rf_HOME.csv"),
        ("床" * 80 + ".csv", "床" * 38 + ".csv"),
        ("no ending", "no_ending.csv"),
    ],
)
def test_any_other_name_is_kept_as_text_and_never_used_as_a_path(officer: Node, name: str, stored: str) -> None:
    found = hand_in(officer, name=name)

    assert (found.name, found.path.name) == (name, stored)
    assert len(taking.safe_name(name).encode()) <= taking.LIMIT_STORED_BYTES


def test_a_conflict_names_the_file_that_its_owner_knows(officer: Node) -> None:
    id = begin(officer)
    actions.discard(id, by=LI, now=officer.clock())

    with pytest.raises(Conflict, match=r"“床位\.csv” is over"):
        append(officer, id, CSV)
