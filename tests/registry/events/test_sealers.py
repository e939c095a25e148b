"""Two sealers, a writer and kills at random points, each in a process of its own."""

from __future__ import annotations

import json
import os
import random
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
for number in range(1500):
    with transaction.atomic():
        actions.record(by=NODE, verb="node.init", object=f"node:{number}", details={}, now=NOON)
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
events = queries.events(limit=2000)
print(json.dumps([verdict.ok, [each.sentence for each in verdict.problems], verdict.checkpoints,
                  [each.sequence for each in events], len({each.object for each in events})]))
"""


@pytest.mark.slow
def test_sealers_that_race_and_are_killed_leave_a_whole_log(tmp_path: Path) -> None:
    def start(script: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", SETTING_UP + script],
            env={**os.environ, "LOG": str(tmp_path / "log.sqlite3")},
            stdout=subprocess.PIPE,
            text=True,
        )

    assert start(PREPARE).wait() == 0
    writer, sealers = start(WRITE), [start(SEAL), start(SEAL)]
    dice = random.Random(62)
    while writer.poll() is None:
        time.sleep(dice.uniform(0.3, 0.8))
        killed = sealers.pop(0)
        killed.kill()
        killed.communicate()
        sealers.append(start(SEAL))
    for each in sealers:
        each.kill()
        each.communicate()
    report, _ = start(REPORT).communicate()

    ok, problems, checkpoints, sequences, objects = json.loads(report)
    assert ok, problems
    assert sequences == list(range(1500))
    assert objects == 1500
    assert checkpoints > 1
