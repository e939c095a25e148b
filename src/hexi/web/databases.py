"""The node's database as Django wants it told: a file in the home, or a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from hexi.kernel.errors import Invalid
from hexi.web.home import DATABASE

SCHEMES = ("postgresql", "postgres")


class BadDatabase(Invalid):
    """The address of the database is none."""

    code = "node.bad-database"


def configured(home: Path, said: str) -> dict[str, Any]:
    """Return Django's entry for what `HEXI_DATABASE` says; a SQLite file in `home` where it says nothing.

    A socket's folder may stand as `?host=/folder`, and any other option of libpq likewise. Raises `BadDatabase`.
    """
    return _postgresql(said) if said else _sqlite(home)


def _sqlite(home: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": home / DATABASE,
        # Opening one takes longer than most questions.
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            # Immediate: a writer waits at its start, not half way through. Full: what is committed survives
            # a power cut, which the log promises.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }


def _postgresql(said: str) -> dict[str, Any]:
    try:
        address = urlsplit(said)
        port = address.port
    except ValueError:
        raise _bad() from None
    name = unquote(address.path.removeprefix("/"))
    if address.scheme not in SCHEMES or not name:
        raise _bad()
    options = dict(parse_qsl(address.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "HOST": options.pop("host", unquote(address.hostname or "")),
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 10, **options},
    }


def _bad() -> BadDatabase:
    # What was set is not repeated: it may hold a password.
    return BadDatabase(
        "HEXI_DATABASE is no address of a database: write postgresql://user:password@host:port/name, or leave it "
        "empty for SQLite in the node's folder."
    )
