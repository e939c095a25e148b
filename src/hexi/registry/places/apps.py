"""The room's place in Django."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """The room of places."""

    name = "hexi.registry.places"
    label = "places"
