"""Every setting is documented, and nothing is read that is not a setting."""

from __future__ import annotations

import ast
import re

import pytest

from hexi.kernel.settings import HOSTS, SETTINGS
from tests.docs.error_page import SOURCE

VARIABLE = re.compile(r"HEXI_[A-Z_]+")


def test_every_variable_named_in_the_code_is_a_setting() -> None:
    texts = {
        each.value
        for path in SOURCE.rglob("*.py")
        for each in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }

    assert {text for text in texts if VARIABLE.fullmatch(text)} == {each.name for each in SETTINGS}


@pytest.mark.parametrize("each", SETTINGS, ids=lambda each: each.name)
def test_a_setting_that_is_empty_counts_as_not_set(each) -> None:
    assert each.read({}) == each.read({each.name: ""}) == each.default
    assert each.read({each.name: "other"}) == "other"


def test_the_words_of_a_list_may_stand_apart() -> None:
    assert HOSTS.words({"HEXI_HOSTS": "data.example.cn, 127.0.0.1,"}) == ["data.example.cn", "127.0.0.1"]
