"""The tables of documents."""

from __future__ import annotations

from django.db import models


class Upload(models.Model):
    """A file on its way from somebody's computer to the node."""

    id = models.CharField(primary_key=True, max_length=36)
    account = models.CharField(max_length=150)
    organisation = models.CharField(max_length=36, null=True)
    name = models.CharField(max_length=255)
    """As given. Shown as text, never used as a path."""
    safe_name = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField()
    """As announced."""
    received_bytes = models.BigIntegerField(default=0)
    state = models.CharField(max_length=12)
    created_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    """When bytes last arrived."""
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["state", "expires_at"], name="uploads_that_wait"),
            models.Index(fields=["account", "-id"], name="uploads_of_an_account"),
        ]


class Document(models.Model):
    """A file that arrived whole; its id is that of its upload, or its own where it was unpacked."""

    id = models.CharField(primary_key=True, max_length=36)
    account = models.CharField(max_length=150)
    organisation = models.CharField(max_length=36, null=True)
    name = models.CharField(max_length=255)
    stored_name = models.CharField(max_length=255)
    """The file in the document's folder; its ending is that of the format found."""
    format = models.CharField(max_length=12)
    promised = models.CharField(max_length=12, blank=True, default="")
    """The format that the name promises, where that is another."""
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    members = models.JSONField(default=list)
    archive = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="unpacked")
    """The ZIP file that it was taken from."""
    member = models.TextField(blank=True, default="")
    """Its path in that file."""

    class Meta:
        indexes = [models.Index(fields=["account", "-id"], name="documents_of_an_account")]
        constraints = [
            models.UniqueConstraint(
                fields=["archive", "member"],
                condition=models.Q(archive__isnull=False),
                name="each_member_unpacked_once",
            )
        ]
