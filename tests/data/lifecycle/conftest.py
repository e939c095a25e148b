"""A lake, a node's key, and a contract over a small table of firms."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from hexi.data.collecting.connections import Connections
from hexi.data.contracts.reading import contract_from_text
from hexi.data.lake.tables import DatasetTable, Lake
from hexi.data.lifecycle.records import Progress, ReferenceSnapshot, RunResult
from hexi.data.lifecycle.running import run
from hexi.data.lifecycle.signing import NodeKey
from hexi.data.lifecycle.trust import TrustFile, trust_in
from hexi.data.lifecycle.verifying import verify
from hexi.kernel.errors import Missing
from hexi.kernel.names import Text

from .leftovers import strays

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAME = "test.firms"
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
      - name: staff
        businessName: 人数
        logicalType: integer
        required: true
        logicalTypeOptions: {minimum: 1}
        customProperties:
          - {property: hexi.clean, value: [integer]}
      - name: founded_on
        businessName: 成立日期
        logicalType: date
        customProperties:
          - {property: hexi.clean, value: [date]}
    quality:
      - {type: library, metric: rowCount, mustBeGreaterOrEqualTo: 1}
"""
FIRMS = """\
code,staff,founded_on
a1,12,2026-11-20
A2,many,2015年8月19日
A3,7,2020-01-01
a3 ,8,2020-01-02
A4,0,
A5,3,2019-13-45
"""
"""Two good rows (the first of a repeated code stays), and four that are wrong, each in its own way."""


class Tables:
    """Resolves references to datasets of one lake."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake

    def snapshot(self, dataset: str) -> ReferenceSnapshot:
        table = self.lake.dataset(dataset)
        newest = next(iter(table.versions()), None)
        if newest is None:
            raise Missing("{dataset} has no version.", dataset=dataset)
        return ReferenceSnapshot(
            dataset=dataset,
            version=newest.version,
            certificate=newest.metadata["hexi.certificate"],
            files=table.files(newest.version),
        )


@dataclass
class Workshop:
    """A lake and everything that a run needs; `publish` is the run."""

    lake: Lake
    key: NodeKey
    folder: Path
    now: datetime = NOON
    trust: TrustFile = field(init=False)

    def __post_init__(self) -> None:
        self.trust = trust_in(self.key, node="test", holder=Text("测试", "Test"), now=NOON)

    def publish(
        self,
        source: str | Path | None,
        *,
        contract: str = CONTRACT,
        connections: Connections | None = None,
        progress: Progress | None = None,
        revoked: Collection[str] = (),
    ) -> RunResult:
        """Publish a text, a file, or what the contract itself names."""
        if isinstance(source, str):
            path = self.folder / "firms.csv"
            if not path.exists() or path.read_text("utf-8") != source:
                path.write_text(source, "utf-8")
        else:
            path = source
        return run(
            contract_from_text(contract, file=self.folder / "firms.odcs.yaml"),
            source=path,
            lake=self.lake,
            signer=self.key,
            node="test",
            references=Tables(self.lake),
            connections=connections,
            clock=lambda: self.now,
            progress=progress,
            revoked=revoked,
        )

    @property
    def table(self) -> DatasetTable:
        return self.lake.dataset(NAME)

    def accepted(self, version: int | None = None) -> pl.DataFrame:
        """The accepted rows of a version."""
        return pl.read_parquet(list(self.table.files(version)))

    def quarantined(self, version: int | None = None) -> pl.DataFrame:
        """The quarantined rows of a quarantine version, in the order of the source."""
        return pl.read_parquet(list(self.table.quarantine_files(version))).sort("_line")

    def state(self) -> dict[str, bytes]:
        """Every file that readers can come to see, with its content."""
        versions = self.table.versions()
        seen = [path for each in versions for path in self.table.files(each.version)]
        seen += [self.table.certificate_path(each.metadata["hexi.certificate"]) for each in versions]
        return {str(path): path.read_bytes() for path in seen}

    def is_proven(self) -> bool:
        """Whether the newest version is what its certificate says, by the keys of this node."""
        newest = self.table.versions()[0]
        certificate = self.table.certificate_path(newest.metadata["hexi.certificate"])
        return verify(certificate, list(self.table.files()), trust=self.trust, now=NOON).ok

    def strays(self) -> list[str]:
        """What lies in the dataset's folder and belongs to nothing."""
        return strays(self.table)


def firms(rows: int, *, seed: int) -> str:
    """A register of so many good rows that does not compress well."""
    chance = random.Random(seed)
    lines = (f"{chance.randbytes(24).hex().upper()},{chance.randint(1, 10**9)},2026-11-20" for _ in range(rows))
    return "\n".join(["code,staff,founded_on", *lines, ""])


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> NodeKey:
    return NodeKey.create(tmp_path_factory.mktemp("keys") / "node.pem")


@pytest.fixture
def workshop(tmp_path: Path, key: NodeKey) -> Workshop:
    return Workshop(lake=Lake(tmp_path / "lake"), key=key, folder=tmp_path)
