"""What drafts refuse."""

from hexi.kernel.errors import Conflict, Denied, Invalid, Missing


class DraftMissing(Missing):
    """No such draft, or none that this account may see."""

    code = "draft.missing"


class DraftChanged(Conflict):
    """Somebody else changed the draft in the meantime."""

    code = "draft.changed"


class DraftNotOpen(Conflict):
    """The draft is where nobody edits or decides it."""

    code = "draft.not-open"


class OwnDraft(Denied):
    """Whoever handed a draft in may not approve it."""

    code = "draft.own"


class NameTaken(Conflict):
    """The name belongs to another organisation's dataset."""

    code = "draft.name-taken"


class NotThePublisher(Invalid):
    """The contract names another publisher than the organisation that the draft belongs to."""

    code = "draft.not-the-publisher"


class SourceGone(Conflict):
    """The file that the last version read cannot be read again."""

    code = "draft.source-gone"


class CellWrong(Invalid):
    """A cell of a workbook says what cannot be."""

    code = "draft.cell-wrong"


class WorkbookWrong(Invalid):
    """A workbook of the catalogue has something to mend, so nothing of it was done."""

    code = "draft.workbook-wrong"


class ReasonMissing(Invalid):
    """A draft is returned without saying why."""

    code = "draft.reason-missing"
