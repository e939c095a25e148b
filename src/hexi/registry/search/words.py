"""How text becomes tokens, the same for every database.

Text is folded (NFKC, lower case). A run of Chinese becomes its pairs of characters and its last character, so
that any part of it is found: one character is the beginning of a pair, more are pairs in a row. What is not
Chinese stays whole and is found by its beginning. Titles are also found by sound: from the start of each word,
as pinyin without spaces and as initials.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from hexi.registry.search.synonyms import Synonyms, singular

WORDS_VERSION = 1
"""Changes with anything here that changes what is written; entries cut by an older one are put again."""
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
PIECE = re.compile(rf"(?P<han>[{HAN}]+)|[^\W_{HAN}]+")
STOP = frozenset(
    ("的", "和", "与", "及", "之", "等", "或", "the", "of", "and", "a", "an", "in", "for", "to", "on", "by")
)
TEXT_AT_MOST = 500
"""Characters of a question that are read."""
TERMS_AT_MOST = 12
TOKEN_AT_MOST = 60
TOKENS_AT_MOST = 12_000
SOUND_AT_MOST = 40
JOINED_AT_MOST = 4
"""Words that one synonym may be made of."""


@dataclass(frozen=True, slots=True)
class Form:
    """Tokens that stand in a row; the last may be only the beginning of one."""

    tokens: tuple[str, ...]
    is_prefix: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word of a question: what was typed, and everything that counts as it."""

    said: str
    others: tuple[str, ...]
    """Synonyms, folded."""
    forms: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A word of a text, where it stands in the folded text, and whether it is Chinese."""

    text: str
    start: int
    is_han: bool

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


def folded(text: str) -> str:
    """Return text as it is compared: half width, lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def cut(run: str) -> list[str]:
    """Return the words of a run of Chinese."""
    # Dictionaries are loaded when the first word needs them: 90 MiB that most commands do without.
    import rjieba

    found: list[str] = rjieba.cut(run)
    return found


def pieces(text: str) -> Iterator[Piece]:
    """Yield the words of a folded text in order; Chinese is cut by a dictionary."""
    for found in PIECE.finditer(text):
        if found["han"] is None:
            yield Piece(found[0], found.start(), False)
            continue
        start = found.start()
        for word in cut(found[0]):
            yield Piece(word, start, True)
            start += len(word)


def tokens(text: str) -> list[str]:
    """Return the tokens of a text in order."""
    return [
        token
        for found in PIECE.finditer(folded(text))
        for token in (_pairs(found[0]) if found["han"] else [found[0][:TOKEN_AT_MOST]])
    ][:TOKENS_AT_MOST]


@lru_cache(maxsize=20_000)
def sounds(text: str) -> tuple[str, ...]:
    """Return how a title sounds from the start of each of its Chinese words: whole, and in initials."""
    said: list[str] = []
    for _, syllables, sound, initials in _starts(folded(text)):
        said.append(sound[:SOUND_AT_MOST])
        if len(syllables) > 1:
            said.append(initials[:SOUND_AT_MOST])
    return tuple(said)


@lru_cache(maxsize=20_000)
def syllables_of(run: str) -> tuple[str, ...]:
    """Return the pinyin of each character of a run of Chinese, in Latin letters only; rare ones sound as they look."""
    from pypinyin import lazy_pinyin

    # ü is written v by whoever types it.
    said = [each for part in lazy_pinyin(run, v_to_u=False) for each in ((part,) if part.isascii() else part)]
    return tuple(said) if len(said) == len(run) else tuple(run)


@lru_cache(maxsize=50_000)
def terms_of(text: str) -> tuple[tuple[str, str], ...]:
    """Return the words of a title that a mistyped one may be corrected to, each with its sound; the whole title too."""
    said = folded(text)
    found = {each.text for each in pieces(said) if len(each.text) >= (2 if each.is_han else 3)}
    found.update(run for run in PIECE.findall(said) if run and len(run) <= SOUND_AT_MOST)
    return tuple((each, sound_of(each)) for each in sorted(found) if len(each) <= TOKEN_AT_MOST)


def sound_of(word: str) -> str:
    """Return how a Chinese word sounds, in one piece; others are as they are."""
    return "".join(syllables_of(word))[:200] if is_han(word) else word


def is_han(word: str) -> bool:
    """Whether a piece of text is Chinese."""
    found = PIECE.match(word)
    return found is not None and found["han"] is not None


def wanted(text: str, synonyms: Synonyms) -> tuple[Wanted, ...]:
    """Return the words of a question, of which a thing must hold every one; empty where there is none.

    Neighbouring single characters are one word: a dictionary that does not know a name takes it apart.
    """
    found: list[Wanted] = []
    seen = set()
    for said in _questions(folded(text[:TEXT_AT_MOST]), synonyms):
        if said in seen:
            continue
        seen.add(said)
        others = synonyms.of(said)
        found.append(Wanted(said, others, tuple(form for each in (said, *others) for form in _forms(each))))
    telling = [each for each in found if each.said not in STOP]
    return tuple((telling or found)[:TERMS_AT_MOST])


def _questions(text: str, synonyms: Synonyms) -> Iterator[str]:
    found = list(pieces(text))
    place = 0
    while place < len(found):
        count = next((n for n in range(JOINED_AT_MOST, 1, -1) if _joined(found[place : place + n], n) in synonyms), 1)
        if count == 1:
            while _are_singles(found[place + count - 1 : place + count + 1]):
                count += 1
        yield _joined(found[place : place + count], count)
        place += count


def _joined(found: list[Piece], count: int) -> str:
    """The pieces as one word, if they are neighbours of one kind; nothing otherwise."""
    if len(found) < count or len({each.is_han for each in found}) != 1:
        return ""
    if found[0].is_han:
        return "".join(each.text for each in found) if all(a.end == b.start for a, b in pairwise(found)) else ""
    return " ".join(each.text for each in found)


def _are_singles(two: list[Piece]) -> bool:
    return (
        len(two) == 2
        and all(each.is_han and each.text not in STOP for each in two)
        and len(two[1].text) == 1
        and len(two[0].text) == 1
        and two[0].end == two[1].start
    )


def _forms(said: str) -> Iterator[Form]:
    if is_han(said):
        row = _pairs(said)
        yield Form(tuple(row[:-1]) or (said,), is_prefix=len(said) == 1)
        return
    words = [each[:TOKEN_AT_MOST] for each in said.split()]
    last = singular(words[-1])
    # One letter is the beginning of nearly everything.
    yield Form((*words[:-1], last), is_prefix=len(last) > 1)
    if last.endswith("y") and words[-1].endswith("ies"):
        yield Form(tuple(words), is_prefix=True)


def _pairs(run: str) -> list[str]:
    return [*(a + b for a, b in pairwise(run)), run[-1]]


@lru_cache(maxsize=20_000)
def spans(text: str, said: str) -> tuple[tuple[int, int], ...]:
    """Return where a title holds a folded word, by letter or by sound; start and end in `text`, in order.

    A title whose length changes by folding is marked as a whole.
    """
    plain = _plain(text)
    found = tuple(sorted(set(_spans(plain, said))))
    return ((0, len(text)),) if found and len(plain) != len(text) else found


@lru_cache(maxsize=20_000)
def _plain(title: str) -> str:
    return folded(title)


def _spans(plain: str, word: str) -> Iterator[tuple[int, int]]:
    if is_han(word):
        place = plain.find(word)
        while place >= 0:
            yield place, place + len(word)
            place = plain.find(word, place + 1)
        return
    stem = singular(word)
    if stem in plain:
        yield from ((each.start(), each.end()) for each in re.finditer(rf"(?<![^\W_]){re.escape(stem)}", plain))
    if len(word) > 1 and word.isascii():
        yield from _heard(plain, word)


def _heard(plain: str, word: str) -> Iterator[tuple[int, int]]:
    for start, syllables, sound, initials in _starts(plain):
        if initials.startswith(word):
            yield start, start + len(word)
        elif sound.startswith(word):
            length = count = 0
            while length < len(word):
                length += len(syllables[count])
                count += 1
            yield start, start + count


@lru_cache(maxsize=20_000)
def _starts(plain: str) -> tuple[tuple[int, tuple[str, ...], str, str], ...]:
    """Where the Chinese words of a folded title begin, and how the rest of the run sounds from there."""
    found = []
    for run in PIECE.finditer(plain):
        syllables, start = syllables_of(run[0]) if run["han"] else (), 0
        for word in cut(run[0]) if run["han"] else ():
            rest = syllables[start:]
            found.append((run.start() + start, rest, "".join(rest), "".join(each[0] for each in rest)))
            start += len(word)
    return tuple(found)
