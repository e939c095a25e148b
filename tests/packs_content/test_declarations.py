"""What every shipped pack promises about itself, without running anything."""

from __future__ import annotations

import re

import pytest

from hexi.data.contracts.model import Openness, Sharing
from hexi.data.contracts.reading import read_contract
from hexi.kernel.names import Text
from tests.packs_content.conftest import PACKS, contract_files

NAMES = sorted(path.parent.name for path in PACKS.glob("*/pack.yaml"))
FILES = [pytest.param(file, id=file.name.split(".")[0]) for pack in NAMES for file in contract_files(pack)]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("pack", NAMES)
def test_a_pack_lists_each_of_its_contracts_and_says_where_its_data_comes_from(pack: str) -> None:
    folder = PACKS / pack

    assert set(contract_files(pack)) == set((folder / "contracts").glob("*.odcs.yaml"))
    provenance = (folder / "PROVENANCE.md").read_text("utf-8")
    assert all(file.name in provenance for file in (folder / "data").iterdir())
    assert (folder / "README.md").is_file()


@pytest.mark.parametrize("file", FILES)
def test_a_contract_speaks_both_languages(file) -> None:
    contract = read_contract(file)
    texts: list[Text] = [contract.title, contract.summary, contract.publisher.name]
    texts += [chart.title for chart in contract.charts]
    texts += [text for text in (contract.provenance, contract.theme) if text is not None]
    texts += [text for field in contract.fields for text in (field.title, field.description)]
    texts += [rule.sentence for rule in (*contract.row_rules, *contract.set_rules)]

    assert contract.provenance is not None
    for text in texts:
        assert text.zh
        assert text.en
        # Quoted Chinese words may stand in an English sentence, but a sentence is never only Chinese.
        assert re.search("[A-Za-z]", text.en), text
    assert all(CHINESE.search(field.description.zh) for field in contract.fields)


@pytest.mark.parametrize("file", FILES)
def test_a_contract_of_public_data_is_shared_and_open(file) -> None:
    contract = read_contract(file)

    assert contract.sharing is Sharing.UNCONDITIONAL
    assert contract.openness is Openness.OPEN
    assert contract.licence


@pytest.mark.parametrize("pack", NAMES)
def test_what_is_invented_says_so_in_its_title(pack: str) -> None:
    for file in contract_files(pack):
        contract = read_contract(file)
        is_invented = pack == "enterprises-sample"
        assert contract.is_synthetic is is_invented
        assert ("模拟数据" in contract.title.zh) is is_invented
        assert ("synthetic" in contract.title.en) is is_invented
