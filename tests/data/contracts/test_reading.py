"""A contract is read whole, or refused with everything that is wrong with it."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hexi.data.contracts.cleaners import CLEANERS
from hexi.data.contracts.documents import LIMIT_BYTES
from hexi.data.contracts.model import FieldType, Severity
from hexi.data.contracts.reading import ContractInvalid, ContractMissing, contract_from_text, read_contract
from hexi.data.contracts.rules import EMPTYING

WRONG = [
    ("status: active", "statuss: active", "“statuss” is no key of the standard", "status"),
    ("kind: DataContract", "kind: DataContrakt", "“DataContrakt” is not valid here", "DataContract"),
    ("name: test.firms", "name: Firms", "“Firms” cannot name a dataset", "gansu.airports"),
    ("version: 1.0.0", "version: 1.0", "“1.0” must be text", "quotes"),
    (
        "{property: hexi.title, value: {zh: 企业",
        "{property: hexi.titel, value: {zh: 企业",
        "no property “hexi.titel”",
        "hexi.title",
    ),
    ("en: Firms}", "en: }", "“en” is missing", "English"),
    ("en: Firms}", "en: 5}", "“en” must be text", "quotes"),
    ("en: Firms}", "en: Firms, fr: x}", "“fr” is no key here", "zh, en"),
    ("path: firms.csv", "pth: firms.csv", "“pth” is no key here", "path"),
    ("path: firms.csv", "path: /etc/passwd", "“/etc/passwd” must be relative", "contract"),
    ("format: csv", "format: cvs", "“cvs” is not valid here", "csv"),
    ("format: csv", "format: csv, records: a", "“records” means nothing for the format csv", "delimiter"),
    ("format: csv", "format: csv, encoding: utf-9", "“utf-9” is no text encoding", "gb18030"),
    ("format: csv", "format: csv, delimiter: ';;'", "“delimiter” is one character", ";;"),
    ("format: csv", "format: csv, header_row: 0", "0 is too small", "1"),
    ("logicalType: date", "logicalType: dat", "“dat” is not valid here", "date"),
    ("logicalType: date", "logicalType: array", "“array” is not valid here", "timestamp"),
    ("- name: paid\n", "- name: 2paid\n", "“2paid” cannot name a field", "begin with a letter"),
    ("- name: paid\n", "- name: Capital\n", "stands there twice", "capital"),
    (
        "decimal(18,2)\n        customProperties",
        "decimal\n        customProperties",
        "does not say its digits",
        "decimal(18,2)",
    ),
    ("decimal(18,2)\n        customProperties", "decimal(40,2)\n        customProperties", "out of bounds", "26"),
    ("[credit_code]", "[credit_cod]", "no cleaner “credit_cod”", "credit_code"),
    ("[credit_code]", "[{pad: {lenght: 3}}]", "“pad” takes no argument “lenght”", "length"),
    ("[credit_code]", "[{pad: {length: x}}]", "“length” of “pad” must be a whole number", "x"),
    ("[credit_code]", "[pad]", "“pad” needs the argument “length”", "length"),
    ("[credit_code]", "[date]", "“date” makes a date, but the field “code” is a string", "change"),
    ("value: [date]", "value: [date, trim]", "“trim” comes after “date”", "in front"),
    ("minLength: 18", "minLength: 19", "The least, 19, is above the most, 18", ""),
    ("minLength: 18", "minLenght: 18", "“minLenght” is no key of the standard", "minLength"),
    ("minLength: 18", "format: uuid", "this node does not test it", "pattern"),
    ("minLength: 18", 'pattern: "(?=x)"', "“(?=x” in “(?=x)” is not allowed", "look-around"),
    ("minLength: 18", 'pattern: "[a-"', "is not a regular expression", "[a-"),
    ("minimum: 1949-10-01", "minimum: 1949-13-01", "“1949-13-01” is not a date", "2026-11-23"),
    ("minimum: 1949-10-01", "minimum: 2049-10-01", "is above the most", "2026-12-31"),
    (
        "maximum: 2026-12-31}",
        "maximum: 2026-12-31}\n        examples: [2015-02-30]",
        "“2015-02-30” is not a date",
        "example",
    ),
    ("metric: rowCount", "metric: rowCounts", "“rowCounts” is not valid here", "rowCount"),
    ("mustBeGreaterOrEqualTo: 1}", "mustBe: x}", "no bound for a number of rows", "x"),
    ("mustBeGreaterOrEqualTo: 1}", "mustBe: 1, mustNotBe: 2}", "Exactly one of these", "mustBeBetween"),
    ("check: sql", "check: sqll", "no check “sqll”", "sql"),
    ("check: sql", "check: phone", "is about a field", "move"),
    ("engine: hexi", "engine: soda", "The engine “soda” is not known", "hexi"),
    ("paid <= capital", "paid <= capitol", "no field “capitol”", "capital"),
    ("paid <= capital", "paid <= now()", "is not allowed", "character 9"),
    ("paid <= capital", "paid + capital", "not a condition", "a <= b"),
    ("unit: y", "unit: decades", "A freshness is a number above 0", "day"),
    ("element: founded_on", "element: founded", "no field “founded”", "founded_on"),
    ("status: active", "status: active\nstatus: draft", "“status” stands here twice", "6"),
    ("path: firms.csv", "connection: web, path: ../firms.csv", "stay below it", "connection"),
    ("path: firms.csv", "connection: web, path: 'https://evil.example/firms.csv'", "stay below it", "connection"),
    ("path: firms.csv", "connection: web, path: /firms.csv", "stay below it", "connection"),
    ("format: csv", "format: json, pages: {next: header}", "through a connection", "pages"),
    ("format: csv", "format: json, connection: web, pages: {first: 1}", "one of “next” and “parameter”", "address"),
    ("format: csv", "format: json, connection: web, pages: {next: a, step: 2}", "without “parameter”", "step"),
    ("format: csv", "format: csv, connection: web, pages: {next: a}", "“pages” means nothing", "delimiter"),
]


@pytest.mark.parametrize(("before", "after", "says", "remedy"), WRONG, ids=[each[1][:40] for each in WRONG])
def test_one_wrong_word_is_named_with_its_line_and_a_remedy(right, problems, before, after, says, remedy) -> None:
    line = right[: right.index(before)].count("\n") + 1 + after.count("\n") - before.count("\n")

    found = problems(right.replace(before, after, 1))

    named = [each for each in found if says in each.message]
    assert [each.line for each in named] == [line], [str(each) for each in found]
    assert remedy in named[0].message


def test_all_problems_are_named_at_once(right, problems) -> None:
    wrong = right
    for before, after, *_ in (WRONG[0], WRONG[4], WRONG[21], WRONG[41]):
        wrong = wrong.replace(before, after, 1)

    said = " ".join(each.message for each in problems(wrong))

    assert all(word in said for word in ("statuss", "hexi.titel", "credit_cod", "capitol"))


def test_the_path_calls_fields_by_their_names(right, problems) -> None:
    (problem,) = problems(right.replace("[credit_code]", "[credit_cod]"))

    assert problem.path == "schema[firms].properties[code].customProperties[hexi.clean].value[1]"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b" \n\t\n", "is empty", id="blank"),
        pytest.param("name: 企业".encode("gb18030"), "not UTF-8", id="gb18030"),
        pytest.param(b"- a\n- b\n", "holds a list", id="a-list"),
        pytest.param(b"just words", "holds a single value", id="words"),
        pytest.param(b"a: [1, 2", "This is not YAML", id="unclosed"),
        pytest.param(b"a: b: c", "This is not YAML", id="two-colons"),
        pytest.param(b"a: 1\n\tb: 2", "This is not YAML", id="tab"),
        pytest.param(b"a: 1\n---\nb: 2", "second document", id="two-documents"),
        pytest.param(b"a: &x [1]\nb: *x", "Anchors", id="anchor"),
        pytest.param(b"a: !!python/object:os.system x", "tag", id="tag"),
        pytest.param(b"{[a]: 1}", "key must be a word", id="list-as-key"),
        pytest.param(b"a: " + b"[" * 100 + b"]" * 100, "nested more than", id="deep"),
        pytest.param(b"a: " + b"[" * 100_000, "nested more than", id="deeper"),
        pytest.param(b"a: \x07", "cannot stand in YAML", id="bell"),
        pytest.param(b'a: "x\\0y"', "U+0000 cannot stand in YAML", id="zero-as-an-escape"),
        pytest.param(b"x" * (LIMIT_BYTES + 1), "larger than", id="too-large"),
    ],
)
def test_a_file_that_is_no_contract_is_refused_in_words(tmp_path, content, says) -> None:
    file = tmp_path / "contract.yaml"
    file.write_bytes(content)

    with pytest.raises(ContractInvalid, match=r"contract\.yaml") as refusal:
        read_contract(file)

    assert says in refusal.value.message


def test_an_alias_bomb_is_refused_before_it_unfolds(tmp_path) -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{after}: &{after} [*{before},*{before},*{before},*{before},*{before},*{before},*{before},*{before}]\n"
        for before, after in zip("abcdefghi", "bcdefghij", strict=True)
    )
    file = tmp_path / "bomb.yaml"
    file.write_text(bomb)

    with pytest.raises(ContractInvalid, match="Anchors"):
        read_contract(file)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path) -> None:
    with pytest.raises(ContractMissing, match="no file") as missing:
        read_contract(tmp_path / "absent.yaml")
    with pytest.raises(ContractInvalid, match="cannot be read"):
        read_contract(tmp_path)

    assert missing.value.exit_code == 6


def test_the_error_survives_another_process(right) -> None:
    with pytest.raises(ContractInvalid) as refusal:
        contract_from_text(right.replace("kind: DataContract", "kind: x"))

    copy = pickle.loads(pickle.dumps(refusal.value))

    assert copy.problems == refusal.value.problems
    assert copy.message == refusal.value.message


def test_rules_come_in_the_order_of_their_bits(contract) -> None:
    assert [rule.id for rule in contract.row_rules] == [
        "code.required",
        "code.type",
        "code.characters",
        "code.length",
        "founded_on.type",
        "founded_on.range",
        "capital.type",
        "paid.type",
        "longitude.type",
        "latitude.type",
        "code.unique",
        "paid-at-most-capital",
    ]
    assert [(rule.id, dict(rule.arguments)) for rule in contract.set_rules] == [
        ("row_count", {"min": 1}),
        ("founded_on.freshness", {"days": 366}),
    ]


def test_a_contract_without_surprises_is_read(contract) -> None:
    assert contract.name == "test.firms"
    assert contract.key == ("code",)
    assert [(each.name, each.type) for each in contract.fields][1:3] == [
        ("founded_on", FieldType.DATE),
        ("capital", FieldType.DECIMAL),
    ]
    assert (contract.field("capital").precision, contract.field("capital").scale) == (18, 2)
    assert contract.field("founded_on").title.en == "Founded on"
    assert contract.row_rules[-1].fields == ("paid", "capital")
    assert all(rule.severity is Severity.ERROR for rule in contract.row_rules)


def test_each_rule_is_a_sentence_in_both_languages(contract) -> None:
    said = {rule.id: (rule.sentence.zh, rule.sentence.en) for rule in (*contract.row_rules, *contract.set_rules)}

    assert said["code.required"] == ("信用代码必须有值", "Code must have a value")
    assert said["founded_on.range"] == (
        "成立日期应在1949-10-01至2026-12-31之间",
        "Founded on must lie between 1949-10-01 and 2026-12-31",
    )
    assert said["founded_on.type"] == ("成立日期能读成日期", "Founded on can be read as a date")
    assert said["code.unique"] == ("信用代码不得重复", "Code never repeats")
    assert said["paid-at-most-capital"] == ("实缴不超过注册资本", "实缴不超过注册资本")
    assert said["row_count"] == ("合格记录不少于1条", "At least 1 row is accepted")


def test_the_hash_is_of_the_files_bytes(tmp_path, right) -> None:
    file = tmp_path / "firms.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + right.replace("\n", "\r\n").encode())

    contract = read_contract(file)

    assert contract.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert contract.text.encode() == file.read_bytes()


SQL_SOURCE = "{format: sql, query: firms.sql}"


def test_a_query_is_part_of_the_contract_and_of_its_hash(tmp_path, right) -> None:
    file = tmp_path / "firms.yaml"
    file.write_text(right.replace("{path: firms.csv, format: csv}", SQL_SOURCE))
    (tmp_path / "firms.sql").write_text('select * from "test.a" join "test.b" using (code)\n')
    first = read_contract(file)
    (tmp_path / "firms.sql").write_text('select * from "test.a"\n')
    second = read_contract(file)

    assert (first.source.inputs, second.source.inputs) == (("test.a", "test.b"), ("test.a",))
    assert first.sha256 != second.sha256
    assert hashlib.sha256(first.text.encode()).hexdigest() == first.sha256


def test_a_kept_text_brings_its_query_along(tmp_path, right) -> None:
    file = tmp_path / "firms.yaml"
    file.write_text(right.replace("{path: firms.csv, format: csv}", SQL_SOURCE))
    (tmp_path / "firms.sql").write_text("select *\n\nfrom \"test.a\" -- '#|'")
    kept = read_contract(file)

    again = contract_from_text(kept.text)

    assert (again.source, again.sha256, again.text) == (kept.source, kept.sha256, kept.text)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (None, "no file “firms.sql”"),
        ("select * from read_csv('x')", "READ_CSV"),
        ('select * from "test.firms"', "from itself"),
        ("select 1 as code", "reads no dataset"),
    ],
)
def test_a_query_that_cannot_run_is_a_problem_of_the_contract(tmp_path, right, query, says) -> None:
    file = tmp_path / "firms.yaml"
    file.write_text(right.replace("{path: firms.csv, format: csv}", SQL_SOURCE))
    if query is not None:
        (tmp_path / "firms.sql").write_text(query)

    with pytest.raises(ContractInvalid) as refusal:
        read_contract(file)

    assert says in refusal.value.message
    assert refusal.value.problems[0].line == 10


def test_words_that_look_like_something_else_stay_text(right) -> None:
    text = right.replace(
        "      - name: longitude\n        logicalType: number\n",
        "      - name: longitude\n        logicalType: number\n      - name: mark\n        logicalType: string\n"
        "        enum: [{value: No}, {value: 062}, {value: 2015-08-19}, {value: 12:30}]\n",
    )

    rule = next(each for each in contract_from_text(text).row_rules if each.check == "allowed")

    assert rule.arguments["values"] == ("No", "062", "2015-08-19", "12:30")


def problems_of(text: str) -> list[str] | None:
    try:
        contract_from_text(text)
    except ContractInvalid as refusal:
        return [each.message for each in refusal.problems] or [""]
    return None


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_broken_the_answer_is_a_contract_or_its_problems(right, data) -> None:
    """Lines dropped, doubled, swapped or overwritten: never a traceback."""
    lines = right.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        number = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "double", "value", "dedent", "nothing"])):
            case "drop" if len(lines) > 1:
                del lines[number]
            case "double":
                lines.insert(number, lines[number])
            case "value":
                key, _, _ = lines[number].partition(": ")
                junk = st.sampled_from(
                    ["5", "[]", "{}", "null", "true", "x", "[1, {a: b}]", "1.5", "'", "{value: 3}", "[[]]", "-"]
                )
                lines[number] = f"{key}: {data.draw(junk)}"
            case "dedent":
                lines[number] = lines[number].replace("  ", "", 1)
    said = problems_of("\n".join(lines))
    assert said is None or all(said)


@pytest.mark.parametrize(
    "file", sorted((Path(__file__).parents[3] / "packs").rglob("*.odcs.yaml")), ids=lambda each: each.name
)
def test_the_contracts_we_ship_are_right(file) -> None:
    contract = read_contract(file)

    assert contract.fields
    assert all(rule.sentence.zh and rule.sentence.en for rule in (*contract.row_rules, *contract.set_rules))


def test_a_text_field_has_a_type_rule_only_where_a_cleaner_can_leave_nothing(right) -> None:
    assert set(CLEANERS) >= EMPTYING

    trimmed = contract_from_text(right.replace("[credit_code]", "[trim]"))

    assert "code.type" not in [rule.id for rule in trimmed.row_rules]


CATALOGUE = [
    (
        "{kind: base, item: {code: '1'}, branch: {code: '001'}}",
        "hexi.category",
        "“1” is no code of the item",
        "2 digits",
    ),
    ("{kind: base, item: {code: '01'}, branch: {code: 'x'}}", "hexi.category", "“x” is no code of the branch", "3"),
    ("{kind: base, item: {code: '01'}}", "hexi.category", "“branch” is missing", ""),
    ("{kind: other, item: {code: '01'}, branch: {code: '001'}}", "hexi.category", "“other” is not valid", "thematic"),
    ("{zh: 数据处}", "hexi.contact", "Say how to reach them", "phone"),
    ("{zh: 数据处, phone: call me}", "hexi.contact", "no telephone number", "0931-1234567"),
    ("{zh: 数据处, email: nobody}", "hexi.contact", "no e-mail address", "nobody"),
    ("[test.firms]", "hexi.related", "not related to itself", ""),
    ("[../x]", "hexi.related", "cannot name a dataset", "gansu.airports"),
    ("[fax]", "hexi.sharing_methods", "“fax” is not valid", "interface"),
    ("on_application", "hexi.openness", "needs a “hexi.opening_condition”", ""),
    ("{class: none}", "hexi.sharing", "none needs a “basis”", ""),
    ("{class: conditional}", "hexi.sharing", "conditional needs a “condition”", ""),
]


@pytest.mark.parametrize(("value", "name", "says", "helps"), CATALOGUE, ids=range(len(CATALOGUE)))
def test_what_the_catalogue_cannot_use_is_refused_with_what_would_be_right(right, problems, value, name, says, helps):
    line = f"  - {{property: {name}, value: {value}}}\n"

    (problem,) = problems(right.replace("customProperties:\n", "customProperties:\n" + line, 1))

    assert says in problem.message
    assert helps in problem.message
    assert problem.line


def test_a_claim_needs_an_element_and_no_other_source(right, problems) -> None:
    claim = "customProperties:\n          - {property: hexi.source_of, value: true}\n"
    head, mark, fields = right.partition("schema:")

    (problem,) = problems(head + mark + fields.replace("customProperties:\n", claim, 1))

    assert "“hexi.element” is missing" in problem.message
