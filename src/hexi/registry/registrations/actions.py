"""Everything that changes a registration. One function per verb; each leaves an event.

Every kind takes the same way: applied for, put in public notice, registered; or returned with a reason. Whoever
applied does not decide. What people write stays in this room's tables but for the reason of a return.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from hexi.data.lifecycle.signing import NodeKey
from hexi.kernel.actors import Actor
from hexi.kernel.names import new_id
from hexi.kernel.time import working_day
from hexi.registry.accounts import actions as accounts
from hexi.registry.accounts import queries as authority
from hexi.registry.catalog import queries as catalog
from hexi.registry.events import actions as events
from hexi.registry.registrations.certifying import certificate
from hexi.registry.registrations.errors import (
    AppliedAlready,
    KindUnknown,
    NothingNew,
    NoticeRuns,
    NotThere,
    ObjectedAlready,
    ObjectionOpen,
    OwnApplication,
    RegistrationMissing,
    RegistrationText,
)
from hexi.registry.registrations.models import Application, Objection, Registration
from hexi.registry.registrations.numbering import next_code
from hexi.registry.registrations.queries import SEE, facts_from, facts_of, renewable_until
from hexi.registry.registrations.records import BECOMES, ENDED, IN_FORCE, UNDER_WAY, Facts, Kind, State
from hexi.registry.registrations.telling import tell, tell_approvers, tell_officers

LONGEST = 2_000
"""Characters of a text."""


@transaction.atomic
def apply(dataset: str, *, kind: str = Kind.FIRST, reason: str = "", by: Actor, now: datetime) -> str:
    """Apply for a registration, as the dataset stands now, and return the registration's id; approvers are told.

    Raises `DatasetMissing`, `NotAuthorised`, `KindUnknown` for a kind that does not fit, `AppliedAlready`,
    `NothingNew`, and `RegistrationText` where a kind other than the first has no reason.
    """
    if kind not in set(Kind):
        raise KindUnknown("“{kind}” is no kind of registration.", kind=kind)
    found = Registration.objects.filter(dataset=dataset).exclude(state__in=ENDED).first()
    if kind == Kind.CANCELLATION and found is not None:
        # A resource that left the catalogue can still be struck off.
        organisation, facts = found.organisation, facts_from(found)
    else:
        summary = catalog.dataset(dataset).summary
        organisation, facts = summary.publisher_id, facts_of(summary)
    accounts.require(by, "registration.apply", dataset, organisation=organisation)
    if kind == Kind.FIRST:
        if found is not None:
            raise AppliedAlready("“{dataset}” is registered, or an application is under way.", dataset=dataset)
        registration = _first(dataset, organisation, facts, now=now)
    else:
        if found is None or found.state not in IN_FORCE:
            raise KindUnknown("“{dataset}” is not registered yet, so there is nothing to change.", dataset=dataset)
        is_renewal = kind == Kind.CHANGE and found.valid_until and found.valid_until <= renewable_until(_today(now))
        if kind != Kind.CANCELLATION and not is_renewal and facts == facts_from(found):
            raise NothingNew("The register says of “{dataset}” already what is true of it now.", dataset=dataset)
        registration = found
    said = _text(reason, is_needed=kind != Kind.FIRST)
    try:
        with transaction.atomic():
            Application.objects.create(
                id=new_id(now),
                registration=registration,
                kind=kind,
                state=State.APPLIED,
                facts=asdict(facts),
                reason=said,
                applied_by=by.account,
                applied_at=now,
            )
    except IntegrityError:
        raise AppliedAlready("“{dataset}” is registered, or an application is under way.", dataset=dataset) from None
    _record(registration, "registration.apply", by=by, now=now, kind=str(kind), version=facts.version)
    tell_approvers(
        registration, template="{who} applied for a registration of “{title}”.", by=by, now=now, who=by.account
    )
    return registration.id


@transaction.atomic
def give_back(registration_id: str, *, because: str, by: Actor, now: datetime) -> None:
    """Return the application under way with a reason; whoever applied is told.

    Raises `RegistrationMissing`, `NotAuthorised`, `OwnApplication`, `NotThere`, `RegistrationText`.
    """
    registration = _known(registration_id, by)
    accounts.require(by, "registration.return", registration_id, organisation=registration.organisation)
    application = _to_decide(registration, by)
    said = _text(because)
    _move(application, application.state, state=State.RETURNED, decided_by=by.account, decided_at=now, because=said)
    if application.kind == Kind.FIRST:
        Registration.objects.filter(id=registration.id).update(state=State.RETURNED, moved_at=now)
    _record(registration, "registration.return", by=by, now=now, because=said)
    tell(
        [application.applied_by],
        registration,
        template="Your application to register “{title}” came back: {because}",
        by=by,
        now=now,
        because=said,
    )


@transaction.atomic
def open_notice(registration_id: str, *, by: Actor, now: datetime) -> date:
    """Put the application under way in public notice, and return the notice's last day.

    Raises what `give_back` raises.
    """
    registration = _known(registration_id, by)
    accounts.require(by, "registration.notice", registration_id, organisation=registration.organisation)
    application = _to_decide(registration, by)
    until = working_day(_today(now), settings.HEXI_NOTICE_DAYS)
    _move(
        application,
        State.APPLIED,
        state=State.NOTICE,
        notice_at=now,
        notice_until=until.day,
        is_calendar_known=until.is_known,
    )
    if application.kind == Kind.FIRST:
        Registration.objects.filter(id=registration.id).update(state=State.NOTICE, moved_at=now)
    _record(registration, "registration.notice", by=by, now=now, until=str(until.day))
    tell_officers(
        registration,
        template="The registration of “{title}” is in public notice until {day}.",
        by=by,
        now=now,
        also=[application.applied_by],
        day=until.day,
    )
    return until.day


@transaction.atomic
def raise_objection(registration_id: str, *, text: str, by: Actor, now: datetime) -> str:
    """Object to what is in public notice, and return the objection's id; officers and approvers are told.

    Raises `RegistrationMissing`, `NotThere` outside the notice, `ObjectedAlready`, `RegistrationText`.
    """
    accounts.require(by, "registration.object", registration_id)
    registration = _known(registration_id, by)
    application = _under_way(registration)
    until = application.notice_until
    if application.state != State.NOTICE or until is None or _today(now) > until:
        raise NotThere("Only what is in public notice can be objected to.")
    # The row is locked until the objection stands: nobody registers in between.
    _move(application, State.NOTICE, state=State.NOTICE)
    try:
        with transaction.atomic():
            made = Objection.objects.create(
                id=new_id(now), application=application, account=by.account, at=now, text=_text(text)
            )
    except IntegrityError:
        raise ObjectedAlready("You objected already; wait for the answer.") from None
    _record(registration, "registration.object", by=by, now=now)
    approvers = {each.name for each in authority.holders("approver", registration.organisation)}
    tell_officers(
        registration, template="Somebody objects to the registration of “{title}”.", by=by, now=now, also=approvers
    )
    return made.id


@transaction.atomic
def answer(objection_id: str, *, text: str, by: Actor, now: datetime) -> None:
    """Answer an objection; whoever objected is told.

    Raises `RegistrationMissing`, `NotAuthorised`, `OwnApplication` for one's own objection, `NotThere` where it has
    an answer, `RegistrationText`.
    """
    objection = Objection.objects.filter(id=objection_id).select_related("application__registration").first()
    if objection is None:
        raise _missing()
    registration = objection.application.registration
    if not authority.may(by, "registration.answer", registration.organisation):
        raise _missing()
    accounts.require(by, "registration.answer", registration.id, organisation=registration.organisation)
    if objection.account == by.account:
        raise OwnApplication("You objected yourself; somebody else answers.")
    said = _text(text)
    open_one = Objection.objects.filter(id=objection_id, answered_at=None)
    if not open_one.update(answer=said, answered_by=by.account, answered_at=now):
        raise NotThere("Somebody answered this already; load the page anew and see.")
    _record(registration, "registration.answer", by=by, now=now)
    tell(
        [objection.account],
        registration,
        template="Your objection to the registration of “{title}” has an answer.",
        by=by,
        now=now,
    )


@transaction.atomic
def register(registration_id: str, *, by: Actor, now: datetime) -> str:
    """Enter in the register what has run its public notice, and return the code.

    A first registration gets its code; a change begins the years of validity anew, a correction keeps them. Raises
    what `give_back` raises, `NoticeRuns` before the day after the notice's last, `ObjectionOpen`.
    """
    registration = _known(registration_id, by)
    accounts.require(by, "registration.register", registration_id, organisation=registration.organisation)
    application = _to_decide(registration, by)
    # First the row itself: of two who decide at once, and against an objection that comes in, it says who was first.
    kind = Kind(application.kind)
    _move(application, State.NOTICE, state=BECOMES[kind], decided_by=by.account, decided_at=now)
    if application.notice_until is None or _today(now) <= application.notice_until:
        raise NoticeRuns("The public notice runs until {day}.", day=str(application.notice_until))
    if application.objections.filter(answered_at=None).exists():
        raise ObjectionOpen("An objection waits for an answer; only then it can be registered.")
    changes: dict[str, object] = {"state": BECOMES[kind], "moved_at": now}
    if kind != Kind.CANCELLATION:
        catalog.dataset(registration.dataset)
        changes |= _columns(facts_from(application))
    if kind == Kind.FIRST:
        changes |= {"code": next_code(_today(now).year), "registered_at": now}
    if kind in {Kind.FIRST, Kind.CHANGE}:
        changes["valid_until"] = _years_later(_today(now), settings.HEXI_REGISTRATION_YEARS)
    Registration.objects.filter(id=registration.id).update(**changes)
    registration.refresh_from_db()
    code = registration.code or ""
    if kind != Kind.CANCELLATION:
        _certify(registration, kind, now=now)
    _record(
        registration,
        "registration.register",
        by=by,
        now=now,
        kind=str(kind),
        registration_code=code,
        version=registration.facts["version"],
        certificate=registration.facts["certificate_sha256"],
        until=str(registration.valid_until),
        sha256=hashlib.sha256(registration.certificate.encode()).hexdigest(),
    )
    tell_officers(
        registration,
        template="The register has a new entry on “{title}”: {code}.",
        by=by,
        now=now,
        also=[application.applied_by],
        code=code,
    )
    return code


def _certify(registration: Registration, kind: Kind, *, now: datetime) -> None:
    if registration.code is None or registration.valid_until is None:
        raise AssertionError("what has no code is not certified")
    registration.certificate = certificate(
        facts_from(registration),
        code=registration.code,
        dataset=registration.dataset,
        kind=kind,
        valid_until=registration.valid_until,
        made_at=now,
        node=settings.HEXI_NODE_NAME,
        signer=NodeKey.load(settings.HEXI_KEY),
    ).decode()
    registration.save(update_fields=["certificate"])


def _first(dataset: str, organisation: str, facts: Facts, *, now: datetime) -> Registration:
    try:
        with transaction.atomic():
            return Registration.objects.create(
                id=new_id(now),
                dataset=dataset,
                organisation=organisation,
                state=State.APPLIED,
                moved_at=now,
                **_columns(facts),
            )
    except IntegrityError:
        raise AppliedAlready("“{dataset}” is registered, or an application is under way.", dataset=dataset) from None


def _columns(facts: Facts) -> dict[str, object]:
    return {
        "title_zh": facts.title.zh,
        "title_en": facts.title.en,
        "publisher_zh": facts.publisher.zh,
        "publisher_en": facts.publisher.en,
        "facts": asdict(facts),
    }


def _to_decide(registration: Registration, by: Actor) -> Application:
    application = _under_way(registration)
    if application.applied_by == by.account:
        raise OwnApplication("You applied for this registration yourself; somebody else decides.")
    return application


def _known(registration_id: str, by: Actor) -> Registration:
    found = Registration.objects.filter(id=registration_id).first()
    is_hidden = found is not None and found.state in {State.APPLIED, State.RETURNED}
    if found is None or (is_hidden and not authority.may(by, SEE, found.organisation)):
        raise _missing()
    return found


def _under_way(registration: Registration) -> Application:
    found = registration.applications.filter(state__in=UNDER_WAY).first()
    if found is None:
        raise _not_there()
    return found


def _move(application: Application, was: str, **changes: object) -> None:
    # Update-where instead of read-then-save: of two who decide, the row says who was first.
    if not Application.objects.filter(id=application.id, state=was).update(**changes):
        raise _not_there()


def _not_there() -> NotThere:
    return NotThere("The application is not where this can be done, or somebody was faster; load the page anew.")


def _missing() -> RegistrationMissing:
    return RegistrationMissing("There is no such registration, or it is not public yet.")


def _text(text: str, *, is_needed: bool = True) -> str:
    # Control characters but for the line break: PostgreSQL refuses NUL, and nobody means the others.
    said = "".join(each for each in text.strip() if each in "\n\t" or ord(each) >= 32)
    if is_needed and not said:
        raise RegistrationText("Say why in a sentence or two: it stands in the register's history.")
    if len(said) > LONGEST:
        raise RegistrationText(
            "This text has {length} characters; {longest} are the most.", length=len(said), longest=LONGEST
        )
    return said


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, month=3, day=1)


def _today(now: datetime) -> date:
    return timezone.localtime(now).date()


def _record(about: Registration, verb: str, *, by: Actor, now: datetime, **details: object) -> None:
    events.record(
        by=by,
        verb=verb,
        object=f"registration:{about.id}",
        details={"dataset": about.dataset, **details} if details else {},
        now=now,
    )
