"""The one expression language: SQL, parsed against an allow-list before any engine sees it.

What is not listed is refused: a function that two engines know by one name may mean two things. What a
contract says becomes typed terms; `data/engines` holds each engine's form of them, and a test holds
the engines together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlglot import exp

from hexi.data.contracts.functions import FUNCTIONS
from hexi.data.contracts.literals import CASTS, READABLE, cast_to, moment, number
from hexi.data.contracts.model import Field
from hexi.data.contracts.patterns import check_pattern
from hexi.data.contracts.problems import nearest
from hexi.data.contracts.queries import ExpressionInvalid, parse_query, parsed, signs
from hexi.data.contracts.terms import MAX_SCALE, Kind, Term, alike, column, converted

__all__ = ["ExpressionInvalid", "columns_of", "parse_expression", "parse_query"]

MAX_DEPTH = 60
MAX_DIGITS = 9
FOREIGN_SIGNS = {
    "~": "regexp_matches",
    "!~": "not regexp_matches",
    "~~": "like",
    "!~~": "not like",
    "^@": "starts_with",
    "@": "abs",
}
"""Signs that the parser reads as functions, `~` even as one with another meaning than DuckDB's."""
COMPARISONS: Mapping[type, str] = dict(
    zip((exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE), ("eq", "ne", "lt", "le", "gt", "ge"), strict=True)
)


def parse_expression(sql: str, *, fields: Sequence[Field]) -> Term:
    """Return a condition on a row of `fields`: true, false, or NULL where what it needs is missing.

    Raises `ExpressionInvalid`, which names what is wrong, where, and what would be allowed.
    """
    found = parse_term(sql, fields=fields)
    if found.kind not in {Kind.BOOLEAN, Kind.NULL}:
        raise ExpressionInvalid(
            "“{sql}” is a {kind}, not a condition: write a comparison such as “a <= b”.", sql=sql, kind=found.kind
        )
    return converted(found, Kind.BOOLEAN)


def parse_term(sql: str, *, fields: Sequence[Field]) -> Term:
    """Return any value computed from a row. Raises `ExpressionInvalid`."""
    tree = parsed(sql, exp.Condition)
    for sign in signs(sql):
        if sign in FOREIGN_SIGNS:
            raise ExpressionInvalid(
                "“{sign}” in “{sql}” is not allowed: it means different things in different databases. Write {near}.",
                sign=sign,
                sql=sql,
                near=FOREIGN_SIGNS[sign],
            )
    return _Reader(sql, fields).term(tree, 0)


def columns_of(term: Term) -> tuple[str, ...]:
    """Names of the fields that an expression reads, each once, in order of their first use."""
    return tuple(dict.fromkeys(str(each.value) for each in term.walk() if each.op == "column"))


class _Reader:
    """Turns one parsed tree into terms, refusing what is not listed."""

    def __init__(self, sql: str, fields: Sequence[Field]) -> None:
        self.sql = sql
        self.fields = {each.name: each for each in fields}
        self.depth = 0

    def term(self, node: exp.Expr, depth: int) -> Term:
        if depth > MAX_DEPTH:
            raise ExpressionInvalid("The expression is nested more than {limit} deep.", limit=MAX_DEPTH)
        form = _FORMS.get(type(node))
        if form is None:
            raise self.refusal(node)
        self.only(node, *_KEYS.get(type(node), ("this", "expression", "expressions")))
        found: Term = form(self, node, depth + 1)
        return found

    def only(self, node: exp.Expr, *keys: str) -> None:
        """Refuse a node that carries more than its form reads: what is not read would be lost in silence."""
        for key, value in node.args.items():
            if key not in keys and value not in (None, False, [], ""):
                raise self.refusal(node)

    def refusal(self, node: exp.Expr) -> ExpressionInvalid:
        text = node.sql("duckdb")
        word = node.name if isinstance(node, exp.Anonymous) else text.split("(")[0].strip()
        position = self.sql.lower().find(word.lower()[:20])
        return ExpressionInvalid(
            "“{word}” (character {position}) is not allowed in “{sql}”; try: {near}.",
            word=word[:40] or text[:40],
            position=max(position, 0) + 1,
            sql=self.sql,
            near=nearest(word.lower(), FUNCTIONS),
        )

    def wants(self, term: Term, node: exp.Expr, *kinds: Kind) -> Term:
        """The term, if it is one of `kinds`; NULL is of every kind."""
        if term.kind is Kind.NULL:
            return converted(term, kinds[0])
        if term.kind not in kinds:
            raise ExpressionInvalid(
                "“{part}” in “{sql}” is a {kind}; a {wanted} is needed there.",
                part=node.sql("duckdb"),
                sql=self.sql,
                kind=term.kind,
                wanted=kinds[-1],
            )
        return term

    def same(self, nodes: Sequence[exp.Expr], depth: int) -> list[Term]:
        """The terms as one kind; a text literal beside dates or times is read as one."""
        terms = [self.term(each, depth) for each in nodes]
        for kind in (Kind.TIMESTAMP, Kind.DATE):
            if any(each.kind is kind for each in terms):
                terms = [moment(each, kind) or each for each in terms]
                break
        found = alike(terms)
        if found is None or any(each.kind is Kind.GEOMETRY for each in terms):
            odd = next((at for at, each in enumerate(terms) if each.kind is not terms[0].kind), len(terms) - 1)
            raise ExpressionInvalid(
                "“{one}” and “{other}” in “{sql}” do not compare: a {kind} and a {other_kind}. Use cast, or a date as "
                "'2026-11-23'.",
                one=nodes[0].sql("duckdb"),
                other=nodes[odd].sql("duckdb"),
                sql=self.sql,
                kind=terms[0].kind,
                other_kind=terms[odd].kind,
            )
        return found

    def written(self, node: exp.Expr | None, what: str, kind: type, least: int = 0, most: int = 10_000) -> Any:
        """A literal's value: text, or a whole number in bounds."""
        if isinstance(node, exp.Literal):
            if kind is str and node.is_string:
                return node.name
            if kind is int and not node.is_string and node.name.isdigit() and least <= int(node.name) <= most:
                return int(node.name)
        raise ExpressionInvalid(
            "{what} in “{sql}” must be written out{bounds}, not “{part}”.",
            what=what,
            sql=self.sql,
            bounds=f" as a whole number from {least} to {most}" if kind is int else " as text in single quotes",
            part=node.sql("duckdb") if node is not None else "",
        )


def _column(reader: _Reader, node: exp.Expr, depth: int) -> Term:
    if not isinstance(node.this, exp.Identifier):
        raise reader.refusal(node)
    if node.name not in reader.fields:
        raise ExpressionInvalid(
            "There is no field “{name}”, named in “{sql}”; try: {near}. Text is written in single quotes.",
            name=node.name,
            sql=reader.sql,
            near=nearest(node.name, reader.fields),
        )
    return column(reader.fields[node.name])


def _literal(reader: _Reader, node: exp.Expr, depth: int) -> Term:
    if node.is_string:
        return Term("literal", Kind.TEXT, value=node.name)
    found = number(node.name)
    if found is None:
        raise ExpressionInvalid("“{part}” in “{sql}” is too large for a number.", part=node.name, sql=reader.sql)
    return found


def _logic(op: str) -> Any:
    def form(reader: _Reader, node: exp.Expr, depth: int) -> Term:
        parts: list[Any] = list(node.flatten()) if isinstance(node, exp.And | exp.Or) else [node.this]
        terms = [reader.wants(reader.term(each, depth), each, Kind.BOOLEAN) for each in parts]
        return Term(op, Kind.BOOLEAN, tuple(terms))

    return form


def _compare(reader: _Reader, node: exp.Expr, depth: int) -> Term:
    return Term(COMPARISONS[type(node)], Kind.BOOLEAN, tuple(reader.same([node.this, node.expression], depth)))


def _between(reader: _Reader, node: exp.Expr, depth: int) -> Term:
    value, low, high = reader.same([node.this, node.args["low"], node.args["high"]], depth)
    bounds = (Term("ge", Kind.BOOLEAN, (value, low)), Term("le", Kind.BOOLEAN, (value, high)))
    return Term("and", Kind.BOOLEAN, bounds)


def _in(reader: _Reader, node: exp.Expr, depth: int) -> Term:
    return Term("in", Kind.BOOLEAN, tuple(reader.same([node.this, *node.expressions], depth)))


def _is(reader: _Reader, node: exp.Expr, depth: int) -> Term:
    value = reader.term(node.this, depth)
    if isinstance(node.expression, exp.Null):
        return Term("is_null", Kind.BOOLEAN, (value,))
    if isinstance(node.expression, exp.Boolean):
        op = "is_true" if node.expression.this else "is_false"
        return Term(op, Kind.BOOLEAN, (reader.wants(value, node.this, Kind.BOOLEAN),))
    raise reader.refusal(node)


def _arithmetic(op: str) -> Any:
    def form(reader: _Reader, node: exp.Expr, depth: int) -> Term:
        parts = (node.this, node.expression)
        terms = [
            reader.wants(reader.term(each, depth), each, Kind.INTEGER, Kind.DECIMAL, Kind.DOUBLE) for each in parts
        ]
        kinds = {each.kind for each in terms}
        if op == "div" or Kind.DOUBLE in kinds:
            return Term(op, Kind.DOUBLE, tuple(converted(each, Kind.DOUBLE) for each in terms))
        if op == "mul" and Kind.DECIMAL in kinds:
            scale = sum(each.scale for each in terms)
            if scale > MAX_SCALE:
                raise ExpressionInvalid(
                    "“{part}” has more than {limit} digits after the point; cast one side to double.",
                    part=node.sql("duckdb"),
                    limit=MAX_SCALE,
                )
            exact = tuple(converted(each, Kind.DECIMAL, each.scale) for each in terms)
            return Term(op, Kind.DECIMAL, exact, scale=scale)
        found = alike(terms) or terms
        return Term(op, found[0].kind, tuple(found), scale=found[0].scale)

    return form


def _whole(op: str) -> Any:
    def form(reader: _Reader, node: exp.Expr, depth: int) -> Term:
        parts = (node.this, node.expression)
        terms = tuple(reader.wants(reader.term(each, depth), each, Kind.INTEGER) for each in parts)
        return Term(op, Kind.INTEGER, terms)

    return form


def _sign(op: str) -> Any:
    def form(reader: _Reader, node: exp.Expr, depth: int) -> Term:
        value = reader.wants(reader.term(node.this, depth), node.this, Kind.INTEGER, Kind.DECIMAL, Kind.DOUBLE)
        if op == "neg" and value.op == "literal" and isinstance(value.value, int | float | Decimal):
            return Term("literal", value.kind, value=-value.value, scale=value.scale)
        return Term(op, value.kind, (value,), scale=value.scale)

    return form


def _round(reader: _Reader, node: exp.Expr, depth: int) -> Term:
    value = reader.wants(reader.term(node.this, depth), node.this, Kind.INTEGER, Kind.DECIMAL, Kind.DOUBLE)
    said = node.args.get("decimals")
    digits = reader.written(said, "The number of digits of round", int, 0, MAX_DIGITS) if said is not None else 0
    if value.kind is Kind.INTEGER or (value.kind is Kind.DECIMAL and value.scale <= digits):
        return value
    return Term("round", value.kind, (value,), value=digits, scale=digits if value.kind is Kind.DECIMAL else 0)


def _alike(op: str) -> Any:
    def form(reader: _Reader, node: exp.Expr, depth: int) -> Term:
        parts = [node.this, node.expression] if isinstance(node, exp.Nullif) else [node.this, *node.expressions]
        terms = reader.same(parts, depth)
        return Term(op, terms[0].kind, tuple(terms), scale=terms[0].scale)

    return form


def _of_texts(op: str, gives: Kind) -> Any:
    def form(reader: _Reader, node: exp.Expr, depth: int) -> Term:
        parts: list[Any] = [node.this, node.args.get("expression"), *node.expressions]
        parts = [each for each in parts if each is not None]
        terms = tuple(reader.wants(reader.term(each, depth), each, Kind.TEXT) for each in parts)
        return Term(op, gives, terms)

    return form


def _pattern(op: str) -> Any:
    def form(reader: _Reader, node: exp.Expr, depth: int) -> Term:
        value = reader.wants(reader.term(node.this, depth), node.this, Kind.TEXT)
        pattern = reader.written(node.expression, "The pattern", str)
        return Term(op, Kind.BOOLEAN, (value,), value=check_pattern(pattern) if op == "matches" else pattern)

    return form


def _substring(reader: _Reader, node: exp.Expr, depth: int) -> Term:
    value = reader.wants(reader.term(node.this, depth), node.this, Kind.TEXT)
    start = reader.written(node.args.get("start"), "The start of substr", int, 1)
    said = node.args.get("length")
    length = reader.written(said, "The length of substr", int) if said is not None else None
    return Term("substr", Kind.TEXT, (value,), value=(start, length))


def _part(op: str) -> Any:
    def form(reader: _Reader, node: exp.Expr, depth: int) -> Term:
        inner = node.this.this if isinstance(node.this, exp.TsOrDsToDate) else node.this
        return Term(op, Kind.INTEGER, (reader.wants(reader.term(inner, depth), inner, Kind.DATE),))

    return form


def _cast(reader: _Reader, node: exp.Expr, depth: int) -> Term:
    said = node.args["to"]
    target = CASTS.get(said.this.name if isinstance(said.this, exp.DataType.Type) else "")
    value = reader.term(node.this, depth)
    if target is None or said.expressions or value.kind not in READABLE[target]:
        raise ExpressionInvalid(
            "“{part}”: a {kind} cannot be cast so; casts are to varchar (not from a fraction), bigint, double and "
            "date (from text).",
            part=node.sql("duckdb"),
            kind=value.kind,
        )
    return cast_to(value, target)


def _case(reader: _Reader, node: exp.Expr, depth: int) -> Term:
    conditions: list[Term] = []
    for branch in node.args["ifs"]:
        if node.this is not None:
            conditions.append(Term("eq", Kind.BOOLEAN, tuple(reader.same([node.this, branch.this], depth))))
        else:
            conditions.append(reader.wants(reader.term(branch.this, depth), branch.this, Kind.BOOLEAN))
    otherwise = node.args.get("default")
    values = reader.same([branch.args["true"] for branch in node.args["ifs"]] + [otherwise or exp.null()], depth)
    args = [each for pair in zip(conditions, values[:-1], strict=True) for each in pair]
    return Term("case", values[0].kind, (*args, values[-1]), scale=values[0].scale)


_KEYS: Mapping[type, tuple[str, ...]] = {
    exp.Literal: ("this", "is_string"),
    exp.Between: ("this", "low", "high"),
    exp.Round: ("this", "decimals"),
    exp.Substring: ("this", "start", "length"),
    exp.Cast: ("this", "to"),
    exp.TryCast: ("this", "to", "requires_string"),
    exp.Case: ("this", "ifs", "default"),
    exp.Div: ("this", "expression", "typed", "safe"),
    exp.Concat: ("expressions", "coalesce", "safe"),
    **dict.fromkeys((exp.Column, exp.Trim), ("this",)),
    **dict.fromkeys((exp.Least, exp.Greatest), ("this", "expressions", "ignore_nulls")),
    exp.DPipe: ("this", "expression", "safe"),
}
_FORMS: Mapping[type, Any] = {
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Boolean: lambda reader, node, depth: Term("literal", Kind.BOOLEAN, value=bool(node.this)),
    exp.Null: lambda reader, node, depth: Term("literal", Kind.NULL),
    exp.Paren: lambda reader, node, depth: reader.term(node.this, depth),
    **dict.fromkeys(COMPARISONS, _compare),
    exp.Between: _between,
    exp.In: _in,
    exp.Is: _is,
    exp.And: _logic("and"),
    exp.Or: _logic("or"),
    exp.Not: _logic("not"),
    exp.Add: _arithmetic("add"),
    exp.Sub: _arithmetic("sub"),
    exp.Mul: _arithmetic("mul"),
    exp.Div: _arithmetic("div"),
    exp.IntDiv: _whole("int_div"),
    exp.Mod: _whole("mod"),
    exp.Neg: _sign("neg"),
    exp.Abs: _sign("abs"),
    exp.Round: _round,
    exp.Least: _alike("least"),
    exp.Greatest: _alike("greatest"),
    exp.Coalesce: _alike("coalesce"),
    exp.Nullif: _alike("nullif"),
    exp.Length: _of_texts("length", Kind.INTEGER),
    exp.Lower: _of_texts("lower", Kind.TEXT),
    exp.Upper: _of_texts("upper", Kind.TEXT),
    exp.Trim: _of_texts("trim", Kind.TEXT),
    exp.DPipe: _of_texts("join", Kind.TEXT),
    exp.Concat: _of_texts("concat", Kind.TEXT),
    exp.StartsWith: _of_texts("starts_with", Kind.BOOLEAN),
    exp.EndsWith: _of_texts("ends_with", Kind.BOOLEAN),
    exp.Contains: _of_texts("contains", Kind.BOOLEAN),
    exp.Like: _pattern("like"),
    exp.RegexpLike: _pattern("matches"),
    exp.Substring: _substring,
    exp.Year: _part("year"),
    exp.Month: _part("month"),
    exp.Day: _part("day"),
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.Case: _case,
}
