"""The tables of the log."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """One entry. Inserted once, given its place once, never changed."""

    id = models.CharField(primary_key=True, max_length=36)
    at = models.DateTimeField()
    account = models.CharField(max_length=150)
    party = models.CharField(max_length=100, null=True)
    on_behalf_of = models.CharField(max_length=100, null=True)
    verb = models.CharField(max_length=60)
    object = models.CharField(max_length=300, db_index=True)
    details = models.TextField()
    """Canonical JSON, as text: a database's own JSON type may write numbers differently than it read them."""
    grant = models.CharField(max_length=100, null=True)
    personal_sha256 = models.CharField(max_length=64, null=True)
    sequence = models.BigIntegerField(null=True, unique=True)
    """Place in the log; NULL until it is sealed."""

    class Meta:
        indexes = [models.Index(fields=["id"], condition=models.Q(sequence=None), name="events_not_yet_sealed")]


class PersonalDetails(models.Model):
    """What an event says of a person, beside the log so that it can be erased."""

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.PROTECT)
    salt = models.CharField(max_length=64)
    content = models.TextField()


class Tile(models.Model):
    """Up to 256 neighbouring hashes of one level of the tree (C2SP tlog-tiles, height 8)."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="one_tile_in_a_place")]


class Checkpoint(models.Model):
    """A signed size and root of the log."""

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()
    """As signed, C2SP tlog-checkpoint."""
    sealed_at = models.DateTimeField()


class Log(models.Model):
    """The one log; its row is the sealers' lock."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sealed_at = models.DateTimeField()


class Cursor(models.Model):
    """How far a follower has come."""

    name = models.CharField(primary_key=True, max_length=60)
    sequence = models.BigIntegerField()
