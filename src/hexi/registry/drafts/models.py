"""The tables of drafts."""

from __future__ import annotations

from django.db import models


class Draft(models.Model):
    """A contract that is not published yet, the upload that it reads, and where it stands."""

    id = models.CharField(primary_key=True, max_length=36)
    organisation = models.CharField(max_length=36, db_index=True)
    dataset = models.CharField(max_length=100, db_index=True)
    title_zh = models.TextField(blank=True, default="")
    title_en = models.TextField(blank=True, default="")
    """As the text has it, for lists."""
    state = models.CharField(max_length=12)
    text = models.TextField(blank=True, default="")
    number = models.PositiveIntegerField(default=0)
    """Of the newest revision of the text; 0 while there is none."""
    document = models.CharField(max_length=36, blank=True, default="")
    """The upload; empty where the draft reads again what the version before read."""
    source_file = models.TextField(blank=True, default="")
    """That file, where it was no upload."""
    base_version = models.BigIntegerField(null=True)
    """Newest version of the dataset when the draft began; None for a new dataset."""
    findings = models.JSONField(default=dict)
    """What drafting found in the source, with its evidence."""
    changes = models.JSONField(default=dict)
    """What it would change in the rows that are published, or why nobody can tell."""
    compared = models.PositiveIntegerField(default=0)
    """Revision that `changes` is about; 0 while the rows were not compared."""
    account = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    changed_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField()
    submitted_by = models.CharField(max_length=150, blank=True, default="")
    run = models.CharField(max_length=36, blank=True, default="")
    """The run that publishes it."""

    class Meta:
        indexes = [models.Index(fields=["state", "changed_at"], name="drafts_by_state")]


class Revision(models.Model):
    """A text of a draft as somebody left it."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    account = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "number"], name="one_revision_of_each")]


class Remark(models.Model):
    """What was said of a draft on its way: handed in, returned because, approved, failed because."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="remarks")
    kind = models.CharField(max_length=12)
    account = models.CharField(max_length=150)
    at = models.DateTimeField()
    text = models.TextField(blank=True, default="")
    """As a person wrote it; for what the node says, a template over `facts`."""
    facts = models.JSONField(default=dict)


class Workbook(models.Model):
    """A filled-in workbook of a catalogue, with what the worker found in it or made of it."""

    document = models.CharField(max_length=36)
    organisation = models.CharField(max_length=36)
    account = models.CharField(max_length=150)
    state = models.CharField(max_length=12)
    result = models.JSONField(default=dict)
    """`checked` or `made`, as `filling` writes them; or `error` with its `facts`."""
    asked_at = models.DateTimeField()
    """When the worker was asked for what it does now, or did last."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=("document", "organisation"), name="one_check_of_each_workbook")]
        indexes = [models.Index(fields=["state", "asked_at"], name="drafts_workbooks_by_state")]
