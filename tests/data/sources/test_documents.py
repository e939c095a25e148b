from __future__ import annotations

import json

import pytest

from hexi.data.engines.sources.records import (
    CellTooLarge,
    SourceInvalid,
    SourceTruncated,
    WrongCrs,
    WrongEncoding,
    WrongHeader,
    WrongPlace,
)
from tests.data.sources.opened import Opener

NESTED = {
    "fetched": "2026-09",
    "townships": {
        "620102": {"county": "城关区", "townships": {"酒泉路街道": "620102001", "张掖路街道": "620102002"}},
        "620982": {"county": "敦煌市", "townships": {"七里镇": "620982101"}},
    },
}


def test_numbers_stay_as_they_are_written(opener: Opener) -> None:
    text = '[{"a": 1.10, "b": 12345678901234567890, "c": 1e2, "d": true, "e": null, "f": ""}]'

    assert opener.rows(text, name="t.json") == [(1, "1.10", "12345678901234567890", "1e2", "true", None, None)]


def test_objects_are_flattened_and_lists_joined(opener: Opener) -> None:
    text = '[{"old": {"code": "1"}, "tags": ["a", 2], "parts": [{"x": 1.50}]}, {"new": "n"}]'

    frame = opener.read(text, name="t.json")

    assert frame.to_dicts() == [
        {"_line": 1, "old.code": "1", "tags": "a|2", "parts": '[{"x":1.5}]', "new": None},
        {"_line": 2, "old.code": None, "tags": None, "parts": None, "new": "n"},
    ]


def test_a_path_captures_keys_and_takes_what_stands_on_the_way(opener: Opener) -> None:
    records = "townships.{county_code}.townships.{name}"

    frame = opener.read(json.dumps(NESTED), "name", "value", name="t.json", records=records)

    assert frame.columns == ["_line", "fetched", "county_code", "townships.county", "name", "value"]
    assert frame.rows() == [
        (1, "2026-09", "620102", "城关区", "酒泉路街道", "620102001"),
        (2, "2026-09", "620102", "城关区", "张掖路街道", "620102002"),
        (3, "2026-09", "620982", "敦煌市", "七里镇", "620982101"),
    ]


def test_a_star_walks_without_capturing(opener: Opener) -> None:
    frame = opener.read(json.dumps({"a": [{"b": [1, 2]}, {"b": [3]}]}), name="t.json", records="a.*.b.{i}")

    assert frame.to_dicts() == [
        {"_line": 1, "i": "0", "value": "1"},
        {"_line": 2, "i": "1", "value": "2"},
        {"_line": 3, "i": "0", "value": "3"},
    ]


def test_a_path_that_ends_at_a_list_is_told_how_it_goes_on(opener: Opener) -> None:
    with pytest.raises(WrongPlace, match=r"write “data\.list\.\*”"):
        opener.rows('{"data": {"list": [{"a": 1}, {"a": 2}]}}', name="t.json", records="data.list")


def test_a_member_that_stands_twice_is_named_with_its_line(opener: Opener) -> None:
    with pytest.raises(WrongHeader, match=r"Line 2 of .* has the member “a” twice"):
        opener.rows('{"a": 1}\n{"a": 1, "a": 2}\n', name="t.ndjson")


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ("cities", "there is no “cities” in “$”. There is “fetched”, “townships”"),
        ("townships.{c}.towns", "there is no “towns” in “$.townships”. There is “county”, “townships”"),
        ("fetched.*", "“$.fetched” is a single value"),
        (None, "is not a list of records"),
    ],
)
def test_a_path_that_leads_nowhere_says_what_is_there(opener: Opener, records: str | None, message: str) -> None:
    with pytest.raises(WrongPlace) as refusal:
        opener.rows(json.dumps(NESTED), name="t.json", records=records)

    assert message in refusal.value.message


def test_one_object_a_line_keeps_its_lines(opener: Opener) -> None:
    assert opener.rows('{"a": 1}\n\n{"a": 2.0}\n', name="t.ndjson") == [(1, "1"), (3, "2.0")]
    assert opener.rows('{"a": 1}\n', name="t.jsonl") == [(1, "1")]


def test_a_line_that_is_no_object_is_named(opener: Opener) -> None:
    with pytest.raises(SourceInvalid) as refusal:
        opener.rows('{"a": 1}\n{"a": }\n{"a": 2}\n', name="t.ndjson")

    assert (refusal.value.facts["line"], refusal.value.facts["column"]) == (2, 7)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_other_encodings_are_read(opener: Opener, encoding: str) -> None:
    assert opener.rows('[{"名": "敦煌"}]'.encode(encoding), "名", name="t.json") == [(1, "敦煌")]


@pytest.mark.parametrize(
    ("text", "name"), [('[{"a": 1}, {"a"', "t.json"), ('[{"a": "x', "t.json"), ('{"a": 1}\n{"a": 2}\n{"a"', "t.ndjson")]
)
def test_a_document_that_was_cut_is_told(opener: Opener, text: str, name: str) -> None:
    with pytest.raises(SourceTruncated):
        opener.rows(text, name=name)


def test_a_mistake_is_named_by_line_and_column(opener: Opener) -> None:
    with pytest.raises(SourceInvalid) as refusal:
        opener.rows('[\n {"a": 1}\n {"a": 2}\n]\n', name="t.json")

    assert (refusal.value.facts["line"], refusal.value.facts["column"]) == (3, 2)


@pytest.mark.parametrize("text", ["[" * 100_000, f"[{'9' * 5000}]"], ids=["too-deep", "too-long"])
def test_absurd_documents_are_refused(opener: Opener, text: str) -> None:
    with pytest.raises(SourceInvalid):
        opener.rows(text, name="t.json")


@pytest.mark.parametrize("text", ['[{"a": 1}, {"a": "\\ud800"}]', '[{"a": 1}, {"a": 1, "\\udfff": 2}]'])
def test_half_a_character_is_refused_by_its_record(opener: Opener, text: str) -> None:
    with pytest.raises(WrongEncoding, match=r"Record 2 .* half a character"):
        opener.rows(text, name="t.json")


def test_a_member_that_stands_twice_is_refused(opener: Opener) -> None:
    with pytest.raises(WrongHeader, match="the member “a” twice"):
        opener.rows('[{"b": 1}, {"a": 1, "a": 2}]', name="t.json")


def test_a_comma_too_many_is_no_file_that_was_cut(opener: Opener) -> None:
    with pytest.raises(SourceInvalid, match="too many") as refusal:
        opener.rows('[{"a": 1},]', name="t.json")

    assert refusal.value.code == SourceInvalid.code


def test_a_monstrous_value_is_named(opener: Opener) -> None:
    with pytest.raises(CellTooLarge) as refusal:
        opener.rows(json.dumps([{"a": "x"}, {"a": "字" * 400_000}]), name="t.json")

    assert (refusal.value.facts["number"], refusal.value.facts["column"]) == (2, "a")


def test_missing_members_are_named(opener: Opener) -> None:
    with pytest.raises(WrongHeader, match="lacks “人口”"):
        opener.rows('[{"名": 1}]', "人口", name="t.json")


def test_no_records_are_a_table_without_rows(opener: Opener) -> None:
    assert opener.read("[]", "a", name="t.json").shape == (0, 2)


FEATURES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": 7,
            "properties": {"name": "敦煌", "code": {"new": "620982"}},
            "geometry": {"type": "Point", "coordinates": [94.80, 40.16]},
        },
        {"type": "Feature", "properties": None, "geometry": None},
    ],
}


def test_features_become_rows_with_their_geometry_as_text(opener: Opener) -> None:
    frame = opener.read(json.dumps(FEATURES), "name", "geometry", name="t.geojson")

    assert frame.to_dicts() == [
        {
            "_line": 1,
            "name": "敦煌",
            "code.new": "620982",
            "geometry": '{"type":"Point","coordinates":[94.8,40.16]}',
            "id": "7",
        },
        {"_line": 2, "name": None, "code.new": None, "geometry": None, "id": None},
    ]


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", True),
        ("urn:ogc:def:crs:EPSG::4490", True),
        ("urn:ogc:def:crs:EPSG::3857", False),
    ],
)
def test_another_coordinate_system_than_promised_is_refused(opener: Opener, name: str, fits: bool) -> None:
    text = json.dumps({**FEATURES, "crs": {"type": "name", "properties": {"name": name}}})

    if fits:
        assert opener.read(text, name="t.geojson", crs="EPSG:4490").height == 2
    else:
        with pytest.raises(WrongCrs, match="promises EPSG:4490"):
            opener.read(text, name="t.geojson", crs="EPSG:4490")


def test_json_that_is_no_feature_collection_is_refused(opener: Opener) -> None:
    with pytest.raises(WrongPlace):
        opener.rows("[]", name="t.geojson")
    with pytest.raises(SourceInvalid, match="Item 1 of “features”"):
        opener.rows('{"features": [1]}', name="t.geojson")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"a": 1}, 3]', "Record 2 of"),
        ('[3, {"a": 1}]', "Record 2 of"),
        ('[{"a": 1}, {"a": {"b": 1}, "a.b": 2}]', "Record 2 of .* has the member “a.b” twice"),
        ('{"a": 1}\n\n{"a": {"b": 1}, "a.b": 2}\n', "Line 3 of .* has the member “a.b” twice"),
    ],
)
def test_records_of_two_kinds_and_names_of_two_values_are_refused(opener: Opener, text: str, said: str) -> None:
    with pytest.raises(SourceInvalid, match=said):
        opener.rows(text, name="t.json")


def test_the_record_of_two_values_for_one_name_is_counted_over_all_lists_on_the_way(opener: Opener) -> None:
    with pytest.raises(WrongHeader, match=r"Record 3 of .* has the member “x.y” twice"):
        opener.rows('{"a": [[{"x": 1}, {"x": 2}], [{"x": {"y": 1}, "x.y": 2}]]}', name="t.json", records="a.*.*")


def test_the_feature_of_two_values_for_one_name_is_numbered(opener: Opener) -> None:
    with pytest.raises(WrongHeader, match=r"Record 2 of .* has the member “x.y” twice"):
        opener.rows(
            '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"x": 1}, "geometry": null},'
            '{"type": "Feature", "properties": {"x": {"y": 1}, "x.y": 2}, "geometry": null}]}',
            name="t.geojson",
        )
