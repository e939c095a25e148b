"""The room's place in Django."""

from django.apps import AppConfig


class DraftsConfig(AppConfig):
    """The room of drafts."""

    name = "hexi.registry.drafts"
    label = "drafts"
