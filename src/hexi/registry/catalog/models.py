"""The tables of the catalogue. All of it can be made anew from the lake, but the serials: these the log holds."""

from __future__ import annotations

from django.db import models


class Dataset(models.Model):
    """A dataset with what lists and searches need of its newest version."""

    id = models.CharField(primary_key=True, max_length=36)
    name = models.CharField(max_length=100, unique=True)
    code = models.CharField(max_length=40, null=True, unique=True)
    """Resource code; given once, when the first classified version is entered."""
    publisher = models.CharField(max_length=36)
    newest = models.BigIntegerField()
    certified_at = models.DateTimeField()
    rows = models.BigIntegerField()
    accepted = models.BigIntegerField()
    quarantined = models.BigIntegerField()
    certificate_sha256 = models.CharField(max_length=64)
    entry = models.JSONField()
    """Title, summary, theme and the like, of the newest contract."""
    place_field = models.CharField(max_length=200, null=True)
    """Field that holds a division code, so that places can lead to rows."""
    is_withdrawn = models.BooleanField(default=False)
    is_vanished = models.BooleanField(default=False)
    """Withdrawn because its table is not in the lake any more; back as soon as the table is."""

    class Meta:
        indexes = [
            models.Index(fields=["name"], condition=models.Q(place_field__isnull=False), name="datasets_with_places"),
            models.Index(fields=["-quarantined"], name="datasets_by_quarantined"),
        ]


class Version(models.Model):
    """A published version: what its certificate says."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    version = models.BigIntegerField()
    quarantine_version = models.BigIntegerField()
    certified_at = models.DateTimeField()
    certificate_sha256 = models.CharField(max_length=64)
    contract_sha256 = models.CharField(max_length=64)
    contract_text = models.TextField()
    facts = models.JSONField()
    """Counts, rules, sources, inputs and seconds, as certified."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "version"], name="one_version_of_each")]


class CodeSeries(models.Model):
    """How far the serials of one classification were given out."""

    front = models.CharField(primary_key=True, max_length=20)
    last = models.PositiveIntegerField()


class ElementUse(models.Model):
    """A field of a dataset's newest contract that holds a standard data element."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="elements")
    field = models.CharField(max_length=100)
    title = models.JSONField()
    element = models.CharField(max_length=50)
    scope = models.CharField(max_length=200)
    """Elements of the dataset's key, joined by a plus."""
    is_source = models.BooleanField()
    since = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["element", "-is_source", "since"], name="uses_by_element"),
            models.Index(fields=["since"], condition=models.Q(is_source=True), name="sources_by_age"),
        ]
