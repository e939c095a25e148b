"""What a check found, as sentences, and the four ways in which something fails to be proven."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hexi.kernel.errors import HexiError, Invalid


class NotProven(Invalid):
    """A check failed."""

    code = "verify.not-proven"


class Tampered(NotProven):
    """The data, or the log, is not what was certified."""

    code = "verify.tampered"
    exit_code = 10


class UnknownKey(NotProven):
    """It was signed by a key that the trust file does not know."""

    code = "verify.unknown-key"
    exit_code = 11


class RevokedKey(NotProven):
    """It was signed by a key that was revoked, or that was not in force at that time."""

    code = "verify.revoked-key"
    exit_code = 12


class BadSignature(NotProven):
    """The signature does not fit: the text was changed after signing, or somebody forged it."""

    code = "verify.bad-signature"
    exit_code = 13


GRAVEST_FIRST: tuple[type[NotProven], ...] = (BadSignature, RevokedKey, UnknownKey, Tampered)
"""A bad signature makes whatever else was found hearsay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a check found: a template over facts, so that surfaces can translate it."""

    code: str
    template: str
    facts: Mapping[str, object] = field(default_factory=dict)
    failure: type[NotProven] | None = None
    """What it means for the proof; `None` for what was found in order or is only worth knowing."""

    @property
    def sentence(self) -> str:
        """The English sentence."""
        return self.template.format(**self.facts)


def gravest(findings: Iterable[Finding]) -> Finding | None:
    """Return the finding that decides the verdict; `None` if none is a failure."""
    failures = [each for each in findings if each.failure is not None]
    return min(failures, key=lambda each: GRAVEST_FIRST.index(each.failure or Tampered), default=None)


def exit_code_of(findings: Iterable[Finding]) -> int:
    """Return the exit code of the gravest finding; 0 if none is a failure."""
    found = gravest(findings)
    return found.failure.exit_code if found and found.failure else 0


def as_error(findings: Iterable[Finding]) -> HexiError | None:
    """Return the gravest finding as an error to raise; `None` if none is a failure."""
    found = gravest(findings)
    return found.failure(found.template, **found.facts) if found and found.failure else None
