"""Several web processes are one portal: whoever guesses passwords gains nothing from there being more of them."""

from __future__ import annotations

import http.cookiejar
import os
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import HEXI, PATIENCE_S, Portal, environment, serve

PASSWORD = "a caravan of salt"
WORKERS, UNTIL_PAUSED, TRIES = 2, 10, 24
_OPENED = f"""
from hexi.cli import node
node.open_node()
from hexi.kernel.actors import NODE
from hexi.registry.accounts import people
people.accept(people.invite("li", by=NODE, now=node.clock()), {PASSWORD!r}, now=node.clock())
"""
_VERBS = """
from hexi.cli import node
node.open_node()
node.settle()
from hexi.registry.events import queries as events
print(*(each.verb for each in events.events_about("account:li", limit=99)))
"""


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Portal]:
    """A node with one account, which two web processes serve."""
    home = tmp_path / "node"
    subprocess.run([HEXI, "init"], env=environment(home), check=True, capture_output=True)
    run(home, _OPENED)
    for address in serve(home, "--workers", str(WORKERS)):
        yield Portal(home, address)


def run(home: Path, program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], env=environment(home), check=True, capture_output=True)
    return done.stdout.decode()


def sign_in(portal: Portal, password: str) -> str:
    """Where a try ends, and what it says; over connections of its own, so that any process may answer."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar := http.cookiejar.CookieJar()))
    page = portal.address + "/en/accounts/login/"
    browser.open(page, timeout=PATIENCE_S).close()
    token = next(each.value for each in jar if each.name == "csrftoken") or ""
    typed = urllib.parse.urlencode({"login": "li", "password": password, "csrfmiddlewaretoken": token})
    with browser.open(urllib.request.Request(page, typed.encode(), {"Referer": page}), timeout=PATIENCE_S) as answer:
        return f"{answer.url}\n{answer.read().decode()}"


def seconds_of_workers() -> dict[int, int]:
    """How long each process below ours that serves the portal has computed, in the kernel's ticks."""
    parents, seconds = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, said = stat.read_text().rpartition(") ")
            command = stat.with_name("cmdline").read_bytes()
        except OSError:
            continue
        number, facts = int(head.split()[0]), said.split()
        parents[number] = int(facts[1])
        if b"granian" in command or b"multiprocessing" in command:
            seconds[number] = int(facts[11]) + int(facts[12])
    return {
        each: ticks
        for each, ticks in seconds.items()
        if parents[each] in seconds and os.getpid() in ancestors(each, parents)
    }


def ancestors(number: int, parents: dict[int, int]) -> Iterator[int]:
    while number in parents:
        number = parents[number]
        yield number


def test_wrong_passwords_are_counted_by_all_web_processes_together(busy: Portal) -> None:
    before = seconds_of_workers()
    for number in range(TRIES):
        assert "/accounts/login/" in sign_in(busy, f"wrong {number}")
    worked = [each for each, ticks in seconds_of_workers().items() if ticks > before.get(each, ticks)]

    # Hashing a password takes a processor: whoever answered a try has computed since.
    assert len(worked) == WORKERS
    assert "/accounts/login/" in sign_in(busy, PASSWORD)
    verbs = run(busy.home, _VERBS).split()
    assert verbs.count("account.sign-in-fail") == UNTIL_PAUSED
    assert verbs.count("account.lock") == 1
