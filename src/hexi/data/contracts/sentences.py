"""Each rule as a sentence that a clerk understands, in Chinese and English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from hexi.data.contracts.drafts import Draft
from hexi.data.contracts.model import Field, FieldType
from hexi.kernel.names import Text

MAX_LISTED = 8
_TYPES: Mapping[FieldType, Text] = {
    FieldType.STRING: Text("文本", "as text"),
    FieldType.INTEGER: Text("整数", "as a whole number"),
    FieldType.DECIMAL: Text("小数", "as a decimal number"),
    FieldType.NUMBER: Text("数值", "as a number"),
    FieldType.DATE: Text("日期", "as a date"),
    FieldType.TIMESTAMP: Text("时间", "as a time"),
    FieldType.BOOLEAN: Text("是或否", "as yes or no"),
    FieldType.GEOMETRY: Text("几何对象", "as a geometry"),
}
_UNFIT: Mapping[str, Text] = {
    "private_use": Text("私用区字符", "private-use characters"),
    "control": Text("控制字符", "control characters"),
    "line_breaks": Text("换行", "line breaks"),
    "replacement": Text("乱码替换符", "replacement characters"),
}

_ROUND: Mapping[int, str] = {10**12: "万亿", 10**8: "亿", 10**4: "万"}


def sentence(rule: Draft, fields: Mapping[str, Field]) -> Text:
    """Return the rule in words. A field is called by its title."""
    named = [fields[name] for name in rule.fields if name in fields]
    subject = Text("、".join(each.title.zh for each in named), " and ".join(each.title.en for each in named))
    if rule.check == "type":
        kind = _TYPES[named[0].type]
        return Text(f"{subject.zh}能读成{kind.zh}", f"{subject.en} can be read {kind.en}")
    if rule.check == "unique":
        return Text(
            f"{subject.zh}{'的组合' if len(named) > 1 else ''}不得重复",
            f"{subject.en} {'together never repeat' if len(named) > 1 else 'never repeats'}",
        )
    zh, en = _SAID[rule.check](rule.arguments, subject)
    return Text(zh, en)


Pair = tuple[str, str]


def _shown(value: object) -> Pair:
    """A value as people read it: thousands separated in English, 万 and 亿 where the number is round."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return str(value), str(value)
    for unit, word in _ROUND.items():
        if value >= unit and value % unit == 0:
            return f"{int(value // unit)}{word}", f"{value:,}"
    shown = f"{value:,}"
    return (shown if len(shown) > len("9,999") else str(value)), shown


def shown_number(value: float) -> str:
    """A measured number: no digits that say nothing."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _between(said: Mapping[str, object], subject: Text) -> Pair:
    found = {name: _shown(said[name]) for name in ("min", "max", "above", "below") if said.get(name) is not None}
    if {"min", "max"} <= set(found):
        low, high = found["min"], found["max"]
        if low == high:
            return f"{subject.zh}应为{low[0]}", f"{subject.en} must be {low[1]}"
        return (
            f"{subject.zh}应在{low[0]}至{high[0]}之间",
            f"{subject.en} must lie between {low[1]} and {high[1]}",
        )
    words = {
        "min": ("不小于", "at least"),
        "above": ("大于", "greater than"),
        "max": ("不大于", "at most"),
        "below": ("小于", "less than"),
    }
    zh = "且".join(f"{words[name][0]}{shown[0]}" for name, shown in found.items())
    en = " and ".join(f"{words[name][1]} {shown[1]}" for name, shown in found.items())
    return f"{subject.zh}应{zh}", f"{subject.en} must be {en}"


def _length(said: Mapping[str, object], subject: Text) -> Pair:
    low, high = said.get("min"), said.get("max")
    if low is not None and low == high:
        return f"{subject.zh}应为{low}个字符", f"{subject.en} has {low} characters"
    if low is not None and high is not None:
        return f"{subject.zh}应为{low}至{high}个字符", f"{subject.en} has {low} to {high} characters"
    if low is not None:
        return f"{subject.zh}至少{low}个字符", f"{subject.en} has at least {low} characters"
    return f"{subject.zh}最多{high}个字符", f"{subject.en} has at most {high} characters"


def _allowed(said: Mapping[str, object], subject: Text) -> Pair:
    given = said.get("values", ())
    values = [str(each) for each in given] if isinstance(given, tuple | list) else []
    if len(values) == 1:
        return f"{subject.zh}只能是“{values[0]}”", f"{subject.en} must be “{values[0]}”"
    first = values[:MAX_LISTED]
    more = len(values) - len(first)
    return (
        f"{subject.zh}只能是：{'、'.join(first)}{f' 等{len(values)}个取值' if more else ''}",
        f"{subject.en} must be one of: {', '.join(first)}{f' and {more} more' if more else ''}",
    )


def _characters(said: Mapping[str, object], subject: Text) -> Pair:
    given = said.get("allow", ())
    allowed = set(given) if isinstance(given, tuple | list) else set()
    unfit = [words for kind, words in _UNFIT.items() if kind not in allowed]
    if not unfit:
        return f"{subject.zh}可含任何字符", f"{subject.en} may hold any character"
    return (
        f"{subject.zh}不得含{'、'.join(each.zh for each in unfit)}",
        f"{subject.en} holds no {', '.join(each.en for each in unfit)}",
    )


def _reference(said: Mapping[str, object], subject: Text) -> Pair:
    dataset, field = said.get("dataset"), said.get("field")
    return (
        f"{subject.zh}应见于数据集“{dataset}”的字段“{field}”",
        f"{subject.en} must stand in the field “{field}” of the dataset “{dataset}”",
    )


def _row_count(said: Mapping[str, object], subject: Text) -> Pair:
    low, high = said.get("min"), said.get("max")
    if low is not None and low == high:
        return f"合格记录恰为{_shown(low)[0]}条", f"Exactly {_shown(low)[1]} rows are accepted"
    if low is not None and high is not None:
        return (
            f"合格记录应有{_shown(low)[0]}至{_shown(high)[0]}条",
            f"Between {_shown(low)[1]} and {_shown(high)[1]} rows are accepted",
        )
    if high is not None:
        return f"合格记录不多于{_shown(high)[0]}条", f"At most {_shown(high)[1]} rows are accepted"
    rows = "row is" if low == 1 else "rows are"
    return f"合格记录不少于{_shown(low)[0]}条", f"At least {_shown(low)[1]} {rows} accepted"


def _freshness(said: Mapping[str, object], subject: Text) -> Pair:
    days = said.get("days")
    if not subject.zh:
        return f"每{days}天内至少处理一次", f"There is a new run at least every {days} days"
    return (
        f"最新的{subject.zh}距处理时不超过{days}天",
        f"The newest {subject.en} is at most {days} days before the run",
    )


_BOUNDS: Mapping[str, Pair] = {
    "mustBe": ("等于{}", "exactly {}"),
    "mustNotBe": ("不等于{}", "anything but {}"),
    "mustBeGreaterThan": ("大于{}", "more than {}"),
    "mustBeGreaterOrEqualTo": ("不小于{}", "at least {}"),
    "mustBeLessThan": ("小于{}", "less than {}"),
    "mustBeLessOrEqualTo": ("不大于{}", "at most {}"),
    "mustBeBetween": ("在{}至{}之间", "between {} and {}"),
    "mustNotBeBetween": ("不在{}至{}之间", "not between {} and {}"),
}
_METRICS: Mapping[str, Pair] = {
    "nullValues": ("空值", "empty values"),
    "missingValues": ("缺失值", "missing values"),
    "invalidValues": ("不合规的值", "invalid values"),
    "duplicateValues": ("重复的值", "repeated values"),
}


def _bounded(said: Mapping[str, object], unit: str = "") -> Pair:
    bound = said.get("bound")
    shown = [_shown(each) for each in (bound if isinstance(bound, tuple) else (bound,))]
    zh, en = _BOUNDS[str(said.get("operator"))]
    return zh.format(*(f"{each[0]}{unit}" for each in shown)), en.format(*(f"{each[1]}{unit}" for each in shown))


def _metric(said: Mapping[str, object], subject: Text) -> Pair:
    is_share = said.get("unit") == "percent"
    what, bound = _METRICS[str(said.get("metric"))], _bounded(said, "%" if is_share else "")
    return (
        f"{subject.zh}中{what[0]}的{'占比' if is_share else '数量'}应{bound[0]}",
        f"The {'share' if is_share else 'number'} of {what[1]} of {subject.en} is {bound[1]}",
    )


def _query(said: Mapping[str, object], subject: Text) -> Pair:
    bound = _bounded(said)
    return f"查询的结果应{bound[0]}：{said.get('query')}", f"The query gives {bound[1]}: {said.get('query')}"


def _fixed(zh: str, en: str) -> Callable[[Mapping[str, object], Text], Pair]:
    return lambda said, subject: (zh.format(subject=subject.zh, **said), en.format(subject=subject.en, **said))


_SAID: Mapping[str, Callable[[Mapping[str, object], Text], Pair]] = {
    "required": _fixed("{subject}必须有值", "{subject} must have a value"),
    "characters": _characters,
    "length": _length,
    "pattern": lambda said, subject: (
        f"{subject.zh}的格式应为 {said.get('pattern')}",
        f"{subject.en} must have the form {said.get('pattern')}",
    ),
    "range": _between,
    "allowed": _allowed,
    "reference": _reference,
    "credit_code_format": _fixed("{subject}符合统一社会信用代码的格式", "{subject} has the form of a credit code"),
    "credit_code": _fixed(
        "{subject}是有效的统一社会信用代码（校验位正确）",
        "{subject} is a valid credit code (its check character is right)",
    ),
    "resident_id_format": _fixed("{subject}符合公民身份号码的格式", "{subject} has the form of a resident id"),
    "resident_id": _fixed(
        "{subject}是有效的公民身份号码（出生日期和校验位正确）",
        "{subject} is a valid resident id (birth date and check character are right)",
    ),
    "phone": _fixed("{subject}是可以拨打的电话号码", "{subject} is a phone number that can be dialled"),
    "geometry": _fixed(
        "{subject}是有效的图形（边界闭合、不自交）", "{subject} is a valid shape (closed, never crossing itself)"
    ),
    "sql": lambda said, subject: (
        f"应满足：{said.get('expression')}（缺值而无法判断的算通过）",
        f"This holds: {said.get('expression')} (unknown, where something is missing, passes)",
    ),
    "row_count": _row_count,
    "accepted_share": lambda said, subject: (
        f"合格率不低于{said.get('min')}%",
        f"At least {said.get('min')}% of the rows are accepted",
    ),
    "freshness": _freshness,
    "volume_change": lambda said, subject: (
        f"合格记录比上一版本增减不超过{said.get('max')}%",
        f"The number of accepted rows changes by at most {said.get('max')}% from version to version",
    ),
    "distribution_change": lambda said, subject: (
        f"{subject.zh}的分布比上一版本变动不超过{said.get('max')}%",
        f"The spread of {subject.en} changes by at most {said.get('max')}% from version to version",
    ),
    "same_columns": _fixed("来源的列与上一版本相同", "The source has the same columns as for the version before"),
    "metric": _metric,
    "query": _query,
}
