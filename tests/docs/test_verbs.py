"""Every verb of the log carries the facts that its reference names, and every fact is explained."""

from __future__ import annotations

import pytest

from hexi.registry.events.verbs import FACTS, VERBS
from tests.docs.verb_page import named, recorded


def test_every_fact_is_explained_and_every_explanation_has_its_fact() -> None:
    assert {fact for verb in VERBS.values() for fact in verb.details} == FACTS.keys()


@pytest.mark.parametrize(("verb", "facts"), sorted(recorded().items()), ids=lambda each: str(each)[:40])
def test_the_code_records_the_facts_that_the_table_names(verb, facts) -> None:
    assert facts == {tuple(sorted(VERBS[verb].details))}


def test_every_verb_of_the_table_is_said_somewhere_in_the_code() -> None:
    assert VERBS.keys() - named() == set()
