"""Weighs what a column may mean: by its heading, by the look of its texts, and by what its values turn out to be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hexi.data.contracts.model import (
    Classification,
    CleanerUse,
    Contract,
    Field,
    FieldType,
    Publisher,
    RowRule,
    Source,
)
from hexi.data.drafting.headings import heading_of, unit_of
from hexi.data.drafting.meanings import MEANINGS, Meaning
from hexi.data.engines.profiles import ColumnProfile, Weighed, weigh
from hexi.kernel.names import Text

ENOUGH = 0.9
"""Share of values that have to be so for a meaning with a check digit; dirt of a tenth is still dirt."""
NEARLY_ALL = 0.99
"""Share for everything that has none."""
LIKELY = 0.5
"""Share of the first texts that look so, for a meaning to be weighed."""
LOOKED_AT = 300
_NOTHING = Text("", "")
_YEAR = r"(?:1[89]|20)\d\d"
_LOOKS: dict[str, re.Pattern[str]] = {
    "geometry": re.compile(r'\{.*"(?:coordinates|geometries)":.*\}', re.DOTALL),
    "credit_code": re.compile(r"[0-9A-Z]{18}"),
    "resident_id": re.compile(r"\d{17}[\dX]|\d{15}"),
    "phone": re.compile(
        r"(?:\+?86)?1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(?:-\d{1,6})?|[48]00-?\d{3,4}-?\d{3,4}|\+?86-?0?\d{2,3}-?\d{7,8}"
    ),
    "division_code": re.compile(r"[1-8]\d{5}(?:\d{3}(?:\d{3})?)?"),
    "timestamp": re.compile(rf"{_YEAR}[-/.年]?\d{{1,2}}[-/.月]?\d{{1,2}}日?[T ]?\d{{1,2}}[:时]\d{{2}}.*"),
    "date": re.compile(
        rf"{_YEAR}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?|{_YEAR}[01]\d[0-3]\d|\d{{1,2}}/\d{{1,2}}/{_YEAR}|[〇零一二三四五六七八九]{{4}}年.*"
    ),
    "boolean": re.compile(r"是|否|有|无|对|错|true|false|yes|no|y|n|√|×|0|1", re.IGNORECASE),
    "money": re.compile(r"(?:人民币)?[¥￥]?\s*-?[\d,]+(?:\.\d+)?\s*(?:元|万元?|亿元?|千元|百万元?)?(?:整|人民币)?"),
    "integer": re.compile(r"[-+]?(?:0|[1-9]\d{0,2}(?:,?\d{3})*|[1-9]\d*)"),
    "number": re.compile(r"[-+]?(?:\d[\d,]*)?\.?\d+(?:[eE][-+]?\d+)?"),
    "longitude": re.compile(r"-?\d{1,3}\.\d{2,}.*|\d{1,3}[°度].*"),
    "latitude": re.compile(r"-?\d{1,2}\.\d{2,}.*|\d{1,3}[°度].*"),
}
"""Meaning → what one of its texts looks like, half width and without spaces. Which order they are weighed in."""
PROVINCES = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65))
    for code in range(first, last + 1)
)
"""First two digits of division codes (GB/T 2260)."""
LINE_BREAKS = "line_breaks"
"""The kind of characters that a text over several lines has to be allowed."""
_DAY_NUMBER = re.compile(r"[2-6]\d{4}(?:\.0+)?")
"""Excel's number of a day from 1954 to 2064."""
_SWAPPED = {"longitude": "latitude", "latitude": "longitude"}
"""What a column may hold instead of what its heading says: in China the two never overlap."""
_PAIRS = ({"y", "n"}, {"yes", "no"}, {"对", "错"}, {"真", "假"})
"""Answers that are such only together."""
_CHECKED = {"credit_code", "resident_id"}
_SPECIFIC = (
    "geometry",
    "credit_code",
    "resident_id",
    "longitude",
    "latitude",
    "timestamp",
    "date",
    "phone",
    "division_code",
)
_BY_HEADING_ONLY = {"longitude", "latitude", "division_code", "boolean", "money"}
"""Meanings whose texts look like those of others, so that a heading has to say so, or units in the texts."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a column means, and how sure that is."""

    meaning: Meaning
    weighed: Weighed
    by_heading: bool
    """Whether the heading says so too."""
    has_day_numbers: bool = False
    """Whether days stand there as Excel's numbers."""
    has_line_breaks: bool = False
    """Whether its texts go over several lines."""

    @property
    def share(self) -> float:
        """Of the texts, those that can be read so."""
        return self.weighed.holds / self.weighed.of if self.weighed.of else 1.0

    @property
    def confidence(self) -> float:
        """0 to 1: the share, and half of the doubt taken off where the heading agrees."""
        return 1 - (1 - self.share * 0.95) / (2 if self.by_heading else 1)


def readings_of(sample: pl.DataFrame, column: ColumnProfile) -> tuple[Reading, ...]:
    """Return what a column may mean, the likeliest first; the last is always text."""
    heading = heading_of(column.source)
    said = heading.meaning if heading else None
    if said == "money" and unit_of(column.source) not in {None, "元"}:
        # Amounts in 万元 are numbers of that unit: read as yuan they would be too small.
        said = "number"
    texts = [plain(text) for text, _ in column.top] or [plain(text) for text in column.varied]
    some = [plain(text) for text in _some(sample, column.source)]
    found = []
    for name in _worth_weighing(some or texts, said):
        meaning = MEANINGS[name]
        counts_days = name == said == "date" and any(_DAY_NUMBER.fullmatch(text) for text in some)
        weighed = weigh(sample, {name: candidate(column.source, meaning, counts_days=counts_days)})[name]
        reading = Reading(meaning, weighed, name == said, counts_days)
        needed = ENOUGH if name in _CHECKED or reading.by_heading else NEARLY_ALL
        if weighed.of and reading.share >= needed:
            found.append(reading)
            if name in _SPECIFIC:
                break
    return (*found, _as_text(sample, column, said))


def candidate(
    source: str, meaning: Meaning, *, counts_days: bool = False, allowed: Sequence[str] = ()
) -> tuple[Field, Contract]:
    """Return a field of that meaning, and a contract that holds nothing else.

    `counts_days` as Excel does; `allowed` are kinds of characters that a text may hold beside the usual ones.
    """
    precision, scale = (18, 2) if meaning.name == "money" else (None, None)
    kinds = {"string": FieldType.STRING, "integer": FieldType.INTEGER, "date": FieldType.DATE}
    kinds |= {"object": FieldType.GEOMETRY, "timestamp": FieldType.TIMESTAMP, "boolean": FieldType.BOOLEAN}
    field = Field(
        name="value",
        title=_NOTHING,
        description=_NOTHING,
        type=kinds.get(meaning.logical, FieldType.DECIMAL if scale else FieldType.NUMBER),
        source=source,
        precision=precision,
        scale=scale,
        cleaners=tuple(
            CleanerUse(name=each, arguments={"excel_serial": True} if counts_days and each == "date" else {})
            for each in meaning.clean
        ),
        classification=Classification(meaning.classification),
    )
    rules = [RowRule(id="type", check="type", fields=("value",), sentence=_NOTHING)]
    rules += [RowRule(id=each, check=each, fields=("value",), sentence=_NOTHING) for each in meaning.checks]
    if meaning.logical == "string":
        # As every field of text is checked, said or not.
        allow = {"allow": list(allowed)}
        rules.append(
            RowRule(id="characters", check="characters", fields=("value",), arguments=allow, sentence=_NOTHING)
        )
    if meaning.options:
        limits = {"min": meaning.options["minimum"], "max": meaning.options["maximum"]}
        rules.append(RowRule(id="range", check="range", fields=("value",), arguments=limits, sentence=_NOTHING))
    contract = Contract(
        id="candidate",
        name="candidate",
        version="1",
        title=_NOTHING,
        summary=_NOTHING,
        publisher=Publisher(name=_NOTHING),
        fields=(field,),
        row_rules=tuple(rules),
        set_rules=(),
        source=Source(),
        file=Path("candidate"),
    )
    return field, contract


def plain(text: str) -> str:
    """Return a text half width and without spaces, as its look is judged."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _some(sample: pl.DataFrame, column: str) -> list[str]:
    filled = sample[column].drop_nulls()
    every = max(1, len(filled) // LOOKED_AT)
    return [text for text in filled.gather_every(every).head(LOOKED_AT).to_list() if text.strip()]


def _worth_weighing(texts: Sequence[str], said: str | None) -> list[str]:
    if not texts:
        return []
    names = []
    for name, look in _LOOKS.items():
        fits: Callable[[str], object] = look.fullmatch
        share = sum(1 for text in texts if fits(text.upper() if name in _CHECKED else text)) / len(texts)
        is_said = name == said
        if name in _BY_HEADING_ONLY and not is_said and not _says_so_itself(name, texts, said):
            continue
        if share >= (LIKELY / 2 if is_said else LIKELY):
            names.append(name)
    if _has_leading_zeros(texts):
        # 007 is a code: as a number it would lose what tells it from 7.
        names = [name for name in names if name not in {"integer", "number", "money"}]
    if said == "date" and sum(1 for text in texts if _DAY_NUMBER.fullmatch(text)) >= LIKELY / 2 * len(texts):
        names.append("date")
    if said in names:
        names.remove(said)
        names.insert(0, said)
    if said in _SWAPPED:
        # Before any number, and after what the heading says.
        names.insert(1 if said in names else 0, _SWAPPED[said])
    if said in {"code", "phone", "credit_code", "resident_id"}:
        names = [name for name in names if name not in {"integer", "number", "money", "date"}]
    if "integer" not in names and "number" in names and said == "integer":
        names.append("number")
    return list(dict.fromkeys(names))


def _says_so_itself(name: str, texts: Sequence[str], said: str | None) -> bool:
    """Whether the texts leave no doubt, though the heading does not say so."""
    match name:
        case "money":
            return _has_units(texts)
        case "boolean":
            answers = {text.lower() for text in texts}
            return answers <= {"是", "否", "有", "无", "√", "×"} or answers <= {"true", "false"} or answers in _PAIRS
        case "division_code":
            return said == "code" and all(text[:2] in PROVINCES for text in texts)
    return False


def _has_units(texts: Sequence[str]) -> bool:
    return any(re.search(r"\d(?:元|万|亿|千元)|[¥￥]", text) for text in texts)


def _has_leading_zeros(texts: Sequence[str]) -> bool:
    return any(len(text) > 1 and text.startswith("0") and text.isdigit() for text in texts)


def _has_line_breaks(texts: pl.Series) -> bool:
    return any(texts.str.contains(each, literal=True).any() for each in "\n\r\t")


def _as_text(sample: pl.DataFrame, column: ColumnProfile, said: str | None) -> Reading:
    name = said if said in {"text", "title", "person", "code"} else "text"
    if said == "division_code":
        name = "code"
    meaning = MEANINGS[name]
    has_lines = name == "text" and _has_line_breaks(sample[column.source])
    asked = candidate(column.source, meaning, allowed=[LINE_BREAKS] if has_lines else [])
    return Reading(meaning, weigh(sample, {name: asked})[name], said == name, has_line_breaks=has_lines)
