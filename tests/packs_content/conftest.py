from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from hexi.data.contracts.model import Contract
from hexi.data.contracts.reading import read_contract
from hexi.data.lake.tables import Lake
from hexi.data.lifecycle.records import ReferenceSnapshot, RunResult
from hexi.data.lifecycle.running import run
from hexi.data.lifecycle.signing import NodeKey
from hexi.packs.manifests import read_manifest

PACKS = Path(__file__).parents[2] / "packs"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def contract_files(pack: str) -> list[Path]:
    """The contracts of a pack in an order in which each finds what it refers to."""
    return [each.file for each in read_manifest(PACKS / pack).contracts if each.file is not None]


@dataclass(frozen=True)
class Published:
    """One dataset as its run left it."""

    contract: Contract
    result: RunResult
    accepted: pl.DataFrame
    quarantined: pl.DataFrame

    @property
    def failed(self) -> dict[str, int]:
        """Rules that at least one row broke, with the number of rows."""
        return {rule.id: rule.failed for rule in self.result.rules if rule.failed}


class Node:
    """A lake and a key: publishes contracts, and resolves references to what it published before."""

    def __init__(self, folder: Path) -> None:
        self.lake = Lake(folder / "lake")
        self.key = NodeKey.create(folder / "node.pem")
        self.certificates: dict[str, str] = {}

    def snapshot(self, dataset: str) -> ReferenceSnapshot:
        table = self.lake.dataset(dataset)
        version = table.version()
        assert version is not None, f"{dataset} is referred to before it is published"
        return ReferenceSnapshot(
            dataset=dataset, version=version, certificate=self.certificates[dataset], files=table.files(version)
        )

    def publish(self, file: Path, source: Path | None = None) -> Published:
        contract = read_contract(file)
        result = run(
            contract,
            source=source,
            lake=self.lake,
            signer=self.key,
            node="test",
            references=self,
            clock=lambda: NOON,
        )
        self.certificates[contract.name] = result.certificate_sha256
        table = self.lake.dataset(contract.name)
        return Published(
            contract=contract,
            result=result,
            accepted=pl.read_parquet(table.files()),
            quarantined=pl.read_parquet(table.quarantine_files()),
        )


def publish(pack: str, folder: Path) -> Mapping[str, Published]:
    """Publish every contract of a pack on a fresh node, in the loader's order."""
    node = Node(folder)
    published = [node.publish(file) for file in contract_files(pack)]
    return {each.contract.name: each for each in published}


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


@pytest.fixture(scope="session")
def gansu(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Published]:
    return publish("gansu", tmp_path_factory.mktemp("gansu"))


@pytest.fixture(scope="session")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Published]:
    return publish("plan-2015", tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="session")
def enterprises(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Published]:
    return publish("enterprises-sample", tmp_path_factory.mktemp("enterprises"))
