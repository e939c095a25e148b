"""What parties refuse."""

from hexi.kernel.errors import Conflict, Invalid, Missing


class PartyMissing(Missing):
    """No such organisation, post, relation or holding."""

    code = "party.missing"


class BadIdentifier(Invalid):
    """An identifier that is not one, or not of this kind of party."""

    code = "party.bad-identifier"


class BadRelation(Invalid):
    """A relation, a name or a post that says nothing that can hold."""

    code = "party.bad-relation"


class NameTaken(Conflict):
    """Another organisation bears that name."""

    code = "party.name-taken"


class Circle(Conflict):
    """A relation that would lead back to where it begins."""

    code = "party.circle"


class Overlapping(Conflict):
    """Two facts of which only one can hold at a time."""

    code = "party.overlapping"


class IdentifierTaken(Conflict):
    """Another party has that identifier."""

    code = "party.identifier-taken"
