"""The tables of packs."""

from __future__ import annotations

from django.db import models


class Pack(models.Model):
    """A pack that is installed, or whose installation was cut off and is completed by the next."""

    id = models.CharField(primary_key=True, max_length=60)
    version = models.CharField(max_length=30)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    datasets = models.JSONField()
    """Names of the datasets it brought."""
    pages = models.JSONField()
    requires = models.JSONField(default=list)
    """Ids of the packs it needs."""
    schemes = models.JSONField(default=dict)
    """Schemes of division codes: name → [zh, en]."""
    places = models.JSONField(default=list)
    """What places are made of, as `PlaceSource` has it."""
    installed_at = models.DateTimeField()
    is_complete = models.BooleanField(default=True)
    """Whether every dataset has been published since it was installed."""
