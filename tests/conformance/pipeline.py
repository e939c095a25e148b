"""Texts through the real pipeline: a table of one column is published, and what became of each row read back."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hexi.data.contracts.cleaners import CLEANERS
from hexi.data.contracts.model import (
    CleanerUse,
    Contract,
    Field,
    FieldType,
    Publisher,
    RowRule,
    SetRule,
    Source,
)
from hexi.data.lake.tables import Lake
from hexi.data.lifecycle.records import ReferenceSnapshot, RunResult, Step
from hexi.data.lifecycle.running import run
from hexi.data.lifecycle.signing import NodeKey
from hexi.kernel.errors import Missing
from hexi.kernel.names import Text

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROW, RAW = "row", "raw"
NOTHING = Text("", "")
FILLERS = 40
"""Columns that nobody reads: batches hold so many cells, so that wide rows cross their borders sooner."""


@dataclass(frozen=True)
class Use:
    """One cleaner with its arguments, as a field of its own."""

    word: str
    arguments: str = "{}"
    """As JSON, so that uses can be told apart."""

    @classmethod
    def of(cls, word: str, arguments: Mapping[str, object]) -> Use:
        return cls(word, json.dumps(arguments, ensure_ascii=False))

    @property
    def kind(self) -> FieldType:
        return CLEANERS[self.word].gives or FieldType.STRING

    def field(self, name: str) -> Field:
        return a_field(name, self.kind, cleaners=(CleanerUse(name=self.word, arguments=json.loads(self.arguments)),))


@dataclass(frozen=True)
class Published:
    """What came of a run: a row is found by its place in the list of texts."""

    accepted: Mapping[int, Mapping[str, object]]
    reasons: Mapping[int, list[str]]
    """Quarantined row → the ids of the rules it breaks."""
    raw: Mapping[int, str | None]
    """Quarantined row → its raw text."""
    result: RunResult
    batches: int


def a_field(name: str, kind: FieldType, *, source: str = RAW, cleaners: tuple[CleanerUse, ...] = ()) -> Field:
    is_decimal = kind is FieldType.DECIMAL
    return Field(
        name=name,
        title=Text(name, name),
        description=NOTHING,
        type=kind,
        source=source,
        precision=18 if is_decimal else None,
        scale=2 if is_decimal else None,
        cleaners=cleaners,
    )


def a_rule(check: str, field: str = RAW, /, **arguments: object) -> RowRule:
    return RowRule(id=f"{field}.{check}", check=check, fields=(field,), arguments=arguments, sentence=NOTHING)


def a_contract(
    *fields: Field, rules: Sequence[RowRule] = (), set_rules: Sequence[SetRule] = (), name: str = "test.words"
) -> Contract:
    contract = Contract(
        id="words",
        name=name,
        version="1.0.0",
        title=NOTHING,
        summary=NOTHING,
        publisher=Publisher(name=Text("测试", "Test")),
        fields=(a_field(ROW, FieldType.INTEGER, source=ROW), *fields),
        row_rules=tuple(rules),
        set_rules=tuple(set_rules),
        source=Source(),
    )
    # Two contracts that differ are two runs.
    return replace(contract, sha256=hashlib.sha256(repr(contract).encode()).hexdigest())


class _Counts:
    """Counts the batches that go by."""

    def __init__(self) -> None:
        self.batches = 0

    def step(self, step: Step) -> None: ...

    def rows(self, done: int, total: int | None) -> None:
        self.batches += 1


class _Tables:
    """Resolves references to datasets of one lake."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake

    def snapshot(self, dataset: str) -> ReferenceSnapshot:
        table = self.lake.dataset(dataset)
        for newest in table.versions():
            certificate = newest.metadata["hexi.certificate"]
            files = table.files(newest.version)
            return ReferenceSnapshot(dataset=dataset, version=newest.version, certificate=certificate, files=files)
        raise Missing("{dataset} has no version.", dataset=dataset)


class Pipeline:
    """A lake in a folder of its own, and a key that nobody trusts."""

    key = NodeKey(Ed25519PrivateKey.generate())

    def __init__(self, folder: Path) -> None:
        self.folder, self.lake = folder, Lake(folder / "lake")

    def publish(self, texts: Sequence[str | None], contract: Contract, *, is_wide: bool = False) -> Published:
        """Publish the texts as the column `raw`; `is_wide` makes batches small."""
        frame = pl.DataFrame({ROW: [str(row) for row in range(len(texts))], RAW: pl.Series(texts, dtype=pl.String)})
        if is_wide:
            frame = frame.with_columns(pl.lit("·").alias(f"filler{number}") for number in range(FILLERS))
        source = self.folder / "texts.parquet"
        frame.write_parquet(source)
        return self.publish_file(source, contract)

    def publish_file(self, source: Path, contract: Contract) -> Published:
        """Publish a file with the columns `row` and `raw`."""
        counts = _Counts()
        result = run(
            contract,
            source=source,
            lake=self.lake,
            signer=self.key,
            node="test",
            references=_Tables(self.lake),
            clock=lambda: NOON,
            progress=counts,
        )
        table = self.lake.dataset(contract.name)
        accepted = pl.read_parquet(list(table.files()))
        quarantined = pl.read_parquet(list(table.quarantine_files())).select(ROW, RAW, "_reasons")
        return Published(
            accepted={values[ROW]: values for values in accepted.iter_rows(named=True)},
            reasons={int(row): reasons for row, _, reasons in quarantined.iter_rows()},
            raw={int(row): raw for row, raw, _ in quarantined.iter_rows()},
            result=result,
            batches=counts.batches,
        )


def cleaned(texts: Sequence[str | None], uses: Sequence[Use], *, is_wide: bool = False) -> list[dict[Use, object]]:
    """What each cleaner makes of each text, in the order of the texts."""
    contract = a_contract(*(use.field(f"f{number}") for number, use in enumerate(uses)))
    with tempfile.TemporaryDirectory() as folder:
        accepted = Pipeline(Path(folder)).publish(texts, contract, is_wide=is_wide).accepted
    return [{use: accepted[row][f"f{number}"] for number, use in enumerate(uses)} for row in range(len(texts))]


def failing(texts: Sequence[str | None], contract: Contract, *, is_wide: bool = False) -> list[list[str]]:
    """The rules that each text breaks, in the order of the texts."""
    with tempfile.TemporaryDirectory() as folder:
        reasons = Pipeline(Path(folder)).publish(texts, contract, is_wide=is_wide).reasons
    return [reasons.get(row, []) for row in range(len(texts))]
