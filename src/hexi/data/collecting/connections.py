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
    HTTPS = "https"
    HTTP = "http"
    S3 = "s3"
    FOLDER = "folder"


KINDS: Mapping[Kind, tuple[Text, str]] = {
    Kind.POSTGRESQL: (Text("PostgreSQL 数据库", "a PostgreSQL database"), "postgresql://reader@db.example:5432/trade"),
    Kind.MYSQL: (
        Text("MySQL 或 MariaDB 数据库", "a MySQL or MariaDB database"),
        "mysql://reader@db.example:3306/trade",
    ),
    Kind.SQLITE: (Text("SQLite 文件", "a SQLite file"), "sqlite:///srv/trade.db"),
    Kind.HTTPS: (Text("网站或接口", "files and answers of a web server"), "https://data.example/api/"),
    Kind.HTTP: (Text("未加密的网站或接口", "a web server without encryption"), "http://10.0.0.8:8080/api/"),
    Kind.S3: (
        Text("S3 兼容的对象存储", "a bucket of an S3-compatible store"),
        "s3://ACCESSKEY@bucket/prefix?endpoint=https://s3.example&region=cn-north-1",
    ),
    Kind.FOLDER: (Text("节点上的文件夹", "a folder of this machine"), "folder:///srv/incoming"),
}
"""Kind → what it is, and an address of it."""
DATABASES = frozenset({Kind.POSTGRESQL, Kind.MYSQL, Kind.SQLITE})
LOCAL = frozenset({Kind.SQLITE, Kind.FOLDER})
"""What reads the disk of the node itself."""
WEB = frozenset({Kind.HTTPS, Kind.HTTP})
SCHEMES: Mapping[str, Kind] = {
    **{kind.value: kind for kind in Kind},
    "postgres": Kind.POSTGRESQL,
    "mariadb": Kind.MYSQL,
}
PORTS: Mapping[Kind, int] = {Kind.POSTGRESQL: 5432, Kind.MYSQL: 3306}


LIMIT_BYTES = 2 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a reader of files bears with the other end, before a run fails and may be tried again."""

    connect_s: float = 15
    silence_s: float = 60
    """Without a byte."""
    head_s: float = 120
    """Until the head of an answer is there."""
    tries: int = 5
    """Times that are asked after the first."""
    pause_s: float = 0.5
    """Before the second try; doubled each time."""
    longest_pause_s: float = 60
    """However long the other end asks to wait."""
    least_bytes_s: int = 1024
    window_s: float = 30
    """Over which the least speed is measured."""
    pages: int = 10_000
    """Of one source."""
    quiet_s: float = 5
    """For which a file of a folder must have been left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One way to another system, ready to be used."""

    name: str
    address: str
    """A URL without its secret, safe to show."""
    secret: str = field(default="", repr=False)
    """Password or token; empty where none is needed."""
    limit_bytes: int = LIMIT_BYTES
    """What one source of files may have, unpacked too."""
    patience: Patience = Patience()

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
        return unquote(self._parts.path) if self.kind in _ON_THIS_MACHINE else unquote(self._parts.path).strip("/")

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
    _require_place(name, kind, parts)
    user = f"{quote(unquote(parts.username), safe='')}@" if parts.username else ""
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    place = f"{user}{host}{f':{port}' if port else ''}"
    shown = urlunsplit((kind.value, place, parts.path, parts.query, ""))
    # An empty host keeps its slashes only where the standard library knows the scheme.
    shown = f"{kind.value}://{parts.path}" if kind in _ON_THIS_MACHINE else shown
    return Connection(name=name, address=shown, secret=secret or unquote(parts.password or ""))


_ON_THIS_MACHINE = frozenset({Kind.SQLITE, Kind.FOLDER})
_S3_OPTIONS = frozenset({"endpoint", "region"})


def _require_place(name: str, kind: Kind, parts: SplitResult) -> None:
    """Raise `ConnectionInvalid` unless an address says all that its kind needs, and nothing that has no meaning."""
    facts = {"name": name, "example": KINDS[kind][1]}
    if kind in _ON_THIS_MACHINE:
        is_folder = kind is Kind.FOLDER
        is_whole = not parts.netloc and parts.path.startswith("/") and parts.path.strip("/")
        if not is_whole or (parts.path.endswith("/") and not is_folder) or parts.query:
            raise ConnectionInvalid(
                "The address of “{name}” must name a folder of this machine with its whole path, such as {example}."
                if is_folder
                else "The address of “{name}” must name a file of this machine with its whole path, such as {example}.",
                **facts,
            )
        return
    if kind in WEB:
        if not parts.hostname:
            raise ConnectionInvalid("The address of “{name}” lacks the host; it looks like {example}.", **facts)
        if parts.query or parts.fragment:
            raise ConnectionInvalid(
                "The address of “{name}” ends before “?” and “#”, since it is shown to many: a token is kept as the "
                "secret, everything else belongs into the path of the contract. It looks like {example}.",
                **facts,
            )
        return
    if kind is Kind.S3:
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        endpoint = urlsplit(options.get("endpoint", "https://s3"))
        is_endpoint = endpoint.scheme in {"http", "https"} and endpoint.hostname and not endpoint.username
        if not parts.hostname or parts.port or set(options) - _S3_OPTIONS or not is_endpoint or endpoint.query:
            raise ConnectionInvalid(
                "The address of “{name}” names a bucket, the access key before “@”, and behind “?” endpoint and region "
                "where they are not those of Amazon; it looks like {example}.",
                **facts,
            )
        return
    if not parts.hostname or not parts.path.strip("/"):
        raise ConnectionInvalid(
            "The address of “{name}” lacks the host or the database; it looks like {example}.", **facts
        )


def _no_address(name: str) -> ConnectionInvalid:
    return ConnectionInvalid(
        "The address of “{name}” is none that is known; write one such as {examples}.",
        name=name,
        examples=", ".join(example for _, example in KINDS.values()),
    )
