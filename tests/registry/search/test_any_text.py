"""Whatever is asked is only text, and what is written is found again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.plugin import DjangoDbBlocker

from hexi.kernel.names import Text
from hexi.registry.search import actions, queries, words
from hexi.registry.search.records import Entry
from tests.nodes import node_in

TITLE = "甘肃省统一社会信用代码登记企业名录"
OPERATORS = "\"'*^:+-(){}|&!<>%_\\;,.#~@$`\0\n\t　“”《》😀\ud800"
HOSTILE = (
    *(
        '"',
        "'",
        '"企业',
        "企业*",
        "title:企业",
        "企业 AND",
        "NEAR(企业 名录)",
        "NOT 企业",
        "OR",
        "AND AND",
        "-企业",
        "^企业",
    ),
    *(
        "{title}",
        "'); DROP TABLE search_entry; --",
        "企业\0名录",
        "😀",
        "a & | b",
        "!a",
        "a:*",
        "a:A",
        "<->",
        "\\",
        "%",
    ),
    *("_", "\ud800", "企" * 10_000, "x " * 5_000, "'" * 10_000, "a" * 10_000),
)
AS_THE_DATABASE_STANDS = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def things(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    with django_db_blocker.unblock(), node_in(tmp_path_factory.mktemp("things")):
        actions.put([Entry(kind="dataset", key="firms", title=Text(TITLE, "Register of firms"))])
        yield


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
def test_nothing_in_a_question_is_an_operator(things: None, db: None, text: str) -> None:
    assert queries.find(text, filters={"body": text}, sort=text).total == 0

    assert len(queries.suggest(text)) == queries.find(text).total
    assert queries.find(TITLE).keys == ("firms",)


@pytest.mark.parametrize(("text", "total"), [("企业 NOT 名录", 0), ('"企业" (名录)*', 1), ("企业-名录", 1)])
def test_operators_of_databases_are_words_or_nothing(things: None, db: None, text: str, total: int) -> None:
    assert queries.find(text).total == total


@given(st.text(st.one_of(st.sampled_from(OPERATORS + TITLE + "abcANDORNOT"), st.characters()), max_size=60))
@AS_THE_DATABASE_STANDS
def test_any_text_is_answered(things: None, db: None, text: str) -> None:
    assert queries.find(text).total in {0, 1}


@given(st.integers(0, len(TITLE) - 1), st.integers(1, len(TITLE)))
@AS_THE_DATABASE_STANDS
def test_every_part_of_a_title_finds_it(things: None, db: None, start: int, length: int) -> None:
    assert queries.find(TITLE[start : start + length]).keys == ("firms",)


@given(st.text(max_size=80))
def test_tokens_hold_nothing_that_a_database_reads_as_a_sign(text: str) -> None:
    assert all(
        each.isalnum() or not each.isascii() for token in (*words.tokens(text), *words.sounds(text)) for each in token
    )


@given(st.text(st.sampled_from("企业名录统计abc12 （"), max_size=30), st.sampled_from(["企业", "名", "abc", "12"]))
def test_the_places_that_are_marked_hold_what_was_looked_for(title: str, said: str) -> None:
    assert {title[start:end] for start, end in words.spans(title, said)} <= {said}
