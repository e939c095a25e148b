"""The server that sends e-mail, as Django's settings name it."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

NOWHERE = "django.core.mail.backends.dummy.EmailBackend"
SMTP = "django.core.mail.backends.smtp.EmailBackend"


def server(address: str) -> tuple[str, str, int, str, str, bool]:
    """Return backend, host, port, user, password and whether it is encrypted from the start, of an `smtp://` address.

    Without an address nothing is sent. Raises `ValueError` for one that is none.
    """
    if not address:
        return NOWHERE, "", 25, "", "", False
    parts = urlsplit(address)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError(f"HEXI_SMTP is “{address}”; write smtp://user:password@host:port")
    is_encrypted = parts.scheme == "smtps"
    port = parts.port or (465 if is_encrypted else 25)
    return SMTP, parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), is_encrypted
