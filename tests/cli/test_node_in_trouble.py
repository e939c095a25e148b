"""A node whose disk is full, or whose database is held or damaged, says so and forgets nothing."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator

import pytest

from hexi.web import home
from tests.data.lifecycle.disks import fill, small_disk
from tests.data.lifecycle.leftovers import strays

from .conftest import FIRMS, NAME, Node


@pytest.fixture
def on_small_disk(tmp_path, warm, published_template) -> Iterator[Node]:
    """A node that stands on a disk of its own, lake and database together."""
    with small_disk(tmp_path / "home") as disk:
        shutil.copytree(published_template.home, disk, dirs_exist_ok=True)
        yield Node(tmp_path, warm)


@pytest.mark.slow
def test_on_a_full_disk_a_node_says_so_and_with_room_it_completes(on_small_disk) -> None:
    node, codes = on_small_disk, []
    # Each leaves the run to get a little further: the database, the lake, its commit, the catalogue, the log.
    for number, free_kb in enumerate([0, 16, 32, 56, 64, 80, 96, 128, 1024]):
        ballast = fill(node.home, but_bytes=free_kb << 10)
        node.source.write_text(FIRMS.replace("many", str(number + 1)), "utf-8")
        version = node.table.version()

        ended = node.hexi("publish", node.contract)

        codes.append(ended.code)
        assert ended.code in {0, 9}, ended.err
        assert (ended.code == 0) == (ended.err == "")
        assert not ended.code or "is full" in ended.err
        assert not ended.code or "room, then run" in ended.err
        assert node.table.version() in {version, version + 1}
        ballast.unlink()
        again = node.hexi("publish", node.contract, "--json")
        assert again.code == 0, again.err
        assert (again.answer["version"], again.answer["accepted"]) == (version + 1, 3)
        assert node.hexi("events", "verify").code == 0
    assert strays(node.table) == []
    assert node.hexi("verify", NAME).code == 0
    assert (codes[0], codes[-1]) == (9, 0)


def test_a_disk_without_room_for_the_memory_of_the_database_is_full_and_no_bug(on_small_disk) -> None:
    node = on_small_disk
    for beside in ("-wal", "-shm"):
        node.home.joinpath(home.DATABASE + beside).unlink(missing_ok=True)
    ballast = fill(node.home, but_bytes=0)

    ended = node.hexi("status")

    assert ended.code == 9, ended.err
    assert "is full" in ended.err
    ballast.unlink()
    assert node.hexi("events", "verify").code == 0


def test_a_damaged_database_is_named_with_its_remedy(published) -> None:
    file = published.home / home.DATABASE
    for each in published.home.glob(f"{home.DATABASE}*"):
        each.unlink()
    file.write_bytes(b"this is not a database at all" * 100)

    ended = published.hexi("status")

    assert ended.code == 3
    assert f"The database of the node in “{published.home}” is damaged" in ended.err
    assert "Put a backup in its place." in ended.err


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[]", b'{"name": 1}', b"[" * 100_000])
def test_a_node_that_forgot_its_name_signs_nothing(published, content) -> None:
    before = published.state()
    (published.home / "node.json").write_bytes(content)

    ended = published.hexi("publish", published.contract)

    assert (ended.code, published.state()) == (3, before)
    assert "no longer says which node this is" in ended.err


def test_a_damaged_log_of_a_table_is_told_in_one_sentence(published) -> None:
    newest = max((published.table.folder / "data" / "_delta_log").glob("*.json"))
    newest.write_bytes(newest.read_bytes()[:40])

    ended = published.hexi("publish", published.contract)

    assert ended.code == 6
    assert ended.err.splitlines() == [
        f"error: The log of “{published.table.folder / 'data'}” is damaged. Put a backup in its place."
    ]


def test_a_folder_that_cannot_be_made_is_named(node) -> None:
    shutil.rmtree(node.home)
    node.home.write_text("")

    ended = node.hexi("init")

    assert ended.code == 9
    assert "cannot be read or written: a file stands in the way" in ended.err


def test_a_database_server_that_does_not_answer_is_named_without_its_password(published) -> None:
    said = "postgresql://hexi:secret@127.0.0.1:1/gansu"

    ended = published.hexi("status", env={"HEXI_DATABASE": said})

    assert ended.code == 9
    assert "The database at 127.0.0.1:1/gansu does not answer: " in ended.err
    assert "secret" not in ended.err
    assert published.hexi("status").code == 0


@pytest.mark.slow
def test_a_database_that_another_process_holds_is_told_as_busy(published) -> None:
    published.source.write_text(FIRMS.replace("many", "9"), "utf-8")
    database = sqlite3.connect(published.home / home.DATABASE, isolation_level=None)
    database.execute("begin immediate")

    ended = published.hexi("publish", published.contract)
    database.execute("rollback")
    database.close()

    assert ended.code == 9
    assert "Another process holds the node's database. Try again in a moment." in ended.err
    assert published.hexi("publish", published.contract).code == 0
