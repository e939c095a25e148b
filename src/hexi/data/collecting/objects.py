"""A bucket of an S3-compatible store, read piece by piece."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError, PreconditionError
from obstore.store import S3Store

from hexi.data.collecting import shelf
from hexi.data.collecting.connections import Connection
from hexi.data.collecting.errors import SourceRefused, SourceUnreachable
from hexi.data.collecting.files import Fetched, Wanted, fixed_part, matching, require_below, spool_of
from hexi.data.collecting.folders import nothing_fits, too_large

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Credential

PIECE_BYTES = 8 << 20
REGION = "us-east-1"
"""What stores other than Amazon's go by."""
STATUS = re.compile(r"status code: (\d{3})")
CODE = re.compile(r"<Code>(\w{1,60})</Code>")


class Bucket:
    """Objects appear whole, so that none is caught while it is written."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        patience, options = connection.patience, connection.options
        region = options.get("region", REGION)
        endpoint = options.get("endpoint", f"https://s3.{region}.amazonaws.com")
        # All said here: what is not said would be looked for in the environment, and belongs to somebody else.
        config: S3Config = {
            "region": region,
            "endpoint": endpoint,
            "virtual_hosted_style_request": False,
            "skip_signature": not connection.user,
        }
        self._store = S3Store(
            connection.host,
            prefix=connection.path or None,
            config=config,
            credential_provider=self._key,
            client_options={
                "allow_http": endpoint.startswith("http:"),
                "connect_timeout": timedelta(seconds=patience.connect_s),
                # Of one piece: who does not give that in this time is too slow.
                "timeout": timedelta(seconds=patience.silence_s),
            },
            retry_config={
                "max_retries": patience.tries,
                "retry_timeout": timedelta(seconds=patience.longest_pause_s),
                "backoff": {
                    "init_backoff": timedelta(seconds=patience.pause_s),
                    "max_backoff": timedelta(seconds=patience.longest_pause_s),
                    "base": 2,
                },
            },
        )

    def _key(self) -> S3Credential:
        return {
            "access_key_id": self._connection.user,
            "secret_access_key": self._connection.secret,
            "token": None,
            "expires_at": None,
        }

    def names(self) -> Iterator[str]:
        """Paths of the objects below the address."""
        with self._translated(""):
            for piece in obstore.list(self._store):
                yield from (each["path"] for each in piece)

    def fetch(self, wanted: Wanted) -> Fetched:
        """Read an object; of those that a pattern means, the one that was written last."""
        require_below(self._connection, wanted.path)
        name = wanted.path
        with self._translated(name):
            if "*" in name:
                name = self._newest(wanted)
            found = obstore.head(self._store, name)
            size, etag = found["size"], found["e_tag"]
            if size > self._connection.limit_bytes:
                raise too_large(self._connection, name)
            asked = shelf.source_of(self._connection.name, self._connection.address, name)
            kept = shelf.standing(wanted.shelf, source=asked)
            if kept is not None and wanted.shelf is not None and etag and kept.etag == etag and kept.size_bytes == size:
                return Fetched(path=wanted.shelf / kept.file, name=name)
            path = spool_of(wanted, name)
            with path.open("wb") as out:
                for start in range(0, size, PIECE_BYTES):
                    wanted.seen(0, None)
                    # Only of the object that was chosen: one that is written meanwhile is another.
                    piece = obstore.get(
                        self._store,
                        name,
                        options={
                            "range": (start, min(start + PIECE_BYTES, size)),
                            **({"if_match": etag} if etag else {}),
                        },
                    )
                    out.write(piece.bytes())
            wanted.seen(0, None)
        if path.stat().st_size != size:
            raise self._gone("it gave another number of bytes than it said")
        if wanted.shelf is None or not etag:
            return Fetched(path=path, name=name)
        path = shelf.keep(wanted.shelf, path, source=asked, etag=etag, last_modified=None, now=wanted.now)
        return Fetched(path=path, name=name)

    def _newest(self, wanted: Wanted) -> str:
        found: list[tuple[datetime, str]] = []
        for piece in obstore.list(self._store, prefix=fixed_part(wanted.path) or None):
            wanted.seen(0, None)
            at = {each["path"]: each["last_modified"] for each in piece}
            found = sorted([*found, *((at[name], name) for name in matching(wanted.path, iter(at)))])[-1:]
        if not found:
            raise nothing_fits(self._connection, wanted.path)
        return found[0][1]

    @contextmanager
    def _translated(self, name: str) -> Iterator[None]:
        try:
            yield
        except PreconditionError:
            raise self._gone("the object was replaced while it was read") from None
        except (BaseError, FileNotFoundError, ValueError) as error:
            said = str(error)
            status, code = STATUS.search(said), CODE.search(said)
            number = int(status[1]) if status else 404 if isinstance(error, FileNotFoundError) else 0
            if isinstance(error, ValueError) or (400 <= number < 500 and number not in {408, 429}):
                raise SourceRefused(
                    "“{name}” ({address}) refuses “{file}”: {status} {reason}. See that it is there, and that the key "
                    "may read it.",
                    name=self._connection.name,
                    address=self._connection.address,
                    file=name,
                    status=number or "",
                    reason=code[1] if code else "",
                ) from None
            reason = f"{number} {code[1] if code else ''}".strip() if number else "it gives no answer"
            raise self._gone(reason) from None

    def _gone(self, reason: str) -> SourceUnreachable:
        return SourceUnreachable(
            "“{name}” ({address}) does not answer, or went away while it was read: {reason}. Nothing was changed; "
            "try again when it is back.",
            name=self._connection.name,
            address=self._connection.address,
            reason=reason,
        )
