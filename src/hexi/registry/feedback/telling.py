"""Who is told what about feedback."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hexi.kernel.actors import Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import queries as authority
from hexi.registry.feedback.models import Question
from hexi.registry.notices import actions as notices


def tell_officers(
    organisation: str, *, template: str, title: Text, object: str, by: Actor, now: datetime, **facts: object
) -> None:
    """Tell the data officers of an organisation, who answer; where it has none, the node's operators."""
    officers = authority.holders("officer", organisation or None) or authority.holders("operator")
    tell((each.name for each in officers), template=template, title=title, object=object, by=by, now=now, **facts)


def tell_asker(question: Question, *, template: str, title: Text, by: Actor, now: datetime, **facts: object) -> None:
    """Tell whoever asked."""
    tell([question.account], template=template, title=title, object=f"question:{question.id}", by=by, now=now, **facts)


def tell(
    whom: Iterable[str], *, template: str, title: Text, object: str, by: Actor, now: datetime, **facts: object
) -> None:
    """Tell some accounts, with the title in both languages."""
    said = {"title": title.zh, "title_en": title.en, **facts}
    notices.tell(whom, template=template, facts=said, object=object, by=by, now=now)
