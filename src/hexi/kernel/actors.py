"""An actor is who does something: the account, the party it acts for, and on whose behalf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts. Written into every event; never guessed below the surfaces."""

    account: str
    """The account's name; `node` when the node itself acts."""
    party: str | None = None
    on_behalf_of: str | None = None
    scope: frozenset[str] | None = None
    """Verbs and families to which a token limits the account; None where nothing limits it."""


NODE = Actor(account="node")
"""The node, when it follows events, catches up or runs on schedule."""
EVERYONE = Actor(account="everyone")
"""A reader who did not say who they are."""


class Require(Protocol):
    """Asks for an authority. A room below the accounts is handed theirs, so that nobody can forget to ask."""

    def __call__(self, by: Actor, verb: str, object: str) -> None:
        """Return if `by` may do this, raise what is denied otherwise."""
