"""The room's place in Django."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """The room of search."""

    name = "hexi.registry.search"
    label = "search"
