"""The room's place in Django."""

from django.apps import AppConfig


class FeedbackConfig(AppConfig):
    """The room of feedback."""

    name = "hexi.registry.feedback"
    label = "feedback"
