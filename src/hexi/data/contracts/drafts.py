"""A rule on its way from the file into the contract: read, but not yet numbered and put into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hexi.data.contracts.checks import CHECKS, SET_CHECKS
from hexi.data.contracts.custom import custom_properties
from hexi.data.contracts.model import Severity
from hexi.data.contracts.problems import Notebook, Place
from hexi.data.contracts.properties import RULE_PROPERTIES
from hexi.data.contracts.shapes import titles
from hexi.kernel.names import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One rule as it was read."""

    check: str
    fields: tuple[str, ...] = ()
    arguments: Mapping[str, object] = field(default_factory=dict)
    severity: Severity = Severity.ERROR
    dimension: str
    id: str | None = None
    """As the author named it."""
    said: Text | None = None
    """As the author put it."""
    place: Place


def draft(
    check: str,
    fields: tuple[str, ...],
    place: Place,
    arguments: Mapping[str, object] | None = None,
    entry: Mapping[str, Any] | None = None,
    notes: Notebook | None = None,
) -> Draft:
    """A rule that stands at `place`, with what its `quality` entry, where it has one, says beside the check."""
    word = CHECKS.get(check) or SET_CHECKS[check]
    if entry is None or notes is None:
        return Draft(check=check, fields=fields, arguments=arguments or {}, dimension=word.dimension, place=place)
    return Draft(
        check=check,
        fields=fields,
        arguments=arguments or {},
        severity=_severity(entry.get("severity"), place, notes),
        dimension=str(entry.get("dimension") or word.dimension),
        id=entry.get("id"),
        said=_said(entry, place, notes),
        place=place,
    )


def _severity(said: object, place: Place, notes: Notebook) -> Severity:
    words = [each.value for each in Severity]
    if said is None:
        return Severity.ERROR
    if said not in words:
        notes.add(
            (*place, "severity"), "“{value}” is not valid here; valid: {near}.", value=said, near=", ".join(words)
        )
        return Severity.ERROR
    return Severity(str(said))


def _said(entry: Mapping[str, Any], place: Place, notes: Notebook) -> Text | None:
    own = custom_properties(entry, RULE_PROPERTIES, place, notes)
    described = titles(own.get("hexi.description"))
    written = str(entry.get("description") or "").strip()
    return described or (Text(written, written) if written else None)
