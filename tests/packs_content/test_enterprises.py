"""The synthetic register: its dirt is found in the shares in which it was put there."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest
from stdnum.cn import ric, uscc

from hexi.data.contracts.model import Classification
from hexi.data.engines.sources.synthetic import division_codes
from tests.packs_content.conftest import PACKS, Published

Datasets = Mapping[str, Published]
ROWS = 100_000


def test_the_list_of_divisions_is_the_generators_own() -> None:
    listed = (PACKS / "enterprises-sample" / "data" / "divisions.csv").read_text("utf-8").split()

    assert listed == ["code", *division_codes()]


def test_most_rows_are_accepted_and_every_row_is_accounted_for(enterprises: Datasets) -> None:
    found = enterprises["enterprises.sample"].result

    assert found.rows == ROWS
    assert found.accepted + found.quarantined == ROWS
    assert 0.80 < found.accepted / ROWS < 0.90


@pytest.mark.parametrize(
    ("rule", "share"),
    [
        pytest.param("credit-code-checksum", 0.023, id="wrong or cut credit code"),
        pytest.param("division-known", 0.015, id="unknown division"),
        pytest.param("phone-valid", 0.02, id="short phone"),
        pytest.param("representative-id-checksum", 0.03, id="wrong resident id"),
    ],
)
def test_each_kind_of_dirt_is_found_in_its_share(enterprises: Datasets, rule: str, share: float) -> None:
    found = enterprises["enterprises.sample"]

    # Four standard deviations of a share of 100,000 draws.
    assert found.failed[rule] / ROWS == pytest.approx(share, abs=4 * (share / ROWS) ** 0.5)


def test_a_repeated_row_is_quarantined_once(enterprises: Datasets) -> None:
    found = enterprises["enterprises.sample"]
    [unique] = [rule for rule in found.contract.row_rules if rule.check == "unique"]

    assert found.failed[unique.id] / ROWS == pytest.approx(0.005, abs=0.001)
    assert found.accepted["credit_code"].n_unique() == found.accepted.height


def test_what_is_accepted_satisfies_an_independent_judge(enterprises: Datasets) -> None:
    accepted = enterprises["enterprises.sample"].accepted.sample(2_000, seed=1)

    assert all(uscc.is_valid(code) for code in accepted["credit_code"])
    # The made-up divisions are unknown to stdnum's list of birth places, so only the check digit is compared.
    assert all(ric.calc_check_digit(number) == number[-1] for number in accepted["representative_id"])


def test_dates_and_money_of_all_notations_are_read(enterprises: Datasets) -> None:
    found = enterprises["enterprises.sample"]
    accepted = found.accepted

    assert accepted["founded_on"].dtype == pl.Date
    assert accepted["registered_capital"].dtype == pl.Decimal(18, 2)
    assert set(accepted["status"]) == {"存续", "注销", "吊销", "迁出"}
    unread = found.quarantined.filter(pl.col("_reasons").list.contains("registered_capital.type"))
    assert set(unread["注册资本"]) == {"面议"}


def test_personal_fields_are_classed_although_they_are_invented(enterprises: Datasets) -> None:
    contract = enterprises["enterprises.sample"].contract

    assert contract.field("phone").classification is Classification.PERSONAL
    assert contract.field("representative_id").classification is Classification.SENSITIVE
    assert contract.field("name").classification is Classification.OPEN
