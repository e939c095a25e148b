"""The room's place in Django."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """The room of parties."""

    name = "hexi.registry.parties"
    label = "parties"
