"""What parties tell other rooms."""

from __future__ import annotations

from dataclasses import dataclass

from hexi.kernel.names import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRecord:
    """An organisation."""

    id: str
    title: Text
    code: str | None
