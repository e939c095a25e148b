"""The reference pages of contracts, printed from the tables that the reader itself works with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from hexi.data.contracts.checks import CHECKS, SET_CHECKS
from hexi.data.contracts.cleaners import CLEANERS
from hexi.data.contracts.elements import ELEMENTS
from hexi.data.contracts.fields import TYPES
from hexi.data.contracts.functions import FUNCTIONS, OPERATORS, Function
from hexi.data.contracts.patterns import CLASSES
from hexi.data.contracts.properties import (
    CONTRACT_PROPERTIES,
    FIELD_PROPERTIES,
    RULE_PROPERTIES,
)
from hexi.data.contracts.queries import QUERY_FUNCTIONS
from hexi.data.contracts.rules import BOUNDS, DAYS, LENGTHS
from hexi.data.contracts.shapes import Property, Shape
from hexi.data.contracts.source_words import FORMATS
from hexi.data.contracts.values import WRITTEN
from hexi.data.contracts.words import Check, Cleaner, Parameter

NOTE = "<!-- Written by `make reference` from the code; change it there. -->"


def contract_page() -> str:
    """`docs/reference/contract.md`: the file's form and every `hexi.*` property."""
    return _page(_contract())


def vocabulary_page() -> str:
    """`docs/reference/vocabulary.md`: cleaners and checks with their examples."""
    return _page(_vocabulary())


def expressions_page() -> str:
    """`docs/reference/expressions.md`: the expression language and queries."""
    return _page(_expressions())


def elements_page() -> str:
    """`docs/reference/elements.md`: the standard data elements."""
    return _page(_elements())


def _elements() -> Iterator[str]:
    yield "# Data elements"
    yield ""
    yield (
        "A field says with `hexi.element` which standard data element (数据元) it holds, and with "
        "`hexi.source_of` that its dataset is the authoritative source. Where a national standard fixes the form, it "
        "is named."
    )
    yield from ("", "| element | 中文 | what | standard |", "| --- | --- | --- | --- |")
    for each in ELEMENTS.values():
        yield f"| `{each.name}` | {each.title.zh} | {each.title.en} | {each.standard or ''} |"


def _page(lines: Iterator[str]) -> str:
    return "\n".join([NOTE, *lines]).rstrip() + "\n"


def _contract() -> Iterator[str]:
    yield "# The contract file"
    yield ""
    yield (
        "A contract (数据契约) is a YAML file of the [Open Data Contract Standard](https://bitol.io) 3.1.0, "
        "checked with "
        "the standard's own schema and model. What Hexi adds stands in `customProperties` under names that begin with "
        "`hexi.`; all of them are on this page. A word that is not known is an error (exit code 3) that "
        "names file, line, "
        "path and the closest words; all problems of a file are reported at once."
    )
    yield ""
    yield (
        "The file is UTF-8, at most 1 MiB, one document. It is read as YAML 1.2: only `true` and `false` are booleans, "
        "and digits with a leading zero stay text. Anchors, aliases and tags are refused."
    )
    for title, place, table in (
        ("Properties of the contract", "at the top of the file", CONTRACT_PROPERTIES),
        ("Properties of a field", "in a property of the table", FIELD_PROPERTIES),
        ("Properties of a rule", "in an entry of `quality`", RULE_PROPERTIES),
    ):
        yield from ("", f"## {title}", "", f"`customProperties` {place}.")
        for each in table.values():
            yield from _property(each)
    yield from (
        "",
        "## Formats of a source",
        "",
        "| format | 中文 | what | keys of `hexi.source` |",
        "| --- | --- | --- | --- |",
    )
    for name, (meaning, keys) in FORMATS.items():
        yield f"| `{name}` | {meaning.zh} | {meaning.en} | {_words(sorted(keys))} |"
    yield from ("", "## Types", "", "| logicalType | becomes | written in a contract as |", "| --- | --- | --- |")
    for name, kind in TYPES.items():
        yield f"| `{name}` | {kind.value} | {WRITTEN[kind].en} |"
    yield "| `number` with `physicalType: decimal(18,2)` | decimal | a decimal number such as 1234.50 |"
    yield ""
    yield (
        "`object` needs `physicalType: geometry` beside it. A decimal holds at most 26 digits "
        "before the point and 12 after it."
    )
    yield from ("", "## Rules in the standard's own words", "")
    yield (
        "- `required: true`, `primaryKey: true`, or the metric `nullValues` or `missingValues`: "
        "the field must have a value."
    )
    yield "- `unique: true`, or the metric `duplicateValues`; on the table with `arguments: {properties: [a, b]}`."
    yield "- the metric `invalidValues` with the argument `validValues` or `pattern`; `enum` is the same."
    yield f"- `logicalTypeOptions`: {_words([*BOUNDS, *LENGTHS, 'pattern'])}."
    yield "- the metric `rowCount` on the table, with one of the standard's `mustBe…` operators."
    yield f"- `slaProperties` with `property: freshness`; units {_words(DAYS)}; `element` names the date field."
    yield (
        "- everything else: `type: custom`, `engine: hexi`, `implementation: {check: …}` with a "
        "word of the [vocabulary](vocabulary.md)."
    )
    yield ""
    yield (
        "Each row is tested, so metrics take `mustBe: 0`. `severity` is `error` (the row is quarantined) or `warning` "
        "(it is counted). A rule's `id` is its own, or field and check joined by a point."
    )


def _property(each: Property) -> Iterator[str]:
    yield from ("", f"### {each.name}", "", f"{each.shape.doc.en} {each.shape.doc.zh}")
    if each.shape.is_required:
        yield from ("", "Required.")
    yield from ("", "```yaml", f"- {{property: {each.name}, value: {each.example}}}", "```")
    inner = each.shape.item or each.shape
    if inner.keys:
        yield from ("", "| key | value | meaning | 中文 |", "| --- | --- | --- | --- |")
        for key, shape in inner.keys.items():
            required = " (required)" if shape.is_required else ""
            yield f"| `{key}` | {_kind(shape)}{required} | {shape.doc.en} | {shape.doc.zh} |"
    for name, shape in [("", each.shape), *inner.keys.items()]:
        if shape.choices:
            yield from ("", f"| {name or 'value'} | meaning | 中文 |", "| --- | --- | --- |")
            for word, meaning in shape.choices.items():
                yield f"| `{word}` | {meaning.en} | {meaning.zh} |"


def _kind(shape: Shape) -> str:
    return {"titles": "`{zh, en}`", "field": "name of a field", "choice": "a word, below"}.get(shape.kind, shape.kind)


def _vocabulary() -> Iterator[str]:
    yield "# The vocabulary of cleaners and checks"
    yield ""
    yield (
        "A cleaner (清洗规则) turns the text of the source into better text or, as the last one of a field, "
        "into a value. "
        "A check (质检规则) says whether a value is as promised; every check but `required` passes where nothing is. "
        "Each word is fixed by its examples, which run on every engine."
    )
    yield from (
        "",
        "## Cleaners",
        "",
        "`hexi.clean` of a field, in order; one with arguments is written `{word: {argument: value}}`.",
    )
    for cleaner in CLEANERS.values():
        yield from _word(cleaner)
        yield from ("", "| from | arguments | becomes |", "| --- | --- | --- |")
        for example in cleaner.examples:
            gives = "*nothing*" if example.gives is None else _code(example.gives)
            yield f"| {_code(example.raw)} | {_arguments(example.arguments)} | {gives} |"
    yield from ("", "## Checks of rows", "", "`implementation: {check: word, argument: value}`.")
    for check in CHECKS.values():
        yield from _word(check)
        yield from ("", f"For: {_words(sorted(kind.value for kind in check.types))}. Dimension: {check.dimension}.")
        if check.examples:
            yield from ("", "| value | arguments | passes |", "| --- | --- | --- |")
            for case in check.examples:
                value = "*nothing*" if case.value is None else _code(case.value)
                yield f"| {value} | {_arguments(case.arguments)} | {'yes' if case.passes else 'no'} |"
    yield from (
        "",
        "## Checks of the whole set",
        "",
        "A broken one of severity `error` stops the version; the standing one stays.",
    )
    for check in SET_CHECKS.values():
        yield from _word(check)


def _word(word: Cleaner | Check) -> Iterator[str]:
    yield from ("", f"### {word.name} {word.title.zh}", "", f"{word.doc.en} {word.doc.zh}")
    if word.parameters:
        yield from ("", "| argument | value | default | meaning | 中文 |", "| --- | --- | --- | --- | --- |")
        for name, parameter in word.parameters.items():
            yield (
                f"| `{name}` | {_parameter(parameter)} | {_default(parameter)} | {parameter.doc.en} | "
                f"{parameter.doc.zh} |"
            )


def _parameter(parameter: Parameter) -> str:
    return _words(parameter.choices) if parameter.choices else parameter.kind


def _default(parameter: Parameter) -> str:
    if parameter.is_required:
        return "required"
    if isinstance(parameter.default, tuple | list):
        return " ".join(_code(str(each)) for each in parameter.default) or "none"
    return "none" if parameter.default is None else _code(str(parameter.default))


def _expressions() -> Iterator[str]:
    yield "# Expressions"
    yield ""
    yield (
        "One language for row rules (`check: sql`), the `where` of a chart and filters: SQL over the "
        "fields of a contract, "
        "parsed against this list before any engine sees it. Everything else is refused. Logic has three values: where "
        "something is missing the answer is unknown (NULL), and a rule that is unknown passes, as with SQL's CHECK."
    )
    yield from ("", "## Functions", "", *_functions(FUNCTIONS.values()))
    yield from ("", "## Operators", "", *_functions(OPERATORS))
    yield from ("", "## Patterns", "")
    yield (
        "Regular expressions are what RE2 and Rust's regex read alike: no look-around, no "
        "back-references. `\\d`, `\\w`, "
        f"`\\s` and `\\b` mean ASCII; classes that may be named as in `\\p{{Han}}`: {_words(sorted(CLASSES))}."
    )
    yield from ("", "## Queries", "")
    yield (
        "The query of a `sql` source is one SELECT: joins, unions, WITH, GROUP BY, windows and subqueries. Tables are "
        "dataset names in double quotes. It may use the operators above, `cast`, `case`, and these functions:"
    )
    yield from ("", _words(QUERY_FUNCTIONS))


def _functions(table: Iterable[Function]) -> Iterator[str]:
    yield "| written | meaning | 中文 | example | gives |"
    yield "| --- | --- | --- | --- | --- |"
    for each in table:
        yield f"| {_code(each.usage)} | {each.doc.en} | {each.doc.zh} | {_code(each.example)} | {_code(each.gives)} |"


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in words)


def _arguments(arguments: Mapping[str, object]) -> str:
    return ", ".join(_code(f"{name}: {value}") for name, value in arguments.items())


def _code(text: str) -> str:
    """Text as code in a table cell; what cannot be seen is written as its code point."""
    shown = "".join(
        each if each == " " or (each.isprintable() and not each.isspace()) else f"\\u{ord(each):04x}" for each in text
    )
    shown = shown.replace("|", "\\|")
    fence = "``" if "`" in shown else "`"
    return f"{fence} {shown} {fence}" if shown != shown.strip() or "`" in shown else f"{fence}{shown}{fence}"
