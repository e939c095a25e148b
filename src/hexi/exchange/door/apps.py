"""The room's place in Django."""

from django.apps import AppConfig


class DoorConfig(AppConfig):
    """The door."""

    name = "hexi.exchange.door"
    label = "door"
