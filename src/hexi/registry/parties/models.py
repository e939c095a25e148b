"""The tables of parties. A date is text as far as it is known: `2018`, `2018-10` or `2018-10-25`."""

from __future__ import annotations

from django.db import models

DAY = 10


class Organisation(models.Model):
    """An organisation as an identity anchor: what is known about it stands in datasets, not here."""

    id = models.CharField(primary_key=True, max_length=36)
    kind = models.CharField(max_length=20, default="institution")
    title_zh = models.CharField(max_length=200, unique=True)
    title_en = models.CharField(max_length=200)
    code = models.CharField(max_length=18, null=True, unique=True)
    """Unified social credit code, where it has one."""
    founded_on = models.CharField(max_length=DAY, null=True)
    dissolved_on = models.CharField(max_length=DAY, null=True)


class Name(models.Model):
    """A further name of an organisation: a former one, or a short one."""

    id = models.CharField(primary_key=True, max_length=36)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="names")
    kind = models.CharField(max_length=10)
    zh = models.CharField(max_length=200, db_index=True)
    en = models.CharField(max_length=200)
    since = models.CharField(max_length=DAY, null=True)
    until = models.CharField(max_length=DAY, null=True)
    source_zh = models.TextField(default="")
    source_en = models.TextField(default="")


class Relation(models.Model):
    """What one organisation is to another, from when until when, and who says so."""

    id = models.CharField(primary_key=True, max_length=36)
    origin = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="relations")
    target = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="related")
    kind = models.CharField(max_length=20)
    since = models.CharField(max_length=DAY, null=True)
    until = models.CharField(max_length=DAY, null=True)
    source_zh = models.TextField(default="")
    source_en = models.TextField(default="")


class Post(models.Model):
    """A post of an organisation: duties belong to it, not to whoever holds it."""

    id = models.CharField(primary_key=True, max_length=36)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    contact = models.CharField(max_length=200, default="")
    """The office's own number or address, never a person's."""
    since = models.CharField(max_length=DAY, null=True)
    until = models.CharField(max_length=DAY, null=True)


class Duty(models.Model):
    """What whoever holds a post has to do."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="duties")
    position = models.PositiveSmallIntegerField()
    zh = models.CharField(max_length=300)
    en = models.CharField(max_length=300)


class Anchor(models.Model):
    """A person, a firm or a household: an id to which identifiers lead, and nothing else."""

    id = models.CharField(primary_key=True, max_length=36)
    kind = models.CharField(max_length=10)


class Holding(models.Model):
    """Who holds a post, from when until when."""

    id = models.CharField(primary_key=True, max_length=36)
    person = models.ForeignKey(Anchor, on_delete=models.PROTECT, related_name="holdings")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    since = models.CharField(max_length=DAY)
    until = models.CharField(max_length=DAY, null=True)


class AnyIdentifier(models.Model):
    """A value of a scheme that leads to an anchor, from when until when."""

    id = models.CharField(primary_key=True, max_length=36)
    scheme = models.CharField(max_length=20)
    value = models.CharField(max_length=60, db_index=True)
    since = models.CharField(max_length=DAY, null=True)
    until = models.CharField(max_length=DAY, null=True)

    class Meta:
        abstract = True


class Identifier(AnyIdentifier):
    """One that anybody may know, such as a credit code."""

    party = models.ForeignKey(Anchor, on_delete=models.PROTECT, related_name="identifiers")


class PersonalIdentifier(AnyIdentifier):
    """One that is personal, such as a resident id: a table of its own, so that it can be kept back and erased."""

    party = models.ForeignKey(Anchor, on_delete=models.PROTECT, related_name="personal_identifiers")
