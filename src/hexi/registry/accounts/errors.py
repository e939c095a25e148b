"""What accounts refuse."""

from hexi.kernel.errors import Denied, Invalid, Missing


class NotAuthorised(Denied):
    """The actor may not do this."""

    code = "account.not-authorised"


class AccountMissing(Missing):
    """No account of that name."""

    code = "account.missing"


class RoleUnknown(Invalid):
    """No role of that name."""

    code = "account.role-unknown"
