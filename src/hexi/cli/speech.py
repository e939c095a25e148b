"""What the command line says, and in which language."""

from __future__ import annotations

import gettext
import os
import sys
from enum import Enum
from functools import cache
from pathlib import Path

from rich.console import Console

from hexi.data.contracts.problems import Problem
from hexi.kernel.errors import HexiError
from hexi.kernel.names import Text
from hexi.kernel.settings import LANG

LOCALE = Path(__file__).parents[1] / "locale"
WIDTH = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 132
"""Columns where nobody looks at a terminal: enough for the table of datasets."""
out = Console(highlight=False, soft_wrap=True, width=WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def language() -> str:
    """The language of this run: HEXI_LANG, else the locale's; English where that says nothing."""
    said = LANG.read(os.environ) or next(
        (value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), ""
    )
    return "zh" if said.lower().startswith("zh") else "en"


def prepare() -> None:
    """Let click speak the language of this run as well: its words are in our catalogue."""
    os.environ["LANGUAGE"] = "zh_Hans" if language() == "zh" else "en"
    gettext.bindtextdomain("django", str(LOCALE))
    gettext.textdomain("django")


def _(template: str, **facts: object) -> str:
    """Return the sentence in the language of this run."""
    catalogue = _catalogue(language())
    said = catalogue.gettext(template)
    # Some facts are words of ours, such as “a whole number”: what the catalogue holds is said in its words.
    told = {
        name: catalogue.gettext(fact) if isinstance(fact, str) and (" " in fact or isinstance(fact, Enum)) else fact
        for name, fact in facts.items()
    }
    return said.format(**told) if told else said


def of(text: Text) -> str:
    """Return a text in the language of this run."""
    return text.in_language(language())


def sentence(error: HexiError) -> str:
    """Return what an error says in the language of this run, one line a problem."""
    facts = dict(error.facts)
    problems = facts.get("problems")
    if isinstance(problems, tuple | list):
        facts["listed"] = "\n".join(f"  {_problem(each)}" for each in problems if isinstance(each, Problem))
    return _(error.template, **facts)


def many(number: int) -> str:
    """A number with thousands separators."""
    return f"{number:,}"


def _problem(problem: Problem) -> str:
    if problem.line and problem.path:
        place = _("line {line}, {path}", line=problem.line, path=problem.path)
    else:
        place = _("line {line}", line=problem.line) if problem.line else problem.path
    said = _(problem.template, **problem.facts)
    return _("{place}: {said}", place=place, said=said) if place else said


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == "en":
        return gettext.NullTranslations()
    return gettext.translation("django", LOCALE, languages=["zh_Hans"], fallback=True)
