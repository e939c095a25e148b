"""The tables of places. A date is text as far as it is known: `2018`, `2018-10` or `2018-10-25`."""

from __future__ import annotations

from django.db import models

DAY = 10


class Scheme(models.Model):
    """A scheme of division codes, such as that of the statistics."""

    name = models.CharField(primary_key=True, max_length=30)
    title_zh = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100)
    rank = models.PositiveSmallIntegerField()
    """Of two places with one code, an address means that of the lower rank."""


class Place(models.Model):
    """A place under an id that never changes."""

    id = models.CharField(primary_key=True, max_length=36)
    level = models.PositiveSmallIntegerField(db_index=True)
    """Length of the stem of its codes: 2 province, 4 prefecture, 6 county, 9 township, 12 village."""
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    name = models.CharField(max_length=100, db_index=True)
    pinyin = models.CharField(max_length=300, db_index=True)
    initials = models.CharField(max_length=100, db_index=True)
    address = models.CharField(max_length=36, db_index=True)
    """How pages call it: its code where that is its own, otherwise its id."""
    since = models.CharField(max_length=DAY, null=True)
    until = models.CharField(max_length=DAY, null=True)


class Code(models.Model):
    """A code of a place in a scheme, twelve digits, from when until when."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="codes")
    scheme = models.CharField(max_length=30)
    value = models.CharField(max_length=12, db_index=True)
    since = models.CharField(max_length=DAY, null=True)
    until = models.CharField(max_length=DAY, null=True)


class Name(models.Model):
    """A name that a place bore."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=100, db_index=True)
    pinyin = models.CharField(max_length=300)
    initials = models.CharField(max_length=100)
    since = models.CharField(max_length=DAY, null=True)
    until = models.CharField(max_length=DAY, null=True)
    source = models.CharField(max_length=300)
    dataset = models.CharField(max_length=100, default="")
    """The dataset of changes that tells of it; empty where a list changed."""


class Change(models.Model):
    """Something that happened to a place, as a dataset of changes has it."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="changes")
    other = models.ForeignKey(Place, null=True, on_delete=models.CASCADE, related_name="changed_from")
    """Which place took its area over, where it was abolished."""
    kind = models.CharField(max_length=30)
    """In the words of the source, such as 撤县设市."""
    on = models.CharField(max_length=DAY)
    before = models.CharField(max_length=120)
    after = models.CharField(max_length=120)
    source = models.CharField(max_length=300)
    dataset = models.CharField(max_length=100)


class Shape(models.Model):
    """The area of a place: its box, and its outline as WKB."""

    place = models.OneToOneField(Place, on_delete=models.CASCADE, primary_key=True, related_name="shape")
    dataset = models.CharField(max_length=100)
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    wkb = models.BinaryField()


class Load(models.Model):
    """What was read last from a dataset that places are made of."""

    dataset = models.CharField(primary_key=True, max_length=100)
    kind = models.CharField(max_length=20)
    scheme = models.CharField(max_length=30)
    level = models.PositiveSmallIntegerField()
    version = models.IntegerField()
    mark = models.CharField(max_length=64)
    """Hash of what it was read from; the same again means nothing to do."""
    counts = models.JSONField()
    loaded_at = models.DateTimeField()
