"""The tables of notices."""

from __future__ import annotations

from django.db import models


class Notice(models.Model):
    """What one account should know."""

    id = models.CharField(primary_key=True, max_length=36)
    account = models.CharField(max_length=150)
    template = models.TextField()
    facts = models.JSONField(default=dict)
    object = models.CharField(max_length=200)
    """What it is about, as `kind:name`."""
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account", "read_at"], name="notices_to_read")]
