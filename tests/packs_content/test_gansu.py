"""What is known to be in Gansu's data, compared with what the run finds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from tests.packs_content.conftest import PACKS, Node, Published

Datasets = Mapping[str, Published]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("gansu.stats-prefectures", 14),
        ("gansu.stats-counties", 88),
        ("gansu.stats-townships", 1_403),
        ("gansu.stats-villages", 17_718),
        ("gansu.names-prefectures", 14),
        ("gansu.names-counties", 86),
        ("gansu.names-townships", 1_351),
        ("gansu.division-changes", 100),
        ("gansu.airports", 9),
        ("gansu.populated-places", 701),
        ("gansu.boundaries-prefecture", 17),
        ("gansu.boundaries-county", 90),
        ("gansu.reconciliation-counties", 88),
        ("gansu.reconciliation-townships", 1_442),
        ("gansu.reconciliation-summary", 27),
    ],
)
def test_every_row_of_the_official_lists_is_accepted(gansu: Datasets, name: str, rows: int) -> None:
    found = gansu[name].result

    assert (found.rows, found.accepted, found.quarantined) == (rows, rows, 0)


@pytest.mark.parametrize(
    ("name", "warnings"),
    [
        pytest.param("gansu.stats-counties", {"functional-area": 1, "city-without-counties": 1}, id="special-counties"),
        pytest.param("gansu.stats-townships", {"usual-character": 1}, id="look-alike-character"),
        pytest.param("gansu.stats-villages", {"name-without-remark": 1}, id="brackets-in-a-village"),
        pytest.param("gansu.names-townships", {"name-without-remark": 1}, id="abolished-township"),
        pytest.param("gansu.division-changes", {"abolished-yet-renamed": 5}, id="abolished-in-name-only"),
        pytest.param("gansu.airports", {"elevation-filled-in": 3}, id="airports-at-sea-level"),
        pytest.param("gansu.populated-places", {"population-known": 318}, id="unknown-populations"),
        pytest.param("gansu.boundaries-prefecture", {"administrative-division": 3}, id="special-areas"),
        pytest.param("gansu.boundaries-county", {"administrative-division": 4}, id="special-areas-and-jiayuguan"),
    ],
)
def test_what_is_unusual_is_counted_and_kept(gansu: Datasets, name: str, warnings: dict[str, int]) -> None:
    assert gansu[name].failed == warnings


def test_only_the_unusual_breaks_rules(gansu: Datasets) -> None:
    clean = {name for name, dataset in gansu.items() if not dataset.failed}

    assert clean == {
        "gansu.stats-prefectures",
        "gansu.names-prefectures",
        "gansu.names-counties",
        "gansu.reconciliation-counties",
        "gansu.reconciliation-townships",
        "gansu.reconciliation-summary",
    }


def test_a_new_area_and_a_city_without_counties_are_marked(gansu: Datasets) -> None:
    counties = gansu["gansu.reconciliation-counties"].accepted

    marked = counties.filter(pl.col("mark") != "county").select("name", "mark", "category").sort("name").rows()
    assert marked == [
        ("兰州新区", "new_area", "only_in_statistics"),
        ("嘉峪关市", "city_without_counties", "only_in_statistics"),
    ]
    assert counties.filter(pl.col("mark") == "county")["category"].unique().to_list() == ["same_code_same_name"]


def test_the_marked_areas_keep_their_townships_and_villages(gansu: Datasets) -> None:
    townships = gansu["gansu.stats-townships"].accepted["county_code"].value_counts(name="rows")
    villages = gansu["gansu.stats-villages"].accepted["county_code"].value_counts(name="rows")

    def rows(counts: pl.DataFrame, code: str) -> int:
        return counts.filter(pl.col("county_code") == code)["rows"].item()

    assert (rows(townships, "620171"), rows(villages, "620171")) == (4, 88)
    assert (rows(townships, "620201"), rows(villages, "620201")) == (5, 48)


def test_townships_reconcile_by_county_and_name(gansu: Datasets) -> None:
    townships = gansu["gansu.reconciliation-townships"].accepted

    assert dict(townships["category"].value_counts().rows()) == {
        "same_code_same_name": 811,
        "same_name_other_code": 501,
        "only_in_statistics": 91,
        "only_in_names": 39,
    }
    assert townships["statistics_code"].count() == 1_403
    assert townships["names_code"].count() == 1_351
    assert townships.select("statistics_code", "names_code").drop_nulls().height == 1_312


def test_a_code_alone_would_join_368_different_townships(gansu: Datasets) -> None:
    townships = gansu["gansu.reconciliation-townships"].accepted
    held = townships.filter(pl.col("statistics_code_in_names").is_not_null())

    assert held.height == 1_179
    assert held.filter(pl.col("statistics_code_in_names") != pl.col("name")).height == 368
    assert dict(townships["code_evidence"].drop_nulls().value_counts().rows()) == {
        "same_code_same_name": 811,
        "same_code_other_name": 368,
        "code_only_in_statistics": 224,
    }
    assert townships["names_code_in_statistics"].count() == 1_179


def test_a_renamed_township_is_recognised_by_its_code(gansu: Datasets) -> None:
    townships = gansu["gansu.reconciliation-townships"].accepted

    renamed = townships.filter((pl.col("name") == "西路街道") & (pl.col("county") == "安宁区"))
    assert renamed.select("category", "code_evidence", "statistics_code_in_names").rows() == [
        ("only_in_statistics", "same_code_other_name", "安宁西路街道")
    ]


def test_the_summary_says_what_the_rows_say(gansu: Datasets) -> None:
    summary = {
        (level, measure): divisions
        for level, measure, divisions in gansu["gansu.reconciliation-summary"]
        .accepted.select("level", "measure", "divisions")
        .iter_rows()
    }

    township = {measure: divisions for (level, measure), divisions in summary.items() if level == "township"}
    assert township == {
        "in_statistics": 1_403,
        "in_names": 1_351,
        "same_name": 1_312,
        "same_code_same_name": 811,
        "same_name_other_code": 501,
        "only_in_statistics": 91,
        "only_in_names": 39,
        "code_in_both": 1_179,
        "same_code_other_name": 368,
        "in_new_areas": 4,
        "in_cities_without_counties": 5,
    }
    assert (summary["county", "in_statistics"], summary["county", "in_names"]) == (88, 86)
    assert (summary["county", "in_new_areas"], summary["county", "in_cities_without_counties"]) == (1, 1)
    assert (summary["prefecture", "in_statistics"], summary["prefecture", "same_code_same_name"]) == (14, 14)


def test_codes_stay_as_published_beside_one_of_twelve_digits(gansu: Datasets) -> None:
    townships = gansu["gansu.stats-townships"].accepted

    assert townships["code"].str.len_chars().unique().to_list() == [9]
    assert (townships["division_code"] == townships["code"] + "000").all()


def test_an_unknown_population_is_no_population_of_zero(gansu: Datasets) -> None:
    places = gansu["gansu.populated-places"].accepted

    assert places["population"].null_count() == 318
    assert (places["population"] > 0).all()


def test_boundaries_join_the_divisions(gansu: Datasets) -> None:
    counties = gansu["gansu.boundaries-county"].accepted["division_code"]
    names = gansu["gansu.names-counties"].accepted["code"]

    assert set(names) <= set(counties)
    assert set(counties) - set(names) == {"620200000000", "629700000000", "629800000000", "629900000000"}


def test_names_stand_as_published(gansu: Datasets) -> None:
    names = set(gansu["gansu.names-townships"].accepted["name"])
    statistics = set(gansu["gansu.stats-townships"].accepted["name"])

    assert "下窑街道（撤销）" in names
    assert "祁丰蔵族乡" in statistics
    assert "祁丰藏族乡" in names


@pytest.mark.parametrize(
    ("row", "reasons"),
    [
        pytest.param('620199,"新来区",6201,62', [], id="a-new-county"),
        pytest.param('620172,"新区",6201,62', [], id="another-new-area"),
        pytest.param('620199,"新来区",6299,62', ["prefecture_code-known", "code-below-parent"], id="no-such-parent"),
        pytest.param('620102,"新来区",6201,62', ["code.unique"], id="a-code-given-twice"),
        pytest.param('6201O9,"新来区",6201,62', ["code.pattern"], id="a-letter-for-a-digit"),
        pytest.param('620199,"新\ue010区",6201,62', ["name.characters"], id="a-private-use-character"),
    ],
)
def test_only_a_row_that_breaks_a_rule_is_quarantined(tmp_path: Path, node: Node, row: str, reasons: list[str]) -> None:
    source = tmp_path / "areas.csv"
    published = (PACKS / "gansu" / "data" / "stats_2023_areas.csv").read_text("utf-8")
    source.write_text(f"{published.rstrip()}\n{row}\n", encoding="utf-8")
    contracts = PACKS / "gansu" / "contracts"
    node.publish(contracts / "stats-prefectures.odcs.yaml")

    found = node.publish(contracts / "stats-counties.odcs.yaml", source)

    assert found.result.accepted == (88 if reasons else 89)
    assert found.quarantined["_reasons"].to_list() == ([reasons] if reasons else [])
