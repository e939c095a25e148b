from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import people
from hexi.registry.catalog import queries as catalog
from hexi.registry.notices import queries as notices
from hexi.registry.parties import actions as parties
from tests.nodes import Node, contract, field, node_in

SHOPS = "test.shops"
DAILY = "  - {property: hexi.updates, value: daily}\n"


@dataclass(frozen=True)
class Town:
    """A dataset, its publisher's officer, an officer of another body, and a clerk who asks."""

    node: Node
    publisher: str
    other: str
    clerk = Actor(account="qian")
    second = Actor(account="hong")
    officer = Actor(account="li")
    foreign = Actor(account="sun")

    def told(self, reader: Actor) -> list[str]:
        """What somebody was told, the newest first, in English."""
        return [each.template.format(**each.facts) for each in notices.notices_of(reader)]

    def publish(self, version: str, rows: str = "code\n1\n", *, title: str = "编号", **facts: str) -> None:
        text = contract(SHOPS, field("code", title), zh="商店", en="Shops", version=version, openness="closed", **facts)
        self.node.publish(text, rows)


@pytest.fixture
def town(db: None, tmp_path: Path) -> Iterator[Town]:
    with node_in(tmp_path) as node:
        first = contract(SHOPS, field("code", "编号"), zh="商店", en="Shops", openness="closed")
        node.publish(first, "code\n1\n")
        publisher = catalog.dataset(SHOPS).summary.publisher_id
        other = parties.register(Text("省民政厅", "Civil affairs"), code=None, by=NODE, now=node.clock())
        for name, *roles in (("qian",), ("hong",), ("li", ("officer", publisher)), ("sun", ("officer", other))):
            people.invite(name, roles=roles, by=NODE, now=node.clock())
        yield Town(node, publisher, other)
