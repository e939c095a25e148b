"""The envelope around a statement: DSSE, with room for several signatures.

What is signed is the payload's bytes, never a re-serialised form of them (DSSE protocol, section
"Pre-Authentication Encoding"). What is hashed, to name an envelope, is its canonical JSON.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hexi.data.lifecycle.reading_json import read_json
from hexi.data.lifecycle.signing import Signer, is_signed_by
from hexi.kernel.errors import Invalid

PAYLOAD_TYPE = "application/vnd.in-toto+json"
BUNDLE_TYPE = "application/vnd.hexi.bundle+json"


class CertificateInvalid(Invalid):
    """A certificate's form is wrong: it is cut off, edited, or something else altogether."""

    code = "certificate.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature of an envelope. The key id is a hint: it is looked up, never believed."""

    key_id: str
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A signed statement as it came, nothing verified yet."""

    payload: bytes
    signatures: tuple[Signature, ...]
    sha256: str
    """Of the canonical envelope; the certificate's name in the lake, the catalogue and other certificates."""

    def is_signed_by(self, signature: Signature, public_key: bytes) -> bool:
        """Whether `signature` is that of the raw Ed25519 key over this envelope's payload."""
        return is_signed_by(public_key, message=pae(PAYLOAD_TYPE, self.payload), signature=signature.signature)


def canonical(value: object) -> bytes:
    """Return JSON with sorted keys and no spaces, in UTF-8 without escapes.

    The same value gives the same bytes. Raises `ValueError` for NaN and infinities.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return DSSE's pre-authentication encoding, the bytes that are signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def digest(envelope: bytes) -> str:
    """Return the SHA-256 of a sealed envelope, hex."""
    return hashlib.sha256(envelope).hexdigest()


def seal(statement: Mapping[str, object], signers: Sequence[Signer]) -> bytes:
    """Sign `statement` with each signer and return the envelope's canonical bytes.

    Ed25519 is deterministic, so the same statement and signers give the same bytes.
    """
    if not signers:
        raise ValueError("an envelope needs at least one signer")
    payload = canonical(statement)
    message = pae(PAYLOAD_TYPE, payload)
    return canonical(
        {
            "payloadType": PAYLOAD_TYPE,
            "payload": _encode(payload),
            "signatures": [{"keyid": each.key_id, "sig": _encode(each.sign(message))} for each in signers],
        }
    )


def bundle(envelopes: Sequence[bytes]) -> bytes:
    """Return a download's certificate and those it was derived from, as one canonical file.

    First the download's, then its source's. The envelopes stand in it byte for byte.
    """
    return canonical({"mediaType": BUNDLE_TYPE, "certificates": [json.loads(each) for each in envelopes]})


def read_envelopes(text: bytes, *, file: str) -> tuple[Envelope, ...]:
    """Return the envelopes of a certificate (one) or a bundle (all, the download's first).

    Raises `CertificateInvalid`, which names `file`, the line where there is one, and the field.
    """
    found = _load(text, file)
    if not isinstance(found, dict):
        raise CertificateInvalid("“{file}” is not a certificate: a JSON object is expected.", file=file)
    if found.get("mediaType") != BUNDLE_TYPE:
        return (_envelope(found, file=file, where=""),)
    members = found.get("certificates")
    if not isinstance(members, list) or not members:
        raise CertificateInvalid("“{file}” is an empty bundle: “certificates” lists none.", file=file)
    return tuple(_envelope(each, file=file, where=f"certificates[{n}].") for n, each in enumerate(members))


def load_payload(envelope: Envelope, *, file: str) -> dict[str, Any]:
    """Return the statement inside as plain JSON. Raises `CertificateInvalid`."""
    found = _load(envelope.payload, file)
    if not isinstance(found, dict):
        raise CertificateInvalid("“{file}” certifies nothing: its payload is no JSON object.", file=file)
    return found


def _load(text: bytes, file: str) -> object:
    if not text.strip():
        raise CertificateInvalid("“{file}” is empty.", file=file)
    return read_json(text, file=file, refuse=CertificateInvalid)


def _envelope(found: object, *, file: str, where: str) -> Envelope:
    if not isinstance(found, dict) or "payload" not in found or "payloadType" not in found:
        raise CertificateInvalid(
            "“{file}” is not a certificate: “{where}payloadType”, “{where}payload” and “{where}signatures” "
            "are expected.",
            file=file,
            where=where,
        )
    if found["payloadType"] != PAYLOAD_TYPE:
        raise CertificateInvalid(
            "“{file}” holds something else: “{where}payloadType” is {found}, expected is {expected}.",
            file=file,
            where=where,
            found=repr(found["payloadType"]),
            expected=PAYLOAD_TYPE,
        )
    signatures = found.get("signatures")
    if not isinstance(signatures, list) or not signatures:
        raise CertificateInvalid(
            "“{file}” is not signed: “{where}signatures” is empty. A certificate without a signature proves nothing.",
            file=file,
            where=where,
        )
    return Envelope(
        payload=_decode(found["payload"], file=file, where=f"{where}payload"),
        signatures=tuple(
            _signature(each, file=file, where=f"{where}signatures[{n}]") for n, each in enumerate(signatures)
        ),
        sha256=_name_of(found, file),
    )


def _name_of(found: dict[str, object], file: str) -> str:
    try:
        return digest(canonical(found))
    except ValueError:  # a lone surrogate, NaN: Python's reader lets them in
        raise CertificateInvalid("“{file}” is damaged: it holds what JSON cannot say.", file=file) from None


def _signature(found: object, *, file: str, where: str) -> Signature:
    if not isinstance(found, dict) or not isinstance(found.get("keyid"), str):
        raise CertificateInvalid("“{file}”: “{where}” names no key (“keyid”).", file=file, where=where)
    return Signature(key_id=found["keyid"], signature=_decode(found.get("sig"), file=file, where=f"{where}.sig"))


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _decode(text: object, *, file: str, where: str) -> bytes:
    try:
        content = base64.b64decode(text.encode(), validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        content = None
    # Base64 has several spellings of the same bytes; only one may carry a certificate's name.
    if not content or _encode(content) != text:
        raise CertificateInvalid(
            "“{file}” is damaged: “{where}” is not the base64 that a certificate carries.",
            file=file,
            where=where,
        )
    return content
