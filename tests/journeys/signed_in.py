"""The portal as a data officer sees it: whoever asks is `li`, who may hand in files.

For journeys that are about something else than signing in.
"""

from __future__ import annotations

from hexi.kernel.actors import Actor
from hexi.web import asking

asking.reader = lambda request: Actor(account="li")

from hexi.web.wsgi import application  # noqa: E402

__all__ = ["application"]
