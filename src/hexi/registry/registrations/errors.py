"""What registrations refuse."""

from hexi.kernel.errors import Conflict, Denied, Invalid, Missing


class RegistrationMissing(Missing):
    """No such registration, or none that this account may see yet."""

    code = "registration.missing"


class RegistrationText(Invalid):
    """Something that has to be said was left empty, or is too long."""

    code = "registration.text"


class KindUnknown(Invalid):
    """A kind of registration that there is not, or not for this resource."""

    code = "registration.kind"


class AppliedAlready(Conflict):
    """An application for the same resource is under way, or it is registered."""

    code = "registration.applied-already"


class NothingNew(Conflict):
    """A change or a correction would register what is registered already."""

    code = "registration.nothing-new"


class NotThere(Conflict):
    """The application is not where this can be done to it, or somebody was faster."""

    code = "registration.not-there"


class NoticeRuns(Conflict):
    """The public notice has not run its days."""

    code = "registration.notice-runs"


class ObjectionOpen(Conflict):
    """An objection waits for an answer."""

    code = "registration.objection-open"


class ObjectedAlready(Conflict):
    """The same account objected already, and waits for the answer."""

    code = "registration.objected-already"


class OwnApplication(Denied):
    """Whoever applied may not decide, and whoever objected may not answer."""

    code = "registration.own"
