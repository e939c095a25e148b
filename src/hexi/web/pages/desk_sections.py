"""What may need somebody today: one function a section, each asking its own room.

A function gets who is looking and returns its section, or None where it is not for their roles. A new room's
section is a new function in `SECTIONS`; each asks a number of questions that does not grow with what waits.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from hexi.kernel.names import Text
from hexi.registry.accounts import queries as accounts
from hexi.registry.catalog import queries as catalog
from hexi.registry.documents import queries as documents
from hexi.registry.drafts import queries as drafts
from hexi.registry.drafts.records import DraftSummary, State
from hexi.registry.events import queries as events
from hexi.registry.events.verbs import VERBS
from hexi.registry.runs import queries as runs
from hexi.registry.runs.records import RunRecord
from hexi.web import wording
from hexi.web.desks import SHOWN, Line, Looking, Section, section
from hexi.web.pages import desk_feedback, desk_registrations

SEALED_WITHIN = timedelta(minutes=1)
"""Sealing takes a second; what waits longer than this waits for somebody to look."""
LOCKED_FOR = timedelta(hours=24)
DISK_SHARE = 0.10
"""Less free than this, and the operator is told."""


def own_drafts(looking: Looking) -> Section | None:
    """An officer's drafts: returned ones first, then those that somebody still edits."""
    if not looking.has("officer"):
        return None
    found = drafts.drafts_of(looking.by, states=(State.RETURNED, State.EDITING, State.DRAFTING))
    ordered = sorted(found, key=lambda each: each.state != State.RETURNED)
    return section(
        gettext("Drafts to finish"),
        [_draft(looking, each, "draft") for each in ordered],
        since=[each.changed_at for each in found],
        looking=looking,
        action=(gettext("Hand in a table"), reverse("publish")),
        empty=gettext("No draft is open. A table that you hand in becomes one."),
    )


def uploads(looking: Looking) -> Section | None:
    """Files that are on their way and were not handed in whole; nothing where none is."""
    waiting = documents.waiting(looking.by, now=looking.now) if looking.has("officer") else ()
    if not waiting:
        return None
    return section(
        gettext("Uploads that are not whole"),
        [
            Line(
                title=each.name,
                href=reverse("uploads"),
                notes=(
                    gettext("{received} of {size} arrived").format(
                        received=wording.size(each.received_bytes), size=wording.size(each.size_bytes)
                    ),
                ),
            )
            for each in waiting
        ],
        since=[each.created_at for each in waiting],
        looking=looking,
        action=(gettext("Go on with them"), reverse("uploads")),
    )


def reviews(looking: Looking) -> Section | None:
    """Drafts that an approver is asked to look at."""
    if not looking.has("approver"):
        return None
    found = drafts.drafts_to_review(looking.by)
    return section(
        gettext("Drafts to review"),
        [_draft(looking, each, "draft-review") for each in found],
        since=[each.changed_at for each in found],
        looking=looking,
        action=(gettext("Review the oldest"), reverse("draft-review", args=[found[0].id])) if found else None,
        empty=gettext("Nothing waits for your review. You are told when an officer hands a draft in."),
    )


def failed_runs(looking: Looking) -> Section | None:
    """Runs that failed: an operator sees all of them, an officer their own."""
    if not looking.has("operator", "officer"):
        return None
    found = runs.failed(account=None if looking.has("operator") else looking.by.account)
    if not found and not looking.has("operator"):
        return None
    titles = catalog.titles_of({each.dataset for each in found})
    return section(
        gettext("Runs that failed"),
        [_run(each, titles) for each in found],
        since=[each.finished_at or each.started_at for each in found],
        looking=looking,
        action=(gettext("See the newest"), reverse("run", args=[found[0].id])) if found else None,
        empty=gettext("Every dataset's last run came to its end."),
        is_late=True,
    )


def invitations(looking: Looking) -> Section | None:
    """Invitations that nobody accepted yet."""
    if not looking.has("operator"):
        return None
    within = accounts.organisations_within(looking.by, "account.invite")
    found = accounts.open_invitations(now=looking.now) if within is None else ()
    return section(
        gettext("Invitations not accepted"),
        [
            Line(
                title=each.account,
                href=reverse("person", args=[each.account]),
                notes=(gettext("good until {day}").format(day=wording.day(each.expires_at)),),
            )
            for each in found
        ],
        looking=looking,
        action=(gettext("Invite a colleague"), reverse("people")),
        empty=gettext("Everybody who was invited has come, or their link ran out."),
    )


def node_health(looking: Looking) -> Section | None:
    """The node itself: signing in that was paused, the log, the disk. Only what is wrong has a line."""
    if not looking.has("operator"):
        return None
    lines = [
        Line(
            title=gettext("Signing in was paused for {account}").format(account=each.object.removeprefix("account:")),
            href=f"{reverse('log')}?about={each.object}",
            notes=(wording.moment(each.at),),
        )
        for each in events.newest_of("account.lock", since=looking.now - LOCKED_FOR, limit=SHOWN)
    ]
    oldest = events.waiting_since()
    if oldest is not None and looking.now - oldest > SEALED_WITHIN:
        lines.append(
            Line(
                title=gettext("The log is not being sealed"),
                href=reverse("log"),
                notes=(gettext("the oldest event waits since {at}").format(at=wording.moment(oldest)),),
                is_late=True,
            )
        )
    disk = shutil.disk_usage(settings.HEXI_HOME)
    if disk.free < disk.total * DISK_SHARE:
        lines.append(
            Line(
                title=gettext("The disk is nearly full"),
                notes=(
                    gettext("{free} of {total} free").format(
                        free=wording.size(disk.free), total=wording.size(disk.total)
                    ),
                ),
                is_late=True,
            )
        )
    return section(
        gettext("The node"),
        lines,
        looking=looking,
        action=(gettext("Check the log"), reverse("log-check")),
        empty=gettext("Nobody is locked out, the log is sealed, and {free} of disk are free.").format(
            free=wording.size(disk.free)
        ),
    )


def todays_log(looking: Looking) -> Section | None:
    """An auditor's day: how often what was done."""
    if not looking.has("auditor"):
        return None
    midnight = timezone.localtime(looking.now).replace(hour=0, minute=0, second=0, microsecond=0)
    counts = events.counts_since(midnight)
    return section(
        gettext("Today in the log"),
        [
            Line(title=wording.say(VERBS[verb].title) if verb in VERBS else verb, value=wording.count(times))
            for verb, times in counts.items()
        ],
        count=sum(counts.values()),
        shown=12,
        looking=looking,
        action=(gettext("Read the log"), reverse("log")),
        empty=gettext("Nothing was sealed since midnight."),
    )


SECTIONS: Sequence[Callable[[Looking], Section | None]] = (
    reviews,
    desk_registrations.to_decide,
    desk_registrations.running_out,
    desk_feedback.to_answer,
    desk_feedback.wishes,
    own_drafts,
    uploads,
    failed_runs,
    node_health,
    invitations,
    todays_log,
    desk_feedback.my_questions,
    desk_feedback.followed,
)
"""The sections of the desk in their order; one that returns None is not shown."""


def _draft(looking: Looking, each: DraftSummary, address: str) -> Line:
    return Line(
        title=wording.say(each.title),
        href=reverse(address, args=[each.id]),
        notes=(
            wording.say(looking.names.get(each.organisation)),
            gettext("{who}, {at}").format(who=each.changed_by, at=wording.moment(each.changed_at)),
        ),
        tag=wording.say(wording.DRAFT_STATES[each.state]),
        is_late=each.state == State.RETURNED,
    )


def _run(each: RunRecord, titles: Mapping[str, Text]) -> Line:
    said = wording.told(each.error_template, each.error_facts) if each.error_template else ""
    return Line(
        title=wording.say(titles.get(each.dataset)) or each.dataset,
        href=reverse("run", args=[each.id]),
        notes=(said[:200], wording.moment(each.finished_at or each.started_at)),
        tag=wording.say(wording.RUN_STATES[each.state]),
        is_late=True,
    )
