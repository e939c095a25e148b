"""What feedback refuses."""

from hexi.kernel.errors import Conflict, Denied, Invalid, Missing


class QuestionMissing(Missing):
    """No such correction or request, or none that this account may see."""

    code = "question.missing"


class WishMissing(Missing):
    """No such wish."""

    code = "wish.missing"


class TextMissing(Invalid):
    """Something that has to be said was left empty, or is too long."""

    code = "feedback.text"


class FieldUnknown(Invalid):
    """A correction names a field that the dataset has not."""

    code = "feedback.field-unknown"


class NotOpen(Conflict):
    """What was asked is answered already, or cannot be reopened again."""

    code = "feedback.not-open"


class OutcomeUnknown(Invalid):
    """An answer that is none of those that there are."""

    code = "feedback.outcome-unknown"


class AskedAlready(Conflict):
    """The same account waits for an answer to the same request."""

    code = "feedback.asked-already"


class TooMuch(Denied):
    """An account asked more in a day than one person asks."""

    code = "feedback.too-much"
