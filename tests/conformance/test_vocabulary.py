"""Every word of the vocabulary means what its examples say, in whole runs and wherever its rows land."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest

from hexi.data.contracts.checks import CHECKS, SET_CHECKS
from hexi.data.contracts.cleaners import CLEANERS
from hexi.data.contracts.model import FieldType, RowRule, SetRule
from hexi.data.lifecycle.errors import SetRuleBroken

from .pipeline import NOTHING, RAW, ROW, Pipeline, Use, a_contract, a_field, a_rule, failing

PADDING = 60_000
"""Rows among which the examples are strewn: several batches of wide rows."""
EXAMPLES = [(Use.of(word.name, example.arguments), example) for word in CLEANERS.values() for example in word.examples]
USES = list(dict.fromkeys(use for use, _ in EXAMPLES))
TEXTS = list(dict.fromkeys(example.raw for _, example in EXAMPLES))
ALL_WORDS = a_contract(*(use.field(f"f{number}") for number, use in enumerate(USES)))

READERS = {
    FieldType.DATE: date.fromisoformat,
    FieldType.TIMESTAMP: datetime.fromisoformat,
    FieldType.DECIMAL: Decimal,
    FieldType.INTEGER: int,
    FieldType.NUMBER: float,
    FieldType.BOOLEAN: {"true": True, "false": False}.__getitem__,
    FieldType.STRING: str,
}


def promised(use: Use, text: str | None) -> object:
    """A documented value as the type that readers of the table get."""
    return None if text is None else READERS[use.kind](text)


def strewn(texts: Sequence[str | None], *, among: Sequence[str | None]) -> tuple[list[str | None], list[int]]:
    """The texts at even distances among `PADDING` other rows, and where they stand."""
    table = [among[row % len(among)] for row in range(PADDING)]
    places = [(2 * number + 1) * PADDING // (2 * len(texts)) for number in range(len(texts))]
    for place, text in zip(places, texts, strict=True):
        table[place] = text
    return table, places


@pytest.mark.parametrize("use", USES, ids=lambda use: f"{use.word} {use.arguments}")
def test_a_cleaner_gives_what_its_examples_say_and_quarantines_what_it_cannot_read(use, tmp_path) -> None:
    examples = [example for other, example in EXAMPLES if other == use]
    contract = a_contract(use.field("value"), rules=[a_rule("type", "value")])

    published = Pipeline(tmp_path).publish([each.raw for each in examples], contract)

    for row, example in enumerate(examples):
        if row in published.reasons:
            assert example.gives is None, f"{example.raw!r} has a value and is quarantined"
            assert (published.reasons[row], published.raw[row]) == (["value.type"], example.raw)
        else:
            assert published.accepted[row]["value"] == promised(use, example.gives), example.raw
            assert example.gives is not None or use.kind is FieldType.STRING, f"{example.raw!r} passes without a value"


def test_examples_mean_the_same_far_apart_among_many_other_rows(tmp_path) -> None:
    table, places = strewn(TEXTS, among=["42", "2015-08-19", None, "兰州市", "５００万元", "13909371111", ""])

    published = Pipeline(tmp_path).publish(table, ALL_WORDS, is_wide=True)

    assert published.batches > 1
    for use, example in EXAMPLES:
        row = published.accepted[places[TEXTS.index(example.raw)]]
        assert row[f"f{USES.index(use)}"] == promised(use, example.gives), (use, example.raw)


def test_a_text_file_gives_the_examples_the_same_meaning(tmp_path) -> None:
    source = tmp_path / "texts.csv"
    pl.DataFrame({ROW: range(len(TEXTS)), RAW: TEXTS}).write_csv(source, quote_style="always")

    published = Pipeline(tmp_path).publish_file(source, ALL_WORDS)

    for use, example in EXAMPLES:
        row = published.accepted[TEXTS.index(example.raw)]
        assert row[f"f{USES.index(use)}"] == promised(use, example.gives), (use, example.raw)


CASES: dict[tuple[str, FieldType, str], dict[str | None, bool]] = {}
for check in CHECKS.values():
    for case in check.examples:
        group = CASES.setdefault((check.name, case.type, json.dumps(case.arguments)), {})
        group[case.value] = case.passes


@pytest.mark.parametrize(("word", "kind", "arguments"), CASES, ids=str)
def test_a_check_passes_and_fails_what_its_examples_say(word, kind, arguments) -> None:
    cases = CASES[word, kind, arguments]
    rule = a_rule(word, RAW, **json.loads(arguments))

    found = failing(list(cases), a_contract(a_field(RAW, kind), rules=[rule]))

    assert dict(zip(cases, found, strict=True)) == {text: [] if passes else [rule.id] for text, passes in cases.items()}


def test_checks_judge_their_examples_the_same_far_apart_among_many_other_rows() -> None:
    groups = [(group, cases) for group, cases in CASES.items() if group[0] != "required"]
    texts = list(dict.fromkeys(text for _, cases in groups for text in cases))
    table, places = strewn(texts, among=["兰州", None, "ZLLL", "13909371111", "91110000600037341L"])
    fields = [a_field(f"f{number}", kind) for number, ((_, kind, _), _) in enumerate(groups)]
    rules = [
        a_rule(word, f"f{number}", **json.loads(arguments)) for number, ((word, _, arguments), _) in enumerate(groups)
    ]

    found = failing(table, a_contract(*fields, rules=rules), is_wide=True)

    for number, (_, cases) in enumerate(groups):
        for text, passes in cases.items():
            reasons = found[places[texts.index(text)]]
            assert (rules[number].id not in reasons) == passes, (rules[number], text)


@pytest.mark.parametrize("word", sorted({name for name, _, _ in CASES} - {"required"}))
def test_every_check_but_required_passes_where_nothing_is(word) -> None:
    groups = [group for group in CASES if group[0] == word]
    fields = [a_field(f"f{number}", kind) for number, (_, kind, _) in enumerate(groups)]
    rules = [a_rule(word, f"f{number}", **json.loads(arguments)) for number, (_, _, arguments) in enumerate(groups)]

    assert failing([None, "", None], a_contract(*fields, rules=rules)) == [[], [], []]


def test_required_fails_where_a_cleaner_left_nothing() -> None:
    contract = a_contract(Use.of("empty_to_null", {}).field("value"), rules=[a_rule("required", "value")])

    assert failing(["兰州", "无", "", None], contract) == [[], *[["value.required"]] * 3]


def test_type_fails_only_where_there_was_text() -> None:
    contract = a_contract(a_field(RAW, FieldType.INTEGER), rules=[a_rule("type")])

    assert failing(["7", "seven", None, "", "  ", "7.5"], contract) == [[], ["raw.type"], [], [], [], ["raw.type"]]


def test_a_reference_fails_what_the_other_dataset_does_not_hold(tmp_path) -> None:
    pipeline = Pipeline(tmp_path)
    pipeline.publish(["620102", "620103", None], a_contract(a_field("code", FieldType.STRING), name="test.divisions"))
    rule = a_rule("reference", RAW, dataset="test.divisions", field="code")

    published = pipeline.publish(["620102", "620199", None], a_contract(a_field(RAW, FieldType.STRING), rules=[rule]))

    assert published.reasons == {1: [rule.id]}


def test_a_geometry_that_crosses_itself_fails() -> None:
    square = '{"type":"Polygon","coordinates":[[[103,36],[104,36],[104,37],[103,37],[103,36]]]}'
    bow = '{"type":"Polygon","coordinates":[[[103,36],[104,37],[104,36],[103,37],[103,36]]]}'
    contract = a_contract(a_field(RAW, FieldType.GEOMETRY), rules=[a_rule("type"), a_rule("geometry")])

    assert failing([square, bow, None, "nowhere"], contract) == [[], ["raw.geometry"], [], ["raw.type"]]


def test_of_a_repeated_key_the_first_row_stays_however_far_away_the_others_are() -> None:
    table, places = strewn(["A", "a", "A", None, "A"], among=[None])
    contract = a_contract(Use.of("upper", {}).field("key"), rules=[a_rule("unique", "key")])

    found = failing(table, contract, is_wide=True)

    assert [found[place] for place in places] == [[], ["key.unique"], ["key.unique"], [], ["key.unique"]]
    assert sum(map(len, found)) == 3


def test_a_key_of_two_fields_repeats_only_as_a_whole() -> None:
    fields = [Use.of("truncate", {"length": length}).field(f"first{length}") for length in (1, 2)]
    rule = RowRule(id="key", check="unique", fields=("first1", "first2"), sentence=NOTHING)

    found = failing(["xya", "xyb", "xza", None, None], a_contract(*fields, rules=[rule]))

    assert found == [[], ["key"], [], [], []]


def test_an_expression_fails_where_it_is_false_and_not_where_it_is_unknown() -> None:
    rule = RowRule(id="even", check="sql", fields=(RAW,), arguments={"expression": "raw % 2 = 0"}, sentence=NOTHING)

    assert failing(["2", "3", None], a_contract(a_field(RAW, FieldType.INTEGER), rules=[rule])) == [[], ["even"], []]


@pytest.mark.parametrize(
    ("check", "kept", "broken"),
    [
        pytest.param("row_count", {"min": 2, "max": 2}, {"min": 3}, id="row_count"),
        pytest.param("accepted_share", {"min": 66}, {"min": 67}, id="accepted_share"),
        pytest.param("freshness", {"days": 3}, {"days": 2}, id="freshness"),
    ],
)
def test_a_rule_of_the_set_looks_at_the_accepted_rows(check, kept, broken, tmp_path) -> None:
    def publish(arguments: dict[str, int]) -> None:
        fields = (RAW,) if check == "freshness" else ()
        rule = SetRule(id="set", check=check, fields=fields, arguments=arguments, sentence=NOTHING)
        contract = a_contract(a_field(RAW, FieldType.DATE), rules=[a_rule("required")], set_rules=[rule])
        Pipeline(tmp_path).publish(["2026-11-20", "2025-01-01", None], contract)

    publish(kept)
    with pytest.raises(SetRuleBroken):
        publish(broken)


def test_every_word_is_tried_here() -> None:
    by_hand = {"type", "reference", "geometry", "unique", "sql"}

    assert {name for name, _, _ in CASES} | by_hand == set(CHECKS)
    assert {use.word for use in USES} == set(CLEANERS)
    # Comparisons, metrics and queries are tried where whole runs are: tests/data/lifecycle/test_promises.py.
    compared = {"volume_change", "distribution_change", "same_columns", "metric", "query"}
    assert set(SET_CHECKS) == {"row_count", "accepted_share", "freshness"} | compared
