"""A permit is the proof that a grant was checked.

The lake reads only against a permit, and only `hexi.exchange.grants` writes one. So "who may read
this?" is answered in one place, and that place can be tested without any data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hexi.kernel.errors import Denied


class PermitExpired(Denied):
    """The permit's time is over; a new one may be had."""

    code = "permit.expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Leave for one reader to see some of one table, until a set moment."""

    reader: str
    grant: str
    """Id of the grant it was written under."""
    dataset: str
    columns: tuple[str, ...]
    """Visible columns in table order; never empty."""
    purpose: str
    until: datetime
    """UTC. The permit is void from this instant on."""

    def check(self, now: datetime) -> None:
        """Raise `PermitExpired` unless the permit still holds at `now` (UTC)."""
        if now >= self.until:
            raise PermitExpired("This permit has expired; ask for a new one.")
