"""The room's place in Django."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """The room of runs."""

    name = "hexi.registry.runs"
    label = "runs"
