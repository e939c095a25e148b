"""The error family: five branches, by what the caller does next.

A message is a template over its facts, so that a surface can say the same sentence in another
language: `gettext(error.template).format(**error.facts)`. The English sentence is `str(error)`.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import ClassVar

_REASONS: Mapping[int | None, str] = {
    errno.ENOENT: "there is no such file",
    errno.ENOTDIR: "there is no such folder",
    errno.EISDIR: "it is a folder",
    errno.EACCES: "the permission is missing",
    errno.EPERM: "the permission is missing",
    errno.ELOOP: "its link leads back to itself",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EEXIST: "a file stands in the way",
    errno.ENOSPC: "the disk is full",
    errno.EROFS: "the disk is read-only",
    errno.EADDRINUSE: "something else listens there",
    errno.EADDRNOTAVAIL: "this machine has no such address",
    errno.EIO: "the disk cannot be read or written",
}


class HexiError(Exception):
    """What every error of Hexi is. `code` is stable and documented; facts are safe to show."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, template: str, **facts: object) -> None:
        self.template = template
        self.facts = facts
        super().__init__(template, facts)

    @property
    def message(self) -> str:
        """The English sentence."""
        return self.template.format(**self.facts) if self.facts else self.template

    @property
    def kept_facts(self) -> dict[str, str | int | float]:
        """The facts as JSON keeps them: numbers, which a template may ask to be numbers, and texts."""
        return {name: fact if isinstance(fact, int | float) else str(fact) for name, fact in self.facts.items()}

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.template, self.facts))


def reason_of(error: OSError) -> str:
    """Why the system refuses, in words that our catalogues hold; the system speaks one language only."""
    return _REASONS.get(error.errno) or error.strerror or str(error)


def _rebuild(kind: type[HexiError], template: str, facts: dict[str, object]) -> HexiError:
    return kind(template, **facts)


class Invalid(HexiError):
    """The input is wrong: mend it, then try again."""

    code = "invalid"
    exit_code = 3


class Denied(HexiError):
    """The actor may not: ask for the authority or the grant."""

    code = "denied"
    exit_code = 7


class Missing(HexiError):
    """No such thing, or not for this reader: the two are one answer to a stranger."""

    code = "missing"
    exit_code = 6


class Conflict(HexiError):
    """Somebody else was faster, or is at work: look at the new state, then decide."""

    code = "conflict"
    exit_code = 8


class Unavailable(HexiError):
    """A part is not there right now: the only family that may be retried blindly."""

    code = "unavailable"
    exit_code = 9
