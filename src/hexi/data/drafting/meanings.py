"""The meanings that people choose from: each stands for a type, cleaners and checks that belong together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hexi.kernel.names import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a column holds, as a person would call it, in the words of a contract."""

    name: str
    title: Text
    logical: str
    physical: str | None = None
    clean: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    """Checks of the vocabulary without arguments."""
    options: Mapping[str, float] | None = None
    """`logicalTypeOptions`."""
    classification: str = "open"
    """The most open class that it may have without somebody deciding so."""


PLACEHOLDERS_GO = "empty_to_null"
"""The cleaner that may go before those of any meaning, where people wrote 无 or “-” for want of a value."""
ANSWERS = "boolean"
"""The meaning to which 无 is an answer."""
_ALL = (
    Meaning(name="text", title=Text("文本", "text"), logical="string", clean=("trim",)),
    Meaning(
        name="title", title=Text("名称", "name of a thing"), logical="string", clean=("half_width", "collapse_spaces")
    ),
    Meaning(
        name="person",
        title=Text("人名", "name of a person"),
        logical="string",
        clean=("half_width", "remove_spaces"),
        classification="personal",
    ),
    Meaning(name="code", title=Text("代码、编号", "code or number"), logical="string", clean=("half_width", "trim")),
    Meaning(
        name="credit_code",
        title=Text("统一社会信用代码", "unified social credit code"),
        logical="string",
        clean=("credit_code",),
        checks=("credit_code_format", "credit_code"),
    ),
    Meaning(
        name="resident_id",
        title=Text("公民身份号码", "resident id number"),
        logical="string",
        clean=("resident_id",),
        checks=("resident_id_format", "resident_id"),
        classification="sensitive",
    ),
    Meaning(
        name="phone",
        title=Text("电话", "phone"),
        logical="string",
        clean=("phone",),
        checks=("phone",),
        classification="personal",
    ),
    Meaning(
        name="division_code",
        title=Text("行政区划代码", "division code"),
        logical="string",
        clean=("half_width", "trim"),
    ),
    Meaning(name="integer", title=Text("整数", "whole number"), logical="integer", clean=("integer",)),
    Meaning(name="number", title=Text("数值", "number"), logical="number", clean=("number",)),
    Meaning(
        name="money",
        title=Text("金额（元）", "money in yuan"),
        logical="number",
        physical="decimal(18,2)",
        clean=("money_cny",),
    ),
    Meaning(name="date", title=Text("日期", "date"), logical="date", clean=("date",)),
    Meaning(name="timestamp", title=Text("时间", "date and time"), logical="timestamp", clean=("timestamp",)),
    Meaning(name="boolean", title=Text("是/否", "yes or no"), logical="boolean", clean=("boolean",)),
    Meaning(name="geometry", title=Text("几何", "geometry"), logical="object", physical="geometry"),
    Meaning(
        name="longitude",
        title=Text("经度", "longitude"),
        logical="number",
        clean=("longitude",),
        options={"minimum": 73, "maximum": 136},
    ),
    Meaning(
        name="latitude",
        title=Text("纬度", "latitude"),
        logical="number",
        clean=("latitude",),
        options={"minimum": 3, "maximum": 54},
    ),
)
MEANINGS: Mapping[str, Meaning] = {each.name: each for each in _ALL}
"""By name, in the order in which a list shows them."""


def meaning_of(logical: str, clean: tuple[str, ...], checks: tuple[str, ...], classification: str) -> str | None:
    """Return the meaning that says exactly this, or None: a field may say what no meaning stands for.

    The name of a firm and that of a person are cleaned alike; their class tells them apart. Placeholders may go first.
    """
    said = clean[1:] if clean[:1] == (PLACEHOLDERS_GO,) else clean
    fitting = [
        each for each in _ALL if (each.logical, each.clean) == (logical, said) and set(each.checks) <= set(checks)
    ]
    fitting.sort(key=lambda each: each.classification != classification)
    return fitting[0].name if fitting else None


_ELEMENTS = {
    "organisation_code": "organisation_code",
    "founded_on": "establishment_date",
    "registered_capital": "registered_capital",
    "representative": "legal_representative",
    "industry_code": "industry_code",
    "born_on": "birth_date",
    "postal_code": "postcode",
    "address": "address",
    "year": "year",
}
"""Name that a known heading gives a field → the data element that it is."""

_SURE = frozenset({"credit_code", "resident_id", "phone", "division_code", "longitude", "latitude"})
"""Meanings that are a data element by themselves."""


def element_of(meaning: str, name: str) -> str | None:
    """Return the standard data element of a field, or None where its meaning and name do not say it for certain."""
    return meaning if meaning in _SURE else _ELEMENTS.get(name)
