"""The database server of a node, where it has one: what to call it when it does not answer."""

from __future__ import annotations

from django.db import connection


def is_server() -> bool:
    """Whether this node's database is a server and not a file."""
    return str(connection.vendor) == "postgresql"


def address() -> str:
    """Where the server is and which of its databases is ours, without user and password."""
    said = connection.settings_dict
    return f"{said['HOST'] or 'localhost'}:{said['PORT'] or 5432}/{said['NAME']}"


def reason_of(error: Exception) -> str:
    """Why a server refuses, in its own words."""
    first = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return first.rpartition("failed: ")[2].removeprefix("FATAL:").strip().rstrip(".")
