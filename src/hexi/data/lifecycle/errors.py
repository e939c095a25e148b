"""What stops a run besides its source and the disk."""

from hexi.kernel.errors import Conflict, Invalid


class SetRuleBroken(Invalid):
    """The accepted rows as a whole are not as promised, so there is no new version."""

    code = "run.set-rule-broken"
    exit_code = 5


class NothingToRestore(Conflict):
    """The version is the newest already."""

    code = "restore.nothing"


class VersionDamaged(Invalid):
    """The files of an earlier version are not those that were certified."""

    code = "restore.damaged"
