"""What the log does of its own accord: one sealer gives events their place and signs the tree."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from hexi.data.lifecycle.signing import Signer
from hexi.registry.events import checkpoints, merkle
from hexi.registry.events.entries import COLUMNS, entry_of
from hexi.registry.events.errors import LogChanged
from hexi.registry.events.models import Checkpoint, Event, Log
from hexi.registry.events.records import SealedUpTo
from hexi.registry.events.tree import StoredTree

BATCH = 10_000


def seal(*, signer: Signer, origin: str, now: datetime) -> SealedUpTo:
    """Give every committed event its place and sign a checkpoint over them.

    Two sealers cannot interleave; the second finds nothing left. Killed at any point, it leaves the
    last checkpoint. Raises `LogChanged` if the stored tree is not the one last signed.
    """
    total = 0
    while Event.objects.filter(sequence=None).exists():
        sealed = _seal_batch(signer=signer, origin=origin, now=now)
        total += sealed
        if sealed < BATCH:
            break
    return SealedUpTo(size=_last_size(), sealed=total)


@transaction.atomic
def _seal_batch(*, signer: Signer, origin: str, now: datetime) -> int:
    _take_turn(now)
    tree = _standing_tree(origin)
    ids, leaves = [], []
    for row in Event.objects.filter(sequence=None).order_by("id").values_list(*COLUMNS)[:BATCH]:
        ids.append(row[0])
        leaves.append(merkle.leaf_hash(entry_of(row)))
    if not ids:  # the sealer before us took them all
        return 0
    try:
        with connection.cursor() as cursor:
            # One prepared statement; Django's own bulk update would build a CASE of ten thousand branches.
            cursor.executemany(
                "UPDATE events_event SET sequence = %s WHERE id = %s",
                [(place, id_) for place, id_ in enumerate(ids, start=tree.size)],
            )
    except IntegrityError:
        raise LogChanged(
            "An event holds number {number} or a later one, which no checkpoint covers. Run `hexi events verify`.",
            number=tree.size,
        ) from None
    tree.append(leaves)
    tree.save()
    Checkpoint.objects.create(
        size=tree.size,
        note=checkpoints.write(origin=origin, size=tree.size, root=tree.root(), signer=signer),
        sealed_at=now,
    )
    return len(ids)


def _take_turn(now: datetime) -> None:
    """Hold the sealers' lock until the transaction ends.

    An update and not a read: on both databases it takes the lock that the next sealer waits for.
    """
    if not Log.objects.filter(id=1).update(sealed_at=now):
        Log.objects.bulk_create([Log(id=1, sealed_at=now)], ignore_conflicts=True)
        Log.objects.filter(id=1).update(sealed_at=now)


def _standing_tree(origin: str) -> StoredTree:
    """The stored tree, if it is still the one that was signed last: nothing is sealed on top of another."""
    tree = StoredTree(_last_size())
    if tree.size:
        signed = checkpoints.read(Checkpoint.objects.get(size=tree.size).note)
        if signed.origin != origin:
            raise LogChanged(
                "This log's origin is “{standing}”; it cannot go on as “{origin}”.",
                standing=signed.origin,
                origin=origin,
            )
        if (signed.size, signed.root) != (tree.size, tree.root()):
            raise LogChanged(
                "The stored tree of {size} events is not the one that was signed. Nothing was sealed. "
                "Run `hexi events verify`.",
                size=tree.size,
            )
    return tree


def _last_size() -> int:
    return Checkpoint.objects.aggregate(last=Max("size"))["last"] or 0
