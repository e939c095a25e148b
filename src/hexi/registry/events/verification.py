"""Checks the whole log against its signed checkpoints, and finds the row that was touched.

Nothing stored is believed but what a trusted key signed: roots. The stored hashes only help to say
*which* row is wrong.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from hexi.data.lifecycle.findings import BadSignature, Finding, NotProven, RevokedKey, Tampered, UnknownKey
from hexi.data.lifecycle.trust import TrustFile
from hexi.kernel.time import stamp
from hexi.registry.events import checkpoints, merkle
from hexi.registry.events.actions import personal_hash
from hexi.registry.events.alignment import align
from hexi.registry.events.entries import COLUMNS, entry_of, is_one_object
from hexi.registry.events.errors import CheckpointInvalid
from hexi.registry.events.models import Checkpoint, Event, PersonalDetails, Tile
from hexi.registry.events.records import LogVerdict

CHUNK = 2_000


@dataclass(slots=True)
class _Walk:
    """One pass over the sealed rows."""

    leaves: list[bytes] = field(default_factory=list)
    """Hash of each row as it stands now, in order."""
    sequences: list[int] = field(default_factory=list)


def verify(*, trust: TrustFile, known: Sequence[str] = ()) -> LogVerdict:
    """Recompute every leaf and root; compare with every stored checkpoint and with those `known`.

    `known` are checkpoints that somebody kept elsewhere: only they can prove that the log was not cut
    back to an earlier, also signed, state. Reads the whole log once: 32 bytes of memory an event.
    """
    notes = list(Checkpoint.objects.order_by("size").values_list("size", "note"))
    problems: list[Finding] = []
    signed: list[checkpoints.Signed] = []
    for position, (size, note) in enumerate(notes):
        found = _read(note, size=size, problems=problems)
        if found is not None:
            problems += _signature_problems(found, trust, is_newest=position == len(notes) - 1)
            signed.append(found)
    kept = [each for each in (_read(note, size=None, problems=problems) for note in known) if each]
    for each in kept:
        problems += _signature_problems(each, trust, is_newest=False)
    size = notes[-1][0] if notes else 0
    origin = signed[-1].origin if signed else ""
    for each in (*signed, *kept):
        if each.origin != origin:
            problems.append(
                _tampered(
                    "checkpoint.other-log",
                    "The checkpoint over {size} events is of another log: {found}, not {origin}.",
                    size=each.size,
                    found=each.origin,
                    origin=origin,
                )
            )
    for each in kept:
        if each.size > size:
            problems.append(
                _tampered(
                    "log.cut",
                    "The log was cut back: a checkpoint over {kept} events is known, the newest here covers {size}.",
                    kept=each.size,
                    size=size,
                )
            )
    problems += _row_problems(size, [*signed, *(each for each in kept if each.size <= size)])
    problems += _personal_problems()
    return LogVerdict(
        size=size,
        root=base64.b64encode(signed[-1].root).decode() if signed else "",
        checkpoints=len(notes),
        unsealed=Event.objects.filter(sequence=None).count(),
        problems=tuple(problems),
    )


def _read(note: str, *, size: int | None, problems: list[Finding]) -> checkpoints.Signed | None:
    try:
        found = checkpoints.read(note)
    except CheckpointInvalid as error:
        problems.append(
            Finding(code="checkpoint.invalid", template=error.template, facts=error.facts, failure=BadSignature)
        )
        return None
    if size is not None and found.size != size:
        problems.append(
            _tampered(
                "checkpoint.misplaced",
                "The checkpoint stored for {size} events signs {found}.",
                size=size,
                found=found.size,
            )
        )
        return None
    return found


def _signature_problems(signed: checkpoints.Signed, trust: TrustFile, *, is_newest: bool) -> Iterator[Finding]:
    named = [each for each in trust.keys if signed.names_key(each.public_key)]
    facts = {"size": signed.size, "node": trust.node}
    if not named:
        yield _problem(
            UnknownKey,
            "checkpoint.unknown-key",
            "The checkpoint over {size} events is signed by a key that the trust file of {node} does not know.",
            **facts,
        )
        return
    key = named[0]
    if not signed.is_signed_by(key.public_key):
        yield _problem(
            BadSignature,
            "checkpoint.bad-signature",
            "The signature of the checkpoint over {size} events does not fit: its text was changed after signing.",
            **facts,
        )
    elif is_newest and key.revoked_at is not None:
        # Older ones are vouched for by the newest, whose tree begins with theirs.
        yield _problem(
            RevokedKey,
            "checkpoint.revoked-key",
            "The newest checkpoint is signed by key {key}, revoked on {at} ({because}). "
            "Seal anew with its successor {successor}.",
            key=key.id,
            at=stamp(key.revoked_at),
            because=key.revoked_because or "no reason given",
            successor=key.successor or "none",
        )


def _row_problems(size: int, signed: Sequence[checkpoints.Signed]) -> list[Finding]:
    walk = _walk()
    stored = _stored_leaves(size)
    roots = {each.size: each.root for each in signed}
    # Which of the two lists is the one that was signed? The rows, if nothing happened.
    rows_broken_at = _first_broken(walk.leaves[:size], roots)
    if rows_broken_at is None and len(walk.leaves) == size and walk.sequences == list(range(size)):
        if stored == walk.leaves:
            return []
        return [
            _tampered(
                "tree.damaged",
                "All {size} events are as signed, but the stored hashes beside them are not; "
                "restore them from a backup.",
                size=size,
            )
        ]
    return [*_named_rows(walk, stored), *_broken_roots(rows_broken_at, _first_broken(stored, roots), roots)]


def _named_rows(walk: _Walk, stored: Sequence[bytes]) -> Iterator[Finding]:
    found = align(walk.leaves, stored)
    for row, place in found.altered:
        yield _tampered(
            "event.altered",
            "Event {sequence} was altered after it was sealed. It now reads: {event}. "
            "Its hash is {found}…, sealed was {sealed}….",
            sequence=place,
            event=_told(walk.sequences[row]),
            found=walk.leaves[row].hex()[:16],
            sealed=stored[place].hex()[:16],
        )
    for row in found.inserted:
        yield _tampered(
            "event.inserted",
            "Event {sequence} was never sealed; it was inserted by hand: {event}.",
            sequence=walk.sequences[row],
            event=_told(walk.sequences[row]),
        )
    for place in found.missing:
        yield _tampered(
            "event.missing",
            "Event {sequence} is missing: its hash {sealed}… was sealed, its row is gone.",
            sequence=place,
            sealed=stored[place].hex()[:16],
        )
    moved = [(walk.sequences[row], place) for row, place in found.same if walk.sequences[row] != place]
    if moved:
        yield _tampered(
            "event.renumbered",
            "{count} events carry another number than they were sealed with, the first of them {found} "
            "instead of {sealed}.",
            count=len(moved),
            found=moved[0][0],
            sealed=moved[0][1],
        )


def _broken_roots(
    rows_broken_at: int | None, stored_broken_at: int | None, roots: dict[int, bytes]
) -> Iterator[Finding]:
    """Where the stored hashes were made to fit the rows: say between which checkpoints it happened."""
    if rows_broken_at is None or stored_broken_at is None:
        return
    before = max((size for size in roots if size < rows_broken_at), default=0)
    yield _tampered(
        "log.rewritten",
        "Events and their stored hashes were both rewritten: up to event {good} all is as signed, between "
        "event {first} and {last} it is not.",
        good=before - 1 if before else "none",
        first=before,
        last=rows_broken_at - 1,
    )


def _first_broken(leaves: Sequence[bytes], roots: dict[int, bytes]) -> int | None:
    """The smallest signed size whose root the leaves do not give; `None` if they give all."""
    frontier = merkle.Frontier()
    wanted = sorted(roots)
    for leaf in leaves:
        frontier.append(leaf)
        if frontier.size in roots and frontier.root() != roots[frontier.size]:
            return frontier.size
    return next((size for size in wanted if size > frontier.size), None)


def _walk() -> _Walk:
    walk = _Walk()
    rows = Event.objects.filter(sequence__isnull=False).order_by("sequence")
    for *columns, sequence in rows.values_list(*COLUMNS, "sequence").iterator(chunk_size=CHUNK):
        row: Any = tuple(columns)
        is_whole = is_one_object(row[COLUMNS.index("details")])
        walk.leaves.append(merkle.leaf_hash(entry_of(row)) if is_whole else b"")
        walk.sequences.append(sequence)
    return walk


def _stored_leaves(size: int) -> list[bytes]:
    leaves: list[bytes] = []
    tiles = Tile.objects.filter(level=0).order_by("index").values_list("hashes", flat=True)
    for hashes in tiles.iterator(chunk_size=CHUNK):
        content = bytes(hashes)
        leaves += [content[at : at + 32] for at in range(0, len(content), 32)]
    return leaves[:size]


def _personal_problems() -> Iterator[Finding]:
    beside = PersonalDetails.objects.order_by("event_id").values_list(
        "salt", "content", "event_id", "event__sequence", "event__personal_sha256"
    )
    for salt, content, event_id, sequence, sealed in beside.iterator(chunk_size=CHUNK):
        if personal_hash(salt, content) != sealed:
            yield _tampered(
                "event.personal-altered",
                "The personal details beside event {sequence} ({event}) are not those that were recorded.",
                sequence="–" if sequence is None else sequence,
                event=event_id,
            )


def _told(sequence: int) -> str:
    at, account, verb, object_ = (
        Event.objects.filter(sequence=sequence).values_list("at", "account", "verb", "object").get()
    )
    return f"{verb} {object_}, {account}, {stamp(at)}"


def _tampered(code: str, template: str, **facts: object) -> Finding:
    return _problem(Tampered, code, template, **facts)


def _problem(failure: type[NotProven], code: str, template: str, **facts: object) -> Finding:
    return Finding(code=code, template=template, facts=facts, failure=failure)
