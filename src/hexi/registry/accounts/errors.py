"""What accounts refuse."""

from hexi.kernel.errors import Denied


class NotAuthorised(Denied):
    """The actor may not do this."""

    code = "account.not-authorised"
