"""Asking a web server: one connection to one host, with an end to every waiting."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPResponse
from socket import SHUT_RDWR, socket
from threading import Timer
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    IncompleteRead,
    NameResolutionError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.util import Timeout

from hexi import __version__
from hexi.data.collecting.connections import Connection, Kind
from hexi.data.collecting.errors import SourceRefused, SourceUnreachable
from hexi.data.collecting.files import shown

LOOK_S = 0.2
MOVED = frozenset({301, 302, 303, 307, 308})
MOST_MOVES = 5
PASSES = frozenset({408, 425, 429, 500, 502, 503, 504})
"""What another try may find over."""
Answer = urllib3.BaseHTTPResponse
T = TypeVar("T")


class Broken(Exception):
    """An answer that broke off, or asks to come again: worth another try, after a time where the server says one."""

    def __init__(self, reason: str, *, pause_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.pause_s = reason, pause_s


class Line:
    """A way to one host. It asks for nothing at any other, and tells no other what opens this one."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.patience = connection.patience
        timeout = Timeout(connect=self.patience.connect_s, read=self.patience.silence_s)
        is_safe = connection.kind is Kind.HTTPS
        kind = urllib3.HTTPSConnectionPool if is_safe else urllib3.HTTPConnectionPool
        self._pool = kind(connection.host, urlsplit(connection.address).port, timeout=timeout, retries=False)
        hurried = type("Hurried", (_Hurried,), {"head_s": self.patience.head_s})
        self._pool.ConnectionCls = type("Line", (kind.ConnectionCls,), {"response_class": hurried})

    def close(self) -> None:
        """Hang up."""
        self._pool.close()

    @contextmanager
    def asked(self, url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        """Ask once, follow to where the server says on its own host, and give the answer, its body unread.

        Raises `Broken` for what may pass, `SourceRefused` for what will not; inside too.
        """
        said = {"user-agent": f"hexi/{__version__}", **self._key(), **headers}
        try:
            for _ in range(MOST_MOVES + 1):
                answer = self._pool.urlopen(
                    "GET", _target(url), headers=said, redirect=False, preload_content=False, decode_content=False
                )
                try:
                    if answer.status not in MOVED or not answer.headers.get("location"):
                        self._judge(answer, url)
                        yield answer
                        return
                    url = self.next_to(url, answer.headers["location"])
                finally:
                    # What is unread is not waited for.
                    answer.close()
        except HTTPError as error:
            raise self._told(error) from None
        raise SourceRefused(
            "“{name}” ({address}) sends from one page to the next without end.",
            name=self.connection.name,
            address=self.connection.address,
        )

    def tried(self, once: Callable[[], T], *, wait: Callable[[], None]) -> T:
        """Do something until it is not broken off; `wait` is called while there is a pause, and may raise to stop.

        Raises `SourceUnreachable` where all tries are used up.
        """
        for tries in range(self.patience.tries + 1):
            try:
                return once()
            except Broken as broken:
                reason = broken.reason
                pause_s = broken.pause_s if broken.pause_s is not None else self.patience.pause_s * 2**tries
            if tries < self.patience.tries:
                until = time.monotonic() + min(pause_s, self.patience.longest_pause_s)
                while (left := until - time.monotonic()) > 0:
                    wait()
                    time.sleep(min(left, LOOK_S))
        raise SourceUnreachable(
            "“{name}” ({address}) does not answer, or went away while it was read: {reason}. Nothing was changed; "
            "try again when it is back.",
            name=self.connection.name,
            address=self.connection.address,
            reason=reason,
        )

    def next_to(self, url: str, said: str) -> str:
        """The address that `said` means on the page `url`. Raises `SourceRefused` for one on another host."""
        try:
            found = urlsplit(urljoin(url, said.strip()))
            is_here = _origin(found.geturl()) == _origin(url)
        except ValueError:
            found, is_here = urlsplit(""), False
        if not is_here:
            raise SourceRefused(
                "“{name}” ({address}) leads on to “{host}”; nothing is asked there. If that is right, an operator "
                "makes a connection to it.",
                name=self.connection.name,
                address=self.connection.address,
                host=f"{found.scheme}://{found.hostname or ''}",
            )
        return found._replace(fragment="").geturl()

    def _key(self) -> dict[str, str]:
        said = self.connection
        if said.user:
            both = base64.b64encode(f"{said.user}:{said.secret}".encode()).decode()
            return {"authorization": f"Basic {both}"}
        if not said.secret.isascii() or not said.secret.isprintable():
            raise SourceRefused(
                "The secret of “{name}” holds characters that no token has; set it anew, or name a user in the "
                "address.",
                name=said.name,
            )
        return {"authorization": f"Bearer {said.secret}"} if said.secret else {}

    def _judge(self, answer: Answer, url: str) -> None:
        status = answer.status
        if status in PASSES:
            raise Broken(f"{status} {_phrase(status)}", pause_s=_pause(answer.headers.get("retry-after")))
        if status not in {200, 206, 304, 416}:
            raise SourceRefused(
                "“{name}” ({address}) refuses “{file}”: {status} {reason}. See that it is there, and that the key may "
                "read it.",
                name=self.connection.name,
                address=self.connection.address,
                file=shown(urlsplit(url).path),
                status=status,
                reason=_phrase(status),
            )

    def _told(self, error: HTTPError) -> Exception:
        if isinstance(error, SSLError) and "certificate" in str(error).lower():
            return SourceRefused(
                "“{name}” ({address}) shows a certificate that does not hold, so nothing is sent there.",
                name=self.connection.name,
                address=self.connection.address,
            )
        for kind, reason in REASONS.items():
            if isinstance(error, kind):
                return Broken(reason)
        return Broken("it broke off in the middle")


REASONS: Mapping[type[Exception], str] = {
    NameResolutionError: "nobody knows its name",
    ConnectTimeoutError: "nobody answers there",
    NewConnectionError: "nobody answers there",
    ReadTimeoutError: "it falls silent",
    IncompleteRead: "it gave fewer bytes than it said",
    SSLError: "it speaks no TLS",
}
"""In this order: what stands first is the more exact word."""


class _Hurried(HTTPResponse):
    """Hangs up on a server that lets the head of its answer drip."""

    head_s: float

    def __init__(self, sock: socket, debuglevel: int = 0, method: str | None = None, url: str | None = None) -> None:
        super().__init__(sock, debuglevel, method, url)
        self._line = sock

    def begin(self) -> None:
        """Read the head."""
        timer = Timer(self.head_s, _hang_up, (self._line,))
        timer.daemon = True
        timer.start()
        try:
            super().begin()
        finally:
            timer.cancel()
            del self._line


def _hang_up(line: socket) -> None:
    with suppress(OSError):
        # Below TLS, whose own way of hanging up would pull the rug from under whoever reads.
        socket.shutdown(line, SHUT_RDWR)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _target(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(scheme="", netloc="", path=parts.path or "/", fragment="").geturl()


def _phrase(status: int) -> str:
    # Never the server's own: it may repeat what it was sent.
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _pause(said: str | None) -> float | None:
    """Seconds that `Retry-After` asks for, None where it says nothing that can be read."""
    if said is None:
        return None
    if said.strip().isdecimal():
        return float(said)
    try:
        until: datetime = parsedate_to_datetime(said)
        return max(0.0, until.timestamp() - time.time())
    except (ValueError, TypeError):
        return None
