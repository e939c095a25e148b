"""The room's place in Django."""

from django.apps import AppConfig


class RegistrationsConfig(AppConfig):
    """The room of registrations."""

    name = "hexi.registry.registrations"
    label = "registrations"
