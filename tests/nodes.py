"""A node in this process, without its command line: a lake, a key, and tables that forget everything afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from hexi.data.contracts.reading import read_contract
from hexi.data.lake.tables import DatasetTable, Lake
from hexi.data.lifecycle.records import RunResult
from hexi.data.lifecycle.signing import NodeKey
from hexi.data.lifecycle.trust import TrustFile, trust_in, write_trust
from hexi.exchange.grants import tasks as grants
from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import Text
from hexi.packs import tasks as packs
from hexi.registry.catalog import actions as catalog
from hexi.registry.events import tasks as events
from hexi.registry.feedback import tasks as feedback

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAME = "gansu"
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: {id}
name: {name}
version: {version}
status: active
tags: [{tag}]
customProperties:
  - {{property: hexi.title, value: {{zh: {zh}, en: {en}}}}}
  - {{property: hexi.publisher, value: {publisher}}}
  - {{property: hexi.openness, value: {openness}}}
  - {{property: hexi.source, value: {{path: {id}.csv, format: csv}}}}
{properties}schema:
  - name: {id}
    physicalType: table
    properties:
{fields}"""
FIELD = """\
      - name: {name}
        businessName: {title}
        logicalType: {type}
        classification: {classification}
        customProperties:
          - {{property: hexi.clean, value: [{clean}]}}
{more}"""


def field(
    name: str,
    title: str,
    type: str = "string",
    *,
    clean: str = "trim",
    classification: str = "open",
    more: str = "",
) -> str:
    """One field of a contract in YAML."""
    said = f"        {more}\n" if more else ""
    return FIELD.format(name=name, title=title, type=type, clean=clean, classification=classification, more=said)


def contract(
    name: str,
    *fields: str,
    zh: str = "企业",
    en: str = "Firms",
    version: str = "1.0.0",
    openness: str = "open",
    publisher: str = "{zh: 市场监管局, en: Market regulation}",
    tag: str = "test",
    properties: str = "",
) -> str:
    """A contract in YAML that reads `{id}.csv` beside it; its id is the last part of its name."""
    return CONTRACT.format(
        id=name.rpartition(".")[2],
        name=name,
        version=version,
        zh=zh,
        en=en,
        tag=tag,
        openness=openness,
        publisher=publisher,
        properties=properties,
        fields="".join(fields),
    )


class Node:
    """A node whose clock goes on by a second each time somebody looks at it."""

    def __init__(self, folder: Path, since: datetime = NOON) -> None:
        self.folder, self.home = folder, folder / "home"
        self._now = since
        for each in (self.home / "lake", self.home / "keys"):
            each.mkdir(parents=True)
        self.key = NodeKey.create(self.home / "keys" / "node.pem")
        self.trust: TrustFile = trust_in(self.key, node=NAME, holder=Text(NAME, NAME), now=since)
        write_trust(self.home / "trust.json", self.trust)

    def clock(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now

    def wait(self, how_long: timedelta) -> None:
        """Let the node's clock go on without anything being done."""
        self._now += how_long

    @property
    def lake(self) -> Lake:
        return Lake(self.home / "lake")

    def table(self, dataset: str) -> DatasetTable:
        return self.lake.dataset(dataset)

    def write(self, text: str, rows: str) -> Path:
        """Write a contract and its source; return the contract's file."""
        id_ = text.partition("\nid: ")[2].partition("\n")[0]
        file = self.folder / f"{id_}.odcs.yaml"
        file.write_text(text, "utf-8")
        (self.folder / f"{id_}.csv").write_text(rows, "utf-8")
        return file

    def publish(self, text: str, rows: str, *, by: Actor = NODE) -> RunResult:
        """Publish a source under a contract, and let the upper rooms follow."""
        result = catalog.publish(read_contract(self.write(text, rows)), by=by, clock=self.clock)
        self.settle()
        return result

    def settle(self) -> None:
        """Seal what waits and let grants and packs follow it, as every surface does after an action."""
        for _ in range(2):
            events.seal(signer=self.key, origin=f"hexi/{NAME}", now=self.clock())
            grants.follow(self.clock())
            packs.follow(self.clock())
            feedback.follow(self.clock())


@contextmanager
def node_in(folder: Path, since: datetime = NOON) -> Iterator[Node]:
    """Make a node with empty tables; what it and the tests below it write to the database is undone at the end.

    So a test may have a node of its own beside the one that its module shares.
    """
    node = Node(folder, since)
    paths = {
        "HEXI_HOME": node.home,
        "HEXI_LAKE": node.home / "lake",
        "HEXI_KEY": node.home / "keys" / "node.pem",
        "HEXI_SECRETS": node.home / "keys" / "secrets.key",
        "HEXI_TRUST": node.home / "trust.json",
        "HEXI_NODE_NAME": NAME,
    }
    with override_settings(**paths), transaction.atomic():
        assert node.home == settings.HEXI_HOME
        for model in apps.get_models():
            model._base_manager.all()._raw_delete("default")
        yield node
        transaction.set_rollback(True)
