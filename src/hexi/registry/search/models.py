"""The tables of search. All of it can be made anew by whoever put it here.

The words themselves stand beside these in `search_words`, which each database keeps in its own way; see `indexes`.
"""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """A thing that is found, with what ordering, counting and showing it need."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=200)
    title_zh = models.TextField()
    title_en = models.TextField()
    fields = models.JSONField()
    """[[name, Chinese title, English title], …]"""
    facets = models.JSONField()
    """{facet: [[value, Chinese title, English title], …]}"""
    certified = models.FloatField()
    fresh = models.FloatField()
    used = models.FloatField()
    rows = models.FloatField()
    quality = models.FloatField()
    is_visible = models.BooleanField()
    revision = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_entry_of_a_thing")]
        indexes = [models.Index(fields=["kind", "revision"], name="entries_changed_since")]


class Term(models.Model):
    """A word that some entry held, once; what was mistyped is corrected to one of these."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=30)
    text = models.CharField(max_length=60)
    sound = models.CharField(max_length=200)
    """Pinyin of a Chinese word in one piece, the word itself of others."""
    revision = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "text"], name="one_term_of_a_word")]
        indexes = [models.Index(fields=["kind", "revision"], name="terms_new_since")]


class Revision(models.Model):
    """How often the entries of a kind have changed; its row is the lock that their writers wait for."""

    kind = models.CharField(primary_key=True, max_length=30)
    number = models.BigIntegerField()
    token = models.CharField(max_length=32)
    """Random at each change: the same token means the same entries, even after a rollback."""
    words_version = models.IntegerField(default=0)
    """The `WORDS_VERSION` by which all entries of the kind were cut."""
