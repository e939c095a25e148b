"""What runs refuse."""

from hexi.kernel.errors import Missing


class RunMissing(Missing):
    """No run of that id."""

    code = "run.missing"
