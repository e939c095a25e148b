"""Keys that sign for a node: Ed25519, kept in one PEM file that only its owner may read."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hexi.kernel.errors import Conflict, Denied, Invalid, Missing, reason_of


class KeyMissing(Missing):
    """There is no signing key."""

    code = "key.missing"


class KeyInvalid(Invalid):
    """A file is no signing key of ours."""

    code = "key.invalid"


class KeyExposed(Denied):
    """Others may read or write the signing key, so what it signs proves nothing."""

    code = "key.exposed"


class KeyExists(Conflict):
    """There is a key already; replacing it would orphan what it has signed."""

    code = "key.exists"


class Signer(Protocol):
    """Somebody who signs: the node's key, a countersigning authority, a hardware module."""

    @property
    def key_id(self) -> str:
        """First 16 hex digits of the SHA-256 of the raw public key."""

    @property
    def public_key(self) -> bytes:
        """The raw public key, 32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of `message`, 64 bytes. The same message gives the same bytes."""


def key_id_of(public_key: bytes) -> str:
    """Return the id of a raw public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def is_signed_by(public_key: bytes, *, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is the raw key's Ed25519 signature of `message` (RFC 8032)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True, repr=False)
class NodeKey:
    """The node's own key, from its file. Its private part is never shown."""

    _private: Ed25519PrivateKey

    @classmethod
    def create(cls, path: Path) -> NodeKey:
        """Make a key and write it to `path` (PEM, PKCS #8, mode 0600), its folder included.

        Raises `KeyExists` if there is a file already; it is left as it was.
        """
        private = Ed25519PrivateKey.generate()
        text = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            # O_EXCL and the mode in one call: there is no moment at which others can open the file.
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise KeyExists(
                "There is a signing key at “{file}” already. Use it, or add a successor with `hexi keys rotate`.",
                file=str(path),
            ) from None
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return cls(private)

    @classmethod
    def load(cls, path: Path) -> NodeKey:
        """Read the key at `path`. Raises `KeyMissing`, `KeyExposed` or `KeyInvalid`."""
        try:
            with path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                text = file.read()
        except FileNotFoundError:
            raise KeyMissing(
                "There is no signing key at “{file}”. `hexi init` makes one; a restored node needs its old one back.",
                file=str(path),
            ) from None
        except OSError as error:
            raise KeyInvalid(
                "The signing key “{file}” cannot be read: {reason}.", file=str(path), reason=reason_of(error)
            ) from error
        if mode & 0o077:
            raise KeyExposed(
                "The signing key “{file}” has mode {mode}, so others on this machine may read it. "
                "If nobody did: chmod 600 “{file}”. If you are not sure, replace it with `hexi keys rotate`.",
                file=str(path),
                mode=f"{mode:04o}",
            )
        try:
            private = serialization.load_pem_private_key(text, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise KeyInvalid(
                "“{file}” is not a signing key: an unencrypted Ed25519 key in PEM (PKCS #8) is expected.",
                file=str(path),
            ) from None
        if not isinstance(private, Ed25519PrivateKey):
            raise KeyInvalid(
                "“{file}” holds a key of another kind ({kind}); Ed25519 is expected.",
                file=str(path),
                kind=type(private).__name__.removeprefix("_").removesuffix("PrivateKey"),
            )
        return cls(private)

    @property
    def public_key(self) -> bytes:
        """The raw public key, 32 bytes."""
        return self._private.public_key().public_bytes_raw()

    @property
    def key_id(self) -> str:
        """First 16 hex digits of the SHA-256 of the raw public key."""
        return key_id_of(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of `message`, 64 bytes."""
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"NodeKey({self.key_id})"
