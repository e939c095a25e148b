"""The room's place in Django."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """The room of catalog."""

    name = "hexi.registry.catalog"
    label = "catalog"
