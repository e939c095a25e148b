"""The overview's numbers are the catalogue's, the runs' and the meter's, and lead to exactly what they count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hexi.exchange.door import queries as door
from hexi.kernel.actors import EVERYONE, NODE
from hexi.kernel.errors import Invalid
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog.records import Freshness
from hexi.registry.runs import actions
from hexi.registry.runs import queries as runs
from hexi.web.clock import clock
from hexi.web.pages.overview import DAYS, FAILURES
from hexi.web.pages.runs import RUNS_A_PAGE
from tests.nodes import Node, contract, field, node_in
from tests.web.conftest import SHOPS

pytestmark = pytest.mark.django_db
JUNE = datetime(2026, 6, 30, 15, 59, 50, tzinfo=UTC)
"""Ten seconds before July on the node's clock, which is eight hours ahead."""
PROMISE = "  - {property: hexi.updates, value: %s}\n  - {property: hexi.theme, value: {zh: %s, en: %s}}\n"
AGE = timedelta(days=40)
THEMES = {"交通": "Traffic", "旅游": "Tourism"}


def page(address: str) -> str:
    answer = Client().get(address)
    assert answer.status_code == 200, address
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def publish(node: Node, name: str, *, cycle: str = "daily", theme: str = "交通", rows: str = "1") -> None:
    promise = PROMISE % (cycle, theme, THEMES.get(theme, theme))
    said = contract(name, field("n", "数", "integer", clean="integer"), properties=promise, en=name)
    node.publish(said, f"n\n{rows}\n")


def fail(node: Node, dataset: str) -> None:
    watch = actions.begin(dataset, by=NODE, clock=node.clock, watcher=None)
    watch.end()
    actions.fail(watch, Invalid("Nothing came in."), by=NODE, now=node.clock())


@pytest.fixture
def old(db: None, tmp_path: Path) -> Iterator[Node]:
    """A node that began forty days ago and has not gone on since."""
    with node_in(tmp_path, clock() - AGE) as node:
        yield node


@pytest.fixture
def summer(db: None, tmp_path: Path) -> Iterator[Node]:
    """A node with a run of June, which failed, and three of July, of which two failed."""
    with node_in(tmp_path, JUNE) as node:
        fail(node, "test.june")
        for _ in range(10):
            node.clock()
        fail(node, "test.july")
        fail(node, "test.july")
        publish(node, "test.july", cycle="yearly")
        yield node


def test_it_counts_what_there_is(client: Client) -> None:
    facts = catalog.facts()
    said = re.sub(r"\s+", " ", client.get("/en/overview/").content.decode())

    for shown in (facts.datasets, facts.rows, facts.publishers):
        assert f">{shown:,}</a>" in said
    assert f'<a href="/en/runs/">{sum(runs.counts().values())}</a>' in said


def test_the_sums_of_publishers_and_months_are_those_of_the_node(node: Node) -> None:
    facts = catalog.facts()
    by_publisher = catalog.sums_by_publisher(limit=1000)
    by_month = catalog.sums_by_month(limit=1000)

    assert facts.rows > 700
    assert sum(each.rows for each in by_publisher.values()) == facts.rows
    assert sum(each.accepted for each in by_publisher.values()) == facts.accepted
    assert sum(each.count for each in by_publisher.values()) == facts.datasets
    # Versions that were replaced count for their month too.
    assert sum(each.rows for each in by_month.values()) >= facts.rows


def test_what_is_used_leads_to_its_dataset(client: Client) -> None:
    client.get(f"/datasets/{SHOPS}/")
    used = door.most_used(limit=5)

    assert used[SHOPS] == door.usage(SHOPS)
    assert f'href="/en/datasets/{SHOPS}/use/"' in client.get("/en/overview/").content.decode()


def test_every_number_of_runs_leads_to_exactly_these(summer: Node) -> None:
    said = page("/en/overview/")
    bars = re.findall(r'<a href="(/en/runs/[^"]*)">[^<]*</a></th> <td>.*?</td><td class="num">([\d,]+)</td>', said)
    strip = re.findall(r'<a href="(/en/runs/[^"]*)">(\d+)</a>', said)

    assert ("/en/runs/?state=failed&state=lost", "3") in strip
    assert ("/en/runs/?month=2026-06", "1") in bars
    assert ("/en/runs/?month=2026-07", "3") in bars
    assert ("/en/runs/?state=failed", "3") in bars
    counted = [each for each in bars if "state=done&month" not in each[0]]
    for link, number in (*strip, *counted):
        listed = page(link)
        assert f"<b>{number} run" in listed, link
        assert len(re.findall(r'<a href="/en/runs/[^/"]+/">', listed)) == int(number), link


def test_runs_are_of_the_states_and_the_month_that_are_asked_for(summer: Node) -> None:
    july = JUNE.date().replace(month=7, day=1)

    assert runs.counts(month=july) == {"done": 1, "failed": 2}
    assert runs.counts_by_month(limit=12) == {july: {"done": 1, "failed": 2}, july.replace(month=6): {"failed": 1}}
    assert list(runs.counts_by_month(limit=1)) == [july]
    assert runs.months() == (july, july.replace(month=6))
    assert [each.state for each in runs.recent(month=july)] == ["done", "failed", "failed"]
    assert [each.dataset for each in runs.recent(states=FAILURES, month=july.replace(month=6))] == ["test.june"]
    assert runs.recent(month=july, limit=1, offset=3) == ()


def test_where_no_run_is_as_asked_the_list_says_so_and_leads_back(summer: Node) -> None:
    said = page("/en/runs/?state=lost")

    assert "No run is like that" in said
    assert '<a href="/en/runs/">Show all runs</a>' in said
    assert "beyond the last one" in page("/en/runs/?page=9")
    assert "没有符合条件的批次" in page("/runs/?month=2020-01")
    assert '<option value="2020-01" selected>' in page("/runs/?month=2020-01")


@pytest.mark.parametrize("asked", ["month=2026-13", "month=0001-01", "month=9999-12", "month=July", "state=lovely"])
def test_what_is_no_state_and_no_month_filters_nothing(summer: Node, asked: str) -> None:
    assert "<b>4 runs</b>" in page(f"/en/runs/?{asked}")


def test_a_node_without_runs_says_so(db: None, tmp_path: Path) -> None:
    with node_in(tmp_path):
        assert runs.months() == ()
        assert runs.counts_by_month(limit=12) == {}
        assert "No run yet" in page("/en/runs/")
        assert "No run yet" in page("/en/overview/")


def test_many_runs_are_read_page_by_page(old: Node) -> None:
    for _ in range(RUNS_A_PAGE + 1):
        fail(old, "test.many")
    first, second = page("/en/runs/?state=failed"), page("/en/runs/?state=failed&page=2")

    assert 'rel="next" href="/en/runs/?state=failed&page=2"' in first
    assert "Page 2 of 2" in second
    assert len(re.findall(r'<a href="/en/runs/[^/"]+/">', second)) == 1


def test_late_promises_are_named_and_kept_ones_a_click_away(old: Node) -> None:
    publish(old, "test.late", cycle="monthly")
    publish(old, "test.slow", cycle="yearly")
    publish(old, "test.silent", cycle="static")
    old.wait(AGE)
    publish(old, "test.kept")
    said = page("/en/overview/")

    counts = catalog.promise_counts(now=clock())
    assert counts == {Freshness.KEPT: 2, Freshness.LATE: 1, Freshness.NONE: 1}
    assert '<a href="/en/datasets/test.late/">test.late</a><div class="meta"><span>Updated: monthly</span>' in said
    bars = re.findall(r'href="(/en/overview/\?promise=\w+)#promises">[^<]*</a></th>.*?class="num">(\d+)<', said)
    assert [number for _, number in bars] == ["2", "1", "1"]
    for link, number in bars:
        named = page(link).partition('id="promises"')[2].partition("Newest runs")[0]
        assert len(re.findall(r'<li><a href="/en/datasets/', named)) == int(number), link


@pytest.mark.parametrize("days", [35, 36])
def test_a_promise_is_late_as_soon_as_the_log_says_so(old: Node, days: int) -> None:
    publish(old, "test.monthly", cycle="monthly")
    at = catalog.dataset("test.monthly").summary.certified_at + timedelta(days=days)
    late = catalog.promised(Freshness.LATE, now=at, limit=9)

    assert [each.name for each in late] == ([] if days == 35 else ["test.monthly"])


def test_shares_are_told_by_theme_and_over_the_months(old: Node) -> None:
    publish(old, "test.old", theme="旅游", rows="1\n2\n3")
    assert "within one month so far" in page("/en/overview/")
    old.wait(AGE)
    publish(old, "test.half", rows="1\nmany")
    publish(old, "test.whole", theme="旅游")
    said = page("/en/overview/")

    shares = {theme.en: (each.accepted, each.rows) for theme, each in catalog.sums_by_theme(limit=9).items()}
    assert shares == {"Traffic": (1, 2), "Tourism": (4, 4)}
    assert re.search(r'theme=[%\w]+&sort=quality">Traffic</a>.*?<td class="num">50\.0%</td>', said)
    assert re.search(r"<title>Accepted rows by month</title><desc>[\d-]{7}: 100%; [\d-]{7}: 66\.6%</desc>", said)


def test_use_is_drawn_for_each_of_the_last_days(old: Node) -> None:
    publish(old, "test.read")
    assert "Nothing was read in the last 30 days." in page("/en/overview/")
    today = clock().astimezone(UTC).date()
    for days in (DAYS, 5, 0, 0):
        door.preview("test.read", reader=EVERYONE, now=clock() - timedelta(days=days))
    said = page("/en/overview/")

    used = door.used_by_day(since=today - timedelta(days=DAYS - 1))
    assert {day: each.views for day, each in used.items()} == {today - timedelta(days=5): 1, today: 2}
    assert "looked at 3 times, downloaded 0 times" in said
    assert f"<desc>{today - timedelta(days=5)}: looked at 1, downloaded 0; {today}: looked at 2, downloaded 0<" in said


def test_the_overview_and_the_runs_ask_as_often_of_twelve_datasets_as_of_three(old: Node) -> None:
    counted = []
    for numbers in (range(3), range(3, 12)):
        for number in numbers:
            publish(old, f"test.n{number}", theme=f"主题{number}")
            fail(old, f"test.n{number}")
            door.preview(f"test.n{number}", reader=EVERYONE, now=clock() - timedelta(days=number))
        for link in ("/en/overview/", "/en/overview/?promise=late", "/en/runs/", "/en/runs/?state=failed"):
            page(link)
            with CaptureQueriesContext(connection) as asked:
                page(link)
            counted.append(len(asked))

    assert counted[:4] == counted[4:]
