"""The tables of feedback."""

from __future__ import annotations

from django.db import models


class Follow(models.Model):
    """An account that wants to know what becomes of a dataset or of whatever an organisation publishes."""

    account = models.CharField(max_length=150)
    object = models.CharField(max_length=200)
    """`dataset:name` or `organisation:id`."""
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "object"], name="one_follow_of_each")]
        indexes = [models.Index(fields=["object"], name="followers_of_a_thing")]


class LatePromise(models.Model):
    """A version that was not followed by another in the time that its contract promises; told of once."""

    dataset = models.CharField(max_length=100)
    version = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "version"], name="late_once_a_version")]


class Question(models.Model):
    """Something about a dataset that its publisher is to answer: a correction, or a request to read it."""

    id = models.CharField(primary_key=True, max_length=36)
    kind = models.CharField(max_length=12)
    dataset = models.CharField(max_length=100)
    organisation = models.CharField(max_length=36)
    """Who is to answer: the publisher, or whoever it was passed on to."""
    state = models.CharField(max_length=12)
    field = models.CharField(max_length=200, blank=True, default="")
    row = models.CharField(max_length=200, blank=True, default="")
    """Which row, by its key or its line, as whoever asked says it."""
    proposal = models.TextField(blank=True, default="")
    """What it should be."""
    reason = models.TextField()
    """Why; of a request, for what purpose."""
    account = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["dataset", "kind", "state"], name="questions_of_a_dataset"),
            models.Index(fields=["organisation", "state", "due_on"], name="questions_to_answer"),
            models.Index(fields=["account", "-asked_at"], name="questions_of_an_account"),
        ]


class Reply(models.Model):
    """What was said of a question on its way."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="replies")
    kind = models.CharField(max_length=12)
    account = models.CharField(max_length=150)
    at = models.DateTimeField()
    text = models.TextField(blank=True, default="")
    passed_to = models.CharField(max_length=36, blank=True, default="")


class Wish(models.Model):
    """A dataset that somebody misses."""

    id = models.CharField(primary_key=True, max_length=36)
    title = models.CharField(max_length=200)
    reason = models.TextField()
    organisation = models.CharField(max_length=36, blank=True, default="")
    """From whom; empty where nobody knows."""
    state = models.CharField(max_length=12)
    account = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True, default="")
    dataset = models.CharField(max_length=100, blank=True, default="")
    """What fulfils it."""
    answered_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    """None for a wish from before wishes had such a day."""
    backers = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["state", "-backers"], name="wishes_by_backers")]


class Backer(models.Model):
    """An account that misses the same."""

    wish = models.ForeignKey(Wish, on_delete=models.CASCADE, related_name="joined")
    account = models.CharField(max_length=150, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wish", "account"], name="one_voice_a_wish")]
