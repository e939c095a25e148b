"""The tables of registrations."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hexi.registry.registrations.records import ENDED, UNDER_WAY


class Registration(models.Model):
    """A resource that is registered, or whose first registration is under way, as it stands in the register."""

    id = models.CharField(primary_key=True, max_length=36)
    code = models.CharField(max_length=20, null=True, unique=True)
    """Given once, when it is first registered; it stays through changes and is never given again."""
    dataset = models.CharField(max_length=100)
    organisation = models.CharField(max_length=36)
    state = models.CharField(max_length=12)
    title_zh = models.TextField()
    title_en = models.TextField()
    publisher_zh = models.TextField()
    publisher_en = models.TextField()
    facts = models.JSONField()
    """Version, certificate, rows, sharing and openness, at the moment of the application that it rests on."""
    moved_at = models.DateTimeField()
    """When its state last changed."""
    registered_at = models.DateTimeField(null=True)
    certificate = models.TextField(blank=True, default="")
    """The signed envelope that says so, byte for byte; of a cancelled registration, the last before."""
    valid_until = models.DateField(null=True)
    """First day on which it does not hold any more."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset"], condition=~Q(state__in=ENDED), name="one_registration_of_each")
        ]
        indexes = [
            models.Index(fields=["state", "-moved_at"], name="registrations_by_state"),
            models.Index(fields=["valid_until"], name="registrations_by_end"),
        ]


class Application(models.Model):
    """What somebody asked of the register: a first registration, a change, a correction or a cancellation."""

    id = models.CharField(primary_key=True, max_length=36)
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="applications")
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    facts = models.JSONField()
    """As of the registration, with titles, at the moment of the application."""
    reason = models.TextField(blank=True, default="")
    applied_by = models.CharField(max_length=150)
    applied_at = models.DateTimeField()
    notice_at = models.DateTimeField(null=True)
    notice_until = models.DateField(null=True)
    """Last day of the public notice."""
    is_calendar_known = models.BooleanField(default=True)
    """False where the notice's days were counted by weekdays, as the holidays of a year were not known."""
    decided_by = models.CharField(max_length=150, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    because = models.TextField(blank=True, default="")
    """Why it was returned."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(state__in=UNDER_WAY), name="one_application_under_way"
            )
        ]
        indexes = [models.Index(fields=["state", "applied_at"], name="applications_by_state")]


class Objection(models.Model):
    """What somebody holds against an application during its public notice, and what was answered."""

    id = models.CharField(primary_key=True, max_length=36)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="objections")
    account = models.CharField(max_length=150)
    at = models.DateTimeField()
    text = models.TextField()
    answer = models.TextField(blank=True, default="")
    answered_by = models.CharField(max_length=150, blank=True, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "account"], condition=Q(answered_at=None), name="one_open_objection_of_each"
            )
        ]


class Expiry(models.Model):
    """The end of a registration's years that was told of; each once before and once when it came."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="expiries")
    valid_until = models.DateField()
    is_over = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "valid_until", "is_over"], name="every_end_is_told_of_once_a_side"
            )
        ]


class CodeSeries(models.Model):
    """How far the serials of a year's registration codes were given out."""

    year = models.PositiveIntegerField(primary_key=True)
    last = models.PositiveIntegerField()
