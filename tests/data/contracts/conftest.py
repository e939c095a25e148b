"""A contract that is right, to be made wrong by one fact."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hexi.data.contracts.model import Contract
from hexi.data.contracts.reading import ContractInvalid, Problem, contract_from_text, read_contract

RIGHT = """\
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
        businessName: 信用代码
        logicalType: string
        primaryKey: true
        logicalTypeOptions: {minLength: 18, maxLength: 18}
        customProperties:
          - {property: hexi.clean, value: [credit_code]}
      - name: founded_on
        businessName: 成立日期
        logicalType: date
        logicalTypeOptions: {minimum: 1949-10-01, maximum: 2026-12-31}
        customProperties:
          - {property: hexi.title, value: {zh: 成立日期, en: Founded on}}
          - {property: hexi.clean, value: [date]}
      - name: capital
        businessName: 注册资本
        logicalType: number
        physicalType: decimal(18,2)
        customProperties:
          - {property: hexi.clean, value: [money_cny]}
      - name: paid
        businessName: 实缴资本
        logicalType: number
        physicalType: decimal(18,2)
      - name: longitude
        logicalType: number
      - name: latitude
        logicalType: number
    quality:
      - {type: library, metric: rowCount, mustBeGreaterOrEqualTo: 1}
      - id: paid-at-most-capital
        type: custom
        engine: hexi
        implementation: {check: sql, expression: "paid <= capital"}
        description: 实缴不超过注册资本
slaProperties:
  - {property: freshness, value: 1, unit: y, element: founded_on}
"""


@pytest.fixture
def right() -> str:
    return RIGHT


@pytest.fixture
def problems(tmp_path: Path) -> Callable[[str], tuple[Problem, ...]]:
    """The problems of a contract in a file."""

    def found(text: str) -> tuple[Problem, ...]:
        file = tmp_path / "firms.odcs.yaml"
        file.write_text(text, "utf-8")
        with pytest.raises(ContractInvalid) as refusal:
            read_contract(file)
        assert refusal.value.exit_code == 3
        assert str(file) in refusal.value.message
        return refusal.value.problems

    return found


@pytest.fixture
def contract(right: str) -> Contract:
    return contract_from_text(right)
