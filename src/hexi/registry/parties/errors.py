"""What parties refuse."""

from hexi.kernel.errors import Missing


class PartyMissing(Missing):
    """No party of that id."""

    code = "party.missing"
