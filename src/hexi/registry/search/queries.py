"""Questions to the index. Each takes a number of database queries that does not grow with the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection

from hexi.kernel.names import Text
from hexi.registry.search import columns, indexes, words
from hexi.registry.search.columns import NOWHERE, Bools, Columns, Floats, Ints
from hexi.registry.search.models import Entry, Revision
from hexi.registry.search.records import Answer, FacetCount, FieldHit, Hit, Part
from hexi.registry.search.synonyms import Synonyms, known
from hexi.registry.search.words import Wanted, folded

SORTS = ("relevance", "newest", "title", "rows", "quality")
FACET_CHOICES = 20
FIELD_HITS = 4
NO_FILTERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class _Found:
    places: Ints
    scores: Floats | None
    """None where nothing was asked, so that nothing is better than the rest."""


def find(
    text: str = "",
    *,
    kind: str = "dataset",
    filters: Mapping[str, str] = NO_FILTERS,
    sort: str = "relevance",
    limit: int | None = 25,
    offset: int = 0,
    language: str = "zh",
) -> Answer:
    """Return the things that hold every word of `text`, one page of them, and counts over all.

    A word stands for its synonyms; Chinese is found by any part of it, by pinyin and by initials, other words by
    their beginning. A title that holds all comes before fields, these before the rest; certified, fresh and used
    things before their like; what is named exactly comes first. `filters`: facet → value; what no thing has finds
    nothing, an empty value filters nothing. A sort that is not known, or relevance without words, sorts by key.
    Any text is only text: nothing in it is an operator.
    """
    held = columns.current(kind)
    synonyms = known(Path(settings.HEXI_HOME))
    wanted = words.wanted(text, synonyms)
    found = _found(held, wanted, text)
    chosen = {name: value for name, value in filters.items() if value}
    passing = {name: _facet(held, name).has(found.places, value) for name, value in chosen.items()}
    kept = _all(len(found.places), passing.values())
    places = found.places[kept]
    scores = None if found.scores is None else found.scores[kept]
    page = _page(held, places, scores, sort, language, limit, offset)
    return Answer(
        hits=_hits(held, page, wanted),
        total=len(places),
        facets=_facets(held, found.places, passing, chosen),
        correction=_correction(held, text, synonyms) if wanted and not len(found.places) else None,
        synonyms=tuple((each.said, each.others) for each in wanted if each.others),
    )


def suggest(text: str, *, kind: str = "dataset", limit: int = 8) -> tuple[tuple[str, Text], ...]:
    """Return key and title of the best things for what is typed so far, best first; nothing for no word."""
    held = columns.current(kind)
    wanted = words.wanted(text, known(Path(settings.HEXI_HOME)))
    if not wanted:
        return ()
    found = _found(held, wanted, text)
    page = _page(held, found.places, found.scores, "relevance", "zh", limit, 0)
    return tuple((held.keys[place], Text(*held.titles[place])) for place in page.tolist())


def words_version(kind: str) -> int:
    """Return the version of words that every entry of a kind was cut by; 0 where nobody has put them all."""
    return Revision.objects.filter(kind=kind).values_list("words_version", flat=True).first() or 0


def state(kind: str) -> str:
    """Return what is different after each change of a kind; empty where nothing was ever put."""
    return Revision.objects.filter(kind=kind).values_list("token", flat=True).first() or ""


def _found(held: Columns, wanted: Sequence[Wanted], text: str) -> _Found:
    if not wanted:
        # A question without a word, such as a lone percent sign, is one that nothing holds.
        return _Found(held.visible if not text.strip() else held.visible[:0], None)
    said = indexes.of(connection).find(wanted)
    places = held.places(said.ids)
    ours = places != NOWHERE
    places, scores = places[ours], said.scores[ours]
    # Scores of rare synonyms are a million times those of common words, so places count before them.
    rank = np.zeros(len(held.keys))
    for ids in (said.fielded, said.titled):
        better = held.places(ids)
        rank[better[better != NOWHERE]] += 1
    rank[list(held.exact.get(folded(text).strip(), ()))] += 1
    scores *= held.boosts[places]
    return _Found(places, rank[places] + scores / (scores.max(initial=0.0) * 1.01 or 1.0))


def _page(
    held: Columns, places: Ints, scores: Floats | None, sort: str, language: str, limit: int | None, offset: int
) -> Ints:
    """The places of one page in order."""
    end = len(places) if limit is None else min(offset + limit, len(places))
    if offset >= end:
        return places[:0]
    if sort == "relevance" and scores is not None:
        order = _best(-scores, held.by_key[places], end)
    else:
        order = _best(_rank(held, sort, language)[places], None, end)
    return places[order[offset:end]]


def _best(values: Ints | Floats, ties: Ints | None, count: int) -> Ints:
    """The first `count` of an ascending order, without sorting the rest."""
    some = np.arange(len(values))
    if count < len(values):
        some = np.flatnonzero(values <= np.partition(values, count - 1)[count - 1])
    keys = (values[some],) if ties is None else (ties[some], values[some])
    return some[np.lexsort(keys)][:count]


def _rank(held: Columns, sort: str, language: str) -> Ints:
    match sort:
        case "newest":
            return held.by_number("fresh", descending=True)
        case "rows":
            return held.by_number("rows", descending=True)
        case "quality":
            return held.by_number("quality", descending=False)
        case "title":
            return held.by_title["en" if language.startswith("en") else "zh"]
        case _:
            return held.by_key


def _facet(held: Columns, name: str) -> columns.Facet:
    return held.facets.get(name) or columns.Facet()


def _all(size: int, passing: Iterable[Bools]) -> Bools:
    kept = np.ones(size, np.bool_)
    for each in passing:
        kept &= each
    return kept


def _facets(
    held: Columns, places: Ints, passing: Mapping[str, Bools], chosen: Mapping[str, str]
) -> dict[str, tuple[FacetCount, ...]]:
    """Counts of each facet under the filters of all others: choosing one does not hide its siblings."""
    found = {}
    for name, facet in held.facets.items():
        others = [each for other, each in passing.items() if other != name]
        counts = facet.counts(places[_all(len(places), others)] if others else places)
        often = sorted(np.flatnonzero(counts).tolist(), key=lambda number: (-counts[number], facet.choices[number][0]))
        shown = often[:FACET_CHOICES]
        number = facet.number(chosen.get(name, "")) if name in chosen else NOWHERE
        if number != NOWHERE and number not in shown:
            shown.append(number)
        if shown:
            found[name] = tuple(
                FacetCount(value=facet.choices[each][0], title=facet.choices[each][1], count=int(counts[each]))
                for each in shown
            )
    return found


def _hits(held: Columns, page: Ints, wanted: Sequence[Wanted]) -> tuple[Hit, ...]:
    ids = held.ids[page].tolist()
    fields = dict(Entry.objects.filter(id__in=ids).values_list("id", "fields")) if wanted and ids else {}
    return tuple(
        Hit(key=held.keys[place], title=Text(*held.titles[place]), fields=_field_hits(fields.get(id_, ()), wanted))
        for place, id_ in zip(page.tolist(), ids, strict=True)
    )


def _field_hits(fields: Sequence[Sequence[str]], wanted: Sequence[Wanted]) -> tuple[FieldHit, ...]:
    found = []
    for place, field in enumerate(fields):
        held = sum(any(_spans(title, each) for title in field) for each in wanted)
        if held:
            found.append((-held, place))
    best = [fields[place] for _, place in sorted(found)[:FIELD_HITS]]
    return tuple(
        FieldHit(name=name, title=Text(zh, en), zh=_parts(zh, wanted), en=_parts(en, wanted)) for name, zh, en in best
    )


def _spans(title: str, wanted: Wanted) -> tuple[tuple[int, int], ...]:
    """Where a title holds what was typed or, if it does not, one of its synonyms."""
    return next((found for each in (wanted.said, *wanted.others) if (found := words.spans(title, each))), ())


def _parts(title: str, wanted: Sequence[Wanted]) -> tuple[Part, ...]:
    found, place = [], 0
    for start, end in sorted(span for each in wanted for span in _spans(title, each)):
        # Two words may share characters.
        if end > place:
            found += [Part(title[place:start], False), Part(title[max(start, place) : end], True)]
            place = end
    return tuple(each for each in (*found, Part(title[place:], False)) if each.text)


def _correction(held: Columns, text: str, synonyms: Synonyms) -> str | None:
    """What was probably meant, if it finds something that may be found."""
    better = held.lexicon.corrected(text)
    if better is None or folded(text).strip() == better:
        return None
    wanted = words.wanted(better, synonyms)
    return better if wanted and len(_found(held, wanted, better).places) else None
