"""The node's folder: what stands in it before Django starts."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

DATABASE = "db.sqlite3"


def name(home: Path) -> str:
    """Return the node's name, `hexi` before there is a node."""
    try:
        return str(json.loads((home / "node.json").read_text("utf-8"))["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return "hexi"


def secret(home: Path) -> str:
    """Return the secret that signs sessions; a fresh one for this process before there is a node."""
    try:
        return (home / "keys" / "session.secret").read_text("ascii").strip()
    except OSError:
        return secrets.token_urlsafe(50)
