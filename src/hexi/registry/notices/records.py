"""What notices tell other rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRecord:
    """What one account should know."""

    id: str
    template: str
    """An English sentence, translated when it is shown."""
    facts: Mapping[str, Any]
    object: str
    at: datetime
    is_read: bool
