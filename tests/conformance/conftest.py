"""The workshop of the tests of runs, for real servers to be read with."""

from tests.data.lifecycle.conftest import key, workshop

__all__ = ["key", "workshop"]
