"""Uploads on a full disk and in little memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from hexi.kernel.actors import NODE
from hexi.registry.accounts import actions as accounts
from hexi.registry.documents import actions, queries
from hexi.registry.documents.errors import UploadFull
from tests.data.lifecycle.disks import fill, small_disk
from tests.nodes import Node

from .hostile import CSV
from .test_uploads import LI, append

MEGABYTE = 1 << 20
LIMIT_MORE_MB = 100
HANDS_IN = """
import os, resource, sys
import django
django.setup()
from datetime import UTC, datetime
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
from hexi.kernel.actors import NODE
from hexi.registry.documents import actions

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
line = b"620102,\\xe5\\x85\\xb0\\xe5\\xb7\\x9e\\xe5\\xb8\\x82\\n"
block = line * (262144 // len(line))

def hand_in(size):
    id = actions.begin("a.csv", size_bytes=size, by=NODE, now=NOW).id
    at = 0
    while at < size:
        end = min(at + (8 << 20), size)
        pieces = (block[:min(len(block), end - i)] for i in range(at, end, len(block)))
        at = actions.append(id, pieces, offset=at, by=NODE, now=NOW)
    return actions.complete(id, by=NODE, now=NOW)

def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

hand_in(1 << 20)
before = peak_mb()
assert hand_in(200 << 20).format == "csv"
print(peak_mb() - before)
"""


@pytest.fixture
def cramped(own: Node, tmp_path: Path) -> Iterator[Path]:
    """The node's folder on a disk of 8 MB, of which uploads need to leave little."""
    accounts.allow("li", "upload.*", by=NODE, now=own.clock())
    with small_disk(tmp_path / "disk") as disk, override_settings(HEXI_HOME=disk):
        yield disk


@pytest.mark.django_db
def test_a_disk_that_fills_up_keeps_what_arrived_and_the_upload_goes_on_afterwards(own: Node, cramped: Path) -> None:
    content = (CSV * MEGABYTE)[: 2 * MEGABYTE]
    id = actions.begin("a.csv", size_bytes=len(content), by=LI, now=own.clock()).id
    assert append(own, id, content[:MEGABYTE]) == MEGABYTE
    ballast = fill(cramped, but_bytes=700_000)

    with pytest.raises(UploadFull, match="what arrived is kept"):
        append(own, id, (content[at : at + 4096] for at in range(MEGABYTE, len(content), 4096)), MEGABYTE)

    at = queries.upload(id, of=LI).received_bytes
    assert MEGABYTE < at < len(content)
    ballast.unlink()
    append(own, id, content[at:], at)
    assert actions.complete(id, by=LI, now=own.clock()).path.read_bytes() == content


@pytest.mark.django_db
def test_uploads_leave_the_last_of_the_disk_to_the_database(own: Node, cramped: Path) -> None:
    with pytest.raises(UploadFull, match="7 MB are free"):
        actions.begin("a.csv", size_bytes=(8 * MEGABYTE) - 100_000, by=LI, now=own.clock())
    id = actions.begin("a.csv", size_bytes=len(CSV), by=LI, now=own.clock()).id
    fill(cramped, but_bytes=100_000)
    with pytest.raises(UploadFull):
        append(own, id, CSV)


@pytest.mark.slow
def test_a_file_of_200_mb_takes_no_memory_of_its_size(tmp_path: Path) -> None:
    said = {**os.environ, "HEXI_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "hexi.web.settings"}
    said["PYTHONPATH"] = os.pathsep.join(each for each in sys.path if each)

    done = subprocess.run(
        [sys.executable, "-c", HANDS_IN], env=said, capture_output=True, text=True, check=False, cwd=tmp_path
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < LIMIT_MORE_MB
