"""Repeated keys: found on the way, exact whatever the hashes do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from hexi.data.contracts.reading import contract_from_text
from hexi.data.engines.polars_split import Split, split
from hexi.data.engines.polars_unique import hash_of
from hexi.data.engines.sources.opening import open_source

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: keys
name: test.keys
version: 1.0.0
status: active
customProperties:
  - {property: hexi.title, value: {zh: 键, en: Keys}}
  - {property: hexi.publisher, value: {zh: 数据局, en: Data office}}
  - {property: hexi.source, value: {path: keys.csv, format: csv}}
schema:
  - name: keys
    physicalType: table
    properties:
      - {name: year, businessName: 年, logicalType: integer, primaryKey: true, primaryKeyPosition: 1}
      - name: code
        businessName: 编号
        logicalType: string
        primaryKey: true
        primaryKeyPosition: 2
        customProperties: [{property: hexi.clean, value: [upper]}]
"""
Hashing = Callable[[list[pl.Expr]], pl.Expr]
HASHES: dict[str, Hashing] = {
    "good": hash_of,
    "of-seven-values": lambda keys: hash_of(keys) % 7,
    "all-alike": lambda keys: hash_of(keys) * 0,
}


@pytest.fixture
def publish(tmp_path: Path) -> Callable[..., tuple[Split, pl.DataFrame]]:
    def run(rows: list[tuple[str, str]], *, hashing: Hashing = hash_of) -> tuple[Split, pl.DataFrame]:
        source = tmp_path / "keys.csv"
        source.write_text("year,code\n" + "".join(f"{year},{code}\n" for year, code in rows), encoding="utf-8")
        workspace = tmp_path / "work"
        workspace.mkdir()
        contract = contract_from_text(CONTRACT)
        found = split(
            open_source(contract, source, workspace=workspace),
            contract,
            references={},
            accepted=tmp_path / "accepted.parquet",
            quarantined=tmp_path / "quarantined.parquet",
            workspace=workspace,
            seen=lambda rows: None,
            hashing=hashing,
            cells=40,  # keys repeat within a batch and across several
        )
        return found, pl.read_parquet(tmp_path / "quarantined.parquet")

    return run


@pytest.mark.parametrize("hashing", HASHES.values(), ids=HASHES.keys())
def test_the_first_of_a_key_stays_and_the_others_fail(publish: Callable, hashing: Hashing) -> None:
    rows = [(str(2000 + i % 13), f"k{i % 7}{'x' if i % 2 else 'X'}") for i in range(400)]
    seen: set[tuple[str, str]] = set()
    expected = []
    for line, (year, code) in enumerate(rows, 2):
        if (year, code.upper()) in seen:
            expected.append(line)
        seen.add((year, code.upper()))

    found, quarantined = publish(rows, hashing=hashing)

    assert quarantined["_line"].to_list() == expected
    assert (found.rows, found.accepted) == (400, len(seen))
    assert sum(found.failed.values()) == len(expected)


@pytest.mark.parametrize("hashing", HASHES.values(), ids=HASHES.keys())
def test_a_key_with_a_missing_part_repeats_nothing(publish: Callable, hashing: Hashing) -> None:
    found, quarantined = publish([("2000", "a"), ("2000", ""), ("2000", ""), ("", "a"), ("2000", "A")], hashing=hashing)

    repeats = next(number for rule, number in found.failed.items() if "unique" in rule)
    assert repeats == 1
    assert 6 in quarantined["_line"].to_list()


def test_a_contract_without_rules_accepts_all(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "keys.csv").write_text("year,code\n2000,a\n", encoding="utf-8")
    whole = contract_from_text(CONTRACT)
    contract = replace(whole, row_rules=(), set_rules=())

    found = split(
        open_source(contract, tmp_path / "keys.csv", workspace=tmp_path / "work"),
        contract,
        references={},
        accepted=tmp_path / "accepted.parquet",
        quarantined=tmp_path / "quarantined.parquet",
        workspace=tmp_path / "work",
        seen=lambda rows: None,
    )

    assert (found.accepted, found.quarantined, found.failed) == (1, 0, {})
