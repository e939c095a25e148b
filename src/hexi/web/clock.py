"""The portal's only look at a clock."""

from __future__ import annotations

from datetime import UTC, datetime


def clock() -> datetime:
    """The present moment."""
    return datetime.now(UTC)
