"""Databases that tests read from: real servers, started for a session and thrown away, and a file."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pymysql
import pytest

from hexi.data.collecting.connections import Connection, made
from tests import on_postgres

PASSWORD = "a caravan of salt"
WAIT_S = 60


@dataclass
class Server:
    """A database that a test fills and a run reads."""

    kind: str
    connection: Connection

    def execute(self, *statements: str) -> None:
        """Run statements as somebody who may write."""
        parts = self.connection
        if self.kind == "sqlite":
            with closing(sqlite3.connect(parts.path)) as session, session:
                for each in statements:
                    session.execute(each)
            return
        open_session = psycopg.connect if self.kind == "postgresql" else pymysql.connect
        name = {"dbname" if self.kind == "postgresql" else "database": parts.path}
        with closing(
            open_session(host=parts.host, port=parts.port, user=parts.user, password=PASSWORD, autocommit=True, **name)
        ) as session:
            for each in statements:
                session.cursor().execute(each)

    def cut_off(self) -> None:
        """End every session of a reader, as a server does that goes down."""
        if self.kind == "postgresql":
            self.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'hexi'")
            return
        with closing(
            pymysql.connect(host=self.connection.host, port=self.connection.port, user="hexi", password=PASSWORD)
        ) as session:
            cursor = session.cursor()
            cursor.execute(
                "select id from information_schema.processlist where id <> connection_id() and user = 'hexi'"
            )
            for (each,) in cursor.fetchall():
                cursor.execute(f"kill {each}")


@contextmanager
def postgresql() -> Iterator[Server]:
    """A cluster of PostgreSQL, or a skip that says what is missing."""
    programs = on_postgres.programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with on_postgres.cluster(programs) as address:
        yield Server("postgresql", made("trade-db", address, PASSWORD))


@contextmanager
def mariadb() -> Iterator[Server]:
    """A MariaDB server, or a skip that says what is missing."""
    server = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin")
    if server is None or shutil.which("mariadb-install-db") is None:
        pytest.skip("MariaDB is not installed")
    folder = Path(tempfile.mkdtemp(prefix="hexi-mariadb-"))
    owner = "mysql" if os.geteuid() == 0 else None
    if owner:
        shutil.chown(folder, owner)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    said = [f"--datadir={folder / 'data'}", *([f"--user={owner}"] if owner else [])]
    subprocess.run(
        ["mariadb-install-db", *said, "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    options = ["--skip-networking=0", "--bind-address=127.0.0.1", f"--port={port}", f"--socket={folder / 'socket'}"]
    quick = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", f"--pid-file={folder / 'pid'}"]
    process = subprocess.Popen(
        [server, "--no-defaults", *said, *options, *quick], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _prepare(folder / "socket")
        yield Server("mysql", made("trade-db", f"mysql://hexi@127.0.0.1:{port}/hexi", PASSWORD))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(path: Path) -> None:
    until = time.monotonic() + WAIT_S
    while True:
        try:
            session = pymysql.connect(unix_socket=str(path), user="root", autocommit=True)
            break
        except pymysql.Error:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
    with closing(session):
        for each in (
            "create database hexi character set utf8mb4",
            f"create user hexi@'%' identified by '{PASSWORD}'",
            "grant all on *.* to hexi@'%'",
        ):
            session.cursor().execute(each)


@contextmanager
def sqlite(folder: Path) -> Iterator[Server]:
    """A file of SQLite."""
    path = folder / "trade.db"
    with closing(sqlite3.connect(path)) as session, session:
        session.execute("pragma journal_mode = wal")
    yield Server("sqlite", made("trade-db", f"sqlite://{path}"))
