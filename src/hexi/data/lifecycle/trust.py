"""The trust file: which keys a verifier believes, from when, until when, and what took their place.

It travels by a way that the certificates do not (on paper, from the authority, with the
installation), so that whoever can swap a certificate cannot swap the key with it.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from hexi.data.lifecycle.reading_json import Cursor, read_json
from hexi.data.lifecycle.signing import Signer, key_id_of
from hexi.kernel.errors import Conflict, Invalid, Missing, reason_of
from hexi.kernel.names import Text
from hexi.kernel.time import stamp

ALGORITHM = "ed25519"


class TrustMissing(Missing):
    """There is no trust file, so nothing can be verified."""

    code = "trust.missing"


class TrustInvalid(Invalid):
    """A trust file that cannot be believed: it is damaged or contradicts itself."""

    code = "trust.invalid"


class KeyNotInForce(Conflict):
    """A key is unknown, revoked or succeeded already; nothing was changed."""

    code = "key.not-in-force"


class Standing(StrEnum):
    """What a trust file says of a key at a moment."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    ENDED = "ended"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """One key, whoever holds it."""

    id: str
    public_key: bytes
    """Raw, 32 bytes."""
    holder: Text
    valid_from: datetime
    valid_until: datetime | None = None
    """What was signed before stays good; nothing signed from then on is."""
    revoked_at: datetime | None = None
    """The key was lost or misused: nothing it ever signed is good, since a thief can back-date."""
    revoked_because: str | None = None
    successor: str | None = None
    """Id of the key that took its place."""

    def standing(self, at: datetime) -> Standing:
        """How the key stands for something signed at `at`."""
        if self.revoked_at is not None:
            return Standing.REVOKED
        if at < self.valid_from:
            return Standing.NOT_YET
        if self.valid_until is not None and at >= self.valid_until:
            return Standing.ENDED
        return Standing.IN_FORCE


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustFile:
    """The keys that a verifier believes."""

    node: str
    """Name of the node, or of the authority, that wrote the file."""
    keys: tuple[TrustedKey, ...]

    def key(self, key_id: str) -> TrustedKey | None:
        """The key of that id, if the file knows it."""
        return next((each for each in self.keys if each.id == key_id), None)

    def require(self, key_id: str) -> TrustedKey:
        """The key of that id. Raises `KeyNotInForce` if the file does not know it or it is revoked."""
        found = self.key(key_id)
        if found is None:
            raise KeyNotInForce(
                "The trust file of {node} knows no key {key}; it knows {known}.",
                node=self.node,
                key=key_id,
                known=", ".join(each.id for each in self.keys) or "no key",
            )
        if found.revoked_at is not None:
            raise KeyNotInForce("Key {key} was revoked on {at} already.", key=key_id, at=stamp(found.revoked_at))
        return found


def trust_in(signer: Signer, *, node: str, holder: Text, now: datetime) -> TrustFile:
    """Return the first trust file of a node: its own key, from now on."""
    return TrustFile(node=node, keys=(_key_of(signer, holder=holder, now=now),))


def rotate(trust: TrustFile, key_id: str, *, successor: Signer, now: datetime) -> TrustFile:
    """Return `trust` with `successor` in the place of a key that ends now, in good order.

    What the old key signed stays good. Raises `KeyNotInForce` if the key is unknown, revoked or has ended.
    """
    old = trust.require(key_id)
    if old.valid_until is not None:
        raise KeyNotInForce(
            "Key {key} ended on {at}; its successor is {successor}.",
            key=key_id,
            at=stamp(old.valid_until),
            successor=old.successor or "not known",
        )
    ended = replace(old, valid_until=now, successor=successor.key_id)
    return _with_successor(trust, ended, successor=successor, now=now)


def revoke(trust: TrustFile, key_id: str, *, because: str, now: datetime, successor: Signer | None = None) -> TrustFile:
    """Return `trust` with a key revoked: nothing it ever signed is good any more.

    Raises `KeyNotInForce` if the key is unknown or revoked already.
    """
    old = trust.require(key_id)
    revoked = replace(
        old,
        revoked_at=now,
        revoked_because=because,
        successor=successor.key_id if successor else old.successor,
    )
    return _with_successor(trust, revoked, successor=successor, now=now)


def read_trust(path: Path) -> TrustFile:
    """Return the trust file at `path`. Raises `TrustMissing` or `TrustInvalid`, with line or field."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise TrustMissing(
            "There is no trust file at “{file}”. Get it from the node's operator or from the authority, "
            "by another way than the certificate.",
            file=str(path),
        ) from None
    except OSError as error:
        raise TrustInvalid(
            "The trust file “{file}” cannot be read: {reason}.", file=str(path), reason=reason_of(error)
        ) from error
    found = read_json(content, file=str(path), refuse=TrustInvalid)
    if not isinstance(found, dict):
        raise TrustInvalid("The trust file “{file}” must be one JSON object.", file=str(path))
    said = Cursor(found, file=str(path), refuse=TrustInvalid)
    keys = tuple(_read_key(each) for each in said.each("keys"))
    if len({each.id for each in keys}) < len(keys):
        raise said.wrong("keys", expected="each key once")
    return TrustFile(node=said.text("node"), keys=keys)


def write_trust(path: Path, trust: TrustFile) -> None:
    """Write the trust file whole or not at all; readers meanwhile see the old one."""
    content = {"node": trust.node, "keys": [_written(each) for each in trust.keys]}
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="utf-8", delete=False) as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    staged = Path(file.name)
    staged.chmod(0o644)
    staged.replace(path)


def _with_successor(trust: TrustFile, changed: TrustedKey, *, successor: Signer | None, now: datetime) -> TrustFile:
    keys: Sequence[TrustedKey] = [changed if each.id == changed.id else each for each in trust.keys]
    if successor is not None:
        if trust.key(successor.key_id) is not None:
            raise KeyNotInForce(
                "Key {key} stands in the trust file already; a successor is a new key.", key=successor.key_id
            )
        keys = [*keys, _key_of(successor, holder=changed.holder, now=now)]
    return replace(trust, keys=tuple(keys))


def _key_of(signer: Signer, *, holder: Text, now: datetime) -> TrustedKey:
    return TrustedKey(id=signer.key_id, public_key=signer.public_key, holder=holder, valid_from=now)


def _read_key(said: Cursor) -> TrustedKey:
    if said.text("algorithm") != ALGORITHM:
        raise said.wrong("algorithm", expected=ALGORITHM)
    try:
        public_key = base64.b64decode(said.text("public_key").encode(), validate=True)
    except (binascii.Error, ValueError):
        public_key = b""
    if len(public_key) != 32:
        raise said.wrong("public_key", expected="a raw Ed25519 key, 32 bytes in base64")
    if said.text("id") != key_id_of(public_key):
        raise said.wrong("id", expected="the id of the public key beside it")
    return TrustedKey(
        id=said.text("id"),
        public_key=public_key,
        holder=said.inside("holder").as_text(),
        valid_from=said.moment("from"),
        valid_until=said.moment_or_none("until"),
        revoked_at=said.moment_or_none("revoked_at"),
        revoked_because=said.text_or_none("revoked_because"),
        successor=said.text_or_none("successor"),
    )


def _written(key: TrustedKey) -> dict[str, object]:
    return {
        "id": key.id,
        "algorithm": ALGORITHM,
        "public_key": base64.b64encode(key.public_key).decode(),
        "holder": {"zh": key.holder.zh, "en": key.holder.en},
        "from": stamp(key.valid_from),
        "until": stamp(key.valid_until) if key.valid_until else None,
        "revoked_at": stamp(key.revoked_at) if key.revoked_at else None,
        "revoked_because": key.revoked_because,
        "successor": key.successor,
    }
