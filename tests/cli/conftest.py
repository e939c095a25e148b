"""A node in a folder of its own, and its command line."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hexi.data.lake.tables import DatasetTable, Lake

from .warm import Ended, Warm

NAME = "test.firms"
SOAK = os.environ.get("HEXI_SOAK") == "1"
"""Whether there is time for everything."""
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: firms
name: test.firms
version: 1.0.0
status: active
customProperties:
  - {property: hexi.title, value: {zh: 企业, en: Firms}}
  - {property: hexi.publisher, value: {zh: 市场监管局, en: Market regulation}}
  - {property: hexi.source, value: {path: firms.csv, format: csv}}
schema:
  - name: firms
    physicalType: table
    properties:
      - name: code
        businessName: 编号
        logicalType: string
        primaryKey: true
        customProperties:
          - {property: hexi.clean, value: [trim, upper]}
      - name: title
        businessName: 名称
        logicalType: string
        required: true
        customProperties:
          - {property: hexi.clean, value: [trim]}
      - name: staff
        businessName: 人数
        logicalType: integer
        logicalTypeOptions: {minimum: 1}
        customProperties:
          - {property: hexi.clean, value: [integer]}
    quality:
      - {type: library, metric: rowCount, mustBeGreaterOrEqualTo: 1}
"""
FIRMS = "code,title,staff\na1,兰州拉面,12\na2,敦煌杏皮水,many\na3,天水麻辣烫,7\n"
"""Three rows, of which the second is quarantined."""


class Node:
    """A node, its command line and a contract with its source."""

    def __init__(self, folder: Path, hexi: Warm) -> None:
        self.folder, self._hexi = folder, hexi
        self.home = folder / "home"
        self.contract = folder / "firms.odcs.yaml"
        self.source = folder / "firms.csv"
        self.contract.write_text(CONTRACT, "utf-8")
        self.source.write_text(FIRMS, "utf-8")

    def hexi(self, *args: str | Path, **how: Any) -> Ended:
        """Run a command of this node."""
        return self._hexi(*args, home=self.home, cwd=self.folder, **how)

    @property
    def table(self) -> DatasetTable:
        return Lake(self.home / "lake").dataset(NAME)

    def state(self) -> dict[str, bytes]:
        """Every file that readers of the table can come to see, with its content."""
        versions = self.table.versions()
        seen = [path for each in versions for path in self.table.files(each.version)]
        seen += [self.table.certificate_path(each.metadata["hexi.certificate"]) for each in versions]
        return {path.name: path.read_bytes() for path in seen}


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    with Warm() as hexi:
        yield hexi


@pytest.fixture(scope="session")
def template(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home to be copied: making a node takes longer than most tests."""
    home = tmp_path_factory.mktemp("template") / "home"
    assert warm("init", "--name", "test", home=home).code == 0
    return home


@pytest.fixture
def node(tmp_path: Path, warm: Warm, template: Path) -> Node:
    """A node with nothing in it."""
    shutil.copytree(template, tmp_path / "home")
    return Node(tmp_path, warm)


@pytest.fixture(scope="session")
def published_template(warm: Warm, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Node:
    """A node to be copied that has published the first version of the firms."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copytree(template, folder / "home")
    node = Node(folder, warm)
    ended = node.hexi("publish", node.contract)
    assert ended.code == 0, ended.err
    return node


@pytest.fixture
def published(tmp_path: Path, warm: Warm, published_template: Node) -> Node:
    """A node that has published the first version of the firms."""
    shutil.copytree(published_template.home, tmp_path / "home")
    return Node(tmp_path, warm)
