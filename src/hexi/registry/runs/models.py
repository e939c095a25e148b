"""The tables of runs."""

from __future__ import annotations

from django.db import models


class Run(models.Model):
    """One piece of work that takes time; waiting, it is an entry of the queue."""

    id = models.CharField(primary_key=True, max_length=36)
    dataset = models.CharField(max_length=100, db_index=True)
    account = models.CharField(max_length=150)
    state = models.CharField(max_length=12)
    step = models.CharField(max_length=12, blank=True, default="")
    rows_done = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    """When its newest attempt began; of one that waits, when it was queued."""
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

    contract_file = models.TextField(blank=True, default="")
    """What the worker is to publish; empty for a run that a person watches, which nobody else can take up."""
    source_file = models.TextField(blank=True, default="")
    read_file = models.TextField(blank=True, default="")
    """The file that it read, so that the same can be read again; empty where the rows were computed."""
    due_at = models.DateTimeField(null=True)
    """Not to be begun earlier."""
    attempts = models.PositiveSmallIntegerField(default=0)
    holder = models.CharField(max_length=36, blank=True, default="")
    """Token of whoever works on it. Whoever lost the lease no longer has the token, so cannot write."""
    lease_until = models.DateTimeField(null=True)
    is_stopping = models.BooleanField(default=False)
    """Somebody asked for it to be cancelled while it was at work."""

    class Meta:
        indexes = [
            models.Index(fields=["dataset", "-id"], name="runs_of_a_dataset"),
            models.Index(fields=["state", "due_at"], name="runs_that_wait"),
        ]


class Schedule(models.Model):
    """A dataset that is to be published again and again."""

    dataset = models.CharField(primary_key=True, max_length=100)
    account = models.CharField(max_length=150)
    contract_file = models.TextField()
    source_file = models.TextField(blank=True, default="")
    every_s = models.PositiveIntegerField()
    due_at = models.DateTimeField()
