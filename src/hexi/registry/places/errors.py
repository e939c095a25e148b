"""What places refuse."""

from hexi.kernel.errors import Invalid, Missing


class PlaceMissing(Missing):
    """No such place, or none with that code on that day."""

    code = "place.missing"


class BadGridCode(Invalid):
    """A grid code that is not one."""

    code = "place.bad-grid-code"


class BadScheme(Invalid):
    """A list of a scheme that is not declared."""

    code = "place.bad-scheme"
