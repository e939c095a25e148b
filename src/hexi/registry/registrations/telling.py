"""Who is told what about registrations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hexi.kernel.actors import Actor
from hexi.registry.accounts import queries as authority
from hexi.registry.notices import actions as notices
from hexi.registry.registrations.models import Registration


def tell(whom: Iterable[str], about: Registration, *, template: str, by: Actor, now: datetime, **facts: object) -> None:
    """Tell some accounts, with the title in both languages."""
    said = {"title": about.title_zh, "title_en": about.title_en, **facts}
    notices.tell(whom, template=template, facts=said, object=f"registration:{about.id}", by=by, now=now)


def tell_approvers(about: Registration, *, template: str, by: Actor, now: datetime, **facts: object) -> None:
    """Tell those who decide for the publisher; where it has none, the node's operators."""
    found = authority.holders("approver", about.organisation) or authority.holders("operator")
    tell((each.name for each in found), about, template=template, by=by, now=now, **facts)


def tell_officers(
    about: Registration, *, template: str, by: Actor, now: datetime, also: Iterable[str] = (), **facts: object
) -> None:
    """Tell the publisher's data officers, and some accounts beside them."""
    officers = {each.name for each in authority.holders("officer", about.organisation)}
    tell(officers | set(also), about, template=template, by=by, now=now, **facts)
