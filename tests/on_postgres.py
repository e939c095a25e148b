"""Runs the tests of the registry on PostgreSQL: a cluster of its own, thrown away at the end.

`python -m tests.on_postgres [ARGUMENTS OF PYTEST]`; where PostgreSQL is not installed it says so and ends well.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian keeps each version's programs, which are on nobody's path."""
SUITE = ("tests/registry",)
USER = "postgres"
QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
"""What is thrown away needs to survive nothing."""


def main(arguments: Sequence[str]) -> int:
    """Run pytest on PostgreSQL; return its exit code."""
    found = programs()
    if found is None:
        print("skipped: the registry on PostgreSQL – neither initdb on the path nor in /usr/lib/postgresql/*/bin")
        return 0
    if os.geteuid() == 0 and not _has_user():
        print(f"skipped: the registry on PostgreSQL – root may not run it, and there is no user {USER}")
        return 0
    with cluster(found) as address:
        command = [sys.executable, "-m", "pytest", "-q", "-r", "s", *(arguments or SUITE)]
        return subprocess.run(command, cwd=ROOT, env={**os.environ, "HEXI_DATABASE": address}, check=False).returncode


@contextmanager
def cluster(programs: Path) -> Iterator[str]:
    """Start a cluster with one empty database and yield its address; stop it and remove it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="hexi-postgres-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        data = folder / "data"
        _run(programs / "initdb", "-D", data, "-A", "trust", "-U", "hexi", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 {QUICK}"
        _run(programs / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            _run(programs / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "hexi", "hexi")
            yield f"postgresql://hexi@127.0.0.1:{port}/hexi"
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: Path, *arguments: str | Path) -> None:
    how = {"user": USER, "group": pwd.getpwnam(USER).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    subprocess.run(
        [program, *arguments], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd="/", **how
    )


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs; None where it is not installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = [each for each in INSTALLED.glob("*/bin") if (each / "initdb").is_file()]
    return max(versions, key=lambda each: float(each.parent.name), default=None)


def _has_user() -> bool:
    try:
        pwd.getpwnam(USER)
    except KeyError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
