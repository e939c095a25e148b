"""What the room refuses."""

from __future__ import annotations

from hexi.kernel.errors import Missing


class NoticeMissing(Missing):
    """There is no such notice."""

    code = "notice.missing"
