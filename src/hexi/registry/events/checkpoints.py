"""A signed size and root of the log, as any transparency-log tool reads it. Pure.

Form: C2SP tlog-checkpoint v1 in a C2SP signed-note v1, Ed25519; the key's name is the log's origin.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from hexi.data.lifecycle.signing import Signer, is_signed_by
from hexi.registry.events.errors import CheckpointInvalid

ED25519 = b"\x01"
ORIGIN = re.compile(r"[^\s+]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A checkpoint as read, its signatures not yet checked."""

    origin: str
    size: int
    root: bytes
    text: str
    """What the signatures are over."""
    signatures: tuple[tuple[str, bytes, bytes], ...]
    """Key name, key hash (4 bytes), signature."""

    def names_key(self, public_key: bytes) -> bool:
        """Whether one of the signatures claims to be by the raw key."""
        return self._signature_of(public_key) is not None

    def is_signed_by(self, public_key: bytes) -> bool:
        """Whether one of the signatures is by the raw key."""
        signature = self._signature_of(public_key)
        return signature is not None and is_signed_by(public_key, message=self.text.encode(), signature=signature)

    def _signature_of(self, public_key: bytes) -> bytes | None:
        wanted = key_hash(self.origin, public_key)
        return next((sig for name, hash_, sig in self.signatures if name == self.origin and hash_ == wanted), None)


def key_hash(name: str, public_key: bytes) -> bytes:
    """Return the four bytes by which a note names a key."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public_key).digest()[:4]


def verifier_key(name: str, public_key: bytes) -> str:
    """Return the key as transparency-log tools take it: `name+hash+base64`."""
    encoded = base64.b64encode(ED25519 + public_key).decode()
    return f"{name}+{key_hash(name, public_key).hex()}+{encoded}"


def write(*, origin: str, size: int, root: bytes, signer: Signer) -> str:
    """Return the signed note. Raises `CheckpointInvalid` if `origin` cannot name a key."""
    if not ORIGIN.fullmatch(origin):
        raise CheckpointInvalid(
            "“{origin}” cannot be a log's origin: no spaces and no “+”, for example hexi/lanzhou.",
            origin=origin,
        )
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    signature = key_hash(origin, signer.public_key) + signer.sign(text.encode())
    return f"{text}\n— {origin} {base64.b64encode(signature).decode()}\n"


def read(note: str) -> Signed:
    """Return a checkpoint's parts. Raises `CheckpointInvalid` with the line that is wrong."""
    text, blank, signed = note.rpartition("\n\n")
    lines = text.split("\n")
    if not blank or len(lines) < 3:
        raise CheckpointInvalid("This is no checkpoint: origin, size, root, an empty line and signatures are expected.")
    origin, size, root = lines[:3]
    if not re.fullmatch(r"0|[1-9][0-9]*", size):
        raise CheckpointInvalid("Line 2 of the checkpoint is “{found}”; a size is expected.", found=size[:60])
    hash_ = _decode(root)
    if len(hash_) != 32:
        raise CheckpointInvalid(
            "Line 3 of the checkpoint is “{found}”; a SHA-256 in base64 is expected.", found=root[:60]
        )
    signatures = []
    for number, line in enumerate(signed.removesuffix("\n").split("\n"), start=len(lines) + 2):
        match = re.fullmatch(r"— (\S+) (\S+)", line)
        content = _decode(match[2]) if match else b""
        if match is None or len(content) < 5:
            raise CheckpointInvalid("Line {line} of the checkpoint is no signature.", line=number)
        signatures.append((match[1], content[:4], content[4:]))
    return Signed(origin=origin, size=int(size), root=hash_, text=text + "\n", signatures=tuple(signatures))


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError):
        return b""
