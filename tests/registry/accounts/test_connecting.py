from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from django.conf import settings

from hexi.data.collecting.errors import ConnectionInvalid, ConnectionMissing
from hexi.kernel.actors import NODE, Actor
from hexi.kernel.names import Text
from hexi.registry.accounts import actions, connecting, people
from hexi.registry.accounts.errors import NotAuthorised, SecretLost
from hexi.registry.accounts.models import Connection
from hexi.registry.events import queries as events
from hexi.registry.parties import actions as parties
from tests.nodes import Node

ADDRESS = "postgresql://reader@db.example:5432/trade"
PASSWORD = "a caravan of salt"
LI = Actor(account="li")


def test_a_secret_comes_back_for_a_run_and_stands_nowhere_else(own: Node) -> None:
    connecting.keep("trade-db", ADDRESS, secret=PASSWORD, by=NODE, now=own.clock())

    assert connecting.Opener(None).connection("trade-db").secret == PASSWORD
    assert PASSWORD not in str(Connection.objects.values_list().get())
    assert PASSWORD not in repr(connecting.Opener(None).connection("trade-db"))
    own.settle()
    assert PASSWORD not in str([each.details for each in events.events(after=0, limit=1000)])
    assert settings.HEXI_SECRETS.stat().st_mode & 0o077 == 0


def test_a_password_in_the_address_is_moved_to_where_it_is_secret(own: Node) -> None:
    made = connecting.keep("trade-db", f"mysql://reader:{'%20'.join(PASSWORD.split())}@db/t", by=NODE, now=own.clock())

    assert (made.address, made.has_secret) == ("mysql://reader@db/t", True)
    assert connecting.Opener(None).connection("trade-db").secret == PASSWORD


def test_a_secret_stays_with_its_address_and_goes_with_it(own: Node) -> None:
    connecting.keep("trade-db", ADDRESS, secret=PASSWORD, by=NODE, now=own.clock())
    connecting.keep("trade-db", ADDRESS, secret=None, by=NODE, now=own.clock())
    assert connecting.Opener(None).connection("trade-db").secret == PASSWORD

    connecting.keep("trade-db", ADDRESS.replace("db.example", "elsewhere"), secret=None, by=NODE, now=own.clock())
    assert not connecting.Opener(None).connection("trade-db").secret


def test_whoever_writes_another_address_into_the_database_gets_no_secret(own: Node) -> None:
    connecting.keep("trade-db", ADDRESS, secret=PASSWORD, by=NODE, now=own.clock())
    Connection.objects.update(address="postgresql://reader@evil.example/trade")

    with pytest.raises(SecretLost):
        connecting.Opener(None).connection("trade-db")


def test_another_key_opens_nothing(own: Node) -> None:
    connecting.keep("trade-db", ADDRESS, secret=PASSWORD, by=NODE, now=own.clock())
    settings.HEXI_SECRETS.unlink()

    with pytest.raises(SecretLost, match=r"secrets\.key"):
        connecting.Opener(None).connection("trade-db")


def test_a_connection_opens_for_its_organisation_and_its_parts_alone(own: Node) -> None:
    bureau = parties.register(Text("市场监管局", "Market"), code=None, by=NODE, now=own.clock())
    other = parties.register(Text("民政厅", "Civil affairs"), code=None, by=NODE, now=own.clock())
    connecting.keep("trade-db", ADDRESS, secret=PASSWORD, organisation=bureau, by=NODE, now=own.clock())

    assert connecting.Opener(bureau).connection("trade-db").secret == PASSWORD
    refusals = []
    for organisation in (other, None):
        with pytest.raises(ConnectionMissing) as refusal:
            connecting.Opener(organisation).connection("trade-db")
        refusals.append(str(refusal.value))
    with pytest.raises(ConnectionMissing) as absent:
        connecting.Opener(other).connection("no-such-db")
    assert {each.replace("trade-db", "no-such-db") for each in refusals} == {str(absent.value)}


def test_only_an_operator_of_the_organisation_keeps_and_removes_it(own: Node) -> None:
    bureau = parties.register(Text("市场监管局", "Market"), code=None, by=NODE, now=own.clock())
    people.accept(people.invite("li", by=NODE, now=own.clock()), PASSWORD, now=own.clock())
    for attempt in (
        lambda: connecting.keep("trade-db", ADDRESS, organisation=bureau, by=LI, now=own.clock()),
        lambda: connecting.remove("trade-db", by=LI, now=own.clock()),
        lambda: connecting.opened("trade-db", by=LI),
    ):
        with pytest.raises(NotAuthorised):
            attempt()

    actions.assign("li", "operator", organisation=bureau, by=NODE, now=own.clock())
    connecting.keep("trade-db", ADDRESS, organisation=bureau, by=LI, now=own.clock())
    with pytest.raises(NotAuthorised):
        connecting.keep("other-db", ADDRESS, by=LI, now=own.clock())
    connecting.remove("trade-db", by=LI, now=own.clock())
    assert connecting.kept() == ()
    with pytest.raises(ConnectionMissing):
        connecting.remove("trade-db", by=NODE, now=own.clock())


def test_the_disk_of_the_node_opens_for_operators_of_the_whole_node_alone(own: Node, tmp_path) -> None:
    bureau = parties.register(Text("市场监管局", "Market"), code=None, by=NODE, now=own.clock())
    people.accept(people.invite("li", by=NODE, now=own.clock()), PASSWORD, now=own.clock())
    actions.assign("li", "operator", organisation=bureau, by=NODE, now=own.clock())
    for address in (f"sqlite://{tmp_path}/elsewhere/trade.db", f"folder://{tmp_path}/elsewhere"):
        with pytest.raises(NotAuthorised):
            connecting.keep("local", address, organisation=bureau, by=LI, now=own.clock())
        connecting.keep("local", address, organisation=bureau, by=NODE, now=own.clock())


@pytest.mark.parametrize("place", ["sqlite://{}/db.sqlite3", "folder://{}/keys", "folder://{}", "folder:///"])
def test_no_connection_leads_into_the_node_itself(own: Node, place: str) -> None:
    with pytest.raises(ConnectionInvalid):
        connecting.keep("local", place.format(own.home), by=NODE, now=own.clock())


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Trade", ADDRESS),
        ("", ADDRESS),
        ("-a", ADDRESS),
        ("trade-db", "no address"),
        ("trade-db", "oracle://a@b/c"),
        ("trade-db", "postgresql://reader@/trade"),
        ("trade-db", "postgresql://reader@db"),
        ("trade-db", "postgresql://reader@db:port/trade"),
        ("trade-db", "sqlite://host/file.db"),
        ("trade-db", "sqlite:///folder/"),
        ("portal", "https:///api/"),
        ("portal", "https://data.example/api/?key=secret"),
        ("portal", "https://data.example/#top"),
        ("bucket", "s3:///prefix"),
        ("bucket", "s3://key@bucket/?endpoint=ftp://s3.example"),
        ("bucket", "s3://key@bucket/?endpoint=https://user@s3.example"),
        ("bucket", "s3://key@bucket/?secret=word"),
        ("incoming", "folder:///"),
        ("incoming", "folder://host/srv"),
        ("incoming", "folder:srv/incoming"),
    ],
)
def test_what_can_be_no_connection_is_refused_with_an_example(own: Node, name: str, address: str) -> None:
    with pytest.raises(ConnectionInvalid) as refusal:
        connecting.keep(name, address, by=NODE, now=own.clock())

    assert "://" in str(refusal.value) or "small letters" in str(refusal.value)
    assert connecting.kept() == ()


def test_a_file_is_read_and_never_made(own: Node, tmp_path) -> None:
    from hexi.data.collecting import databases
    from hexi.data.collecting.errors import SourceRefused

    path = tmp_path / "trade.db"
    made = connecting.keep("files", f"sqlite://{path}", by=NODE, now=own.clock())
    with pytest.raises(SourceRefused), databases.opened(connecting.opened(made.name, by=NODE)):
        pass
    assert not path.exists()
    with closing(sqlite3.connect(path)) as session, session:
        session.execute("create table firms (code text)")
    with databases.opened(connecting.opened(made.name, by=NODE)) as database:
        assert database.tables() == ("firms",)
