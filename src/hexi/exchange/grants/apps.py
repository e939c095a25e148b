"""The room's place in Django."""

from django.apps import AppConfig


class GrantsConfig(AppConfig):
    """Grants."""

    name = "hexi.exchange.grants"
    label = "grants"
