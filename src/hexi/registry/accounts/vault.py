"""Secrets of other systems, encrypted: who has the database without the node's key folder has none of them."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hexi.registry.accounts.errors import SecretLost

NONCE_BYTES = 12
KEY_BITS = 256


def sealed(secret: str, *, about: str, key_file: Path) -> str:
    """Return a secret encrypted for `about`, under which alone it opens again; empty for an empty one."""
    if not secret:
        return ""
    nonce = os.urandom(NONCE_BYTES)
    hidden = AESGCM(_key(key_file)).encrypt(nonce, secret.encode(), about.encode())
    return base64.b64encode(nonce + hidden).decode()


def opened(text: str, *, about: str, key_file: Path) -> str:
    """Return what was sealed. Raises `SecretLost` where the key, or what it is about, is another."""
    if not text:
        return ""
    raw = base64.b64decode(text)
    try:
        return AESGCM(_key(key_file)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], about.encode()).decode()
    except InvalidTag:
        raise SecretLost(
            "The secret of “{about}” cannot be opened with the key in “{file}”: put that file's backup back, or set "
            "the secret anew.",
            about=about.partition(" ")[0],
            file=key_file.name,
        ) from None


def _key(path: Path) -> bytes:
    """The key, made where there is none. Two processes that make it at once end with the same."""
    if not path.is_file():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(AESGCM.generate_key(KEY_BITS))
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
