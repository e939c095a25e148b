from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from stdnum.cn import ric, uscc

from hexi.data.contracts.identifiers import RESIDENT_ID_CHECKS, RESIDENT_ID_WEIGHTS
from hexi.data.engines.sources.synthetic import COLUMNS, division_codes, write_enterprises

ROWS = 40_000


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    path = tmp_path_factory.mktemp("register") / "firms.csv"
    write_enterprises(path, rows=ROWS, seed=2015)
    return pl.read_csv(path, infer_schema=False)


def share(register: pl.DataFrame, condition: pl.Expr) -> float:
    return float(register.select(condition.fill_null(value=False).mean()).item())


def test_the_register_has_the_columns_of_the_main_job(register: pl.DataFrame) -> None:
    assert tuple(register.columns) == COLUMNS
    assert register.height == ROWS


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_enterprises(tmp_path / name, rows=500, seed=seed)

    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c


def test_no_rows_are_a_header(tmp_path: Path) -> None:
    write_enterprises(tmp_path / "none.csv", rows=0, seed=1)

    assert (tmp_path / "none.csv").read_text("utf-8") == ",".join(COLUMNS) + "\n"


def test_pieces_join_without_a_seam(tmp_path: Path) -> None:
    write_enterprises(tmp_path / "t.csv", rows=250_003, seed=1)

    frame = pl.read_csv(tmp_path / "t.csv", infer_schema=False)
    assert frame.height == 250_003
    assert frame.filter(pl.col("纬度") == "纬度").is_empty()


def test_two_in_a_hundred_credit_codes_have_a_wrong_check_character(register: pl.DataFrame) -> None:
    codes = register[COLUMNS[0]].drop_nulls().str.strip_chars().str.to_uppercase()
    whole = [code for code in codes.head(10_000) if len(code) == 18]

    wrong = sum(uscc.calc_check_digit(code[:17]) != code[17] for code in whole) / len(whole)

    assert wrong == pytest.approx(0.02, abs=0.005)


def test_three_in_a_hundred_resident_ids_have_a_wrong_check_character(register: pl.DataFrame) -> None:
    ids = register[COLUMNS[7]].head(10_000).str.to_uppercase()
    plain = [each for each in ids if each.isascii()]

    wrong = sum(
        RESIDENT_ID_CHECKS[sum(int(d) * w for d, w in zip(each[:17], RESIDENT_ID_WEIGHTS, strict=True)) % 11]
        != each[17]
        for each in plain
    )

    assert wrong / len(plain) == pytest.approx(0.03, abs=0.006)


def test_nobody_can_have_one_of_the_resident_ids(register: pl.DataFrame) -> None:
    plain = [each for each in register[COLUMNS[7]].head(2000).str.to_uppercase() if each.isascii()]

    assert plain
    assert not any(ric.is_valid(each) for each in plain)


def test_each_kind_of_dirt_is_there_at_its_share(register: pl.DataFrame) -> None:
    name, division, date, capital, x, y = (pl.col(COLUMNS[place]) for place in (1, 2, 4, 5, 10, 11))
    x, y = x.cast(pl.Float64), y.cast(pl.Float64)
    half_width = division.str.replace_many(list("０１２３４５６７８９"), list("0123456789"))

    assert share(register, ~half_width.is_in(list(division_codes()))) == pytest.approx(0.015, abs=0.003)
    assert share(register, division.str.contains("[０-９]")) == pytest.approx(0.025, abs=0.004)
    assert share(register, date.str.contains("02-30|13-01")) == pytest.approx(0.013, abs=0.003)
    assert share(register, y > x) == pytest.approx(0.012, abs=0.003)
    assert share(register, name.str.contains("[（）　]")) == pytest.approx(0.07, abs=0.01)
    assert share(register, pl.struct(COLUMNS).is_duplicated()) == pytest.approx(0.01, abs=0.002)
    for notation in ("-", "/", "年"):
        assert share(register, date.str.contains(notation, literal=True)) == pytest.approx(1 / 3, abs=0.04)
    for notation in ("万元$", "^[0-9]+$", "人民币", "￥", "[０-９]+万", "亿元", "元整"):
        assert share(register, capital.str.contains(notation)) == pytest.approx(1 / 7, abs=0.02)


def test_three_thousand_divisions_are_known() -> None:
    codes = division_codes()

    assert len(set(codes)) == 3000
    assert list(codes) == sorted(codes)
    assert all(len(code) == 6 and code.isdecimal() for code in codes)
