"""Everything that changes a party. Ids never change, and nothing that was is deleted: it ends.

The room stands below the accounts, so each verb is handed what asks for an authority: `accounts.require`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from hexi.kernel.actors import Actor, Require
from hexi.kernel.names import Text, new_id
from hexi.kernel.time import check_day, holds, overlap
from hexi.registry.events import actions as events
from hexi.registry.parties.checking import check_circle, check_kind, check_period, known_organisation
from hexi.registry.parties.errors import (
    BadRelation,
    IdentifierTaken,
    NameTaken,
    Overlapping,
    PartyMissing,
)
from hexi.registry.parties.identifiers import SCHEMES, check_credit_code, check_identifier
from hexi.registry.parties.keeping import carry_on, dissolve, enter_name, enter_relation, keep_name
from hexi.registry.parties.models import (
    Anchor,
    Duty,
    Holding,
    Identifier,
    Name,
    Organisation,
    PersonalIdentifier,
    Post,
    Relation,
)
from hexi.registry.parties.records import KINDS, NAME_KINDS, RELATIONS

NOTHING = Text("", "")
ENDS: Mapping[str, type[Relation | Post | Holding | Name]] = {
    "relation": Relation,
    "post": Post,
    "holding": Holding,
    "name": Name,
}
"""What `end` may be asked to end, besides an organisation."""


@transaction.atomic
def register(title: Text, *, code: str | None, by: Actor, now: datetime) -> str:
    """Return the id of the organisation of that name or, under a new name, of that code; entered if it is new.

    Repeats safely. A code that another organisation holds stays with that one: a contract cannot take it away.
    Under a new name the old one is kept as a former name. The publisher of a contract is entered by the node as
    it meets it, so no authority of its own is asked.
    """
    holder = Organisation.objects.filter(code=code).first() if code else None
    found = Organisation.objects.filter(title_zh=title.zh).first() or holder
    if found is not None:
        known = code if code and holder is None else found.code
        if (found.title_zh, found.title_en, found.code) != (title.zh, title.en, known):
            if found.title_zh != title.zh:
                keep_name(found, until=None, source=NOTHING, now=now)
            Organisation.objects.filter(id=found.id).update(title_zh=title.zh, title_en=title.en, code=known)
        return found.id
    made = Organisation.objects.create(id=new_id(now), title_zh=title.zh, title_en=title.en, code=code)
    events.record(by=by, verb="party.register", object=f"party:{made.id}", details={"title": title.zh}, now=now)
    return made.id


@transaction.atomic
def describe(
    id: str,
    *,
    kind: str | None = None,
    code: str | None = None,
    founded_on: str | None = None,
    dissolved_on: str | None = None,
    by: Actor,
    require: Require,
    now: datetime,
) -> None:
    """Say what an organisation is and when it began or ended; what is not said stays. Repeats safely.

    Raises `PartyMissing`, `BadIdentifier`, `BadDay`, `BadRelation`, `IdentifierTaken`.
    """
    require(by, "party.describe", id)
    own = known_organisation(id)
    check_kind(kind or own.kind, KINDS)
    if code:
        check_credit_code(code)
        holder = Organisation.objects.filter(code=code).exclude(id=id).first()
        if holder is not None:
            raise IdentifierTaken("{value} is the code of {holder}.", value=code, holder=holder.title_zh)
    check_period(founded_on or own.founded_on, dissolved_on or own.dissolved_on)
    said = {"kind": kind, "code": code, "founded_on": founded_on, "dissolved_on": dissolved_on}
    new = {key: value for key, value in said.items() if value is not None and value != getattr(own, key)}
    if new:
        Organisation.objects.filter(id=id).update(**new)
        if "dissolved_on" in new:
            dissolve(own, new["dissolved_on"])
        events.record(by=by, verb="party.describe", object=f"party:{id}", details={"facts": new}, now=now)


@transaction.atomic
def rename(
    id: str, title: Text, *, on: str, source: Text = NOTHING, by: Actor, require: Require, now: datetime
) -> None:
    """Give an organisation a new name from `on`; the old one is kept as a former name. Repeats safely.

    Raises `PartyMissing`, `NameTaken`, `BadDay`.
    """
    require(by, "party.rename", id)
    own = known_organisation(id)
    check_day(on)
    if own.title_zh == title.zh:
        return
    if Organisation.objects.filter(title_zh=title.zh).exists():
        raise NameTaken("An organisation called “{title}” is registered already.", title=title.zh)
    keep_name(own, until=on, source=source, now=now)
    Organisation.objects.filter(id=id).update(title_zh=title.zh, title_en=title.en)
    details = {"title": title.zh, "former": own.title_zh, "on": on}
    events.record(by=by, verb="party.rename", object=f"party:{id}", details=details, now=now)


@transaction.atomic
def name(
    id: str,
    title: Text,
    *,
    kind: str = "short",
    since: str | None = None,
    until: str | None = None,
    source: Text = NOTHING,
    by: Actor,
    require: Require,
    now: datetime,
) -> None:
    """Enter a further name, by which an organisation is found. Repeats safely.

    Raises `PartyMissing`, `BadRelation`, `BadDay`.
    """
    require(by, "party.name", id)
    own = known_organisation(id)
    check_kind(kind, NAME_KINDS)
    check_period(since, until)
    if Name.objects.filter(organisation_id=id, zh=title.zh, kind=kind, since=since).exists():
        return
    enter_name(own, title, kind, since, until, source, now)
    details = {"title": title.zh, "kind": kind}
    events.record(by=by, verb="party.name", object=f"party:{id}", details=details, now=now)


@transaction.atomic
def relate(
    origin: str,
    target: str,
    *,
    kind: str,
    since: str | None = None,
    until: str | None = None,
    source: Text = NOTHING,
    by: Actor,
    require: Require,
    now: datetime,
) -> str:
    """Enter what `origin` is to `target`, and return the relation's id. Repeats safely.

    Raises `PartyMissing`, `BadRelation`, `BadDay`; `Circle` where it would lead back to `origin`; `Overlapping`
    where `origin` is part of another organisation, or has the same relation, at the same time.
    """
    require(by, "party.relate", origin)
    own, other = known_organisation(origin), known_organisation(target)
    check_kind(kind, RELATIONS)
    check_period(since, until)
    same = Relation.objects.filter(origin=own, target=other, kind=kind, since=since).first()
    if same is not None:
        return same.id
    check_circle(own, other, kind, since, until)
    rivals = Relation.objects.filter(origin=own, kind=kind).select_related("target")
    for each in rivals if kind == "part_of" else rivals.filter(target=other):
        if overlap(since, until, each.since, each.until):
            raise Overlapping(
                "“{origin}” is in that relation to “{target}” from {since} until {until}; end that one first.",
                origin=own.title_zh,
                target=each.target.title_zh,
                since=each.since or "…",
                until=each.until or "…",
            )
    made = enter_relation(own, other, kind, since, until, source, now)
    details = {"kind": kind, "target": f"party:{target}", "since": since, "until": until}
    events.record(by=by, verb="party.relate", object=f"party:{origin}", details=details, now=now)
    return made.id


@transaction.atomic
def merge(
    ids: Collection[str], *, into: str, on: str, source: Text = NOTHING, by: Actor, require: Require, now: datetime
) -> None:
    """Dissolve organisations whose work another takes over from `on`. They stay in the register. Repeats safely.

    Raises `PartyMissing`, `BadRelation`, `BadDay`, `Circle`.
    """
    require(by, "party.merge", into)
    other = known_organisation(into)
    bodies = [known_organisation(id) for id in ids]
    merged = [each for each in bodies if carry_on(each, [other], "succeeded_by", on, source, now)]
    for each in merged:
        dissolve(each, on)
    if merged:
        details = {"merged": [f"party:{each.id}" for each in merged], "on": on}
        events.record(by=by, verb="party.merge", object=f"party:{into}", details=details, now=now)


@transaction.atomic
def split(
    id: str,
    *,
    into: Collection[str],
    on: str,
    stays: bool = False,
    source: Text = NOTHING,
    by: Actor,
    require: Require,
    now: datetime,
) -> None:
    """Let others take over an organisation's work from `on`; it is dissolved unless it `stays`. Repeats safely.

    Raises `PartyMissing`, `BadRelation`, `BadDay`, `Circle`.
    """
    require(by, "party.split", id)
    own = known_organisation(id)
    if carry_on(own, [known_organisation(each) for each in into], "split_into", on, source, now):
        if not stays:
            dissolve(own, on)
        details = {"into": [f"party:{each}" for each in into], "on": on}
        events.record(by=by, verb="party.split", object=f"party:{id}", details=details, now=now)


@transaction.atomic
def open_post(
    organisation: str,
    title: Text,
    *,
    duties: Sequence[Text] = (),
    contact: str = "",
    since: str | None = None,
    by: Actor,
    require: Require,
    now: datetime,
) -> str:
    """Open a post with its duties and return its id; one of that title that is open gets these.

    Repeats safely. Raises `PartyMissing`, `BadDay`.
    """
    require(by, "party.open-post", organisation)
    known_organisation(organisation)
    check_period(since, None)
    post = Post.objects.filter(organisation_id=organisation, title_zh=title.zh, until=None).first()
    said = [(each.zh, each.en) for each in duties]
    if post is not None:
        known = [(each.zh, each.en) for each in post.duties.order_by("position")]
        if (post.title_en, post.contact, known) == (title.en, contact, said):
            return post.id
        post.duties.all().delete()
    else:
        post = Post(id=new_id(now), organisation_id=organisation, title_zh=title.zh, since=since)
    post.title_en, post.contact = title.en, contact
    post.save()
    Duty.objects.bulk_create(Duty(post=post, position=at, zh=zh, en=en) for at, (zh, en) in enumerate(said))
    details = {"post": post.id, "title": title.zh}
    events.record(by=by, verb="party.open-post", object=f"party:{organisation}", details=details, now=now)
    return post.id


@transaction.atomic
def appoint(person: str, post: str, *, on: str, by: Actor, require: Require, now: datetime) -> str:
    """Let a person hold a post from `on`, and return the holding's id. Repeats safely.

    Raises `PartyMissing`, `BadDay`, `BadRelation` where the post is not open then, and `Overlapping` while
    somebody else holds it.
    """
    require(by, "party.appoint", post)
    check_day(on)
    if not Anchor.objects.filter(id=person, kind="person").exists():
        raise PartyMissing("There is no person {person}.", person=person)
    there = Post.objects.filter(id=post).first()
    if there is None:
        raise PartyMissing("There is no post {post}.", post=post)
    if (there.since and on < there.since) or (there.until and on >= there.until):
        raise BadRelation("The post “{post}” is not open on {on}.", post=there.title_zh, on=on)
    for each in Holding.objects.filter(post=there):
        if (each.person_id, each.since) == (person, on):
            return each.id
        if overlap(on, None, each.since, each.until):
            raise Overlapping(
                "Somebody holds the post “{post}” from {since} on; end that first.",
                post=there.title_zh,
                since=each.since,
            )
    made = Holding.objects.create(id=new_id(now), person_id=person, post=there, since=on)
    details = {"post": post, "person": f"party:{person}", "on": on}
    events.record(by=by, verb="party.appoint", object=f"party:{there.organisation_id}", details=details, now=now)
    return made.id


@transaction.atomic
def end(object: str, *, on: str, by: Actor, require: Require, now: datetime) -> None:
    """End a `relation:ID`, `post:ID`, `holding:ID`, `name:ID` or an `organisation:ID`. Repeats safely.

    With an organisation what it is part of ends as well, with a post whoever holds it. Raises `PartyMissing`,
    `BadDay`, and `BadRelation` where it ended on another day or had not begun.
    """
    require(by, "party.end", object)
    check_day(on)
    kind, _, id = object.partition(":")
    if kind == "organisation":
        own = known_organisation(id)
        if own.dissolved_on == on:
            return
        check_period(own.founded_on, on)
        if own.dissolved_on:
            raise BadRelation("It ended on {until} already.", until=own.dissolved_on)
        dissolve(own, on)
    else:
        found = ENDS[kind].objects.filter(id=id).first() if kind in ENDS else None
        if found is None:
            raise PartyMissing("There is nothing called “{object}” that could end.", object=object)
        if found.until == on:
            return
        check_period(found.since, on)
        if found.until:
            raise BadRelation("It ended on {until} already.", until=found.until)
        ENDS[kind].objects.filter(id=id).update(until=on)
        if kind == "post":
            Holding.objects.filter(post_id=id, until=None).update(until=on)
    events.record(by=by, verb="party.end", object=f"party:{id}", details={"what": object, "on": on}, now=now)


@transaction.atomic
def anchor(kind: str, *, scheme: str, value: str, by: Actor, require: Require, now: datetime) -> str:
    """Return the id of the person, firm or household that an identifier leads to; entered if it is new.

    Repeats safely. A personal value goes to a table of its own, and never into the log. Raises `BadIdentifier`.
    """
    require(by, "party.anchor", kind)
    value = check_identifier(kind, scheme=scheme, value=value)
    table = PersonalIdentifier if SCHEMES[scheme].is_personal else Identifier
    for each in table.objects.filter(scheme=scheme, value=value).select_related("party"):
        if holds(each.since, each.until, on=now.date()):
            if each.party.kind != kind:
                raise IdentifierTaken("A party of another kind has that {scheme}.", scheme=scheme)
            return str(each.party_id)
    made = Anchor.objects.create(id=new_id(now), kind=kind)
    table.objects.create(id=new_id(now), party=made, scheme=scheme, value=value)
    details = {"kind": kind, "scheme": scheme}
    events.record(by=by, verb="party.anchor", object=f"party:{made.id}", details=details, now=now)
    return made.id
