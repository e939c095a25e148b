"""`python -m tests.benchmarks.search`: pages over HTTP beside an empty one, with 100,000 datasets in the catalogue.

Search over HTTP is held against the raw full-text query of the same database plus an empty page; the home and a
dataset's page against the empty page. Whoever asks is signed in. All of it in one run, 16 clients at a time, 95th
percentiles.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote

from rich.console import Console
from rich.table import Table

from tests.benchmarks import sections
from tests.benchmarks.measuring import QUIET_LOAD, ROOT, settled
from tests.benchmarks.pages import Target

PAGE = ROOT / "docs/reference/benchmarks.md"
DATASETS = 100_000
CLIENTS = 16
REQUESTS = 960
DATASET = "gansu.airports"
RAW = {
    "sqlite": "SELECT rowid FROM search_words WHERE search_words MATCH %s "
    "ORDER BY bm25(search_words, 20.0, 4.0, 1.0) LIMIT 25",
    "postgresql": "SELECT entry_id FROM search_words, (SELECT %s::tsquery AS wanted) AS asked "
    "WHERE words @@ wanted ORDER BY ts_rank('{0.1, 0.1, 0.4, 1.0}', words, wanted) DESC LIMIT 25",
}


def main() -> None:
    options = _options()
    console = Console(highlight=False)
    load = settled()
    if load > QUIET_LOAD:
        console.print(f"[yellow]The load is {load:.2f}: others work on this machine; do not trust these figures.[/]")
    _prepare(options.folder, options.datasets, console)
    found = measured(options.requests)
    table = Table(title=f"{options.datasets:,} datasets, {CLIENTS} clients, ms")
    for name in ("what", "median", "p95", "requests a second"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for name, (seconds, whole_s) in found.items():
        table.add_row(
            name, f"{median(seconds) * 1e3:.1f}", f"{_p95(seconds) * 1e3:.1f}", f"{len(seconds) / whole_s:.0f}"
        )
    console.print(table)
    judged = targets({name: _p95(seconds) for name, (seconds, _) in found.items()})
    for target in judged:
        console.print(("[green]" if target.is_met else "[red]") + target.sentence() + "[/]")
    if options.datasets >= DATASETS and options.requests >= REQUESTS:
        sections.put(PAGE, "search", _section(found, judged, load))


def _section(found: Mapping[str, tuple[list[float], float]], judged: Sequence[Target], load: float) -> str:
    """What the page of the reference says."""
    lines = [
        (name, f"{median(seconds) * 1e3:.1f}", f"{_p95(seconds) * 1e3:.1f}", f"{len(seconds) / whole_s:.0f}")
        for name, (seconds, whole_s) in found.items()
    ]
    shown = sections.table(("what", "median ms", "p95 ms", "requests a second"), lines)
    return (
        f"## Search and pages\n\nA catalogue of {DATASETS:,} made-up datasets with realistic Chinese titles and\n"
        f"fields, asked over HTTP by {CLIENTS} clients at a time who are signed in, {REQUESTS} requests of each kind;\n"
        "the raw full-text query is asked of the same database by as many threads.\n\n"
        f"{shown}\n\n{sections.targets(judged)}\n\n"
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, load at the start {load:.2f}."
        + (" **Others worked on the machine.**" if load > QUIET_LOAD else "")
    )


def targets(p95: dict[str, float]) -> list[Target]:
    """What the portal promises, judged by 95th percentiles in seconds."""
    empty = p95["empty page"]
    return [
        Target("search page over raw query and empty page", 3.0, p95["search"] / (p95["raw query"] + empty), "×"),
        Target("dataset page over empty page", 2.0, p95["dataset"] / empty, "×"),
        Target("home over empty page", 2.0, p95["home"] / empty, "×"),
    ]


def measured(requests: int) -> dict[str, tuple[list[float], float]]:
    """Measure each page and the raw query; return the seconds of every request and of all, by name."""
    from tests.benchmarks.catalogue import QUESTIONS

    asked = [random.Random(7).choice(QUESTIONS) for _ in range(requests)]
    found, cookie = {}, _signed_in()
    with _served() as port:
        pages = {
            "empty page": ["/empty/"] * requests,
            "search": [f"/datasets/?q={quote(each)}" for each in asked],
            "home": ["/"] * requests,
            "dataset": [f"/datasets/{DATASET}/"] * requests,
        }
        for name, addresses in pages.items():
            asyncio.run(_asked(port, addresses[:64], cookie=cookie))
            found[name] = asyncio.run(_asked(port, addresses, cookie=cookie))
    found["raw query"] = _raw(asked)
    return found


def _signed_in() -> str:
    """The cookie of the account that made the node."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    browser = Client()
    browser.force_login(get_user_model().objects.get(name=getpass.getuser()))
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={browser.cookies[name].value}"


async def _asked(port: int, addresses: Sequence[str], *, cookie: str) -> tuple[list[float], float]:
    """Ask for every address, `CLIENTS` at a time, each client with one connection."""
    rest, seconds = iter(addresses), []
    headers = f"Host: localhost\r\nAccept-Encoding: gzip\r\nCookie: {cookie}\r\n"

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for address in rest:
            began = time.perf_counter()
            writer.write(f"GET {address} HTTP/1.1\r\n{headers}\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert head.startswith(b"http/1.1 200"), head
            if b"content-length: " in head:
                await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
            else:
                while size := int((await reader.readline()).strip(), 16):
                    await reader.readexactly(size + 2)
                await reader.readline()
            seconds.append(time.perf_counter() - began)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return seconds, time.perf_counter() - began


def _raw(asked: Sequence[str]) -> tuple[list[float], float]:
    """Ask the database itself the same questions, from as many threads."""
    from django.conf import settings
    from django.db import connection

    from hexi.registry.search import indexes, words
    from hexi.registry.search.synonyms import known

    synonyms, index = known(Path(settings.HEXI_HOME)), indexes.of(connection)
    said = iter([index.question(words.wanted(each, synonyms)) for each in asked])
    seconds: list[float] = []

    def client() -> None:
        with connection.cursor() as cursor:
            for each in said:
                began = time.perf_counter()
                cursor.execute(RAW[connection.vendor], [each])
                cursor.fetchall()
                seconds.append(time.perf_counter() - began)
        connection.close()

    return seconds, _together(client)


def _together(client: Callable[[], None]) -> float:
    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    began = time.perf_counter()
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return time.perf_counter() - began


@contextmanager
def _served() -> Iterator[int]:
    """The portal as `hexi serve` starts it, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    web = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
            *("--workers", "1", "--blocking-threads", "4", "--log-level", "warning", "--no-ws"),
            "hexi.web.wsgi:application",
        ],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.benchmarks.portal_settings"},
    )
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.1)
        yield port
    finally:
        web.terminate()
        web.wait()


def _prepare(folder: Path, count: int, console: Console) -> None:
    """Make a node with the demonstration and `count` made-up datasets, unless it stands already."""
    home = folder / f"search-{count}" / "home"
    os.environ |= {"HEXI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "hexi.web.settings"}
    if not (home.parent / "filled").exists():
        console.print(f"[dim]making a node with {count:,} datasets in {home.parent}[/]")
        # One that was broken off half way is made anew.
        shutil.rmtree(home.parent, ignore_errors=True)
        home.parent.mkdir(parents=True)
        demo = [sys.executable, "-c", "from hexi.cli import main; main()", "demo"]
        subprocess.run(demo, check=True, stdout=subprocess.DEVNULL)
    import django

    django.setup()
    if not (home.parent / "filled").exists():
        from tests.benchmarks import catalogue

        catalogue.fill(count)
        (home.parent / "filled").touch()


def _p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.search", description=__doc__)
    parser.add_argument("--datasets", type=int, default=DATASETS, help="datasets made up (default: %(default)s)")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of each kind (default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=ROOT / "bench-data", help="where the node lies")
    return parser.parse_args()


if __name__ == "__main__":
    main()
