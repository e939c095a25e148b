"""The room's place in Django."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """The room of documents."""

    name = "hexi.registry.documents"
    label = "documents"
