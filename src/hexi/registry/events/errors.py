"""What can go wrong with the log."""

from __future__ import annotations

from hexi.kernel.errors import Conflict, Invalid, Missing


class UnknownVerb(Invalid):
    """An event whose verb no page could name."""

    code = "event.unknown-verb"


class NoSuchEvent(Missing):
    """There is no such event, or it is not sealed yet."""

    code = "event.missing"


class NothingToErase(Missing):
    """An event has no personal details beside it, or no longer."""

    code = "event.nothing-to-erase"


class LogChanged(Conflict):
    """Stored hashes contradict the last checkpoint, so nothing more may be sealed on top of them."""

    code = "log.changed"


class CheckpointInvalid(Invalid):
    """A text is no checkpoint."""

    code = "checkpoint.invalid"


class NoSuchCheckpoint(Missing):
    """The log has not grown to that size, or nothing is sealed yet."""

    code = "checkpoint.missing"
