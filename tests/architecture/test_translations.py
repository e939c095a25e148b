"""Hexi speaks Chinese completely: the catalogue holds every sentence, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

import hexi

from .sentences import all_sentences, constants

CATALOGUE = Path(hexi.__file__).parent / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)s|(?<!\{)\{\w[^{}]*\}(?!\})")
QUOTED_CODE = re.compile(r"\{\{.*?\}\}|\[[^\[\]]*\]")
HALF_WIDTH = re.compile(r"[一-鿿”）][,;:?!](?!\w)|[一-鿿][,;:?!.()]+[一-鿿]")


@pytest.fixture(scope="module")
def entries() -> Mapping[str, Message]:
    """Every entry by its (singular) sentence."""
    with CATALOGUE.open("rb") as file:
        return {_forms(each.id)[0]: each for each in read_po(file, locale="zh_Hans") if each.id}


def test_every_sentence_has_a_chinese_entry(entries: Mapping[str, Message]) -> None:
    missing = {
        f"{where}: {_forms(said)[0]!r}"
        for said, where in all_sentences()
        if _forms(said)[0] not in entries or not all(_forms(entries[_forms(said)[0]].string))
    }

    assert not missing, "\n".join(sorted(missing))


def test_entries_have_the_placeholders_of_their_sentences(entries: Mapping[str, Message]) -> None:
    wrong = [
        said
        for said, entry in entries.items()
        if any(_places(form) != _places(_forms(entry.id)[-1]) for form in _forms(entry.string))
    ]

    assert not wrong


def test_the_compiler_has_nothing_to_complain_of() -> None:
    """`% of` reads like printf to it, and one complaint makes every recipe of the Makefile compile a second time."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans")

    assert [f"{each.lineno}: {said}" for each, complaints in catalogue.check() for said in complaints] == []


def test_no_entry_is_obsolete(entries: Mapping[str, Message]) -> None:
    said = constants() | {_forms(each)[0] for each, _ in all_sentences()}

    assert sorted(set(entries) - said) == []


def test_chinese_sentences_have_full_width_punctuation(entries: Mapping[str, Message]) -> None:
    forms = [form for entry in entries.values() for form in _forms(entry.string)]

    wrong = [form for form in forms if HALF_WIDTH.search(QUOTED_CODE.sub("", form))]

    assert not wrong


def _forms(said: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said or ())


def _places(said: str) -> set[str]:
    return set(PLACEHOLDER.findall(said))
