"""Who is told what happened to a draft."""

from __future__ import annotations

from datetime import datetime

from hexi.kernel.actors import Actor
from hexi.registry.accounts import queries as authority
from hexi.registry.drafts.models import Draft
from hexi.registry.notices import actions as notices


def tell_approvers(draft: Draft, *, by: Actor, now: datetime) -> None:
    """Tell everybody who may approve the draft, except who handed it in."""
    approvers = {each.name for each in authority.holders("approver", draft.organisation)} - {by.account}
    notices.tell(
        sorted(approvers),
        template="{who} handed in the draft “{title}” for review.",
        facts={"who": by.account, "title": draft.title_zh},
        object=f"draft:{draft.id}",
        by=by,
        now=now,
    )


def tell_author(draft: Draft, template: str, *, by: Actor, now: datetime, **facts: object) -> None:
    """Tell who began the draft and who handed it in, except whoever did this."""
    notices.tell(
        sorted({draft.account, draft.submitted_by} - {by.account, ""}),
        template=template,
        facts={"who": by.account, "title": draft.title_zh, **facts},
        object=f"draft:{draft.id}",
        by=by,
        now=now,
    )
