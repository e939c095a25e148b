"""Where tests collect files from: a web server that misbehaves as it is told, and a real S3 store."""

from __future__ import annotations

import os
import random
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import obstore
import pytest
from obstore.exceptions import BaseError
from obstore.store import S3Store

from hexi.data.collecting.connections import Connection, Patience, made

SECRET = "a caravan of salt"
QUICK = Patience(
    connect_s=2, silence_s=2, head_s=1, tries=2, pause_s=0.01, longest_pause_s=0.3, window_s=0.4, quiet_s=5
)
WAIT_S = 60
STARTS = 3


@dataclass
class Asked:
    """A request as the server got it, and the means to answer it."""

    path: str
    """With its query."""
    headers: dict[str, str]
    number: int
    """How often this path was asked for, this time included; the query does not count."""
    handler: BaseHTTPRequestHandler

    def answer(
        self,
        body: bytes = b"",
        *,
        status: int = 200,
        length: int | None = None,
        hang_up_after: int | None = None,
        **headers: str,
    ) -> None:
        """Answer; `length` is a lie to tell, `hang_up_after` the bytes after which the line is cut."""
        out = self.handler
        out.send_response(status)
        for name, value in headers.items():
            out.send_header(name.replace("_", "-"), value)
        if length != -1:
            out.send_header("Content-Length", str(len(body) if length is None else length))
        out.end_headers()
        if out.command != "HEAD":
            out.wfile.write(body[:hang_up_after])
        out.wfile.flush()
        out.close_connection = True

    def drip(self, body: bytes, *, pause_s: float) -> None:
        """Write a byte at a time, for as long as somebody listens."""
        try:
            for each in body if self.handler.command != "HEAD" else b"":
                self.handler.wfile.write(bytes([each]))
                self.handler.wfile.flush()
                time.sleep(pause_s)
        except OSError:
            pass
        self.handler.close_connection = True


@dataclass
class WebServer:
    """A server whose pages are functions."""

    port: int
    pages: dict[str, Callable[[Asked], None]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def connection(self, *, user: str = "", secret: str = "", patience: Patience = QUICK) -> Connection:
        """A connection to its folder `api`."""
        address = f"http://{f'{user}@' if user else ''}127.0.0.1:{self.port}/api/"
        return replace(made("portal", address, secret), patience=patience)


@contextmanager
def web_server(*, certificate: Path | None = None, key: Path | None = None) -> Iterator[WebServer]:
    """A server on a free port, encrypted where it has a certificate."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            before = sum(1 for each in server.asked if urlsplit(each.path).path == path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.path, headers, before + 1, self)
            server.asked.append(asked)
            page = server.pages.get(path)
            if page is None:
                asked.answer(b"gone", status=404)
            else:
                page(asked)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *arguments: object) -> None: ...

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None: ...

    listening = Server(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
    server = WebServer(listening.server_port)
    thread = threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()


@dataclass
class ObjectStore:
    """A bucket that a test fills and a run reads."""

    endpoint: str

    def connection(self, *, secret: str = SECRET, prefix: str = "lake", bucket: str = "hexi") -> Connection:
        """A connection to a folder of the bucket."""
        return replace(
            made("bucket", f"s3://reader@{bucket}/{prefix}?endpoint={self.endpoint}", secret), patience=QUICK
        )

    def put(self, path: str, content: bytes) -> None:
        """Write an object, as somebody who may."""
        obstore.put(self._store, path, content)

    def empty(self) -> None:
        """Take every object away."""
        for piece in obstore.list(self._store):
            obstore.delete(self._store, [each["path"] for each in piece])

    @property
    def _store(self) -> S3Store:
        return S3Store(
            "hexi",
            config={
                "endpoint": self.endpoint,
                "region": "us-east-1",
                "access_key_id": "reader",
                "secret_access_key": SECRET,
            },
            client_options={"allow_http": True},
            retry_config={"max_retries": 0},
        )


@contextmanager
def seaweedfs() -> Iterator[ObjectStore]:
    """SeaweedFS with its S3 gateway, or a skip that says what is missing."""
    # It comes with the requirements, so it lies beside the interpreter, on the path or not.
    weed = shutil.which("weed", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    if weed is None:
        pytest.skip("SeaweedFS is not installed")
    folder = Path(tempfile.mkdtemp(prefix="hexi-seaweedfs-"))
    rights = '{"identities": [{"name": "hexi", "credentials": [{"accessKey": "reader", "secretKey": "%s"}], '
    (folder / "s3.json").write_text(rights % SECRET + '"actions": ["Admin", "Read", "Write", "List"]}]}', "utf-8")
    process, store = None, None
    try:
        for _ in range(STARTS):
            process, store = _started(weed, folder)
            if _is_ready(process, store):
                break
        else:
            raise RuntimeError(f"SeaweedFS does not start: {(folder / 'log').read_text('utf-8')[-2000:]}")
        yield store
    finally:
        if process is not None:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _started(weed: str, folder: Path) -> tuple[subprocess.Popen[bytes], ObjectStore]:
    ports = _free_ports(8)
    port = ports[-1]
    parts = ("s3", "master", "volume", "filer")
    options = [f"-{part}.port{grpc}={ports.pop()}" for part in parts for grpc in ("", ".grpc")]
    here = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    here += [f"-{part}.localSocket={folder / part}.socket" for part in ("filer", "s3")]
    quick = ["-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=20", "-master.volumeSizeLimitMB=64", *here]
    data = Path(tempfile.mkdtemp(dir=folder))
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [weed, "server", f"-dir={data}", "-filer", "-s3", f"-s3.config={folder / 's3.json'}", *options, *quick],
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    return process, ObjectStore(f"http://127.0.0.1:{port}")


def _is_ready(process: subprocess.Popen[bytes], store: ObjectStore) -> bool:
    """Whether it comes up; it does not where somebody was faster to take one of its ports."""
    until = time.monotonic() + WAIT_S
    while process.poll() is None and time.monotonic() < until:
        try:
            store.put("ready", b"yes")
        except BaseError:
            time.sleep(0.2)
        else:
            return True
    process.kill()
    process.wait()
    return False


def _free_ports(count: int) -> list[int]:
    """Ports below those that systems give away by themselves."""
    # Every worker of a test run begins with the same seed.
    chance, found = random.SystemRandom(), list[int]()
    with ExitStack() as stack:
        while len(found) < count:
            probe = stack.enter_context(socket.socket())
            port = chance.randint(15_000, 31_000)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    return found
