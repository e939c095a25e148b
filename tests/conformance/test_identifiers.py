"""Identifiers are judged as the independent implementation of the two standards judges them."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from hexi.data.contracts.identifiers import CREDIT_CODE_ALPHABET, credit_code_check, resident_id_check
from hexi.data.contracts.model import FieldType
from hexi.data.engines.sources.synthetic import COLUMNS, division_codes, write_enterprises

from .pipeline import RAW, Pipeline, a_contract, a_field, a_rule, failing

ROUNDS = settings(max_examples=15, deadline=None, derandomize=True, database=None)
ALPHABET = st.sampled_from(CREDIT_CODE_ALPHABET)


@st.composite
def credit_codes(draw: st.DrawFn) -> str:
    """Right ones, and ones with a character exchanged, lost or added."""
    head = draw(st.integers(10**7, 10**8 - 1).map(str))
    body = head + "".join(draw(st.lists(ALPHABET, min_size=9, max_size=9)))
    return draw(damaged(body + uscc.calc_check_digit(body), CREDIT_CODE_ALPHABET + "IOSVZ"))


@st.composite
def resident_ids(draw: st.DrawFn) -> str:
    """Right ones, days that do not exist, and ones with a character exchanged, lost or added."""
    day = draw(st.dates(date(1900, 1, 1), date(2030, 12, 31))).strftime("%Y%m%d")
    day = draw(st.sampled_from([day, day, day, day[:4] + "0230", day[:4] + "0229", day[:4] + "1301", day[:6] + "00"]))
    body = f"110101{day}{draw(st.integers(0, 999)):03}"
    return draw(damaged(body + ric.calc_check_digit(body + "0"), "0123456789X"))


def damaged(number: str, alphabet: str) -> st.SearchStrategy[str]:
    @st.composite
    def damage(draw: st.DrawFn) -> str:
        place, character = draw(st.integers(0, len(number) - 1)), draw(st.sampled_from(alphabet))
        kept, rest = number[:place], number[place + 1 :]
        return draw(st.sampled_from([number, number, kept + character + rest, kept + rest, number + character]))

    return damage()


def passes(check: str, numbers: list[str]) -> list[bool]:
    contract = a_contract(a_field(RAW, FieldType.STRING), rules=[a_rule(check)])
    return [not reasons for reasons in failing(numbers, contract)]


@seed(2026)
@ROUNDS
@given(st.lists(credit_codes(), min_size=1, max_size=60))
def test_a_credit_code_passes_where_stdnum_says_so(numbers) -> None:
    digits_first = [number for number in numbers if number[:2].isdecimal()]

    assert passes("credit_code", digits_first) == [uscc.is_valid(number) for number in digits_first]


@seed(2026)
@ROUNDS
@given(st.lists(resident_ids(), min_size=1, max_size=60))
def test_a_resident_id_passes_where_stdnum_says_so(numbers) -> None:
    def is_valid(number: str) -> bool:
        try:
            ric.get_birth_date(number)
        except (ValueError, ric.ValidationError):
            return False
        sound = len(number) == 18 and number[:17].isdecimal()
        return sound and number[-1] == ric.calc_check_digit(number)

    assert passes("resident_id", numbers) == [is_valid(number) for number in numbers]


def test_each_check_character_is_the_one_that_stdnum_works_out() -> None:
    for number in range(400):
        body = f"91620100{number * 7919:09}"
        assert credit_code_check(body) == uscc.calc_check_digit(body)
        born = date(1950, 1, 1) + timedelta(days=61 * number)
        body = f"110101{born:%Y%m%d}{number:03}"
        assert resident_id_check(body) == ric.calc_check_digit(body + "0")


def test_no_other_last_character_than_the_right_one_passes() -> None:
    body = "91110000600037341"
    numbers = [body + last for last in CREDIT_CODE_ALPHABET]
    assert [number[-1] for number, fine in zip(numbers, passes("credit_code", numbers), strict=True) if fine] == ["L"]

    body = "11010519491231002"
    numbers = [body + last for last in "0123456789X"]
    assert [number[-1] for number, fine in zip(numbers, passes("resident_id", numbers), strict=True) if fine] == ["X"]


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    path = tmp_path_factory.mktemp("generated") / "firms.csv"
    write_enterprises(path, rows=20_000, seed=7)
    return read(path)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_generator_invents_valid_credit_codes_but_for_two_in_a_hundred(invented) -> None:
    whole = [code for row in invented if len(code := uscc.compact(row[COLUMNS[0]])) == 18]
    wrong = sum(not uscc.is_valid(code) for code in whole)

    assert 0.016 < wrong / len(whole) < 0.024
    assert len(set(whole)) > 0.99 * len(whole)


def test_the_generator_invents_resident_ids_that_nobody_can_have(invented) -> None:
    half = str.maketrans("０１２３４５６７８９", "0123456789")
    ids = [row[COLUMNS[7]].translate(half).upper() for row in invented]
    wrong = sum(number[-1] != ric.calc_check_digit(number) for number in ids)

    assert 0.025 < wrong / len(ids) < 0.035
    assert all(number.startswith("99") and ric.get_birth_date(number) for number in ids)
    assert not any(ric.is_valid(number) for number in ids), "a real province"


def test_the_generators_divisions_are_three_thousand_and_the_dirt_is_outside_them(invented, tmp_path) -> None:
    known = division_codes()
    half = str.maketrans("０１２３４５６７８９", "0123456789")
    outside = [row[COLUMNS[2]] for row in invented if row[COLUMNS[2]].translate(half) not in known]

    assert len(set(known)) == 3000
    assert 0.011 < len(outside) / len(invented) < 0.019


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(tmp_path) -> None:
    paths = [tmp_path / name for name in ("one.csv", "two.csv", "three.csv")]
    for path, number in zip(paths, (1, 1, 2), strict=True):
        write_enterprises(path, rows=1000, seed=number)
    one, two, three = (path.read_bytes() for path in paths)

    assert one == two != three


def test_a_checksum_is_judged_alike_in_every_place_of_a_batch(tmp_path) -> None:
    """Checksums are worked out for whole batches at once, where a wrong length could shift its neighbours."""
    mixed = [
        "91110000600037341L",
        "91110000600037341A",
        "9111",
        None,
        "统一社会信用代码统一社会信用代码统一",
        "",
        "Ⅷ" * 6,
    ]
    contract = a_contract(a_field(RAW, FieldType.STRING), rules=[a_rule("credit_code")])
    rows = [mixed[(row * 31 + row // 7) % len(mixed)] for row in range(50_000)]

    published = Pipeline(tmp_path).publish(rows, contract, is_wide=True)

    assert published.batches > 1
    assert set(published.reasons) == {row for row, text in enumerate(rows) if text and text != mixed[0]}
