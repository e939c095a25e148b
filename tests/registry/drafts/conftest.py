from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import people
from hexi.registry.documents import actions as documents
from hexi.registry.drafts import actions, tasks
from hexi.registry.parties import actions as parties
from tests.nodes import Node, node_in

ROWS = "编号,名称,电话,人数\n" + "".join(
    f"a{n:03},店{n},1390000{n:04},{n if n % 10 else '很多'}\n" for n in range(1, 61)
)


@dataclass(frozen=True)
class Office:
    """An organisation with an officer and two approvers, and somebody of another organisation."""

    node: Node
    id: str
    other: str
    officer = Actor(account="li")
    second = Actor(account="sun")
    approver = Actor(account="wang")
    both = Actor(account="zhao")
    stranger = Actor(account="qian")

    def upload(self, content: str | bytes = ROWS, name: str = "商店.csv", by: Actor | None = None, of: str = "") -> str:
        raw, by = content.encode() if isinstance(content, str) else content, by or self.officer
        upload = documents.begin(name, size_bytes=len(raw), organisation=of or self.id, by=by, now=self.node.clock())
        documents.append(upload.id, raw, offset=0, sha256=hashlib.sha256(raw).hexdigest(), by=by, now=self.node.clock())
        return documents.complete(upload.id, by=by, now=self.node.clock()).id

    def draft(self, text: str = ROWS, **facts: str) -> str:
        draft = actions.begin(self.upload(text), organisation=self.id, by=self.officer, now=self.node.clock(), **facts)
        while tasks.work(clock=self.node.clock):
            pass
        return draft


@pytest.fixture
def office(db: None, tmp_path: Path) -> Iterator[Office]:
    with node_in(tmp_path) as node:
        one = parties.register(Text("省商务厅", "Commerce"), code=None, by=NODE, now=node.clock())
        other = parties.register(Text("省民政厅", "Civil affairs"), code=None, by=NODE, now=node.clock())
        for name, *roles in (
            ("li", ("officer", one)),
            ("sun", ("officer", one)),
            ("wang", ("approver", one)),
            ("zhao", ("officer", one), ("approver", one)),
            ("qian", ("officer", other), ("approver", other)),
        ):
            people.invite(name, roles=roles, by=NODE, now=node.clock())
        yield Office(node, one, other)
