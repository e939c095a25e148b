"""What grants tell other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRecord:
    """One grant as it stands."""

    id: str
    dataset: str
    grantee: str
    """An account's or party's name; `everyone` for open data."""
    basis: str
    """open, shared, bought, authorised operation, consented or delegated; today only open."""
    purpose: str
    valid_from: datetime
    valid_until: datetime | None
    revoked_at: datetime | None
    revoked_because: str
    epoch: int

    def holds(self, now: datetime) -> bool:
        """Whether the grant is in force at `now`."""
        if self.revoked_at is not None or now < self.valid_from:
            return False
        return self.valid_until is None or now < self.valid_until
