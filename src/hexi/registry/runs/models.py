"""The tables of runs."""

from __future__ import annotations

from django.db import models


class Run(models.Model):
    """One piece of work that takes time."""

    id = models.CharField(primary_key=True, max_length=36)
    dataset = models.CharField(max_length=100, db_index=True)
    account = models.CharField(max_length=150)
    state = models.CharField(max_length=12)
    step = models.CharField(max_length=12, blank=True, default="")
    rows_done = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    """When the work last gave a sign of life."""
    finished_at = models.DateTimeField(null=True)
    key = models.CharField(max_length=64, blank=True, default="")
    version = models.BigIntegerField(null=True)
    process = models.IntegerField()
    seconds = models.JSONField(default=dict)
    """Wall seconds by step."""
    error_template = models.TextField(blank=True, default="")
    error_facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["dataset", "-id"], name="runs_of_a_dataset")]
