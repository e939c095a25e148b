"""What accounts tell other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """Somebody, or something, that acts on this node."""

    name: str
    title: str
    """What the person is called; the account's name where nothing is said."""
    email: str | None
    party: str | None
    is_active: bool
    is_service: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRecord:
    """A role that an account has."""

    account: str
    role: str
    organisation: str | None
    """None for the whole node."""
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRecord:
    """A link with which somebody sets a password."""

    account: str
    kind: str
    """`invite` or `reset`."""
    made_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """A token, without its secret."""

    id: str
    account: str
    title: str
    scope: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRecord:
    """A connection, without its secret."""

    name: str
    address: str
    has_secret: bool
    organisation: str | None
    """Whose datasets may be collected through it; None for all of the node's."""
    changed_by: str
    changed_at: datetime
