"""What can be wrong with the lake."""

from __future__ import annotations

import errno

from hexi.kernel.errors import Conflict, Missing, Unavailable


class RunInProgress(Conflict):
    """Somebody else writes this dataset right now."""

    code = "lake.run-in-progress"


class LakeFull(Unavailable):
    """The disk is full."""

    code = "lake.full"


class LakeUnwritable(Unavailable):
    """The lake's folder cannot be written."""

    code = "lake.unwritable"


class FileMissing(Missing):
    """A file that the log names is not there, or not whole."""

    code = "lake.file-missing"


class CommitLost(Conflict):
    """Somebody committed in between; nothing was changed."""

    code = "lake.commit-lost"


SIGNS_OF_A_FULL_DISK = ("no space left", "os error 28", "disk quota", "os error 122", "disk is full")


def is_disk_full(error: BaseException) -> bool:
    """Whether an error of any layer means that the disk is full."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return True
    return any(sign in str(error).lower() for sign in SIGNS_OF_A_FULL_DISK)
