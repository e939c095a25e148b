"""The tables of grants."""

from __future__ import annotations

from django.db import models


class Grant(models.Model):
    """Who may use which fields of a dataset, on which basis, from when until when."""

    id = models.CharField(primary_key=True, max_length=36)
    dataset = models.CharField(max_length=100, db_index=True)
    grantee = models.CharField(max_length=100)
    basis = models.CharField(max_length=30)
    purpose = models.CharField(max_length=200)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.TextField(blank=True, default="")
    epoch = models.PositiveIntegerField(default=1)
    """Grows with every change, so that a permit written before it is recognised."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "grantee", "basis"],
                condition=models.Q(revoked_at=None),
                name="one_grant_in_force",
            )
        ]
