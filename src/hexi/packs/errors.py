"""What packs refuse."""

from hexi.kernel.errors import Invalid, Missing


class PackMissing(Missing):
    """No pack of that name."""

    code = "pack.missing"


class PackInvalid(Invalid):
    """A pack whose declarations cannot be kept."""

    code = "pack.invalid"
