"""The tables of accounts."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import models


class Account(AbstractBaseUser):
    """Somebody, or something, that acts on this node."""

    name = models.CharField(primary_key=True, max_length=150)
    title = models.CharField(max_length=150, blank=True, default="")
    """What the person is called."""
    email = models.EmailField(unique=True, null=True)
    party = models.CharField(max_length=36, null=True)
    """The organisation for which the account acts where nothing else is said."""
    is_active = models.BooleanField(default=True)
    is_service = models.BooleanField(default=False)
    """A program's: it has tokens and no password."""
    created_at = models.DateTimeField()

    password = models.CharField(max_length=128, default=UNUSABLE_PASSWORD_PREFIX)
    """Hashed; nobody signs in with a password that was never set."""

    objects = BaseUserManager()

    USERNAME_FIELD = "name"
    EMAIL_FIELD = "email"


class Authority(models.Model):
    """A verb, or a family of verbs such as `dataset.*`, that an account may use."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="authorities")
    verb = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "verb"], name="one_authority_of_each")]


class Role(models.Model):
    """What an account does for an organisation and all its parts; without an organisation, on the whole node."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=12)
    organisation = models.CharField(max_length=36, blank=True, default="")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "role", "organisation"], name="one_role_of_each")]
        indexes = [models.Index(fields=["role", "organisation"], name="holders_of_a_role")]


class OneTimeLink(models.Model):
    """A link with which somebody sets the password of an account: an invitation, or a reset."""

    id = models.CharField(primary_key=True, max_length=36)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(max_length=8)
    sha256 = models.CharField(max_length=64, unique=True)
    """Of the secret in the link: who reads the database cannot use it."""
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """Used, revoked, or made void by a newer one."""


class Token(models.Model):
    """What a program shows instead of a password."""

    id = models.CharField(primary_key=True, max_length=36)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    title = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, unique=True)
    scope = models.JSONField(default=list)
    """Verbs and families to which it is limited; empty for whatever its account may do."""
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    """When it was last shown, to the minute."""


class Connection(models.Model):
    """The way to another system from which datasets are collected."""

    name = models.CharField(primary_key=True, max_length=60)
    address = models.CharField(max_length=500)
    """A URL without its secret."""
    sealed = models.TextField(blank=True, default="")
    """The secret, encrypted; empty where none is needed."""
    organisation = models.CharField(max_length=36, blank=True, default="")
    """Whose datasets may be collected through it; empty for all of the node's."""
    changed_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField()
