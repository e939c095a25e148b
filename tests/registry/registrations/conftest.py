from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import people
from hexi.registry.catalog import queries as catalog
from hexi.registry.notices import queries as notices
from hexi.registry.parties import actions as parties
from hexi.registry.registrations import actions, queries
from hexi.registry.registrations.records import RegistrationRecord
from tests.nodes import Node, contract, field, node_in

SHOPS = "test.shops"
NOTICE = timedelta(days=20)
"""Long enough for ten working days and a holiday."""


@dataclass(frozen=True)
class Town:
    """A dataset, its publisher's officer and approvers, those of another body, and a clerk."""

    node: Node
    publisher: str
    officer = Actor(account="li")
    approver = Actor(account="wang")
    second = Actor(account="zhao")
    foreign = Actor(account="sun")
    clerk = Actor(account="qian")

    def told(self, reader: Actor) -> list[str]:
        """What somebody was told, the newest first, in English."""
        return [each.template.format(**each.facts) for each in notices.notices_of(reader)]

    def publish(self, version: str = "1.0.0", rows: str = "code\n1\n") -> None:
        self.node.publish(contract(SHOPS, field("code", "编号"), zh="商店", en="Shops", version=version), rows)

    def apply(self, kind: str = "first", by: Actor | None = None) -> str:
        reason = "" if kind == "first" else "because"
        return actions.apply(SHOPS, kind=kind, reason=reason, by=by or self.officer, now=self.node.clock())

    def notice(self, registration: str) -> None:
        actions.open_notice(registration, by=self.approver, now=self.node.clock())

    def register(self, registration: str) -> str:
        """Go the whole way from what was applied for."""
        self.notice(registration)
        return actions.register(registration, by=self.approver, now=self.node.clock() + NOTICE)

    def seen(self, registration: str, by: Actor | None = None) -> RegistrationRecord:
        return queries.registration(registration, reader=by or self.officer)


@pytest.fixture
def town(db: None, tmp_path: Path) -> Iterator[Town]:
    with node_in(tmp_path) as node:
        node.publish(contract(SHOPS, field("code", "编号"), zh="商店", en="Shops"), "code\n1\n")
        publisher = catalog.dataset(SHOPS).summary.publisher_id
        other = parties.register(Text("省民政厅", "Civil affairs"), code=None, by=NODE, now=node.clock())
        here, there = publisher, other
        for name, *roles in (
            ("li", ("officer", here)),
            ("wang", ("approver", here)),
            ("zhao", ("approver", here)),
            ("sun", ("officer", there), ("approver", there)),
            ("qian",),
        ):
            people.invite(name, roles=roles, by=NODE, now=node.clock())
        yield Town(node, publisher)
