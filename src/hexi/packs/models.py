"""The tables of packs."""

from __future__ import annotations

from django.db import models


class Pack(models.Model):
    """A pack that is installed."""

    id = models.CharField(primary_key=True, max_length=60)
    version = models.CharField(max_length=30)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    datasets = models.JSONField()
    """Names of the datasets it brought."""
    pages = models.JSONField()
    installed_at = models.DateTimeField()
