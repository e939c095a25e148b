"""Two sealers, a writer and kills at random points, each in a process of its own."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

SETTING_UP = """
import json, os, sys
from datetime import UTC, datetime
from pathlib import Path
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["hexi.registry.events"], USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["LOG"], "OPTIONS": {
        "transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"}}},
)
django.setup()
from django.core.management import call_command
from django.db import transaction
from hexi.data.lifecycle.signing import NodeKey
from hexi.data.lifecycle.trust import trust_in
from hexi.kernel.actors import NODE
from hexi.kernel.names import Text
from hexi.registry.events import actions, queries, tasks
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PEM = Path(os.environ["LOG"]).with_suffix(".pem")
"""
PREPARE = "call_command('migrate', verbosity=0); NodeKey.create(PEM)"
WRITE = """
number = 0
while not PEM.with_name("stop").exists():
    with transaction.atomic():
        actions.record(by=NODE, verb="node.init", object=f"node:{number}", details={}, now=NOON)
    number += 1
print(number)
"""
SEAL = """
key = NodeKey.load(PEM)
while True:
    tasks.seal(signer=key, origin="hexi/race", now=NOON)
"""
REPORT = """
key = NodeKey.load(PEM)
tasks.seal(signer=key, origin="hexi/race", now=NOON)
verdict = queries.verify(trust=trust_in(key, node="race", holder=Text(zh="x", en="x"), now=NOON))
events = queries.events(limit=1_000_000)
print(json.dumps([verdict.ok, [each.sentence for each in verdict.problems], verdict.checkpoints,
                  [each.sequence for each in events], len({each.object for each in events})]))
"""


KILLS = 30 if os.environ.get("HEXI_SOAK") else 6


@pytest.mark.slow
def test_sealers_that_race_and_are_killed_leave_a_whole_log(tmp_path: Path) -> None:
    log = tmp_path / "log.sqlite3"

    def start(script: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", SETTING_UP + script],
            env={**os.environ, "LOG": str(log)},
            stdout=subprocess.PIPE,
            text=True,
        )

    def checkpoints() -> int:
        with sqlite3.connect(log) as connection:
            return int(connection.execute("SELECT count(*) FROM events_checkpoint").fetchone()[0])

    assert start(PREPARE).wait() == 0
    writer, sealers = start(WRITE), [start(SEAL), start(SEAL)]
    dice = random.Random(62)
    for _ in range(KILLS):
        # Only a sealer that is at work can be killed at work.
        before, deadline = checkpoints(), time.monotonic() + 30
        while checkpoints() < before + 2 and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(dice.uniform(0, 0.02))
        killed = sealers.pop(0)
        killed.kill()
        killed.communicate()
        sealers.append(start(SEAL))
    (tmp_path / "stop").touch()
    written = int(writer.communicate()[0])
    for each in sealers:
        each.kill()
        each.communicate()
    report, _ = start(REPORT).communicate()

    ok, problems, signed, sequences, objects = json.loads(report)
    assert ok, problems
    assert sequences == list(range(written))
    assert objects == written
    assert signed > KILLS
