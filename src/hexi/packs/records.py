"""What packs tell other rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hexi.kernel.names import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRecord:
    """An installed pack."""

    id: str
    version: str
    title: Text
    datasets: tuple[str, ...]
    installed_at: datetime
    is_complete: bool
    """False where the installation was cut off; installing it again completes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRecord:
    """A page that a pack declares: its kind says which datasets it needs, by their part in it."""

    pack: str
    kind: str
    name: str
    title: Text
    datasets: dict[str, str]
    """Part → dataset, such as `targets` → `plan-2015.targets`."""
