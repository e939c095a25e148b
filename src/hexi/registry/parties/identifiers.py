"""Schemes of identifiers, which kinds of parties have them, and how a value is checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hexi.data.contracts.identifiers import (
    CREDIT_CODE_PATTERN,
    RESIDENT_ID_PATTERN,
    credit_code_check,
    resident_id_check,
)
from hexi.registry.parties.errors import BadIdentifier

ANCHORS = ("person", "firm", "household")
"""Kinds of anchors."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One kind of identifier."""

    kinds: tuple[str, ...]
    pattern: str
    check: Callable[[str], str] | None
    """Gives the last character from those before it."""
    is_personal: bool = False


SCHEMES: Mapping[str, Scheme] = {
    "uscc": Scheme(("firm",), CREDIT_CODE_PATTERN, credit_code_check),
    "resident-id": Scheme(("person",), RESIDENT_ID_PATTERN, resident_id_check, is_personal=True),
    "household-no": Scheme(("household",), r"^[0-9A-Z-]{4,30}$", None, is_personal=True),
}
"""Scheme → how its values look: unified social credit code, resident id, number of a household."""


def check_credit_code(code: str) -> str:
    """Return a unified social credit code in capitals. Raises `BadIdentifier`."""
    return _checked("uscc", code)


def check_identifier(kind: str, *, scheme: str, value: str) -> str:
    """Return the value as it is kept: trimmed, in capitals. Raises `BadIdentifier`, without naming a personal value."""
    known = [name for name, each in SCHEMES.items() if kind in each.kinds]
    if scheme not in known:
        raise BadIdentifier(
            "A {kind} is not identified by “{scheme}”; its schemes are: {known}.",
            kind=kind,
            scheme=scheme,
            known=", ".join(known) or "–",
        )
    return _checked(scheme, value)


def _checked(scheme: str, value: str) -> str:
    found, said = value.strip().upper(), SCHEMES[scheme]
    if not re.fullmatch(said.pattern, found):
        raise BadIdentifier("This is not written like an identifier of the scheme {scheme}.", scheme=scheme)
    if said.check is not None and said.check(found[:-1]) != found[-1]:
        raise BadIdentifier(
            "The check character of this {scheme} is wrong; compare it with the document.", scheme=scheme
        )
    return found
