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
