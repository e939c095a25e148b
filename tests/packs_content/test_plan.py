"""The plan of 2015: counted, compared with its text, and its two impossible figures caught."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from hexi.packs.manifests import read_manifest
from tests.packs_content.conftest import PACKS, Published

Datasets = Mapping[str, Published]
LINES = (PACKS / "plan-2015" / "data" / "plan.txt").read_text("utf-8").splitlines()


def test_the_page_of_the_plan_draws_its_three_datasets() -> None:
    [page] = read_manifest(PACKS / "plan-2015").pages

    assert page["kind"] == "plan"
    assert (page["targets"], page["clauses"], page["bodies"]) == (
        "plan-2015.targets",
        "plan-2015.clauses",
        "plan-2015.bodies",
    )


def test_the_plan_has_seventeen_numeric_targets(plan: Datasets) -> None:
    found = plan["plan-2015.targets"]
    years = pl.concat([found.accepted["year"].cast(pl.String), found.quarantined["year"]])

    assert found.result.rows == 17
    assert dict(years.value_counts().rows()) == {"2017": 8, "2020": 9}


def test_both_base_station_figures_are_quarantined_with_the_reasons(plan: Datasets) -> None:
    found = plan["plan-2015.targets"]

    assert found.quarantined["printed"].to_list() == ["2\ue0103万座", "4\ue0103万座"]
    for reasons in found.quarantined["_reasons"].to_list():
        assert set(reasons) >= {"printed-characters", "part-within-total"}
        assert any(reason.startswith("value.") for reason in reasons)
    assert found.result.accepted == 15


def test_missing_units_and_thresholds_are_marked_and_counted(plan: Datasets) -> None:
    found = plan["plan-2015.targets"]
    gaps = found.accepted.filter(pl.col("gap").is_not_null()).select("target", "gap").sort("target").rows()

    assert gaps == [("2017-3", "threshold"), ("2017-6", "threshold"), ("2020-7", "threshold"), ("2020-8", "unit")]
    assert found.failed["threshold-stated"] == 3
    assert found.failed["unit-stated"] == 1


def test_a_series_never_joins_a_flow_to_a_stock(plan: Datasets) -> None:
    found = plan["plan-2015.targets"]
    columns = ["series", "kind"]
    rows = pl.concat([found.accepted.select(columns), found.quarantined.select(columns)])

    assert rows.group_by("series").agg(pl.col("kind").n_unique())["kind"].max() == 1
    assert set(rows["kind"]) == {"stock", "flow", "annual"}


def test_every_quotation_stands_in_the_line_it_names(plan: Datasets) -> None:
    found = plan["plan-2015.targets"]
    columns = [pl.col("line").cast(pl.Int64), "quotation", "printed"]
    rows = pl.concat([found.accepted.select(columns), found.quarantined.select(columns)])

    for line, quotation, printed in rows.iter_rows():
        assert quotation in LINES[line - 1]
        # “4300个机架” and the like: the figure is part of what is quoted.
        assert printed in quotation


def test_no_clause_names_a_lead(plan: Datasets) -> None:
    clauses = plan["plan-2015.clauses"]

    assert clauses.result.accepted == 9
    assert clauses.accepted["lead"].null_count() == 9
    assert clauses.failed == {"lead-stated": 9}
    assert clauses.accepted["responsibility"].unique().to_list() == ["共同推进，未明确牵头单位"]
    for line, title, printed in clauses.accepted.select("line", "title", "bodies_printed").iter_rows():
        assert title in LINES[line - 1]
        assert LINES[line - 1].endswith(f"（{printed}）")


def test_the_clauses_name_29_bodies_and_all_prefectures(plan: Datasets) -> None:
    bodies = plan["plan-2015.bodies"].accepted
    clauses = plan["plan-2015.clauses"].accepted

    assert bodies.height == 57
    assert set(bodies.filter(pl.col("kind") == "prefectures")["body"]) == {"各市州政府"}
    assert bodies.filter(pl.col("kind") != "prefectures")["body"].n_unique() == 29
    counted = bodies["clause"].value_counts(name="bodies")
    assert dict(counted.rows()) == dict(clauses.select("clause", "bodies").rows())
    printed = dict(clauses.select("clause", "bodies_printed").rows())
    assert all(body in printed[clause] for clause, body in bodies.select("clause", "body").iter_rows())
