"""Registration codes against python-stdnum, and against the slips of people who type."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from hexi.registry.registrations.numbering import ALPHABET, check_character, is_code


@given(st.text(ALPHABET, min_size=1, max_size=20))
def test_the_check_character_is_that_of_the_standard(body: str) -> None:
    assert check_character(body) == mod_37_36.calc_check_digit(body)


@given(st.integers(0, 9_999_999), st.integers(1, 12), st.sampled_from(ALPHABET))
def test_every_single_slip_is_found(serial: int, place: int, typed: str) -> None:
    body = f"R2026{serial:07}"
    code = body + check_character(body)

    slipped = code[:place] + typed + code[place + 1 :]

    assert is_code(slipped) is (slipped == code)
    assert not is_code(code.lower())
    assert not is_code(code[:-1])
