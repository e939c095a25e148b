"""A form changes a contract's text and leaves the rest of it as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hexi.data.contracts.problems import ContractInvalid
from hexi.data.contracts.reading import contract_from_text
from hexi.data.drafting import editing, renewing
from hexi.data.drafting.editing import FieldMissing
from hexi.data.drafting.trees import NotEditable
from hexi.kernel.names import Text

PACKS = Path(__file__).parents[3] / "packs"
CONTRACTS = sorted(PACKS.glob("*/contracts/*.yaml"))
AIRPORTS = PACKS / "gansu" / "contracts" / "airports.odcs.yaml"


def form(text: str, name: str) -> editing.FieldForm:
    return next(each for each in editing.fields(text) if each.name == name)


@pytest.mark.parametrize("file", CONTRACTS, ids=lambda file: file.name)
def test_a_form_that_changes_nothing_changes_no_meaning(file: Path) -> None:
    text = file.read_text("utf-8")
    same = editing.edit_about(text, editing.about(text))
    for each in editing.fields(text):
        same = editing.edit_field(same, each.name, each)
    before, after = (contract_from_text(each, file=file) for each in (text, same))

    assert after.fields == before.fields
    assert [replace(each, line=None) for each in after.rules] == [replace(each, line=None) for each in before.rules]
    assert (after.title, after.sharing, after.source) == (before.title, before.sharing, before.source)


def test_comments_and_what_the_form_does_not_know_stay() -> None:
    text = "# mine\n" + AIRPORTS.read_text("utf-8")
    changed = editing.edit_field(text, "city", replace(form(text, "city"), title=Text("城市", "Town")))

    assert changed.startswith("# mine\n")
    assert "hexi.charts" in changed
    assert contract_from_text(changed, file=AIRPORTS).field("city").title == Text("城市", "Town")


def test_another_meaning_brings_its_type_cleaners_and_checks_and_the_class_it_needs() -> None:
    text = AIRPORTS.read_text("utf-8")
    changed = editing.edit_field(text, "city", replace(form(text, "city"), meaning="resident_id"))
    field = contract_from_text(changed, file=AIRPORTS).field("city")

    assert [each.name for each in field.cleaners] == ["resident_id"]
    assert field.classification.value == "sensitive"
    assert form(changed, "city").checks == ("resident_id_format", "resident_id")


def test_limits_lists_and_marks_become_rules() -> None:
    text = AIRPORTS.read_text("utf-8")
    asked = replace(form(text, "city"), valid=("Lanzhou", "Dunhuang"), min_length="3", is_unique=True)
    changed = editing.edit_field(text, "city", asked)
    checks = {rule.check for rule in contract_from_text(changed, file=AIRPORTS).rules if rule.fields == ("city",)}

    assert {"allowed", "length", "unique", "required"} <= checks
    back = editing.edit_field(changed, "city", replace(form(changed, "city"), valid=(), min_length="", is_unique=False))
    assert contract_from_text(back, file=AIRPORTS).rules != ()
    assert form(back, "city").valid == ()


def test_a_renamed_field_keeps_its_column_and_what_points_to_it() -> None:
    text = AIRPORTS.read_text("utf-8")
    changed = editing.edit_field(text, "longitude", replace(form(text, "longitude"), name="x"))
    contract = contract_from_text(changed, file=AIRPORTS)

    assert contract.geometry is not None
    assert contract.geometry.longitude == "x"
    assert contract.field("x").source == "lon"


def test_a_division_code_is_the_field_that_places_a_row() -> None:
    text = AIRPORTS.read_text("utf-8")
    assert form(text, "city").meaning != editing.DIVISION
    changed = editing.edit_field(text, "iata", replace(form(text, "iata"), meaning=editing.DIVISION))

    assert contract_from_text(changed, file=AIRPORTS).place_field == "iata"
    assert form(changed, "iata").meaning == editing.DIVISION
    back = editing.edit_field(changed, "iata", replace(form(changed, "iata"), meaning="code"))
    assert contract_from_text(back, file=AIRPORTS).place_field is None
    assert form(back, "iata").meaning == "code"


def test_a_column_is_left_out_and_taken_in_again() -> None:
    text = AIRPORTS.read_text("utf-8")
    without = editing.remove_field(text, "latitude")

    assert contract_from_text(without, file=AIRPORTS).geometry is None
    assert contract_from_text(editing.add_field(without, "lat"), file=AIRPORTS).field("lat").source == "lat"
    with pytest.raises(FieldMissing):
        editing.remove_field(without, "latitude")


@pytest.mark.parametrize("text", ["", "[]", "a: 1", "schema: []", "schema: [1]", "schema: [{properties: 1}]"])
def test_a_text_of_another_form_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises((NotEditable, ContractInvalid)):
        editing.fields(text)


def test_versions_count_up() -> None:
    assert renewing.next_version("1.4.2") == "1.5.0"
    assert renewing.next_version("draft") == "1.0.0"
