"""The room's place in Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The room of accounts."""

    name = "hexi.registry.accounts"
    label = "accounts"
