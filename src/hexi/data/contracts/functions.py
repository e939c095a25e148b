"""What may be written in an expression: each function and operator with its meaning and an example that runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hexi.kernel.names import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One entry of the language."""

    usage: str
    doc: Text
    example: str
    gives: str
    """What the example gives, as text; `NULL` where it is unknown."""


def _function(usage: str, zh: str, en: str, example: str, gives: str) -> Function:
    return Function(usage=usage, doc=Text(zh, en), example=example, gives=gives)


FUNCTIONS: Mapping[str, Function] = {
    "abs": _function("abs(x)", "绝对值。", "Distance from zero.", "abs(-3)", "3"),
    "round": _function(
        "round(x, digits)",
        "四舍五入（远离零），digits 为 0 至 9 的整数。",
        "Rounded, halves away from zero; digits is a whole number from 0 to 9.",
        "round(2.345, 2)",
        "2.35",
    ),
    "least": _function("least(a, b, …)", "最小的非空值。", "The smallest that is not NULL.", "least(3, null, 2)", "2"),
    "greatest": _function(
        "greatest(a, b, …)", "最大的非空值。", "The largest that is not NULL.", "greatest(3, null, 2)", "3"
    ),
    "coalesce": _function(
        "coalesce(a, b, …)", "第一个非空值。", "The first that is not NULL.", "coalesce(null, 'b')", "b"
    ),
    "nullif": _function(
        "nullif(a, b)", "两者相等时为空，否则为 a。", "NULL where both are equal, else a.", "nullif(0, 0)", "NULL"
    ),
    "length": _function("length(s)", "字符数。", "Number of characters.", "length('兰州市')", "3"),
    "lower": _function(
        "lower(s)", "字母 A–Z 转小写，其余不变。", "A–Z in lower case; the rest stays.", "lower('ZLÉ')", "zlÉ"
    ),
    "upper": _function(
        "upper(s)", "字母 a–z 转大写，其余不变。", "a–z in upper case; the rest stays.", "upper('dnh')", "DNH"
    ),
    "trim": _function("trim(s)", "去掉首尾半角空格。", "Without spaces at both ends.", "trim(' a ')", "a"),
    "substr": _function(
        "substr(s, start, length)",
        "截取；start 从 1 数起，start 和 length 写明整数。",
        "Part of a text; start counts from 1; start and length are written out.",
        "substr('620102', 1, 4)",
        "6201",
    ),
    "concat": _function(
        "concat(a, b, …)",
        "依次连接，空值略过。",
        "One after the other; NULL is left out.",
        "concat('a', null, 'b')",
        "ab",
    ),
    "starts_with": _function(
        "starts_with(s, t)", "s 是否以 t 开头。", "Whether s begins with t.", "starts_with('620102', '62')", "true"
    ),
    "ends_with": _function(
        "ends_with(s, t)", "s 是否以 t 结尾。", "Whether s ends with t.", "ends_with('兰州市', '市')", "true"
    ),
    "contains": _function("contains(s, t)", "s 是否含有 t。", "Whether s holds t.", "contains('兰州市', '州')", "true"),
    "regexp_matches": _function(
        "regexp_matches(s, 'pattern')",
        "s 中是否有一处符合正则表达式；\\d \\w \\s 只指半角字符。",
        "Whether a pattern is found anywhere in s; \\d, \\w, \\s mean ASCII.",
        "regexp_matches('A-12', '[0-9]+$')",
        "true",
    ),
    "year": _function("year(d)", "日期的年。", "Year of a date.", "year(date '2026-11-23')", "2026"),
    "month": _function("month(d)", "日期的月。", "Month of a date.", "month(date '2026-11-23')", "11"),
    "day": _function("day(d)", "日期的日。", "Day of a date.", "day(date '2026-11-23')", "23"),
    "cast": _function(
        "cast(x as type), try_cast(x as type)",
        "转为 varchar、bigint、double 或 date；读不出为空值，小数转整数四舍五入。",
        "To varchar, bigint, double or date; NULL where unreadable; fractions are rounded, halves away from zero.",
        "cast('042' as bigint)",
        "42",
    ),
}
"""Functions by name."""

OPERATORS: tuple[Function, ...] = (
    _function("= <> < <= > >=", "比较；有空值则不可知。", "Compares; unknown where one is NULL.", "1 < null", "NULL"),
    _function(
        "x between a and b", "在 a 与 b 之间，含两端。", "Between a and b, both included.", "2 between 1 and 2", "true"
    ),
    _function("x in (a, b, …)", "为其中之一。", "One of them.", "'b' in ('a', 'b')", "true"),
    _function(
        "x is null, x is not null",
        "是否为空；从不不可知。",
        "Whether it is NULL; never unknown.",
        "null is null",
        "true",
    ),
    _function(
        "x is true, x is false",
        "条件为真（假）且可知。",
        "Whether a condition is known and holds (fails).",
        "(1 < null) is true",
        "false",
    ),
    _function("and, or, not", "三值逻辑。", "Three-valued logic.", "false and null", "false"),
    _function(
        "+ - *",
        "加减乘；超出范围为空值。小数精确。",
        "Exact for decimals; NULL where the result does not fit.",
        "0.1 + 0.2",
        "0.3",
    ),
    _function("/", "除，结果为双精度数；除以零为空值。", "Division, always a double; by zero NULL.", "1 / 4", "0.25"),
    _function(
        "//, %",
        "整数除（向零取整）和余数；除以零为空值。",
        "Whole division towards zero, and what is left; by zero NULL.",
        "-7 // 2",
        "-3",
    ),
    _function("a || b", "连接文本；有空值则为空。", "Both texts joined; NULL where one is.", "'a' || 'b'", "ab"),
    _function(
        "s like 'pattern'",
        "% 代表任意文本，_ 代表一个字符。",
        "% stands for any text, _ for one character.",
        "'兰州市' like '兰_市'",
        "true",
    ),
    _function(
        "case when c then a else b end",
        "第一个为真的分支。",
        "The first branch whose condition holds.",
        "case when 1 > 2 then 'a' else 'b' end",
        "b",
    ),
    _function("date '2026-11-23'", "日期。", "A date.", "date '2026-11-23' > '2026-01-01'", "true"),
)
"""Operators and literals."""
