"""`hexi keys`: the node's signing key, its successors and revocation."""

from __future__ import annotations

import click
from django.db import transaction

from hexi.cli import node
from hexi.cli.speech import _, out
from hexi.cli.words import group


@group()
def keys() -> None:
    """The key that the node signs with."""


@keys.command("list")
def list_keys() -> None:
    """Show every key of the trust file."""
    from hexi.data.lifecycle.trust import read_trust

    for key in read_trust(node.home() / "trust.json").keys:
        said = _(key.standing(node.clock()).value).replace("_", " ")
        out.print(f"{key.id}  {said}")


@keys.command("rotate")
def rotate() -> None:
    """Sign with a new key from now on; what the old one signed stays good."""
    node.open_node()
    from hexi.data.lifecycle import keys as files

    old = _required("key.rotate")
    new = files.rotate_key(node.home() / "keys" / "node.pem", node.home() / "trust.json", now=node.clock())
    _record("key.rotate", old, {"successor": new.key_id})
    out.print(_("The node signs with {key} from now on. Hand out the trust file again.", key=new.key_id))


@keys.command("revoke")
@click.option("--because", required=True, help="Why, for whoever verifies.")
def revoke(because: str) -> None:
    """Revoke the node's key: nothing that it signed counts any more. A new one takes its place."""
    if not because.strip():
        raise click.UsageError(_("“{option}” is empty; say why in a few words.", option="--because"))
    node.open_node()
    from hexi.data.lifecycle import keys as files

    old = _required("key.revoke")
    new = files.revoke_key(
        node.home() / "keys" / "node.pem", node.home() / "trust.json", because=because, now=node.clock()
    )
    _record("key.revoke", old, {"because": because, "successor": new.key_id})
    out.print(
        _("{old} is revoked; the node signs with {key}. Publish again what it had certified.", old=old, key=new.key_id)
    )


def _required(verb: str) -> str:
    """The present key's id. Raises `NotAuthorised` before anything is changed."""
    from hexi.data.lifecycle.signing import NodeKey
    from hexi.registry.accounts import actions as accounts

    key = NodeKey.load(node.home() / "keys" / "node.pem").key_id
    accounts.require(node.actor(), verb, key)
    return key


def _record(verb: str, key: str, details: dict[str, object]) -> None:
    from hexi.registry.events import actions as events

    with transaction.atomic():
        events.record(by=node.actor(), verb=verb, object=f"key:{key}", details=details, now=node.clock())
    node.settle()
