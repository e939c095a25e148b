"""Secrets that are shown once: how they are made, and how they are recognised without being kept."""

from __future__ import annotations

import hashlib
import secrets

OPENING = "hexi_"
"""How tokens begin, so that scanners of leaked secrets know them."""


def fresh(prefix: str = "") -> tuple[str, str]:
    """Return a new secret of 256 bits and what is kept of it."""
    secret = prefix + secrets.token_urlsafe(32)
    return secret, digest(secret)


def digest(secret: str) -> str:
    """Return what is kept of a secret. It is random, so a plain hash gives nothing to guess from."""
    return hashlib.sha256(secret.encode()).hexdigest()
