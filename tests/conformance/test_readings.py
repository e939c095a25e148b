"""Cleaners read dirty text as a plain reader in Python does, never fail, and never look at the neighbours."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from hexi.data.contracts.checks import CHECKS
from hexi.data.contracts.cleaners import CLEANERS
from hexi.data.contracts.model import FieldType

from .naive import BLANK, READERS, UNITS
from .pipeline import Use, a_contract, a_field, a_rule, cleaned, failing

USES = list(
    dict.fromkeys(Use.of(word.name, example.arguments) for word in CLEANERS.values() for example in word.examples)
)
ORDINARY = ["42", "2015-08-19", "兰州市", "500万元", "13909371111", "103.85", "91620100MA7111111X", "是", None, "无"]
FULL = {ord(half): chr(ord(half) + 0xFEE0) for half in "0123456789.,-+():"}

digits = st.integers(0, 10**6).map(str) | st.sampled_from(["0", "007", "9223372036854775807", "9223372036854775808"])
grouped = st.integers(0, 10**9).map(lambda value: f"{value:,}") | st.sampled_from(
    ["1,23", "1,2345", ",123", "12,345,67"]
)
fraction = st.sampled_from(["", "", "", ".0", ".00", ".5", ".25", ".125", ".10"])
sign = st.sampled_from(["", "", "", "-", "+"])
exponent = st.sampled_from(["", "", "", "e3", "E-2", "1E0"])
figures = st.builds("".join, st.tuples(digits | grouped, fraction))
numbers = st.builds("".join, st.tuples(sign, figures, exponent)) | figures.map("({})".format)
properly = st.builds("".join, st.tuples(digits | st.integers(0, 10**9).map(lambda value: f"{value:,}"), fraction))
amounts = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "", "", "￥", "¥", "人民币", "RMB", "-"]),
        properly,
        st.sampled_from([*UNITS, "", "", "个", "十"]),
        st.sampled_from(["", "元", "元整", "圆", "元人民币", "人民币", "CNY", "美元", "港币", "欧元", "角"]),
    ),
)
years = st.integers(1900, 2030) | st.sampled_from([999, 1000, 2999, 3000])
months, days = st.integers(0, 13), st.integers(0, 32)
CHINESE = "〇一二三四五六七八九"


def in_chinese(value: int) -> str:
    tens, ones = divmod(value, 10)
    return {0: "", 1: "十"}.get(tens, CHINESE[tens] + "十") + (CHINESE[ones] if ones or not tens else "")


dates = st.one_of(
    st.builds("{:04}-{:02}-{:02}".format, years, months, days),
    st.builds("{}-{}-{}".format, years, months, days),
    st.builds("{}/{}/{}".format, years, months, days),
    st.builds("{}.{}.{}".format, years, months, days),
    st.builds("{}年{}月{}日".format, years, months, days),
    st.builds("{:04}{:02}{:02}".format, years, months, days),
    st.builds("{:04}-{:02}-{:02} 00:00:00".format, years, months, days),
    st.builds(
        lambda year, month, day: (
            f"{''.join(CHINESE[int(each)] for each in str(year))}年{in_chinese(month)}月{in_chinese(day)}日"
        ),
        st.integers(1900, 2030),
        months,
        days,
    ),
)
times = st.builds(
    "{:04}{}{:02}{}{:02}{}{:02}:{:02}{}{}".format,
    years,
    *[
        st.shared(st.sampled_from(["-", "/"]), key="mark") if each is None else each
        for each in (None, months, None, days)
    ],
    st.sampled_from([" ", "T"]),
    st.integers(0, 25),
    st.integers(0, 61),
    st.sampled_from(["", ":00", ":59", ":61"]),
    st.sampled_from(["", "Z", "+08:00", "-05:30", "+0800"]),
)
phones = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "", "+86 ", "+86-", "+86"]),
        st.sampled_from(["139", "（0937）", "0937-", "010", "(021)", "400-", "12345", "0931 "]),
        st.integers(10**5, 10**8).map(str),
        st.sampled_from(["", "", " ", "转 8"]),
    ),
)
places = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "", "", "东经", "北纬", "W ", "-"]),
        st.integers(0, 190).map(str),
        st.sampled_from(["", ".5", ".123456", "°", "度", "°30′", "度30分", "°30′15.5″", "°61′", "°30'15\"", "°15″"]),
        st.sampled_from(["", "", "", "E", "N", "S"]),
    ),
)
words = st.sampled_from(
    ["是", "否", "有", "无", "√", "×", "Y", "n", "Yes", "NO", "TRUE", "false", "1", "0", "2", "也许"]
)
GENERATED = {
    "integer": numbers,
    "decimal": numbers,
    "number": numbers,
    "money_cny": amounts,
    "date": dates,
    "timestamp": times,
    "boolean": words,
    "phone": phones,
    "longitude": places,
    "latitude": places,
}
blanks = st.text(alphabet=BLANK, max_size=2)


@st.composite
def messy(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """A text with blanks around it, some of it in full width, sometimes with a character too much."""
    text = draw(texts)
    if draw(st.integers(0, 9)) == 0:
        place = draw(st.integers(0, len(text)))
        text = text[:place] + draw(st.sampled_from("x万#")) + text[place:]
    if draw(st.integers(0, 2)) == 0:
        text = text.translate(FULL)
    return draw(blanks) + text + draw(blanks)


def drawn(strategy: st.SearchStrategy[str], number: int) -> list[str]:
    """So many different texts, the same ones each time: a run is dear, so that all of them share one."""
    texts: list[str] = []

    @seed(2026)
    @settings(
        max_examples=number,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    return list(dict.fromkeys(texts))


@pytest.mark.parametrize("word", GENERATED)
def test_dirty_text_is_read_as_the_plain_reader_reads_it(word) -> None:
    use = Use(word)
    texts = drawn(messy(GENERATED[word]), 700)

    found = [values[use] for values in cleaned(texts, [use])]

    expected = [READERS[word](text) for text in texts]
    differences = [
        (text, one, other)
        for text, one, other in zip(texts, found, expected, strict=True)
        if one != (pytest.approx(other, rel=1e-12) if isinstance(other, float) else other)
    ]
    assert not differences
    assert sum(each is not None for each in expected) > len(texts) / 5, "too few can be read"


@pytest.fixture(scope="module")
def strange() -> list[str]:
    """Texts that nobody foresaw beside those that nearly mean something."""
    some = [text for word, strategy in GENERATED.items() for text in drawn(messy(strategy), 30)]
    return list(dict.fromkeys([*some, *drawn(st.text(max_size=40), 300), "9" * 300, "١٢٣", "½", "1e999", "𠮷" * 50]))


def test_no_text_makes_a_cleaner_fail_and_no_neighbour_changes_what_it_gives(strange) -> None:
    chance = random.Random(2026)
    together = dict(zip(strange, cleaned(strange, USES), strict=True))

    shuffled = chance.sample(strange, len(strange))
    assert cleaned(shuffled, USES) == [together[text] for text in shuffled]

    table: list[str | None] = [chance.choice(ORDINARY) for _ in range(40_000)]
    places = sorted(chance.sample(range(len(table)), len(strange)))
    for place, text in zip(places, strange, strict=True):
        table[place] = text
    among = cleaned(table, USES, is_wide=True)
    assert [among[place] for place in places] == list(together.values())

    for text in chance.sample(strange, 12):
        assert cleaned([text], USES) == [together[text]]


def test_no_text_makes_a_check_fail_to_judge_and_no_neighbour_changes_its_judgement(strange) -> None:
    chance = random.Random(2026)
    words = [word for word, check in CHECKS.items() if FieldType.STRING in check.types and check.examples]
    contract = a_contract(
        *(a_field(f"f{number}", FieldType.STRING) for number in range(len(words))),
        rules=[
            a_rule(word, f"f{number}", **CHECKS[word].examples[0].arguments)
            for number, word in enumerate(words)
            if word != "required"
        ],
    )
    together = dict(zip(strange, failing(strange, contract), strict=True))

    table: list[str | None] = [chance.choice(ORDINARY) for _ in range(40_000)]
    places = sorted(chance.sample(range(len(table)), len(strange)))
    for place, text in zip(places, strange, strict=True):
        table[place] = text
    among = failing(table, contract, is_wide=True)

    assert [among[place] for place in places] == list(together.values())
    for text in chance.sample(strange, 12):
        assert failing([text], contract) == [together[text]]


SETTLED = "trim collapse_spaces remove_spaces half_width nfkc upper digits_only credit_code resident_id"


@pytest.mark.parametrize("word", SETTLED.split())
def test_what_is_clean_stays_as_it_is(word, strange) -> None:
    once = [values[Use(word)] for values in cleaned(strange, [Use(word)])]

    assert [values[Use(word)] for values in cleaned(once, [Use(word)])] == once
