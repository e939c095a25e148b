"""Questions about registrations. Each takes a number of database queries that does not grow with the answer."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db.models import Q

from hexi.kernel.actors import Actor
from hexi.kernel.names import Text
from hexi.kernel.time import working_day
from hexi.registry.accounts import queries as authority
from hexi.registry.catalog.records import DatasetSummary
from hexi.registry.registrations.errors import CodeMistyped, RegistrationMissing
from hexi.registry.registrations.models import Application, Registration
from hexi.registry.registrations.numbering import is_code
from hexi.registry.registrations.records import (
    ENDED,
    EXPIRED,
    IN_FORCE,
    PUBLIC,
    UNDER_WAY,
    ApplicationRecord,
    Facts,
    ObjectionRecord,
    RegistrationRecord,
    RegistrationSummary,
)

PAGE = 25
SEE = "registration.apply"
"""Who may apply for an organisation sees what is not public yet; approvers may."""


def registration(registration_id: str, *, reader: Actor) -> RegistrationRecord:
    """One registration with its applications. Raises `RegistrationMissing`, also where it is not public for `reader`.

    Applications that are not in public notice, and objections without an answer, are for the publisher's people.
    """
    found = Registration.objects.filter(id=registration_id).first()
    is_insider = found is not None and authority.may(reader, SEE, found.organisation)
    if found is None or not (found.state in PUBLIC or is_insider):
        raise RegistrationMissing("There is no such registration, or it is not public yet.")
    applications = found.applications.order_by("-applied_at", "-id").prefetch_related("objections")
    return RegistrationRecord(
        summary=_summary(found),
        applications=tuple(
            _application(each, None if is_insider else reader.account)
            for each in applications
            if is_insider or each.state in PUBLIC
        ),
    )


def coded(code: str, *, reader: Actor) -> RegistrationRecord:
    """One registration by its code, in any case. Raises `RegistrationMissing`, and `CodeMistyped` for what is none."""
    said = code.strip().upper()
    if not is_code(said):
        raise CodeMistyped("“{code}” is no registration code: a character is mistyped or missing.", code=code)
    found = Registration.objects.filter(code=said).values_list("id", flat=True).first()
    return registration(found or "", reader=reader)


def registrations(
    text: str = "", *, on: date, state: str = "", limit: int = PAGE, offset: int = 0
) -> tuple[tuple[RegistrationSummary, ...], int]:
    """One page of the public register, the newest change first, and how many there are.

    `text` is part of a code, a title or a publisher; every word of it has to be found. `state` is one as it stands
    `on` a day, `EXPIRED` among them; "" is any.
    """
    found = Registration.objects.filter(state__in=PUBLIC)
    if state == EXPIRED:
        found = found.filter(state__in=IN_FORCE, valid_until__lte=on)
    elif state:
        found = found.filter(state=state)
        found = found.filter(valid_until__gt=on) if state in IN_FORCE else found
    for word in text.split()[:8]:
        found = found.filter(
            Q(code__icontains=word)
            | Q(title_zh__icontains=word)
            | Q(title_en__icontains=word)
            | Q(publisher_zh__icontains=word)
            | Q(publisher_en__icontains=word)
        )
    rows = found.order_by("-moved_at", "-id")[offset : offset + limit]
    return tuple(_summary(each) for each in rows), found.count()


def certificate(registration_id: str) -> tuple[str, bytes]:
    """Code and newest certificate of a registration. Raises `RegistrationMissing`, also before it is registered."""
    found = Registration.objects.filter(id=registration_id).exclude(certificate="").first()
    if found is None or found.code is None:
        raise RegistrationMissing("There is no such registration, or it is not public yet.")
    return found.code, found.certificate.encode()


def of_dataset(dataset: str) -> RegistrationSummary | None:
    """What the public register says of a dataset now; None where it is not in it."""
    found = Registration.objects.filter(dataset=dataset, state__in=PUBLIC).exclude(state__in=ENDED).first()
    return None if found is None else _summary(found)


def to_decide(
    reader: Actor, *, limit: int = PAGE, offset: int = 0
) -> tuple[tuple[tuple[RegistrationSummary, ApplicationRecord], ...], int]:
    """Applications that wait for the reader, who applied first comes first; one's own are somebody else's."""
    found = Application.objects.filter(state__in=UNDER_WAY).exclude(applied_by=reader.account)
    places = authority.organisations_within(reader, "registration.register")
    if places is not None:
        found = found.filter(registration__organisation__in=places)
    rows = found.order_by("applied_at", "id").select_related("registration").prefetch_related("objections")
    page = rows[offset : offset + limit]
    return tuple((_summary(each.registration), _application(each)) for each in page), found.count()


def open_for(dataset: str) -> RegistrationSummary | None:
    """The registration of a dataset that did not end, also one that is not public; for those who may see it."""
    found = Registration.objects.filter(dataset=dataset).exclude(state__in=ENDED).first()
    return None if found is None else _summary(found)


def renewable_until(on: date) -> date:
    """Registrations that end on this day or before run out soon on a day, or did: they may go on unchanged."""
    return working_day(on, settings.HEXI_RENEWAL_DAYS).day


def running_out(reader: Actor, *, on: date, limit: int = PAGE) -> tuple[tuple[RegistrationSummary, ...], int]:
    """Registrations of the reader's bodies that run out soon or did, without an application under way.

    The earliest end first, at most `limit`; and how many there are.
    """
    found = Registration.objects.filter(state__in=IN_FORCE, valid_until__lte=renewable_until(on))
    found = found.exclude(applications__state__in=UNDER_WAY)
    places = authority.organisations_within(reader, SEE)
    if places is not None:
        found = found.filter(organisation__in=places)
    return tuple(_summary(each) for each in found.order_by("valid_until", "id")[:limit]), found.count()


def facts_of(summary: DatasetSummary) -> Facts:
    """What the register says of a dataset as the catalogue has it."""
    return Facts(
        title=summary.title,
        publisher=summary.publisher,
        version=summary.version,
        certificate_sha256=summary.certificate_sha256,
        rows=summary.accepted,
        sharing=summary.sharing,
        openness=summary.openness,
    )


def facts_from(row: Registration | Application) -> Facts:
    """The facts that a row keeps."""
    kept = row.facts
    return Facts(**{**kept, "title": Text(**kept["title"]), "publisher": Text(**kept["publisher"])})


def _summary(row: Registration) -> RegistrationSummary:
    return RegistrationSummary(
        id=row.id,
        code=row.code,
        dataset=row.dataset,
        organisation=row.organisation,
        state=row.state,
        facts=facts_from(row),
        registered_at=row.registered_at,
        valid_until=row.valid_until,
        moved_at=row.moved_at,
    )


def _application(row: Application, outsider: str | None = None) -> ApplicationRecord:
    objections = sorted(row.objections.all(), key=lambda each: each.id)
    return ApplicationRecord(
        id=row.id,
        kind=row.kind,
        state=row.state,
        facts=facts_from(row),
        reason=row.reason,
        applied_by=row.applied_by,
        applied_at=row.applied_at,
        notice_at=row.notice_at,
        notice_until=row.notice_until,
        is_calendar_known=row.is_calendar_known,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        because=row.because,
        objections=tuple(
            ObjectionRecord(
                id=each.id,
                account=each.account,
                at=each.at,
                text=each.text,
                answer=each.answer,
                answered_at=each.answered_at,
            )
            for each in objections
            if outsider is None or each.answered_at or each.account == outsider
        ),
    )
