"""What runs refuse."""

from hexi.kernel.errors import Conflict, Invalid, Missing


class RunMissing(Missing):
    """No run of that id."""

    code = "run.missing"


class RunOver(Conflict):
    """The run has ended already."""

    code = "run.over"


class RunCancelled(Conflict):
    """Somebody asked for the run to be cancelled; the table is as it was."""

    code = "run.cancelled"


class ScheduleMissing(Missing):
    """The dataset is not on a schedule."""

    code = "run.schedule-missing"


class TooOften(Invalid):
    """A schedule that would never rest."""

    code = "run.too-often"
