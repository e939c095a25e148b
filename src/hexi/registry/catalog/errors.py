"""What the catalogue refuses."""

from hexi.kernel.errors import Conflict, Invalid, Missing, Unavailable


class DatasetMissing(Missing):
    """No dataset of that name, or none that this reader may know of."""

    code = "catalog.dataset-missing"


class ReferenceMissing(Missing):
    """A contract refers to a dataset that has no version yet."""

    code = "catalog.reference-missing"


class LakeGone(Unavailable):
    """The folder of the lake is not there, so nothing can be said about any dataset."""

    code = "catalog.lake-gone"


class SourceTaken(Conflict):
    """The contract claims to be the source of a data element of which another dataset is the source."""

    code = "catalog.source-taken"


class NothingToCollect(Invalid):
    """The dataset's source does not renew itself, so nothing comes of publishing it again."""

    code = "dataset.nothing-to-collect"


class ReasonMissing(Invalid):
    """What many rely on is not changed without a word."""

    code = "dataset.reason-missing"
