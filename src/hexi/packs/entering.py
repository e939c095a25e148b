"""Enters the organisations that a pack declares in the register of parties."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hexi.kernel.actors import Actor
from hexi.packs.organisations import NOTHING, Declared
from hexi.registry.accounts import actions as accounts
from hexi.registry.parties import actions as parties


def enter(declared: tuple[Declared, ...], *, by: Actor, now: datetime) -> None:
    """Enter them in the register. Repeats safely; what is there and not declared stays. Raises what the verbs raise."""
    ids = {each.name.zh: parties.register(each.name, code=None, by=by, now=now) for each in declared}
    for each in declared:
        id, ended = ids[each.name.zh], each.dissolved or (each.became.on if each.became else None)
        parties.describe(
            id, kind=each.kind, code=each.code, founded_on=each.founded, by=by, require=accounts.require, now=now
        )
        for further in each.names:
            parties.name(
                id,
                further.title,
                kind=further.kind,
                since=further.since,
                until=further.until,
                source=each.source if further.kind == "former" else NOTHING,
                by=by,
                require=accounts.require,
                now=now,
            )
        if each.part_of:
            parties.relate(
                id,
                ids[each.part_of],
                kind="part_of",
                since=each.founded,
                until=ended,
                source=each.source,
                by=by,
                require=accounts.require,
                now=now,
            )
        for post in each.posts:
            parties.open_post(
                id, post.title, duties=post.duties, contact=post.contact, by=by, require=accounts.require, now=now
            )
    for each in declared:
        _end(each, ids, by=by, now=now)


def _end(each: Declared, ids: Mapping[str, str], *, by: Actor, now: datetime) -> None:
    id, became = ids[each.name.zh], each.became
    if became is not None:
        others = [ids[name] for name in became.names]
        if became.how == "split_into":
            parties.split(id, into=others, on=became.on, source=became.source, by=by, require=accounts.require, now=now)
        for other in others if became.how == "succeeded_by" else ():
            parties.merge(
                [id], into=other, on=became.on, source=became.source, by=by, require=accounts.require, now=now
            )
        for other in others if became.how == "renamed_to" else ():
            parties.relate(
                id,
                other,
                kind=became.how,
                since=became.on,
                source=became.source,
                by=by,
                require=accounts.require,
                now=now,
            )
    ended = each.dissolved or (became.on if became else None)
    if ended:
        parties.describe(id, dissolved_on=ended, by=by, require=accounts.require, now=now)
