"""Reads the contracts that the catalogue keeps, each once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from hexi.data.contracts.model import Contract
from hexi.data.contracts.reading import contract_from_text


@lru_cache(maxsize=256)
def contract_of(text: str, name: str) -> Contract:
    """Return the contract of the dataset `name` from its kept text, which never changes its meaning.

    Raises `ContractInvalid`: what an older version accepted, this one may not.
    """
    return contract_from_text(text, file=Path(f"{name}.odcs.yaml"))
