"""The room's place in Django."""

from django.apps import AppConfig


class PacksConfig(AppConfig):
    """Packs."""

    name = "hexi.packs"
    label = "packs"
