"""The organisation's own way of signing in, as allauth's settings name it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from hexi.kernel import settings as environment

ID = "oidc"
"""In addresses: `/accounts/oidc/oidc/login/`."""


def openid_connect(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the providers of signing in: one where `HEXI_OIDC` names an issuer, else none."""
    issuer = environment.OIDC.read(environ)
    if not issuer:
        return {}
    app = {
        "provider_id": ID,
        "name": environment.OIDC_TITLE.read(environ),
        "client_id": environment.OIDC_CLIENT.read(environ),
        "secret": environment.OIDC_SECRET.read(environ),
        "settings": {"server_url": issuer, "token_auth_method": "client_secret_post"},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def origins(configured: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the origins to which browsers are sent to sign in; none without a provider."""
    issuers = [each["settings"]["server_url"] for each in configured.get("openid_connect", {}).get("APPS", ())]
    return tuple(f"{at.scheme}://{at.netloc}" for at in map(urlsplit, issuers))
