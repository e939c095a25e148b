"""What stops a run besides its source and the disk."""

from hexi.kernel.errors import Invalid


class SetRuleBroken(Invalid):
    """The accepted rows as a whole are not as promised, so there is no new version."""

    code = "run.set-rule-broken"
    exit_code = 5
