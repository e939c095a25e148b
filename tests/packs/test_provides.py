"""What a pack may provide besides datasets: places that follow its lists, and organisations."""

from __future__ import annotations

from datetime import date

import pytest

from hexi.kernel.actors import NODE
from hexi.packs import actions
from hexi.packs.errors import PackInvalid
from hexi.packs.manifests import read_manifest
from hexi.registry.events import queries as events
from hexi.registry.parties import queries as parties
from hexi.registry.places import queries as places
from tests.nodes import Node, contract, field
from tests.packs.conftest import KEY, MANIFEST, Pack

TODAY = date(2026, 11, 23)
PLACES = """\
  schemes: {stats: {zh: 统计用代码, en: statistical code}}
  places:
    - {dataset: parks.cities, scheme: stats, level: prefecture, as_of: 2023-06-30}
    - {dataset: parks.counties, scheme: stats, level: county, parent: city}
"""
CITIES = contract("parks.cities", KEY, field("name", "名称"), zh="市", en="Cities")
COUNTIES = contract("parks.counties", KEY, field("name", "名称"), field("city", "市"), zh="县", en="Counties")
BODIES = """\
organisations:
  - name: {zh: 省政府, en: Government}
    kind: government
  - name: {zh: 文化厅, en: Culture}
    names: [{zh: 厅, en: Dept}]
    part_of: 省政府
    became: {how: succeeded_by, names: [文旅厅], on: 2018-10, source: {zh: 据已知, en: as known}}
    posts: [{title: {zh: 数据专员, en: Data officer}, duties: [{zh: 审核, en: Review}], contact: 0931-1}]
  - name: {zh: 文旅厅, en: Culture and tourism}
    founded: 2018-10
    part_of: 省政府
"""


@pytest.fixture
def provider(pack: Pack) -> Pack:
    """A pack with two lists of places and three organisations."""
    contracts = "    - contracts/cities.odcs.yaml\n    - contracts/counties.odcs.yaml\n"
    pack.manifest(MANIFEST + contracts + "  organisations: organisations.yaml\n" + PLACES)
    pack.contract("cities", CITIES, "code,name\n6201,兰州市\n")
    pack.contract("counties", COUNTIES, "code,name,city\n620102,城关区,6201\n620103,七里河区,6201\n")
    (pack.folder / "organisations.yaml").write_text(BODIES, "utf-8")
    return pack


def install(node: Node, pack: Pack) -> None:
    actions.install(pack.folder, by=NODE, clock=node.clock)
    node.settle()


def test_lists_become_places_once_they_are_open(node: Node, provider: Pack) -> None:
    install(node, provider)

    assert places.counts() == {2: 1, 4: 1, 6: 2}
    assert [each.name for each in places.parents(places.find("qilihe")[0].place.id)] == ["甘肃省", "兰州市"]


def test_places_follow_a_new_version_whoever_publishes_it(node: Node, provider: Pack) -> None:
    install(node, provider)
    seven = places.find("七里河区")[0].place.id

    node.publish(COUNTIES, "code,name,city\n620103,七里河区,6201\n620104,西固区,6201\n")

    assert {each.name for each in places.children(places.find("兰州市")[0].place.id)} == {"七里河区", "西固区"}
    assert places.find("七里河区")[0].place.id == seven
    assert places.find("城关区")[0].place.until is not None
    assert {each.dataset: each.version for each in places.loads()} == {"parks.cities": 0, "parks.counties": 1}


def test_nothing_is_read_again_while_nothing_changes(node: Node, provider: Pack) -> None:
    install(node, provider)
    size = events.size()

    install(node, provider)

    assert events.size() == size


def test_a_list_that_is_not_open_is_not_read(node: Node, provider: Pack) -> None:
    closed = CITIES.replace("value: open}", "value: closed}")
    provider.contract("cities", closed, "code,name\n6201,兰州市\n")

    install(node, provider)

    assert places.counts() == {}


def test_removing_a_pack_ends_its_places_and_keeps_its_organisations(node: Node, provider: Pack) -> None:
    install(node, provider)
    city = places.find("兰州市")[0].place.id

    actions.remove("parks", by=NODE, clock=node.clock)
    node.settle()

    assert places.counts() == {}
    assert places.place(city).until == "2026-11-23"
    assert parties.called(["文旅厅"])
    install(node, provider)
    assert (places.counts(), places.find("兰州市")[0].place.id) == ({2: 1, 4: 1, 6: 2}, city)


def test_a_pack_that_no_longer_declares_a_list_takes_its_places_back(node: Node, provider: Pack) -> None:
    install(node, provider)
    text = (provider.folder / "pack.yaml").read_text("utf-8").replace("version: 1.0.0", "version: 1.1.0")
    provider.manifest("".join(line for line in text.splitlines(keepends=True) if "dataset: parks.counties" not in line))

    install(node, provider)

    assert places.counts() == {2: 1, 4: 1}


def test_organisations_are_entered_with_their_reforms_and_posts(node: Node, provider: Pack) -> None:
    for _ in range(2):
        install(node, provider)

    culture = parties.called(["厅"])["厅"]
    assert (culture.title.zh, culture.dissolved_on) == ("文化厅", "2018-10")
    assert [each.title.zh for each in parties.successors(culture.id, on=TODAY)] == ["文旅厅"]
    assert [(each.depth, each.organisation.title.zh) for each in parties.tree(on=TODAY)][:2] == [
        (0, "省政府"),
        (1, "文旅厅"),
    ]
    (post,) = parties.posts(culture.id, on=date(2018, 1, 1))
    assert (post.title.zh, post.duties[0].en, post.contact) == ("数据专员", "Review", "0931-1")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("kind: government", "kind: empire", 3, "choose government, institution"),
        ("part_of: 省政府\n    became", "part_of: 省府\n    became", 6, "No organisation “省府” in this file"),
        ("on: 2018-10", "on: 2018-40", 7, "is no date"),
        ("how: succeeded_by", "how: eaten_by", 7, "choose succeeded_by"),
        ("names: [文旅厅]", "names: [文游厅]", 7, "No organisation “文游厅”"),
        ("founded: 2018-10", "birthday: 2018-10", 10, "“birthday” is no key here"),
        ("{zh: 文旅厅, en: Culture and tourism}", "{zh: 文化厅, en: x}", 9, "stands here twice"),
        ("{zh: 省政府, en: Government}", "{zh: 省政府}", 2, "both languages"),
        ("kind: government", "code: 1162", 3, "not written like an identifier"),
        ("[{zh: 厅, en: Dept}]", "厅", 5, "a list of mappings"),
        ("organisations:\n", "bodies:\n", 1, "one key, “organisations”"),
    ],
)
def test_a_file_of_organisations_with_a_fault_says_where(
    provider: Pack, old: str, new: str, line: int, says: str
) -> None:
    assert old in BODIES
    (provider.folder / "organisations.yaml").write_text(BODIES.replace(old, new), "utf-8")

    with pytest.raises(PackInvalid) as refusal:
        read_manifest(provider.folder)

    told = [(each.line, each.message) for each in refusal.value.problems]
    assert any(at == line and says in message for at, message in told), told


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("level: county", "level: moon", "“moon” cannot stand here; choose"),
        ("dataset: parks.counties", "dataset: parks.moons", "“parks.moons” cannot stand here; choose parks."),
        ("scheme: stats, level: county", "scheme: other, level: county", "“other” cannot stand here; choose stats"),
        ("parent: city", "parent: moon", "parks.counties has no field “moon”"),
        ("parent: city", "parents: city", "“parents” is no key here; the closest are parent"),
        ("as_of: 2023-06-30", "as_of: soon", "“soon” is no date"),
        ("level: county, parent: city", "kind: boundaries", "has no geometry"),
        ("level: county, parent: city", "kind: changes", "has no field “year”"),
        ("level: county, parent: city", "kind: rumours", "“rumours” cannot stand here; choose"),
        ("stats: {zh: 统计用代码, en: statistical code}", "stats: 统计", "both languages"),
        ("  organisations: organisations.yaml", "  organisations: ../x.yaml", "no path within the pack"),
        ("  organisations: organisations.yaml", "  organisations: nobody.yaml", "There is no file “nobody.yaml”"),
    ],
)
def test_a_manifest_with_a_fault_in_its_places_says_so(provider: Pack, old: str, new: str, says: str) -> None:
    text = (provider.folder / "pack.yaml").read_text("utf-8")
    assert old in text
    provider.manifest(text.replace(old, new))

    with pytest.raises(PackInvalid) as refusal:
        read_manifest(provider.folder)

    assert all(each.line for each in refusal.value.problems)
    assert any(says in each.message for each in refusal.value.problems), str(refusal.value)


def test_a_body_that_a_later_version_says_is_gone_is_part_of_nothing(node: Node, provider: Pack) -> None:
    file = provider.folder / "organisations.yaml"
    standing = "\n".join(line for line in BODIES.splitlines() if "became" not in line)
    file.write_text(standing, "utf-8")
    install(node, provider)
    reformed = BODIES.replace("succeeded_by", "renamed_to")
    file.write_text(reformed, "utf-8")

    install(node, provider)

    assert [each.organisation.title.zh for each in parties.tree(on=TODAY)][:2] == ["省政府", "文旅厅"]
    government = parties.called(["省政府"])["省政府"]
    assert [each.title.zh for each in parties.children(government.id)] == ["文旅厅"]
