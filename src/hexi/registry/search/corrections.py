"""What was probably meant by words that nothing holds: known words that sound or look alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from rapidfuzz import fuzz, process

from hexi.registry.search.words import TEXT_AT_MOST, Piece, folded, is_han, pieces, sound_of

ALIKE = 70
"""Of 100, from here on two words are taken for one mistyped: one wrong character in four."""
LATIN_FROM = 4
JOINED_AT_MOST = 4
CANDIDATES_AT_MOST = 40


class Lexicon:
    """Known words by letter and by sound."""

    def __init__(self, terms: tuple[tuple[str, str], ...] = ()) -> None:
        self._terms = terms

    def with_terms(self, terms: Sequence[tuple[str, str]]) -> Lexicon:
        """Return the words of this one and more, each with its sound."""
        return Lexicon(tuple((dict(self._terms) | dict(terms)).items())) if terms else self

    @cached_property
    def _all(self) -> str:
        return "\n".join(text for text, _ in self._terms)

    @cached_property
    def _by_sound(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for text, sound in self._terms:
            found.setdefault(sound, []).append(text)
        return found

    @cached_property
    def _han(self) -> list[str]:
        return [text for text, _ in self._terms if is_han(text)]

    @cached_property
    def _sounds(self) -> list[str]:
        return list(self._by_sound)

    def corrected(self, text: str) -> str | None:
        """Return the question with unknown words replaced by known ones alike; None where there is nothing to replace.

        Whole runs are tried before their words: a dictionary takes apart what is mistyped.
        """
        said = folded(text[:TEXT_AT_MOST])
        found = list(pieces(said))
        better: list[tuple[int, int, str]] = []
        place = 0
        while place < len(found):
            count, word = next(self._tried(found, place), (1, ""))
            if word:
                better.append((found[place].start, found[place + count - 1].end, word))
            place += count
        for start, end, word in reversed(better):
            said = said[:start] + word + said[end:]
        return " ".join(said.split()) if better else None

    def _tried(self, found: list[Piece], place: int) -> Iterator[tuple[int, str]]:
        if not found[place].is_han:
            yield 1, self._latin(found[place].text)
            return
        end = place + 1
        while end < len(found) and found[end].is_han and found[end - 1].end == found[end].start:
            end += 1
        for count in range(min(end - place, CANDIDATES_AT_MOST), 0, -1):
            word = "".join(each.text for each in found[place : place + count])
            if word in self._all:
                yield count, ""
                return
            if better := self._han_like(word):
                yield count, better
                return

    def _han_like(self, word: str) -> str:
        if len(word) < 2:
            return ""
        alike = [each for each in self._by_sound.get(sound_of(word), ()) if is_han(each)]
        if alike:
            return max(alike, key=lambda each: fuzz.ratio(word, each))
        if len(word) < LATIN_FROM:
            return ""
        found = process.extractOne(word, self._han, scorer=fuzz.ratio, score_cutoff=ALIKE)
        return found[0] if found else ""

    def _latin(self, word: str) -> str:
        if len(word) < LATIN_FROM or word.isdigit() or f"\n{word}" in self._all or self._all.startswith(word):
            return ""
        found = process.extractOne(word, self._sounds, scorer=fuzz.ratio, score_cutoff=ALIKE)
        return max(self._by_sound[found[0]], key=lambda each: (not is_han(each), each)) if found else ""
