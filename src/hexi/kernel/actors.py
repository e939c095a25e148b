"""An actor is who does something: the account, the party it acts for, and on whose behalf."""

from __future__ import annotations

from dataclasses import dataclass


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
