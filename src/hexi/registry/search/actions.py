"""Everything that changes what is found. Each in the caller's transaction, with which it lives or dies."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from itertools import islice

from django.db import connection, transaction
from django.db.models import F

from hexi.registry.search import indexes, models, words
from hexi.registry.search.records import Entry

BATCH = 500
WRITTEN = (
    *("title_zh", "title_en", "fields", "facets", "certified", "fresh", "rows", "quality"),
    *("is_visible", "revision"),
)
"""What putting anew changes: how often a thing was used is said by `boost` from then on."""


def put(entries: Iterable[Entry]) -> None:
    """Enter things, or enter them anew. Repeats safely; of two with one key in a call, the last counts."""
    rest = iter(entries)
    with transaction.atomic():
        while batch := list(islice(rest, BATCH)):
            for kind in sorted({each.kind for each in batch}):
                _put(kind, list({each.key: each for each in batch if each.kind == kind}.values()))


def remove(kind: str, keys: Collection[str]) -> None:
    """Take things out. What is not there is not missed."""
    with transaction.atomic():
        gone = list(models.Entry.objects.filter(kind=kind, key__in=keys, is_visible=True).values_list("id", flat=True))
        if not gone:
            return
        models.Entry.objects.filter(id__in=gone).update(is_visible=False, revision=_next(kind))
        indexes.of(connection).remove(gone)


def boost(kind: str, used: Mapping[str, float]) -> None:
    """Say how often things (key → times) were used; what is not there is passed over."""
    with transaction.atomic():
        found = list(models.Entry.objects.filter(kind=kind, key__in=used))
        if not found:
            return
        number = _next(kind)
        for each in found:
            each.used, each.revision = used[each.key], number
        models.Entry.objects.bulk_update(found, ["used", "revision"], batch_size=BATCH)


def cut(kind: str) -> None:
    """Say that every entry of a kind was put with the words of this version."""
    with transaction.atomic():
        _next(kind)
        models.Revision.objects.filter(kind=kind).update(words_version=words.WORDS_VERSION)


def _put(kind: str, entries: list[Entry]) -> None:
    number = _next(kind)
    models.Entry.objects.bulk_create(
        [_row(each, number) for each in entries],
        update_conflicts=True,
        unique_fields=["kind", "key"],
        update_fields=WRITTEN,
    )
    ids = dict(models.Entry.objects.filter(kind=kind, key__in=[each.key for each in entries]).values_list("key", "id"))
    indexes.of(connection).put([_words(ids[each.key], each) for each in entries if each.is_visible])
    indexes.of(connection).remove([ids[each.key] for each in entries if not each.is_visible])
    said = dict(
        term
        for each in entries
        for title in (each.title.zh, each.title.en, *(part for field in each.fields for part in field))
        for term in words.terms_of(title)
    )
    models.Term.objects.bulk_create(
        [models.Term(kind=kind, text=text, sound=sound, revision=number) for text, sound in sorted(said.items())],
        ignore_conflicts=True,
        batch_size=BATCH,
    )


def _row(entry: Entry, number: int) -> models.Entry:
    return models.Entry(
        kind=entry.kind,
        key=entry.key,
        title_zh=entry.title.zh,
        title_en=entry.title.en,
        fields=[list(each) for each in entry.fields],
        facets={
            name: [[value, title.zh, title.en] for value, title in choices] for name, choices in entry.facets.items()
        },
        certified=entry.boosts.get("certified", 0.0),
        fresh=entry.boosts.get("fresh", 0.0),
        used=entry.boosts.get("used", 0.0),
        rows=entry.numbers.get("rows", 0.0),
        quality=entry.numbers.get("quality", 0.0),
        is_visible=entry.is_visible,
        revision=number,
    )


def _words(id: int, entry: Entry) -> indexes.Row:
    title = [*words.tokens("\n".join((entry.title.zh, entry.title.en, entry.key, entry.parts.get("title", ""))))]
    titles = [part for each in entry.fields for part in each]
    field = [*words.tokens("\n".join((*titles, entry.parts.get("field", ""))))]
    return indexes.Row(
        id=id,
        title=[*title, *words.sounds(entry.title.zh)],
        field=[*field, *(sound for each in entry.fields for sound in words.sounds(each[1]))],
        other=words.tokens(entry.parts.get("other", "")),
    )


def _next(kind: str) -> int:
    """Count one change. An update: whoever writes entries of this kind waits here until we are through."""
    told = {"number": F("number") + 1, "token": secrets.token_hex(16)}
    if not models.Revision.objects.filter(kind=kind).update(**told):
        models.Revision.objects.bulk_create([models.Revision(kind=kind, number=0, token="")], ignore_conflicts=True)
        models.Revision.objects.filter(kind=kind).update(**told)
    return models.Revision.objects.values_list("number", flat=True).get(kind=kind)
