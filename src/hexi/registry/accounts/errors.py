"""What accounts refuse."""

from hexi.kernel.errors import Conflict, Denied, Invalid, Missing


class NotAuthorised(Denied):
    """The actor may not do this."""

    code = "account.not-authorised"


class AccountMissing(Missing):
    """No account of that name."""

    code = "account.missing"


class RoleUnknown(Invalid):
    """No role of that name."""

    code = "account.role-unknown"


class AccountExists(Conflict):
    """The name or the e-mail address is another account's."""

    code = "account.exists"


class BadAccount(Invalid):
    """A name, an address or a password that cannot be one."""

    code = "account.bad"


class LinkVoid(Missing):
    """The one-time link was used, has expired, was revoked or never was."""

    code = "account.link-void"


class TokenVoid(Denied):
    """The token has expired, was revoked or never was."""

    code = "account.token-void"


class TokenMissing(Missing):
    """The account has no such token."""

    code = "account.token-missing"


class SecretLost(Invalid):
    """A secret that the node's key does not open."""

    code = "account.secret-lost"
