from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.nodes import Node, contract, field, node_in

KEY = field("code", "编号", more="primaryKey: true")
MANIFEST = """\
id: parks
title: {zh: 公园, en: Parks}
summary: {zh: 公园和湖泊, en: Parks and their lakes}
version: 1.0.0
requires: {hexi: ">=0.1,<2"}
provides:
  contracts:
    - contracts/lakes.odcs.yaml
    - contracts/parks.odcs.yaml
"""
"""Lakes refer to parks but stand before them."""
PARKS = contract("parks.parks", KEY, zh="公园", en="Parks")
LAKES = contract(
    "parks.lakes",
    KEY,
    field(
        "park",
        "公园",
        more="quality:\n          - type: custom\n            engine: hexi\n"
        "            implementation: {check: reference, dataset: parks.parks, field: code}",
    ),
    zh="湖泊",
    en="Lakes",
)


class Pack:
    """A pack in a folder that tests may edit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "contracts").mkdir(parents=True)
        self.manifest(MANIFEST)
        self.contract("parks", PARKS, "code\np1\np2\n")
        self.contract("lakes", LAKES, "code,park\nl1,p1\nl2,p9\n")

    def manifest(self, text: str) -> Path:
        file = self.folder / "pack.yaml"
        file.write_text(text, "utf-8")
        return file

    def contract(self, id_: str, text: str, rows: str) -> None:
        (self.folder / "contracts" / f"{id_}.odcs.yaml").write_text(text, "utf-8")
        (self.folder / "contracts" / f"{id_}.csv").write_text(rows, "utf-8")


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return Pack(tmp_path / "packs" / "parks")


@pytest.fixture
def node(db: None, tmp_path: Path) -> Iterator[Node]:
    """A node with nothing in it."""
    with node_in(tmp_path / "node") as node:
        yield node
