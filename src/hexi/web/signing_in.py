"""How this node answers allauth, which runs the pages of signing in: no open sign-up, every step an event."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from hexi.registry.accounts import people
from hexi.web.clock import clock

VERBS = {
    "account/email/password_changed": ("account.password", {}),
    "account/email/password_set": ("account.password", {}),
    "account/email/password_reset": ("account.password", {}),
    "mfa/email/totp_activated": ("account.factor", {"kind": "totp-on"}),
    "mfa/email/totp_deactivated": ("account.factor", {"kind": "totp-off"}),
    "mfa/email/recovery_codes_generated": ("account.factor", {"kind": "recovery-codes"}),
}
"""Notice that allauth sends → the event that it is."""


PAUSE_S = 15 * 60
"""For how long too many failures pause signing in, as `ACCOUNT_RATE_LIMITS` says."""


class AccountAdapter(DefaultAccountAdapter):
    """Signing in by password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: people are invited."""
        return False

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **facts: Any) -> HttpResponse:
        """Enter that somebody signed in."""
        people.note(user.get_username(), "account.sign-in", now=clock(), kind="portal")
        response: HttpResponse = super().post_login(request, user, **facts)
        return response

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Enter that signing in pauses after too many failures, once for each pause."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            typed = _typed(credentials)
            if cache.add(f"paused:{hashlib.sha256(typed.lower().encode()).hexdigest()}", 1, timeout=PAUSE_S):
                people.note(typed, "account.lock", now=clock())
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Enter that somebody gave a wrong password."""
        people.note(_typed(credentials), "account.sign-in-fail", now=clock())

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Enter what was changed about signing in, and tell the account's owner."""
        if template_prefix in VERBS:
            verb, details = VERBS[template_prefix]
            people.note(user.get_username(), verb, now=clock(), **details)
        super().send_notification_mail(template_prefix, user, context, email or getattr(user, "email", None))

    def add_message(self, *args: Any, **facts: Any) -> None:
        """Say nothing: the page that follows shows what was done."""


class FactorAdapter(DefaultMFAAdapter):
    """The second factor. Its secrets are encrypted with the node's own."""

    def encrypt(self, text: str) -> str:
        """Return the text so that only this node reads it."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what was encrypted."""
        return _cipher().decrypt(encrypted_text.encode()).decode()


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Signing in by the organisation's provider: for accounts that there are, found by a verified e-mail address."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody signs up: people are invited."""
        return False


def _typed(credentials: Mapping[str, Any]) -> str:
    return str(credentials.get("username") or credentials.get("email") or "")


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"second factor" + settings.SECRET_KEY.encode()).digest()))
