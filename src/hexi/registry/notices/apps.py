"""The room's place in Django."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The room of notices."""

    name = "hexi.registry.notices"
    label = "notices"
