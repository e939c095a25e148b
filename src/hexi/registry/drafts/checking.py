"""What must hold of a draft before anybody else is troubled with it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from hexi.data.contracts.model import Contract
from hexi.data.contracts.reading import contract_from_text
from hexi.data.drafting import renewing
from hexi.kernel.errors import Missing
from hexi.registry.catalog import queries as catalog
from hexi.registry.drafts.errors import DraftChanged, NameTaken, NotThePublisher
from hexi.registry.drafts.models import Draft
from hexi.registry.parties import queries as parties


def contract_of(draft: Draft) -> Contract:
    """Return the draft's contract. Raises `ContractInvalid` with every problem at once."""
    return _read(draft.text, f"{draft.dataset or 'draft'}.odcs.yaml")


@lru_cache(maxsize=8)
def _read(text: str, file: str) -> Contract:
    """One page asks for the contract of a text several times, and a long one takes half a second to check."""
    return contract_from_text(text, file=Path(file))


def next_text(contract: Contract) -> str:
    """Return the text with which a draft of the next version begins, where its source stays."""
    said = renewing.source_of(contract.text)
    return renewing.with_source(contract.text, said, version=renewing.next_version(contract.version))


def check_contract(draft: Draft) -> Contract:
    """Return the contract if it may be published as the draft's organisation's.

    Raises `ContractInvalid`, `NameTaken`, `NotThePublisher`, `SourceTaken`.
    """
    contract = contract_of(draft)
    if draft.base_version is not None and contract.name != draft.dataset:
        raise NameTaken(
            "A new version of {dataset} keeps that name; the contract says {name}.",
            dataset=draft.dataset,
            name=contract.name,
        )
    check_publishable(contract, draft.organisation)
    return contract


def check_publishable(contract: Contract, organisation_id: str) -> None:
    """Raise `NameTaken`, `NotThePublisher` or `SourceTaken` unless the organisation may publish the contract."""
    check_owner(contract.name, organisation_id)
    organisation = parties.organisation(organisation_id)
    if contract.publisher.name.zh != organisation.title.zh:
        raise NotThePublisher(
            "The contract names “{said}” as publisher, but the draft belongs to “{organisation}”; write that name.",
            said=contract.publisher.name.zh,
            organisation=organisation.title.zh,
        )
    catalog.check_sources(contract)


def check_owner(dataset: str, organisation: str) -> None:
    """Raise `NameTaken` if the dataset is there and another organisation publishes it."""
    try:
        summary = catalog.dataset(dataset).summary
    except Missing:
        return
    if summary.publisher_id != organisation:
        raise NameTaken(
            "The name {dataset} is that of a dataset of “{publisher}”; choose another.",
            dataset=dataset,
            publisher=summary.publisher.zh,
        )


def check_base(draft: Draft) -> None:
    """Raise `DraftChanged` if the dataset got a version that whoever drafted could not know of."""
    try:
        newest = catalog.dataset(draft.dataset).summary.version
    except Missing:
        newest = None
    if newest != draft.base_version:
        raise DraftChanged(
            "{dataset} got another version since this draft began. Return it: the officer has to look at the new one "
            "first.",
            dataset=draft.dataset,
        )
