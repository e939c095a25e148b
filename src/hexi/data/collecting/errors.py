"""What can go wrong between a node and the systems it collects from."""

from __future__ import annotations

from hexi.data.engines.sources.records import SourceInvalid
from hexi.kernel.errors import Invalid, Missing, Unavailable


class ConnectionInvalid(Invalid):
    """An address that leads nowhere, or a connection of another kind than the contract needs."""

    code = "connection.invalid"


class ConnectionMissing(Missing):
    """There is no connection of that name."""

    code = "connection.missing"


class SourceUnreachable(Unavailable):
    """The system that holds the rows does not answer, or went away while it was read."""

    code = "source.unreachable"


class SourceRefused(SourceInvalid):
    """The system that holds the rows answers, and refuses."""

    code = "source.refused"
