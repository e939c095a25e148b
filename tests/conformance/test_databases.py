"""Tables of real databases become certified versions, whichever database it is and whatever happens to it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from hexi.data.collecting.connections import Connection, made
from hexi.data.collecting.errors import ConnectionMissing, SourceRefused, SourceUnreachable
from hexi.data.engines.sources.records import WrongHeader
from hexi.data.lifecycle.records import Outcome, Progress, RunResult
from hexi.kernel.errors import HexiError
from tests.data.lifecycle.conftest import CONTRACT, FIRMS, Workshop

from .databases import PASSWORD, Server, mariadb, postgresql, sqlite

FROM_TABLE = "{connection: trade-db, table: firms}"
TYPES = {"postgresql": ("text", "timestamp"), "mysql": ("varchar(40)", "datetime(6)"), "sqlite": ("text", "text")}


class Known:
    """Knows the connections that a test made."""

    def __init__(self, *connections: Connection) -> None:
        self._by_name = {each.name: each for each in connections}

    def connection(self, name: str) -> Connection:
        if name not in self._by_name:
            raise ConnectionMissing("There is no connection “{name}”.", name=name)
        return self._by_name[name]


@pytest.fixture(scope="session", params=["postgresql", "mysql", "sqlite"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield stack.enter_context(sqlite(tmp_path_factory.mktemp("sqlite")))
        else:
            yield stack.enter_context(postgresql() if request.param == "postgresql" else mariadb())


@pytest.fixture
def firms(server: Server) -> Server:
    """The server with the table of firms that the tests of runs read from a file."""
    text, moment = TYPES[server.kind]
    server.execute(
        "drop table if exists firms",
        f"create table firms (code {text}, staff {text}, founded_on {text}, changed_at {moment}, secret {text})",
        *(_insert(*line.split(",")) for line in FIRMS.splitlines()[1:]),
    )
    return server


def test_a_table_gives_what_the_same_rows_in_a_file_give(workshop: Workshop, firms: Server) -> None:
    from_file = workshop.publish(FIRMS)
    accepted, rejected = workshop.accepted(), workshop.quarantined()
    result = _publish(workshop, firms)

    assert (result.rows, result.rules) == (from_file.rows, from_file.rules)
    assert workshop.accepted().equals(accepted)
    assert workshop.quarantined().drop("_line").equals(rejected.drop("_line"))
    assert (result.sources[0].name, result.sources[0].format) == ("trade-db: firms", firms.kind)
    assert workshop.is_proven()
    assert workshop.strays() == []


def test_columns_that_the_contract_does_not_read_stay_where_they_are(workshop: Workshop, firms: Server) -> None:
    _publish(workshop, firms)

    assert workshop.quarantined().columns == ["_line", "_reasons", "code", "staff", "founded_on"]


def test_the_same_table_again_is_unchanged(workshop: Workshop, firms: Server) -> None:
    _publish(workshop, firms)

    assert _publish(workshop, firms).outcome is Outcome.UNCHANGED


def test_a_query_is_asked_in_the_databases_own_words(workshop: Workshop, firms: Server) -> None:
    result = _publish(workshop, firms, query="select * from firms where staff = '12' -- one\n")

    assert (result.rows, result.sources[0].name) == (1, "trade-db: query")


@pytest.mark.parametrize(
    "query",
    [
        "delete from firms",
        "select 1; delete from firms",
        "with gone as (delete from firms returning *) select * from gone",
        "select * into other from firms",
        "select * from firms for update",
        "create table other (a int)",
        "no query at all",
        "",
    ],
)
def test_a_query_that_does_more_than_read_is_refused(workshop: Workshop, firms: Server, query: str) -> None:
    with pytest.raises(HexiError) as refusal:
        _publish(workshop, firms, query=query or "-- nothing\n")

    assert refusal.value.code in {"source.refused", "contract.invalid"}
    assert _publish(workshop, firms).rows == 6


def test_every_value_arrives_as_the_database_shows_it(workshop: Workshop, server: Server) -> None:
    given = {
        "quotes": "a \"b\" 'c' `d`",
        "separators": "a,b;c\td",
        "lines": "one\ntwo\r\nthree",
        "backslash": r"C:\new\table",
        "rare": "屲塄崾🙂",
        "spaces": "  kept  ",
    }
    text, _ = TYPES[server.kind]
    server.execute(
        "drop table if exists odd",
        f"create table odd (code {text}, note {text})",
        *(f"insert into odd values ('{name}', '{_escaped(server, value)}')" for name, value in given.items()),
        "insert into odd values ('empty', '')",
        "insert into odd values ('null', null)",
    )
    contract = CONTRACT.replace("{path: firms.csv, format: csv}", "{connection: trade-db, table: odd}")
    fields = contract[: contract.index("      - name: staff")] + (
        "      - {name: note, businessName: 备注, logicalType: string}\n"
    )
    workshop.publish(None, contract=fields.replace("[trim, upper]", "[trim]"), connections=Known(server.connection))

    both = [*workshop.accepted().select("code", "note").rows(), *workshop.quarantined().select("code", "note").rows()]
    found = dict(both)
    assert {name: found[name] for name in given} == given
    assert found["null"] is None
    assert not found["empty"]


def test_only_what_is_newer_is_read_and_takes_the_place_of_what_it_was(workshop: Workshop, firms: Server) -> None:
    first = _publish(workshop, firms, watermark="changed_at")
    again = _publish(workshop, firms, watermark="changed_at")
    firms.execute(
        "update firms set staff = '90', changed_at = '2026-11-24 08:00:00' where code = 'a1'",
        _insert("B1", "5", "2026-11-24", changed_at="2026-11-24 09:00:00"),
    )
    changed = _publish(workshop, firms, watermark="changed_at")

    assert (first.rows, again.outcome, changed.rows) == (6, Outcome.UNCHANGED, 7)
    assert dict(workshop.accepted().select("code", "staff").rows()) == {"A1": 90, "A3": 7, "B1": 5}


def test_a_row_that_was_deleted_is_found_when_everything_is_read_again(workshop: Workshop, firms: Server) -> None:
    _publish(workshop, firms, watermark="changed_at", full_every_days=7)
    firms.execute("delete from firms where code = 'a1'")
    unseen = _publish(workshop, firms, watermark="changed_at", full_every_days=7)
    workshop.now += timedelta(days=7)
    seen = _publish(workshop, firms, watermark="changed_at", full_every_days=7)

    assert (unseen.rows, seen.rows) == (6, 5)


def test_news_lead_to_the_rows_that_a_full_reading_gives(workshop: Workshop, firms: Server) -> None:
    chance = random.Random(11)
    for minute in range(12):
        at = f"2026-11-25 10:{minute:02}:00"
        code = f"R{chance.randint(1, 6)}"
        firms.execute(
            f"delete from firms where code = '{code}' and changed_at > '2026-11-25'",
            _insert(code, str(chance.randint(0, 3)), "2026-11-20", changed_at=at),
        )
        _publish(workshop, firms, watermark="changed_at")
    news = workshop.accepted().sort("code"), workshop.quarantined().drop("_line").sort("code", "staff")
    _publish(workshop, firms)

    assert workshop.accepted().sort("code").equals(news[0])
    assert workshop.quarantined().drop("_line").sort("code", "staff").equals(news[1])


def test_a_database_that_goes_away_while_it_is_read_leaves_everything_as_it_was(
    workshop: Workshop, server: Server
) -> None:
    if server.kind == "sqlite":
        pytest.skip("a file does not go away")
    _fill(server, rows=400_000)
    before = workshop.state()

    class CutsOff:
        is_done = False

        def step(self, step: object) -> None: ...

        def rows(self, done: int, total: int | None) -> None:
            if done and not self.is_done:
                self.is_done = True
                server.cut_off()

    with pytest.raises(SourceUnreachable):
        _publish(workshop, server, progress=CutsOff())
    assert workshop.state() == before
    assert workshop.strays() == []

    assert _publish(workshop, server).rows == 400_000


def test_a_reading_that_is_stopped_ends_at_once(workshop: Workshop, server: Server) -> None:
    _fill(server, rows=400_000)

    class Stops:
        seen = 0

        def step(self, step: object) -> None: ...

        def rows(self, done: int, total: int | None) -> None:
            if done:
                self.seen = done
                raise KeyboardInterrupt

    stops = Stops()
    with pytest.raises(KeyboardInterrupt):
        _publish(workshop, server, progress=stops)

    assert stops.seen < 100_000
    assert workshop.strays() == []


def test_what_the_database_refuses_is_said_without_the_password(workshop: Workshop, server: Server) -> None:
    if server.kind == "sqlite":
        wrong = made("trade-db", "sqlite:///nowhere/at/all.db")
    else:
        wrong = made("trade-db", server.connection.address.replace("hexi@", "stranger@"), PASSWORD)
    with pytest.raises(SourceRefused) as refusal:
        _publish(workshop, Server(server.kind, wrong))

    assert "trade-db" in str(refusal.value)
    assert PASSWORD not in str(refusal.value)


def test_a_server_that_is_not_there_is_worth_another_try(workshop: Workshop, server: Server) -> None:
    if server.kind == "sqlite":
        pytest.skip("a file is there or not")
    gone = made("trade-db", server.connection.address.replace(str(server.connection.port), "1"), PASSWORD)
    with pytest.raises(SourceUnreachable):
        _publish(workshop, Server(server.kind, gone))


def test_a_table_or_column_that_is_not_there_is_named(workshop: Workshop, firms: Server) -> None:
    with pytest.raises(SourceRefused, match="nowhere"):
        _publish(workshop, firms, source="{connection: trade-db, table: nowhere}")
    with pytest.raises(WrongHeader, match="changed_when"):
        _publish(workshop, firms, watermark="changed_when")
    firms.execute("alter table firms rename column staff to people")
    with pytest.raises(WrongHeader, match="staff"):
        _publish(workshop, firms)


def test_a_connection_that_nobody_made_is_missing(workshop: Workshop) -> None:
    with pytest.raises(ConnectionMissing, match="hexi connections add"):
        workshop.publish(None, contract=_contract(FROM_TABLE))


def test_dates_that_are_none_reach_the_rules(workshop: Workshop, server: Server) -> None:
    if server.kind != "mysql":
        pytest.skip("only MySQL keeps such dates")
    server.execute(
        "set session sql_mode = ''",
        "drop table if exists firms",
    )
    server.execute("create table firms (code varchar(9), staff bit(4), founded_on date)")
    server.execute("insert ignore into firms values ('A1', b'0101', '0000-00-00'), ('A2', b'0001', '2020-01-01')")
    result = _publish(workshop, server)

    assert (result.accepted, result.quarantined) == (1, 1)
    assert workshop.quarantined()["founded_on"].to_list() == ["0000-00-00"]


def _publish(
    workshop: Workshop,
    server: Server,
    *,
    query: str | None = None,
    source: str = FROM_TABLE,
    progress: Progress | None = None,
    **more: object,
) -> RunResult:
    said = source
    if query is not None:
        (workshop.folder / "rows.sql").write_text(query, "utf-8")
        said = "{connection: trade-db, query: rows.sql}"
    if more:
        said = said[:-1] + "".join(f", {name}: {value}" for name, value in more.items()) + "}"
    return workshop.publish(None, contract=_contract(said), connections=Known(server.connection), progress=progress)


def _contract(source: str) -> str:
    return CONTRACT.replace("{path: firms.csv, format: csv}", source)


def _insert(code: str, staff: str, founded_on: str, *, changed_at: str = "2026-11-23 08:00:00") -> str:
    day = f"'{founded_on}'" if founded_on else "null"
    return f"insert into firms values ('{code}', '{staff}', {day}, '{changed_at}', 'not to be read')"


def _escaped(server: Server, text: str) -> str:
    doubled = text.replace("'", "''")
    return doubled.replace("\\", "\\\\") if server.kind == "mysql" else doubled


def _fill(server: Server, *, rows: int) -> None:
    text, _ = TYPES[server.kind]
    server.execute("drop table if exists firms", f"create table firms (code {text}, staff {text}, founded_on {text})")
    numbers = {
        "postgresql": f"select n from generate_series(1, {rows}) as made(n)",
        "mysql": f"select seq as n from seq_1_to_{rows}",
        "sqlite": "with recursive made(n) as (select 1 union all select n + 1 from made where n < "
        f"{rows}) select n from made",
    }[server.kind]
    code = "'A' || n" if server.kind != "mysql" else "concat('A', n)"
    server.execute(f"insert into firms select {code}, '1', '2026-11-20' from ({numbers}) as numbers")
