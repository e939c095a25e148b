"""The meter: what was read, under which grant."""

from __future__ import annotations

from django.db import models


class Reading(models.Model):
    """Rows that left. Views of pages add up per grant, version and day; each download is its own entry."""

    id = models.CharField(primary_key=True, max_length=36)
    grant = models.CharField(max_length=36)
    dataset = models.CharField(max_length=100)
    version = models.PositiveBigIntegerField()
    channel = models.CharField(max_length=20)
    day = models.DateField()
    query = models.CharField(max_length=36, default="")
    """Id of the download; empty for what adds up."""
    times = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["grant", "dataset", "version", "channel", "day", "query"], name="one_meter_entry"
            )
        ]


class Export(models.Model):
    """A version written as one file, with the certificate that ties it to its source."""

    id = models.CharField(primary_key=True, max_length=36)
    dataset = models.CharField(max_length=100)
    version = models.PositiveBigIntegerField()
    format = models.CharField(max_length=10)
    policy = models.CharField(max_length=64)
    """SHA-256 over the columns that may leave: two policies never share a file."""
    filename = models.CharField(max_length=200)
    rows = models.PositiveBigIntegerField()
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "version", "format", "policy"], name="one_export_of_each")
        ]
