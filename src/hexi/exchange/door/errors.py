"""What the door refuses besides what grants refuse."""

from hexi.kernel.errors import Invalid, Missing


class NothingToDraw(Missing):
    """A map of a dataset without geometry."""

    code = "door.nothing-to-draw"


class UnknownFormat(Invalid):
    """A download in a format that is not offered for this dataset."""

    code = "door.unknown-format"
