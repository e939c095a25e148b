"""The tables of parties."""

from __future__ import annotations

from django.db import models


class Organisation(models.Model):
    """An organisation as an identity anchor: what is known about it stands in datasets, not here."""

    id = models.CharField(primary_key=True, max_length=36)
    title_zh = models.CharField(max_length=200, unique=True)
    title_en = models.CharField(max_length=200)
    code = models.CharField(max_length=18, null=True, unique=True)
    """Unified social credit code, where it has one."""
