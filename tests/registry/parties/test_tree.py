"""Organisations over time: parts, names, reforms, posts. Ids stay; nothing is deleted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hexi.kernel.actors import NODE, Actor
from hexi.kernel.errors import HexiError
from hexi.kernel.names import Text
from hexi.kernel.time import BadDay
from hexi.registry.accounts import actions as accounts
from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.events import queries as events
from hexi.registry.parties import actions, queries
from hexi.registry.parties.errors import (
    BadIdentifier,
    BadRelation,
    Circle,
    IdentifierTaken,
    NameTaken,
    Overlapping,
    PartyMissing,
)
from tests.nodes import Node

TODAY = date(2026, 11, 23)
CODE = "116200000139216254"
FIRM = "91110000600007156J"
RESIDENT = "11010519491231002X"
SOURCE = Text("机构改革方案，据已知", "the reform plan, as known")


@pytest.fixture
def bodies(own: Node) -> dict[str, str]:
    """A government with a commission, a department of culture and one of tourism."""
    found = {name: enter(own, name) for name in ("省政府", "工信委", "文化厅", "旅游委", "文旅厅", "工信厅")}
    for name in ("工信委", "文化厅", "旅游委"):
        actions.relate(found[name], found["省政府"], kind="part_of", **as_node(own))
    return found


def as_node(node: Node) -> dict[str, Any]:
    return {"by": NODE, "require": accounts.require, "now": node.clock()}


def enter(node: Node, name: str) -> str:
    return actions.register(Text(name, f"en {name}"), code=None, by=NODE, now=node.clock())


def titles(found: object) -> list[str]:
    assert isinstance(found, tuple)
    return [each.title.zh for each in found]


def test_ancestors_and_children_follow_the_day(own: Node, bodies: dict[str, str]) -> None:
    office = enter(own, "大数据处")
    actions.relate(office, bodies["工信委"], kind="part_of", until="2018-10", **as_node(own))
    actions.relate(office, bodies["工信厅"], kind="part_of", since="2018-10", **as_node(own))

    assert queries.ancestors(office, on=date(2018, 9, 30)) == (bodies["工信委"], bodies["省政府"])
    assert queries.ancestors(office, on=date(2018, 10, 1)) == (bodies["工信厅"],)
    assert queries.ancestors(office) == (bodies["工信厅"],)
    assert titles(queries.children(bodies["工信委"])) == []
    assert titles(queries.children(bodies["工信委"], on=date(2015, 1, 1))) == ["大数据处"]


def test_merged_bodies_stay_with_their_ids_and_lead_to_who_carries_on(own: Node, bodies: dict[str, str]) -> None:
    ids = [bodies["文化厅"], bodies["旅游委"]]
    for _ in range(2):
        actions.merge(ids, into=bodies["文旅厅"], on="2018-10", source=SOURCE, **as_node(own))
    own.settle()

    culture = queries.organisation(bodies["文化厅"])
    assert culture.dissolved_on == "2018-10"
    assert titles(queries.successors(culture.id, on=TODAY)) == ["文旅厅"]
    assert titles(queries.successors(culture.id, on=date(2015, 1, 1))) == ["文化厅"]
    assert titles(queries.children(bodies["省政府"])) == ["工信委"]
    assert {each.title.zh for each in queries.former(on=TODAY)} == {"文化厅", "旅游委"}
    assert [(each.kind, each.on) for each in queries.history(culture.id)] == [
        ("succeeded_by", "2018-10"),
        ("dissolved", "2018-10"),
    ]
    (event,) = [each for each in events.events_about(f"party:{bodies['文旅厅']}") if each.verb == "party.merge"]
    assert event.details == {"merged": [f"party:{each}" for each in ids], "on": "2018-10"}


def test_successors_are_followed_through_every_reform(own: Node, bodies: dict[str, str]) -> None:
    last = enter(own, "数字厅")
    actions.relate(bodies["工信委"], bodies["工信厅"], kind="renamed_to", since="2018-10", **as_node(own))
    actions.end(f"organisation:{bodies['工信委']}", on="2018-10", **as_node(own))
    actions.split(bodies["工信厅"], into=[last, bodies["文旅厅"]], on="2025", **as_node(own))

    assert set(titles(queries.successors(bodies["工信委"], on=TODAY))) == {"数字厅", "文旅厅"}
    assert titles(queries.successors(bodies["工信委"], on=date(2020, 1, 1))) == ["工信厅"]
    assert len(queries.lineage(last)) == 2


def test_a_split_may_leave_the_body_standing(own: Node, bodies: dict[str, str]) -> None:
    for _ in range(2):
        actions.split(bodies["工信委"], into=[bodies["工信厅"]], on="2020", stays=True, **as_node(own))

    assert queries.organisation(bodies["工信委"]).dissolved_on is None
    assert titles(queries.successors(bodies["工信委"], on=TODAY)) == ["工信委"]


def test_the_tree_shows_what_exists_on_the_day(own: Node, bodies: dict[str, str]) -> None:
    actions.merge([bodies["文化厅"]], into=bodies["文旅厅"], on="2018-10", **as_node(own))

    now = [(each.depth, each.organisation.title.zh) for each in queries.tree(on=TODAY)]
    then = {each.organisation.title.zh for each in queries.tree(on=date(2015, 1, 1))}

    assert now[0] == (0, "省政府")
    assert (1, "工信委") in now
    assert "文化厅" not in {title for _, title in now}
    assert "文化厅" in then


def test_a_renamed_organisation_is_found_by_each_of_its_names(own: Node, bodies: dict[str, str]) -> None:
    id_ = bodies["工信委"]
    actions.name(id_, Text("省经信委", "ETC"), kind="short", **as_node(own))
    for _ in range(2):
        actions.rename(id_, Text("数据局", "Data bureau"), on="2024-05", source=SOURCE, **as_node(own))

    for text, name, kind in (
        ("数据局", "数据局", "title"),
        ("bureau", "数据局", "title"),
        ("工信委", "工信委", "former"),
        ("经信", "省经信委", "short"),
    ):
        (hit,) = queries.find_by_name(text)
        assert (hit.organisation.id, hit.name.zh, hit.kind) == (id_, name, kind)
    assert queries.find_by_name(" ") == ()
    assert queries.called(["省经信委", "数据局", "nobody"]).keys() == {"省经信委", "数据局"}
    assert [(each.kind, each.on, each.name and each.name.zh) for each in queries.history(id_)] == [
        ("named", "2024-05", "工信委")
    ]
    with pytest.raises(NameTaken, match="“省政府” is registered already"):
        actions.rename(id_, Text("省政府", "x"), on="2025", **as_node(own))


def test_a_publisher_under_a_new_name_keeps_the_old_one(own: Node) -> None:
    id_ = actions.register(Text("统计局", "Statistics"), code=CODE, by=NODE, now=own.clock())
    actions.register(Text("统计数据局", "Statistics and data"), code=CODE, by=NODE, now=own.clock())

    assert [each.title.zh for each in queries.names(id_)] == ["统计局"]


@pytest.mark.parametrize(
    ("origin", "target", "facts", "error", "says"),
    [
        ("省政府", "工信委", {"kind": "part_of"}, Circle, "leads back to it"),
        ("工信委", "工信委", {"kind": "part_of"}, Circle, "to itself"),
        ("工信委", "文旅厅", {"kind": "part_of", "since": "2018"}, Overlapping, "“省政府” from … until …"),
        ("工信厅", "省政府", {"kind": "partner"}, BadRelation, "choose one of part_of"),
        ("工信厅", "省政府", {"kind": "part_of", "since": "2018-13"}, BadDay, "2018, 2018-10 or 2018-10-25"),
        ("工信厅", "省政府", {"kind": "part_of", "since": "2018", "until": "2017"}, BadRelation, "begins on 2018"),
    ],
)
def test_a_relation_that_cannot_hold_is_refused(
    own: Node,
    bodies: dict[str, str],
    origin: str,
    target: str,
    facts: dict[str, str],
    error: type[HexiError],
    says: str,
) -> None:
    before = queries.tree(on=TODAY)

    with pytest.raises(error, match=says):
        actions.relate(bodies[origin], bodies[target], **facts, **as_node(own))

    assert queries.tree(on=TODAY) == before


def test_what_was_once_the_other_way_round_is_no_circle(own: Node, bodies: dict[str, str]) -> None:
    actions.relate(bodies["工信厅"], bodies["文旅厅"], kind="part_of", since="1990", until="2000", **as_node(own))
    actions.relate(bodies["文旅厅"], bodies["工信厅"], kind="part_of", since="2000", **as_node(own))

    assert queries.ancestors(bodies["文旅厅"], on=TODAY) == (bodies["工信厅"],)


def test_a_body_cannot_be_merged_into_its_own_successor_line(own: Node, bodies: dict[str, str]) -> None:
    actions.merge([bodies["文化厅"]], into=bodies["文旅厅"], on="2018", **as_node(own))

    with pytest.raises(Circle):
        actions.merge([bodies["文旅厅"]], into=bodies["文化厅"], on="2020", **as_node(own))


def test_a_relation_ends_once(own: Node, bodies: dict[str, str]) -> None:
    (relation,) = [each for each in queries.relations(bodies["工信委"]) if each.kind == "part_of"]
    for _ in range(2):
        actions.end(f"relation:{relation.id}", on="2018-10", **as_node(own))

    assert queries.ancestors(bodies["工信委"], on=TODAY) == ()
    with pytest.raises(BadRelation, match="ended on 2018-10 already"):
        actions.end(f"relation:{relation.id}", on="2020", **as_node(own))
    with pytest.raises(PartyMissing):
        actions.end("treaty:1", on="2020", **as_node(own))


def test_duties_belong_to_a_post_and_one_person_holds_it_at_a_time(own: Node, bodies: dict[str, str]) -> None:
    duties = [Text("审核数据目录", "Review the catalogue"), Text("答复疑义", "Answer doubts")]
    post = actions.open_post(
        bodies["工信厅"],
        Text("数据专员", "Data officer"),
        duties=duties,
        contact="0931-0000000",
        **as_node(own),
    )
    person = actions.anchor("person", scheme="resident-id", value=RESIDENT, **as_node(own))
    other = actions.anchor("person", scheme="resident-id", value="110105194912310038", **as_node(own))
    holding = actions.appoint(person, post, on="2024-01-01", **as_node(own))

    with pytest.raises(Overlapping, match="Somebody holds the post “数据专员”"):
        actions.appoint(other, post, on="2025", **as_node(own))
    actions.end(f"holding:{holding}", on="2025-01-01", **as_node(own))
    actions.appoint(other, post, on="2025-01-01", **as_node(own))

    (then,) = queries.posts(bodies["工信厅"], on=date(2024, 12, 31))
    (now,) = queries.posts(bodies["工信厅"], on=TODAY)
    assert (then.holder, now.holder) == (person, other)
    assert (now.duties, now.contact) == (tuple(duties), "0931-0000000")
    actions.end(f"post:{post}", on="2026-01-01", **as_node(own))
    assert queries.posts(bodies["工信厅"], on=TODAY) == ()
    with pytest.raises(BadRelation, match="is not open on 2026-06"):
        actions.appoint(person, post, on="2026-06", **as_node(own))


@pytest.mark.parametrize(
    ("kind", "scheme", "value", "says"),
    [
        ("person", "resident-id", "110105194912310021", "check character"),
        ("person", "resident-id", "123", "not written like"),
        ("firm", "uscc", "91110000600007156A", "check character"),
        ("firm", "resident-id", RESIDENT, "its schemes are: uscc"),
        ("ship", "imo", "1", "its schemes are: –"),
    ],
)
def test_an_identifier_is_checked_by_its_scheme(own: Node, kind: str, scheme: str, value: str, says: str) -> None:
    with pytest.raises(BadIdentifier, match=says) as refusal:
        actions.anchor(kind, scheme=scheme, value=value, **as_node(own))

    assert value not in str(refusal.value.facts)


def test_an_anchor_is_entered_once_and_the_log_never_holds_a_personal_value(own: Node) -> None:
    person = actions.anchor("person", scheme="resident-id", value=f" {RESIDENT.lower()}", **as_node(own))
    again = actions.anchor("person", scheme="resident-id", value=RESIDENT, **as_node(own))
    firm = actions.anchor("firm", scheme="uscc", value=FIRM, **as_node(own))
    own.settle()

    assert person == again
    assert queries.party_of("resident-id", RESIDENT, on=TODAY) == person
    assert queries.party_of("uscc", FIRM, on=TODAY) == firm
    assert queries.party_of("uscc", CODE, on=TODAY) is None
    assert all(RESIDENT not in str(each) for each in events.events_about(None, limit=50))


def test_a_wrong_or_foreign_credit_code_is_not_given_to_an_organisation(own: Node, bodies: dict[str, str]) -> None:
    actions.describe(bodies["工信厅"], kind="government", code=FIRM, founded_on="2018-10", **as_node(own))

    with pytest.raises(IdentifierTaken, match="is the code of 工信厅"):
        actions.describe(bodies["工信委"], code=FIRM, **as_node(own))
    with pytest.raises(BadIdentifier):
        actions.describe(bodies["工信委"], code="91110000600007156A", **as_node(own))
    with pytest.raises(BadRelation):
        actions.end(f"organisation:{bodies['工信厅']}", on="2018", **as_node(own))


def test_questions_cost_as_much_however_many_organisations_there_are(own: Node, bodies: dict[str, str]) -> None:
    def ask() -> int:
        with CaptureQueriesContext(connection) as asked:
            queries.tree(on=TODAY)
            queries.children(bodies["省政府"])
            queries.find_by_name("工")
            queries.history(bodies["省政府"])
            queries.lineage(bodies["工信委"])
            queries.ancestors(bodies["工信委"], on=TODAY)
            queries.successors(bodies["工信委"], on=TODAY)
            queries.posts(bodies["省政府"], on=TODAY)
        return len(asked)

    actions.open_post(bodies["省政府"], Text("岗", "Post"), duties=[Text("一", "a")], **as_node(own))
    before = ask()
    for number in range(5):
        each = enter(own, f"工作处{number}")
        actions.relate(each, bodies["省政府"], kind="part_of", **as_node(own))
        actions.open_post(bodies["省政府"], Text(f"岗{number}", "Post"), duties=[Text("一", "a")], **as_node(own))

    assert ask() == before


@pytest.mark.parametrize(
    "verb", ["describe", "rename", "name", "relate", "merge", "split", "open_post", "appoint", "end"]
)
def test_nobody_without_authority_changes_a_party(own: Node, bodies: dict[str, str], verb: str) -> None:
    one, other = bodies["工信委"], bodies["工信厅"]
    new = Text("新名", "New")
    attempts = {
        "describe": lambda as_li: actions.describe(one, founded_on="2018", **as_li),
        "rename": lambda as_li: actions.rename(one, new, on="2018", **as_li),
        "name": lambda as_li: actions.name(one, new, **as_li),
        "relate": lambda as_li: actions.relate(one, other, kind="renamed_to", **as_li),
        "merge": lambda as_li: actions.merge([one], into=other, on="2018", **as_li),
        "split": lambda as_li: actions.split(one, into=[other], on="2018", **as_li),
        "open_post": lambda as_li: actions.open_post(one, new, **as_li),
        "appoint": lambda as_li: actions.appoint("nobody", "nothing", on="2018", **as_li),
        "end": lambda as_li: actions.end(f"organisation:{one}", on="2018", **as_li),
    }
    before = (queries.organisations(), queries.history(one), queries.posts(one, on=TODAY))

    with pytest.raises(NotAuthorised, match=rf"^li may not party\.{verb.replace('_', '-')} "):
        attempts[verb](as_node(own) | {"by": Actor(account="li")})

    assert (queries.organisations(), queries.history(one), queries.posts(one, on=TODAY)) == before
