"""A full disk stops a run with a sentence; the table is as it was, and with room a rerun completes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hexi.data.lake.errors import LakeFull
from hexi.data.lake.tables import Lake
from hexi.data.lifecycle.records import Outcome

from .conftest import FIRMS, Workshop, firms
from .disks import fill, small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as folder:
        yield folder


@pytest.fixture
def workshop(disk: Path, tmp_path: Path, key) -> Workshop:
    return Workshop(lake=Lake(disk / "lake"), key=key, folder=tmp_path)


# Each leaves the run to get a little further: the workspace, the lock, the rows, the log, the certificate.
@pytest.mark.parametrize("free_kb", [0, 4, 8, 12, 16, 20, 24, 28, 32, 40, 64, 256, 1024])
def test_on_a_full_disk_the_table_stays_as_it_was_until_there_is_room(workshop, disk, free_kb) -> None:
    workshop.publish(FIRMS)
    before = workshop.state()
    many = workshop.folder / "many.csv"
    many.write_text(firms(40_000, seed=free_kb), "utf-8")
    ballast = fill(disk, but_bytes=free_kb << 10)

    with pytest.raises(LakeFull) as refusal:
        workshop.publish(many)

    assert refusal.value.exit_code == 9
    assert str(workshop.table.folder) in refusal.value.message
    assert "make room, then run again" in refusal.value.message
    assert workshop.state() == before
    assert workshop.is_proven()

    ballast.unlink()
    result = workshop.publish(many)

    assert (result.outcome, result.version, result.accepted) == (Outcome.PUBLISHED, 1, 40_000)
    assert workshop.is_proven()
    assert workshop.strays() == []


@pytest.mark.parametrize("free_kb", range(0, 72, 4))
def test_a_small_run_on_a_nearly_full_disk_ends_whole_or_not_at_all(workshop, disk, free_kb) -> None:
    workshop.publish(FIRMS)
    before = workshop.state()
    changed = FIRMS.replace("A4,0,", "A4,4,")
    ballast = fill(disk, but_bytes=free_kb << 10)

    try:
        is_published = workshop.publish(changed).outcome is Outcome.PUBLISHED
    except LakeFull:
        is_published = False

    assert workshop.is_proven()
    assert is_published == (workshop.table.version() == 1)
    assert is_published or workshop.state() == before
    ballast.unlink()
    assert workshop.publish(changed).version == 1
    assert workshop.accepted().height == 3
    assert workshop.is_proven()
    assert workshop.strays() == []
