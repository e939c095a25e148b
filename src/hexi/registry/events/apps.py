"""Tells Django about the room."""

from __future__ import annotations

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """The append-only log."""

    name = "hexi.registry.events"
    label = "events"
    default_auto_field = "django.db.models.BigAutoField"
