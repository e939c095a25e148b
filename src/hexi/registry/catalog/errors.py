"""What the catalogue refuses."""

from hexi.kernel.errors import Missing


class DatasetMissing(Missing):
    """No dataset of that name, or none that this reader may know of."""

    code = "catalog.dataset-missing"
