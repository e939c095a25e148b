from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from hexi.data.contracts.model import Contract, Field, FieldType, Publisher, Source
from hexi.data.lifecycle import certificates
from hexi.data.lifecycle.certificates import CertifiedFile, Node
from hexi.data.lifecycle.records import RuleCount, SourceFingerprint
from hexi.data.lifecycle.signing import NodeKey, Signer
from hexi.data.lifecycle.trust import TrustFile, trust_in
from hexi.kernel.names import Text

START = datetime(2026, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOLDER = Text(zh="甘肃省数据局", en="Gansu data office")
AIRPORTS = pl.DataFrame(
    {
        "icao": ["ZLLL", "ZLDH", "ZLJQ", "ZLIC", "ZLXN", "ZLZY", "ZLGL", "ZLQY", "ZLTS"],
        "name": ["兰州", "敦煌\n莫高", "嘉峪关", "a,b", 'c"d', "张掖", "甘南", "庆阳", "天水"],
        "longitude": [103.6, 94.8, 98.3, 102.3, 101.9, 100.7, 102.6, 107.6, 105.9],
        "latitude": [36.5, 40.2, 39.9, 38.5, 36.5, 38.8, 34.8, 35.8, 34.6],
    }
)
CONTRACT_TEXT = "apiVersion: v3.1.0\nname: gansu.airports\n"


@dataclass(frozen=True)
class World:
    """A node with one certified version in two parts, and a download made from it."""

    key: NodeKey
    trust: TrustFile
    folder: Path

    @property
    def certificate(self) -> Path:
        return self.folder / "airports.certificate.json"

    @property
    def parts(self) -> list[Path]:
        return [self.folder / "data" / f"part-{n}.parquet" for n in (0, 1)]

    def certify(self, *signers: Signer, finished_at: datetime = NOON, node_key: str | None = None) -> bytes:
        statement = certificates.build_statement(
            contract(),
            version=3,
            quarantine_version=2,
            run_key="k" * 64,
            engine=("polars", "2.1.0"),
            hexi="0.1.0",
            started_at=finished_at,
            finished_at=finished_at,
            seconds={"collect": 0.12345},
            sources=[SourceFingerprint(name="a.csv", sha256="0" * 64, size_bytes=9, format="csv")],
            files=[certified(path, rows) for path, rows in zip(self.parts, (4, 5), strict=True)],
            quarantine_files=[CertifiedFile(name="q.parquet", sha256="1" * 64, size_bytes=3, rows=2)],
            rows=11,
            rules=[
                RuleCount(
                    id="icao.required",
                    check="required",
                    fields=("icao",),
                    severity="error",
                    dimension="completeness",
                    failed=2,
                )
            ],
            rewritten={"icao": 3},
            node=Node(name="gansu", key=node_key or self.key.key_id),
        )
        return certificates.seal(statement, signers or [self.key])

    def derive(self, file: Path, *, rows: int = 9, source: bytes | None = None, version: int = 3) -> bytes:
        source = source or self.certificate.read_bytes()
        statement = certificates.build_derived(
            replace(certificates.read_certificate(source, file="source"), version=version),
            file=certified(file, rows),
            columns=("icao",),
            format=file.suffix[1:],
            made_at=NOON,
            node=Node(name="gansu", key=self.key.key_id),
        )
        return certificates.seal(statement, [self.key])


def contract() -> Contract:
    title = Text(zh="甘肃机场", en="Airports of Gansu")
    fields = tuple(
        Field(
            name=name,
            title=title,
            description=title,
            type=FieldType.STRING if dtype == pl.String else FieldType.NUMBER,
            source=name,
        )
        for name, dtype in AIRPORTS.schema.items()
    )
    return Contract(
        id="gansu-airports",
        name="gansu.airports",
        version="1.0.0",
        title=title,
        summary=title,
        publisher=Publisher(name=HOLDER),
        fields=fields,
        row_rules=(),
        set_rules=(),
        source=Source(),
        sha256=hashlib.sha256(CONTRACT_TEXT.encode()).hexdigest(),
    )


def certified(path: Path, rows: int) -> CertifiedFile:
    content = path.read_bytes()
    return CertifiedFile(name=path.name, sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content), rows=rows)


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> NodeKey:
    return NodeKey.create(tmp_path_factory.mktemp("keys") / "node.pem")


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> NodeKey:
    return NodeKey.create(tmp_path_factory.mktemp("stranger") / "node.pem")


@pytest.fixture
def world(tmp_path: Path, key: NodeKey) -> World:
    world = World(key=key, trust=trust_in(key, node="gansu", holder=HOLDER, now=START), folder=tmp_path)
    world.parts[0].parent.mkdir()
    AIRPORTS[:4].write_parquet(world.parts[0])
    AIRPORTS[4:].write_parquet(world.parts[1])
    world.certificate.write_bytes(world.certify())
    return world
