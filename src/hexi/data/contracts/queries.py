"""A query over datasets: one SELECT that reads nothing but what it names in quotes.

Walked whole against an allow-list of nodes and functions, subqueries and common table expressions too:
what is not known to be harmless and repeatable is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlglot import TokenType, exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError

from hexi.data.contracts.problems import nearest
from hexi.kernel.errors import Invalid
from hexi.kernel.names import check_dataset_name

MAX_LENGTH = 100_000
MAX_NESTING = 100
TYPES = frozenset(
    {"VARCHAR", "TEXT", "BIGINT", "INT", "DOUBLE", "DECIMAL", "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMPTZ"}
)
_BEGINNING = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/|\()*(?:select|with|from)\b", re.IGNORECASE | re.DOTALL)


class ExpressionInvalid(Invalid):
    """An expression or query that is none, or uses what is not allowed."""

    code = "expression.invalid"


_STRUCTURE: tuple[type, ...] = (
    exp.Select,
    exp.From,
    exp.Join,
    exp.Where,
    exp.Group,
    exp.Having,
    exp.Order,
    exp.Ordered,
    exp.Limit,
    exp.Offset,
    exp.With,
    exp.CTE,
    exp.Subquery,
    exp.Union,
    exp.Except,
    exp.Intersect,
    exp.Table,
    exp.TableAlias,
    exp.Alias,
    exp.Star,
    exp.Distinct,
    exp.Qualify,
    exp.Values,
    exp.Tuple,
    exp.Paren,
    exp.Window,
    exp.WindowSpec,
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.Filter,
    exp.Exists,
)
_OPERATORS: tuple[type, ...] = (
    exp.And,
    exp.Or,
    exp.Not,
    exp.EQ,
    exp.NEQ,
    exp.GT,
    exp.GTE,
    exp.LT,
    exp.LTE,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
    exp.Between,
    exp.In,
    exp.Is,
    exp.Like,
    exp.Case,
    exp.If,
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.Div,
    exp.IntDiv,
    exp.Mod,
    exp.Neg,
    exp.DPipe,
    exp.Cast,
    exp.TryCast,
    exp.DataType,
    exp.DataTypeParam,
)
_FUNCTIONS: Mapping[str, type] = {
    "abs": exp.Abs,
    "round": exp.Round,
    "floor": exp.Floor,
    "ceil": exp.Ceil,
    "least": exp.Least,
    "greatest": exp.Greatest,
    "coalesce": exp.Coalesce,
    "nullif": exp.Nullif,
    "length": exp.Length,
    "lower": exp.Lower,
    "upper": exp.Upper,
    "trim": exp.Trim,
    "replace": exp.Replace,
    "substr": exp.Substring,
    "left": exp.Left,
    "right": exp.Right,
    "concat": exp.Concat,
    "starts_with": exp.StartsWith,
    "ends_with": exp.EndsWith,
    "contains": exp.Contains,
    "regexp_matches": exp.RegexpLike,
    "year": exp.Year,
    "month": exp.Month,
    "day": exp.Day,
    "count": exp.Count,
    "sum": exp.Sum,
    "min": exp.Min,
    "max": exp.Max,
    "avg": exp.Avg,
    "count_if": exp.CountIf,
    "row_number": exp.RowNumber,
    "rank": exp.Rank,
    "dense_rank": exp.DenseRank,
    "first_value": exp.FirstValue,
    "last_value": exp.LastValue,
    "lag": exp.Lag,
    "lead": exp.Lead,
    "first": exp.First,
    "last": exp.Last,
}
ALLOWED: frozenset[type] = frozenset((*_STRUCTURE, *_OPERATORS, *_FUNCTIONS.values()))
"""Nodes that a query may be made of."""
QUERY_FUNCTIONS = tuple(sorted(_FUNCTIONS))
"""Functions that a query may call, beside the operators of expressions, cast and case."""


def parsed(sql: str, into: type[exp.Expr] | None = None) -> exp.Expr:
    """Return the one statement, or what `into` says, in `sql`. Raises `ExpressionInvalid`."""
    if len(sql) > MAX_LENGTH:
        raise ExpressionInvalid(
            "The text has {length} characters; {limit} are allowed.", length=len(sql), limit=MAX_LENGTH
        )
    depth = deepest = 0
    for character in sql:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    dialect = DuckDB()
    try:
        if deepest > MAX_NESTING:
            raise RecursionError
        trees = dialect.parse(sql) if into is None else dialect.parse_into(into, sql)
    except RecursionError:
        raise ExpressionInvalid("The text is nested too deep.") from None
    except (SqlglotError, ValueError):
        raise ExpressionInvalid(
            "“{sql}” is not SQL; look for a bracket, a quotation mark or a sign that is missing or too many.",
            sql=_short(sql),
        ) from None
    if len(trees) != 1 or trees[0] is None:
        raise ExpressionInvalid("“{sql}” is not one SQL expression.", sql=_short(sql))
    return trees[0]


def signs(sql: str) -> list[str]:
    """The words and signs of a text that was parsed, without its names and literals in quotes."""
    quoted = {TokenType.STRING, TokenType.IDENTIFIER}
    return [each.text for each in DuckDB().tokenize(sql) if each.token_type not in quoted]


def parse_query(sql: str) -> tuple[exp.Expr, tuple[str, ...]]:
    """Return a query's tree and the datasets it reads, each once, sorted.

    A table is a dataset's name in double quotes, or a name that a WITH of the query defines. Raises
    `ExpressionInvalid`, which names what is refused.
    """
    # Asked before parsing, which only warns about commands it does not know.
    tree = parsed(sql) if _BEGINNING.match(sql) else None
    if not isinstance(tree, exp.Select | exp.SetOperation):
        raise ExpressionInvalid("A query is one SELECT; “{part}” is none.", part=_short(sql))
    for node in tree.walk():
        if type(node) not in ALLOWED:
            raise _refusal(node)
        _check(node)
    return tree, tuple(sorted(_datasets(tree, sql)))


def _check(node: exp.Expr) -> None:
    """Refuse what an allowed node may still carry."""
    if isinstance(node, exp.Select) and not node.expressions:
        raise ExpressionInvalid("A SELECT names no columns.")
    if isinstance(node, exp.With) and node.args.get("recursive"):
        raise ExpressionInvalid("WITH RECURSIVE may never end; it is not allowed in a query.")
    if isinstance(node, exp.Join) and str(node.args.get("method") or "").upper() in {"NATURAL", "POSITIONAL"}:
        raise ExpressionInvalid(
            "A {method} JOIN does not say what joins; write JOIN … ON.", method=str(node.args["method"]).upper()
        )
    if isinstance(node, exp.DataType) and str(node.this.name if node.this else "") not in TYPES:
        raise ExpressionInvalid(
            "“{part}” is no type that a query may cast to; those are: {types}.",
            part=node.sql("duckdb"),
            types=", ".join(sorted(TYPES)),
        )


def _datasets(tree: exp.Expr, sql: str) -> set[str]:
    found = set()
    for table in tree.find_all(exp.Table):
        name = table.this
        extra = [key for key, value in table.args.items() if value and key not in {"this", "alias", "joins"}]
        if not isinstance(name, exp.Identifier) or extra or sql[name.meta.get("start", 0)] == "'":
            # 'data.csv' in single quotes is a file to DuckDB.
            raise _no_dataset(table)
        if not name.args.get("quoted"):
            if not _is_defined(table):
                raise _no_dataset(table)
        elif _is_defined(table):
            raise ExpressionInvalid(
                "“{name}” is both a dataset and a name that WITH defines; rename the latter.", name=table.name
            )
        else:
            found.add(check_dataset_name(table.name))
    return found


def _is_defined(table: exp.Table) -> bool:
    """Whether a WITH around the table, and before its own definition, gives it its name."""
    node: exp.Expr | None = table
    inside: exp.Expr | None = None
    while node is not None:
        within = node.args.get("with_") or node.args.get("with")
        if isinstance(within, exp.With):
            for each in within.expressions:
                if each is inside:
                    break
                if each.alias.casefold() == table.name.casefold():
                    return True
        if isinstance(node, exp.CTE):
            inside = node
        node = node.parent
    return False


def _no_dataset(table: exp.Expr) -> ExpressionInvalid:
    return ExpressionInvalid(
        "“{part}” is no dataset: name tables as dataset names in double quotes, such as {example}.",
        part=_short(table.sql("duckdb")),
        example='"gansu.airports"',
    )


def _refusal(node: exp.Expr) -> ExpressionInvalid:
    text = node.sql("duckdb")
    word = node.name if isinstance(node, exp.Anonymous) else text.split("(")[0].strip() or text
    return ExpressionInvalid(
        "“{word}” is not allowed in a query; try: {near}.",
        word=_short(word),
        near=nearest(word.lower(), QUERY_FUNCTIONS),
    )


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:80] + "…"
