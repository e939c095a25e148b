"""What every question is held against before it is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from hexi.kernel.actors import Actor
from hexi.registry.feedback.errors import TextMissing, TooMuch
from hexi.registry.feedback.models import Question, Wish

LONGEST = 2_000
"""Characters of a text."""
A_DAY = 30
"""Questions and wishes that one account may hand in within a day; the node's own choice."""


def check_text(text: str, *, longest: int = LONGEST, is_needed: bool = True) -> str:
    """Return the text without what nobody sees around it. Raises `TextMissing`."""
    # Control characters but for the line break: PostgreSQL refuses NUL, and nobody means the others.
    said = "".join(each for each in text.strip() if each in "\n\t" or ord(each) >= 32)
    if is_needed and not said:
        raise TextMissing("Say why in a sentence or two: whoever answers knows nothing else.")
    if len(said) > longest:
        raise TextMissing(
            "This text has {length} characters; {longest} are the most.", length=len(said), longest=longest
        )
    return said


def check_pace(by: Actor, *, now: datetime) -> None:
    """Raise `TooMuch` where an account asked too much within a day."""
    since = now - timedelta(days=1)
    asked = Question.objects.filter(account=by.account, asked_at__gt=since).count()
    if asked + Wish.objects.filter(account=by.account, asked_at__gt=since).count() >= A_DAY:
        raise TooMuch(
            "You asked {count} things within a day, which is the most; what you typed was not kept. Go on tomorrow.",
            count=A_DAY,
        )
