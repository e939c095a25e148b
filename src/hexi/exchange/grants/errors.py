"""Refusals. To a stranger “not there” and “not yours” are one answer, word for word."""

from hexi.kernel.errors import Conflict, Denied, Missing


class NotReadable(Missing):
    """No such dataset, or none for this reader."""

    code = "grant.not-readable"


class GrantEnded(Denied):
    """The reader held a grant that has expired or was revoked."""

    code = "grant.ended"


class GrantNotInForce(Conflict):
    """The grant is unknown, or someone was faster to end it."""

    code = "grant.not-in-force"
