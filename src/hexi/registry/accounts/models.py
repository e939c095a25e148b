"""The tables of accounts."""

from __future__ import annotations

from django.db import models


class Account(models.Model):
    """Somebody, or something, that acts on this node."""

    name = models.CharField(primary_key=True, max_length=150)
    party = models.CharField(max_length=36, null=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()


class Authority(models.Model):
    """A verb, or a family of verbs such as `dataset.*`, that an account may use."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="authorities")
    verb = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "verb"], name="one_authority_of_each")]
