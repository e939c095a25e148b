"""Puts the rooms together for a command: the home, the clock, who acts, and what follows an action."""

from __future__ import annotations

import getpass
import json
import os
import pkgutil
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import django
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, OperationalError

from hexi.cli import servers
from hexi.data.lake.errors import is_disk_full
from hexi.kernel.actors import Actor
from hexi.kernel.errors import Conflict, HexiError, Invalid, Missing, Unavailable, reason_of
from hexi.kernel.names import Text, new_id
from hexi.kernel.settings import HOME
from hexi.kernel.time import stamp


class NoNode(Missing):
    """There is no node in this folder."""

    code = "node.missing"


class NodeExists(Conflict):
    """There is a node already."""

    code = "node.exists"


class NodeFull(Unavailable):
    """The disk of the node is full."""

    code = "node.full"


class NodeRefused(Unavailable):
    """The system refuses a file or folder that the node needs."""

    code = "node.refused"


class NodeBusy(Unavailable):
    """Another process holds the node's database for too long."""

    code = "node.busy"


class NodeDamaged(Invalid):
    """The node's database is not whole."""

    code = "node.damaged"


class NodeUnreachable(Unavailable):
    """The database server of the node does not answer."""

    code = "node.unreachable"


SIGNS_OF_DAMAGE = ("malformed", "not a database")
MIGRATIONS = "django_migrations"
ROOM_BYTES = 64 << 10
"""Less than this, and what SQLite calls an I/O error is a disk on which its shared memory finds no room."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the disk and the database say into errors that tell what to do. Raises `NodeFull` and its like."""
    try:
        yield
    except (DatabaseError, OSError) as error:
        if is_disk_full(error) or ("disk I/O error" in str(error) and shutil.disk_usage(home()).free < ROOM_BYTES):
            raise NodeFull(
                "The disk below “{home}” is full. Every dataset is whole: as it was, or published. Make room, then run "
                "the same command again.",
                home=home(),
            ) from error
        if isinstance(error, OSError):
            if error.filename is None:
                raise
            raise NodeRefused(
                "“{file}” cannot be read or written: {reason}. Every dataset is whole. Set it right, or choose another "
                "folder with HEXI_HOME.",
                file=error.filename,
                reason=reason_of(error),
            ) from error
        if isinstance(error, InterfaceError | OperationalError) and servers.is_server():
            raise NodeUnreachable(
                "The database at {address} does not answer: {reason}. Every dataset is whole. See that PostgreSQL runs "
                "and that HEXI_DATABASE is right, then run the same command again.",
                address=servers.address(),
                reason=servers.reason_of(error),
            ) from error
        if "locked" in str(error):
            raise NodeBusy("Another process holds the node's database. Try again in a moment.") from error
        if any(sign in str(error) for sign in SIGNS_OF_DAMAGE):
            raise NodeDamaged(
                "The database of the node in “{home}” is damaged. Put a backup in its place.",
                home=home(),
            ) from error
        raise


def clock() -> datetime:
    """The present moment: the command line's only look at a clock."""
    return datetime.now(UTC)


def home() -> Path:
    """The node's folder."""
    return Path(HOME.read(os.environ)).absolute()


def actor() -> Actor:
    """Who types: the operating system's user."""
    return Actor(account=getpass.getuser())


def is_there() -> bool:
    """Whether there is a node."""
    return (home() / "node.json").is_file()


def create(name: str) -> None:
    """Make a node: folder, key, trust file, database, and the account of who types. Raises `NodeExists`.

    Cut off half way, it is completed by the next call: the file that says “node” is written last.
    """
    if is_there():
        raise NodeExists("There is a node in “{home}” already.", home=home())
    from hexi.data.lifecycle.signing import NodeKey
    from hexi.data.lifecycle.trust import trust_in, write_trust

    now = clock()
    for folder in (home(), home() / "lake", home() / "keys", home() / "exports"):
        folder.mkdir(parents=True, exist_ok=True)
    (home() / "keys").chmod(0o700)
    key_file = home() / "keys" / "node.pem"
    key = NodeKey.load(key_file) if key_file.is_file() else NodeKey.create(key_file)
    write_trust(home() / "trust.json", trust_in(key, node=name, holder=Text(name, name), now=now))
    secret = home() / "keys" / "session.secret"
    secret.write_text(secrets.token_urlsafe(50), "ascii")
    secret.chmod(0o600)
    about = {"id": new_id(now), "name": name, "created_at": stamp(now)}
    draft = home() / "node.json.new"
    draft.write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", "utf-8")
    _setup()
    call_command("migrate", verbosity=0, interactive=False)
    from django.db import transaction

    from hexi.kernel.actors import NODE
    from hexi.registry.accounts import actions as accounts
    from hexi.registry.events import actions as events

    with transaction.atomic():
        events.record(
            by=NODE, verb="node.init", object=f"node:{name}", details={"name": name, "key": key.key_id}, now=now
        )
        accounts.allow(actor().account, accounts.OPERATOR, by=NODE, now=now)
    draft.rename(home() / "node.json")
    _name_again(name)
    settle()


def open_node() -> list[tuple[str, int]]:
    """Make Django ready on the node in this folder, catch up with the lake and seal what waits. Raises `NoNode`.

    Returns the versions that had to be entered because somebody was killed before doing so.
    """
    if not is_there():
        raise NoNode("There is no node in “{home}”. Make one with: hexi init", home=home())
    _check_name()
    _setup()
    _check_database()
    if not _has_every_migration():
        call_command("migrate", verbosity=0, interactive=False)
    from hexi.registry.catalog import actions as catalog
    from hexi.registry.events import queries as events

    entered = catalog.catch_up(clock=clock)
    if entered or events.unsealed():
        # Whoever only looks must not be stopped by a log or a key that is damaged: the next action is.
        with suppress(HexiError):
            settle()
    return entered


def _check_database() -> None:
    """A node without its database is no new one: an empty log in the old one's name would hide the loss."""
    from django.conf import settings
    from django.db import connection

    if servers.is_server():
        if MIGRATIONS not in connection.introspection.table_names():
            raise NodeDamaged(
                "The database at {address} is empty: the log, the accounts and the grants of the node in “{home}” are "
                "not there. Restore a backup, or set HEXI_DATABASE to the database that the node was made with.",
                address=servers.address(),
                home=home(),
            )
        return
    database = Path(str(settings.DATABASES["default"]["NAME"]))
    if not database.is_file() or not database.stat().st_size:
        raise NodeDamaged(
            "The database of the node in “{home}” is gone, and with it the log, the accounts and the grants. Put a "
            "backup of db.sqlite3 in its place.",
            home=home(),
        )


def _has_every_migration() -> bool:
    """Whether the database is of this version, asked by name: to read every migration takes a quarter of a second."""
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    folders = ((app.label, Path(app.path) / "migrations") for app in apps.get_app_configs())
    known = {(label, each.name) for label, folder in folders for each in pkgutil.iter_modules([str(folder)])}
    return known <= MigrationRecorder(connection).applied_migrations().keys()


def settle() -> None:
    """What follows every action: seal the events, and let the upper rooms follow them."""
    from django.conf import settings

    from hexi.data.lifecycle.signing import NodeKey
    from hexi.exchange.grants import tasks as grants
    from hexi.packs import tasks as packs
    from hexi.registry.events import tasks as events
    from hexi.registry.feedback import tasks as feedback

    signer = NodeKey.load(settings.HEXI_KEY)
    # What follows leaves events of its own, so it is sealed once more.
    for _ in range(2):
        events.seal(signer=signer, origin=f"hexi/{settings.HEXI_NODE_NAME}", now=clock())
        grants.follow(clock())
        packs.follow(clock())
        feedback.follow(clock())


def _check_name() -> None:
    """Raise `NodeDamaged` where the node has forgotten its name: it would sign with another."""
    try:
        about = json.loads((home() / "node.json").read_bytes())
    except (ValueError, RecursionError):
        about = None
    if not isinstance(about, dict) or not isinstance(about.get("name"), str):
        raise NodeDamaged(
            "“{file}” no longer says which node this is. Put a backup in its place.", file=home() / "node.json"
        )


def _setup() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hexi.web.settings")
    django.setup()


def _name_again(name: str) -> None:
    """Settings were read before the node had its name."""
    from django.conf import settings

    settings.HEXI_NODE_NAME = name
