"""A connection: where another system is, and what opens it. A contract only knows its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit, urlunsplit

from hexi.data.collecting.errors import ConnectionInvalid, ConnectionMissing
from hexi.kernel.names import Text

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")


class Kind(StrEnum):
    """What stands at the other end."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    SQLITE = "sqlite"


KINDS: Mapping[Kind, tuple[Text, str]] = {
    Kind.POSTGRESQL: (Text("PostgreSQL 数据库", "a PostgreSQL database"), "postgresql://reader@db.example:5432/trade"),
    Kind.MYSQL: (
        Text("MySQL 或 MariaDB 数据库", "a MySQL or MariaDB database"),
        "mysql://reader@db.example:3306/trade",
    ),
    Kind.SQLITE: (Text("SQLite 文件", "a SQLite file"), "sqlite:///srv/trade.db"),
}
"""Kind → what it is, and an address of it."""
DATABASES = frozenset({Kind.POSTGRESQL, Kind.MYSQL, Kind.SQLITE})
SCHEMES: Mapping[str, Kind] = {
    **{kind.value: kind for kind in Kind},
    "postgres": Kind.POSTGRESQL,
    "mariadb": Kind.MYSQL,
}
PORTS: Mapping[Kind, int] = {Kind.POSTGRESQL: 5432, Kind.MYSQL: 3306}


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One way to another system, ready to be used."""

    name: str
    address: str
    """A URL without its secret, safe to show."""
    secret: str = field(default="", repr=False)
    """Password or token; empty where none is needed."""

    @property
    def kind(self) -> Kind:
        """What stands at the other end."""
        return SCHEMES[urlsplit(self.address).scheme]

    @property
    def host(self) -> str:
        """Name or number of the machine."""
        return self._parts.hostname or ""

    @property
    def port(self) -> int:
        """The port, the usual one where none is said."""
        return self._parts.port or PORTS[self.kind]

    @property
    def user(self) -> str:
        """Who signs in there; empty where nobody is named."""
        return unquote(self._parts.username or "")

    @property
    def path(self) -> str:
        """What follows the host: the name of a database, or a file."""
        return unquote(self._parts.path) if self.kind is Kind.SQLITE else unquote(self._parts.path).strip("/")

    @property
    def options(self) -> Mapping[str, str]:
        """What stands behind the question mark."""
        return dict(parse_qsl(self._parts.query))

    @property
    def _parts(self) -> SplitResult:
        return urlsplit(self.address)


class Connections(Protocol):
    """Resolves the connections that contracts name. `data` is handed one from above."""

    def connection(self, name: str) -> Connection:
        """The connection of that name. Raises `ConnectionMissing`."""


class NoConnections:
    """Knows none: a run outside of a node."""

    def connection(self, name: str) -> Connection:
        """Raise `ConnectionMissing`."""
        raise ConnectionMissing(
            "There is no connection “{name}”; an operator makes it: hexi connections add {name}", name=name
        )


def made(name: str, address: str, secret: str = "") -> Connection:
    """Return the connection, the password in its address moved to where it is kept secret.

    Raises `ConnectionInvalid`, which says what an address looks like.
    """
    if not NAME.fullmatch(name):
        raise ConnectionInvalid(
            "“{name}” cannot be the name of a connection: use small letters, digits and hyphens, at most 60.", name=name
        )
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        raise _no_address(name) from None
    kind = SCHEMES.get(parts.scheme)
    if kind is None:
        raise _no_address(name)
    is_file = kind is Kind.SQLITE
    if is_file and (parts.netloc or not parts.path.startswith("/") or parts.path.endswith("/")):
        raise ConnectionInvalid(
            "The address of “{name}” must name a file of this machine with its whole path, such as {example}.",
            name=name,
            example=KINDS[kind][1],
        )
    if not is_file and (not parts.hostname or not parts.path.strip("/")):
        raise ConnectionInvalid(
            "The address of “{name}” lacks the host or the database; it looks like {example}.",
            name=name,
            example=KINDS[kind][1],
        )
    user = f"{quote(unquote(parts.username), safe='')}@" if parts.username else ""
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    place = f"{user}{host}{f':{port}' if port else ''}"
    shown = urlunsplit((kind.value, place, parts.path, parts.query, ""))
    # An empty host keeps its slashes only where the standard library knows the scheme.
    shown = f"{kind.value}://{parts.path}" if is_file else shown
    return Connection(name=name, address=shown, secret=secret or unquote(parts.password or ""))


def _no_address(name: str) -> ConnectionInvalid:
    return ConnectionInvalid(
        "The address of “{name}” is none that is known; write one such as {examples}.",
        name=name,
        examples=", ".join(example for _, example in KINDS.values()),
    )
