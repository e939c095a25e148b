"""The reference pages say what the code does."""

from __future__ import annotations

import pytest
import yaml

from hexi.data.contracts.problems import Notebook
from hexi.data.contracts.properties import CONTRACT_PROPERTIES, FIELD_PROPERTIES, RULE_PROPERTIES
from hexi.data.contracts.shapes import fits
from tests.docs.reference import FOLDER, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_is_as_the_code_writes_it(name) -> None:
    assert (FOLDER / name).read_text("utf-8") == PAGES[name](), "run: make reference"


@pytest.mark.parametrize(
    "each",
    [*CONTRACT_PROPERTIES.values(), *FIELD_PROPERTIES.values(), *RULE_PROPERTIES.values()],
    ids=lambda each: each.name,
)
def test_the_example_of_each_property_fits_its_shape(each) -> None:
    value = yaml.safe_load(each.example)
    notes = Notebook({}, {})

    assert fits(value, each.shape, (), notes, fields=["longitude", "latitude", "city"]), notes.problems
