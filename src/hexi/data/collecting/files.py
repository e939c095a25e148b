"""Files that lie elsewhere, brought to this machine: one way to ask for them, wherever they lie."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import unquote, urlsplit

from hexi.data.collecting.connections import DATABASES, WEB, Connection, Kind
from hexi.data.collecting.errors import ConnectionInvalid, SourceRefused
from hexi.data.engines.sources.taking import safe_name

Seen = Callable[[int, int | None], None]
"""Called again and again while files come, with the records so far and how many there are, if that is known; may raise
to stop."""
UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload")
"""How programs that copy call what they have not finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a run, or somebody who drafts a contract, asks for."""

    path: str
    """Relative to the connection's address; `*` stands for any part of one name where files can be listed."""
    workspace: Path
    """A folder for what is read once."""
    shelf: Path | None
    """A folder for what may be read again, None where nothing is kept."""
    now: datetime
    seen: Seen
    format: str | None = None
    """What the contract says the file is."""
    records: str | None = None
    encoding: str | None = None
    pages: Mapping[str, object] = field(default_factory=dict)
    """How an interface goes on to its next page, as contracts say it; empty where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file that is here now."""

    path: Path
    name: str
    """Which one it was, below the connection's address; safe to show."""
    is_list_of_pages: bool = False
    """Whether it is a JSON list of the documents that came, in UTF-8."""


class Files(Protocol):
    """Where files lie. What goes wrong is `SourceUnreachable` where it may pass, else `SourceRefused`."""

    def names(self) -> Iterator[str]:
        """Paths of the files, in no particular order."""

    def fetch(self, wanted: Wanted) -> Fetched:
        """Bring a file here, whole or not at all."""


@contextmanager
def opened(connection: Connection) -> Iterator[Files]:
    """Open what holds files. Raises `ConnectionInvalid` for a database, `SourceUnreachable`, `SourceRefused`."""
    if connection.kind in DATABASES:
        raise ConnectionInvalid(
            "“{name}” leads to a database: name a “table” or a “query”, no “path”.", name=connection.name
        )
    if connection.kind in WEB:
        from hexi.data.collecting.web import Web

        with Web(connection) as web:
            yield web
    elif connection.kind is Kind.S3:
        from hexi.data.collecting.objects import Bucket

        yield Bucket(connection)
    else:
        from hexi.data.collecting.folders import Folder

        yield Folder(connection)


def require_below(connection: Connection, path: str) -> None:
    """Raise `SourceRefused` for a path that is none below the connection's address, however it is written."""
    plain, before = path, None
    while plain != before:
        plain, before = unquote(plain), plain
    try:
        parts = urlsplit(plain)
        is_relative = not parts.scheme and not parts.netloc
    except ValueError:
        is_relative = False
    steps = re.split(r"[/\\]", plain.partition("?")[0])
    if not is_relative or steps[0] == "" or ".." in steps or not plain.isprintable():
        raise SourceRefused(
            "“{path}” does not stay below the address of “{name}”; write it relative to that, without “..”.",
            path=shown(path),
            name=connection.name,
        )


def shown(path: str) -> str:
    """A path without what stands behind the question mark, where tokens do."""
    return path.partition("?")[0].partition("#")[0]


def matcher(pattern: str) -> re.Pattern[str]:
    """The pattern of a path in which `*` stands for any part of one name, but for hidden and unfinished files."""
    steps = [re.escape(step).replace(r"\*", "[^/]*") for step in pattern.split("/")]
    return re.compile("/".join(rf"(?!\.){step}" if step.startswith("[^") else step for step in steps))


def matching(pattern: str, names: Iterator[str]) -> Iterator[str]:
    """Yield the names that a pattern means."""
    form = matcher(pattern)
    return (name for name in names if form.fullmatch(name) and not name.lower().endswith(UNFINISHED))


def fixed_part(pattern: str) -> str:
    """The folders of a pattern before the first `*`, without a slash at the end; may be empty."""
    return "/".join(pattern.partition("*")[0].split("/")[:-1])


def spool_of(wanted: Wanted, name: str) -> Path:
    """Where a file of that name may lie while a run works; its ending says what it is."""
    return wanted.workspace / safe_name(PurePosixPath(shown(name)).name or "file")
