"""Puts a new key in the place of the node's own: on disk and in its trust file.

Killed at any point, either the old key signs and is in force, or the next call completes the change.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from hexi.data.lifecycle.signing import KeyInvalid, KeyMissing, NodeKey
from hexi.data.lifecycle.trust import TrustFile, read_trust, revoke, rotate, write_trust


def rotate_key(key_file: Path, trust_file: Path, *, now: datetime) -> NodeKey:
    """End the node's key in good order and return its successor; what the old one signed stays good.

    The old private key is destroyed, so that nobody can back-date a certificate with it.
    """
    old, new = NodeKey.load(key_file), _next_key(key_file)
    trust = read_trust(trust_file)
    if trust.key(new.key_id) is None:
        write_trust(trust_file, rotate(trust, old.key_id, successor=new, now=now))
    return _take_into_use(key_file)


def revoke_key(key_file: Path, trust_file: Path, *, because: str, now: datetime) -> NodeKey:
    """Revoke the node's key, which was lost or misused, and return its successor.

    Nothing the old one ever signed counts any more: publish again what is still true.
    """
    old, new = NodeKey.load(key_file), _next_key(key_file)
    trust: TrustFile = read_trust(trust_file)
    if trust.key(new.key_id) is None:
        write_trust(trust_file, revoke(trust, old.key_id, because=because, successor=new, now=now))
    return _take_into_use(key_file)


def _next_key(key_file: Path) -> NodeKey:
    """The key that a call before this one prepared, or a fresh one."""
    prepared = _prepared(key_file)
    try:
        return NodeKey.load(prepared)
    except KeyMissing:
        return NodeKey.create(prepared)
    except KeyInvalid:  # killed while it was written; no trust file can know it
        prepared.unlink()
        return NodeKey.create(prepared)


def _take_into_use(key_file: Path) -> NodeKey:
    _prepared(key_file).replace(key_file)
    return NodeKey.load(key_file)


def _prepared(key_file: Path) -> Path:
    return key_file.with_name(f"{key_file.name}.next")
