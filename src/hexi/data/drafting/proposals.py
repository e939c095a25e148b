"""What is proposed for each column: a name, a meaning and the rules that nearly every row keeps, with the evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from hexi.data.drafting.headings import heading_of, name_of, unit_of
from hexi.data.drafting.meanings import ANSWERS, MEANINGS, PLACEHOLDERS_GO, Meaning, element_of
from hexi.data.drafting.readings import LINE_BREAKS, NEARLY_ALL, Reading, plain
from hexi.data.drafting.trees import own_set
from hexi.data.engines.profiles import ColumnProfile, Profile
from hexi.kernel.names import Text

FEW = 30
"""Different values up to which a column may be a list of allowed ones."""
_MOMENT = re.compile(r"(?:1[89]|20)\d\d(?:年|[-/.]\d)")
CLASSES = ("open", "internal", "personal", "sensitive")
"""From what anybody may see to what hurts people."""
REPEATED = 5
"""Rows a value of such a list has on average, at least."""
LONGEST = 30
"""Characters of a value that may be one of a list."""
LOOSE = frozenset({"remark", "note", "description", "content", "reason", "result", "scope", "address"})
"""Names of fields in which people write what they like, however often they write the same."""
SENSITIVE = re.compile(r"银行(?:卡|账|帐)号|^(?:账|帐|卡)号$|bank_account", re.IGNORECASE)
"""Headings of the accounts of people (PIPL, article 28)."""
PERSONAL = re.compile(
    r"出生(?:日期|年月|时间)|(?:家庭|户籍|居住|现)(?:地址|住址)|户籍地$|birth|home_address", re.IGNORECASE
)
"""Headings of what tells about one person."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that was found out about a column."""

    claim: Text
    holds: int
    of: int
    against: tuple[str, ...] = ()
    is_proposed: bool = True
    """Whether the draft makes a promise of it."""


@dataclass(slots=True)
class Proposal:
    """What the draft makes of a column."""

    source: str
    name: str
    title: Text
    meaning: Meaning
    classification: str
    confidence: float
    evidence: tuple[Evidence, ...]
    entry: dict[str, Any]
    """The field as the contract has it."""
    is_key: bool = False
    is_left_out: bool = False
    is_swapped: bool = False
    """Whether a longitude stands where the heading says latitude, or the other way round."""


def propose(found: Profile, readings: Mapping[str, Sequence[Reading]]) -> list[Proposal]:
    """Return a proposal for each column, in the source's order."""
    names: set[str] = set()
    proposals = []
    for column in found.columns:
        proposal = _propose(found, column, readings[column.source], names)
        names.add(proposal.name)
        proposals.append(proposal)
    return proposals


def _propose(found: Profile, column: ColumnProfile, readings: Sequence[Reading], names: set[str]) -> Proposal:
    best = readings[0]
    heading = heading_of(column.source)
    is_swapped = heading is not None and {heading.meaning, best.meaning.name} == {"longitude", "latitude"}
    name = best.meaning.name if is_swapped else heading.name if heading else name_of(column.source)
    while name in names:
        name = f"{name}_2" if not name[-1].isdigit() else f"{name[:-1]}{int(name[-1]) + 1}"
    clean = re.sub(r"\s+", " ", column.source).strip()
    title = best.meaning.title if is_swapped else Text(clean, heading.english if heading else clean)
    entry: dict[str, Any] = {"name": name, "businessName": title.zh, "logicalType": best.meaning.logical}
    if best.meaning.physical:
        entry["physicalType"] = best.meaning.physical
    evidence = [*_means(column, best), *(_also(each) for each in readings[1:2] if each.meaning.name != "text")]
    evidence += _filled(found, column, entry)
    classification = _class(best, heading.meaning if heading else None, column.source)
    if classification != "open":
        entry["classification"] = classification
    evidence += _limits(found, column, best, entry)
    own_set(entry, "hexi.title", {"zh": title.zh, "en": title.en})
    own_set(entry, "hexi.source", column.source if column.source != name else None)
    own_set(entry, "hexi.clean", _clean(column, best))
    own_set(entry, "hexi.element", element_of(best.meaning.name, heading.name if heading else ""))
    unit = unit_of(column.source)
    own_set(entry, "hexi.unit", unit if unit and best.meaning.logical in {"integer", "number"} else None)
    return Proposal(
        source=column.source,
        name=name,
        title=title,
        meaning=best.meaning,
        classification=classification,
        confidence=best.confidence,
        evidence=tuple(evidence),
        entry=entry,
        is_left_out=column.empty == found.rows,
        is_swapped=is_swapped,
    )


def _clean(column: ColumnProfile, best: Reading) -> list[object]:
    """The cleaners as a contract writes them; words that stand for no value go first, where there are any."""
    words: list[object] = [PLACEHOLDERS_GO] if column.has_placeholders and best.meaning.name != ANSWERS else []
    return words + [
        {each: {"excel_serial": True}} if each == "date" and best.has_day_numbers else each
        for each in best.meaning.clean
    ]


def _class(best: Reading, said: str | None, source: str) -> str:
    """A column that is headed as one of resident ids is one, however many of its values have a slip of the pen."""
    by_heading = MEANINGS[said].classification if said else "open"
    by_name = "sensitive" if SENSITIVE.search(source) else "personal" if PERSONAL.search(source) else "open"
    return max(best.meaning.classification, by_heading, by_name, key=CLASSES.index)


def _means(column: ColumnProfile, best: Reading) -> list[Evidence]:
    weighed, meaning = best.weighed, best.meaning
    if not weighed.of:
        return []
    by = (
        Text("列名和取值都像", "The heading and the values say")
        if best.by_heading
        else Text("取值像", "The values say")
    )
    if meaning.logical == "string" and not meaning.checks:
        by = Text("列名像", "The heading says") if best.by_heading else Text("保留为", "Kept as")
    claim = Text(
        f"{by.zh}“{meaning.title.zh}”：{_of(weighed.holds, weighed.of, 'zh')}。",
        f"{by.en} “{meaning.title.en}”: {_of(weighed.holds, weighed.of, 'en')}.",
    )
    evidence = [Evidence(claim, weighed.holds, weighed.of, weighed.against)]
    if best.has_day_numbers:
        days = Text(
            "五位数字是Excel的日期序号，按日期读出。", "Five digits are Excel's number of a day and are read so."
        )
        evidence.append(Evidence(days, weighed.holds, weighed.of))
    return evidence


def _also(other: Reading) -> Evidence:
    claim = Text(
        f"也可能是“{other.meaning.title.zh}”：{_of(other.weighed.holds, other.weighed.of, 'zh')}。",
        f"It may also be “{other.meaning.title.en}”: {_of(other.weighed.holds, other.weighed.of, 'en')}.",
    )
    return Evidence(claim, other.weighed.holds, other.weighed.of, other.weighed.against, is_proposed=False)


def _filled(found: Profile, column: ColumnProfile, entry: dict[str, Any]) -> list[Evidence]:
    filled = found.rows - column.empty
    if not found.rows or filled < NEARLY_ALL * found.rows:
        return []
    entry["required"] = True
    if column.empty == 0:
        return [Evidence(Text("每行都有值。", "Every row has a value."), filled, found.rows)]
    claim = Text(
        f"{column.empty:,}行没有值，其余都有。", f"Rows without a value: {column.empty:,}; all others have one."
    )
    return [Evidence(claim, filled, found.rows)]


def _limits(found: Profile, column: ColumnProfile, best: Reading, entry: dict[str, Any]) -> list[Evidence]:
    """Rules that 99% of the rows keep; each is written into the entry."""
    if best.meaning.options:
        entry["logicalTypeOptions"] = dict(best.meaning.options)
    if best.meaning.checks:
        entry["quality"] = [
            {"type": "custom", "engine": "hexi", "implementation": {"check": each}} for each in best.meaning.checks
        ]
        return []
    if best.meaning.logical in {"integer", "number"} and not best.meaning.options:
        return _range(best, entry)
    if best.meaning.logical != "string":
        return []
    if best.has_line_breaks:
        allowed = {"check": "characters", "allow": [LINE_BREAKS]}
        entry["quality"] = [{"type": "custom", "engine": "hexi", "implementation": allowed}]
        return [
            Evidence(
                Text("有的值分几行写。", "Some values go over several lines."), best.weighed.holds, best.weighed.of
            )
        ]
    texts = found.sample[column.source].drop_nulls()
    if best.meaning.name in {"person", "title"}:
        return []
    if _is_loose(column, entry):
        return _shape(texts, best, entry)
    return _list(found, column, entry) or _shape(texts, best, entry)


def _is_loose(column: ColumnProfile, entry: dict[str, Any]) -> bool:
    """Whether new values are to be expected, however few there are now: remarks, long texts, months, amounts."""
    heading = heading_of(column.source)
    said = heading.meaning if heading else None
    if "classification" in entry:
        # Everybody reads the contract: what it lists is no secret.
        return True
    if entry["name"] in LOOSE or said in {"date", "timestamp", "money", "integer", "number", "boolean"}:
        return True
    return any(len(text) > LONGEST or _MOMENT.match(plain(text)) or text[:1] in "[{" for text, _ in column.top)


def _range(best: Reading, entry: dict[str, Any]) -> list[Evidence]:
    least, greatest = best.weighed.least, best.weighed.greatest
    if least is None or greatest is None or not isinstance(least, int | float | Decimal) or least < 0:
        return []
    entry["logicalTypeOptions"] = {"minimum": 0}
    claim = Text(f"没有负数；从{least}到{greatest}。", f"None is negative; from {least} to {greatest}.")
    return [Evidence(claim, best.weighed.holds, best.weighed.holds)]


def _list(found: Profile, column: ColumnProfile, entry: dict[str, Any]) -> list[Evidence]:
    counts: dict[str, int] = {}
    for text, rows in column.top:
        counts[text.strip()] = counts.get(text.strip(), 0) + rows
    looked_at = sum(rows for _, rows in column.top)
    filled = found.sample.height - round(column.empty * found.sample.height / max(found.rows, 1))
    if not 1 < len(counts) <= FEW or looked_at < REPEATED * len(counts) or looked_at < NEARLY_ALL * filled:
        return []
    kept, covered = [], 0
    for text, rows in sorted(counts.items(), key=lambda pair: -pair[1]):
        if covered >= NEARLY_ALL * looked_at and rows < 0.002 * looked_at:
            break
        kept.append(text)
        covered += rows
    if len(kept) > FEW:
        return []
    entry["quality"] = [{"type": "library", "metric": "invalidValues", "arguments": {"validValues": kept}, "mustBe": 0}]
    shown_zh, shown_en = "、".join(kept[:6]), ", ".join(kept[:6])
    more = "…" if len(kept) > 6 else ""
    claim = Text(f"只有{len(kept)}种取值：{shown_zh}{more}", f"Only {len(kept)} different values: {shown_en}{more}")
    against = tuple(text for text in counts if text not in kept)[:5]
    return [Evidence(claim, covered, looked_at, against)]


def _shape(texts: pl.Series, best: Reading, entry: dict[str, Any]) -> list[Evidence]:
    """One pattern or length for codes, where nearly all have it."""
    if best.meaning.name not in {"code", "division_code"} or not len(texts):
        return []
    some = [plain(text) for text in texts.gather_every(max(1, len(texts) // 5_000)).to_list()]
    shapes: dict[str, int] = {}
    for text in some:
        shape = re.sub(r"[A-Z]", "A", re.sub(r"[0-9]", "9", text))
        shapes[shape] = shapes.get(shape, 0) + 1
    shape, count = max(shapes.items(), key=lambda pair: pair[1])
    if count < NEARLY_ALL * len(some) or not re.fullmatch(r"[A9._/-]{2,40}", shape):
        return []
    pattern = re.sub(r"9+|A+|[./-]", _part, shape)
    entry["logicalTypeOptions"] = {"pattern": f"^{pattern}$"}
    against = tuple(text for text in some if not re.fullmatch(pattern, text))[:5]
    claim = Text(f"形式都是{_example(shape)}。", f"All have the form {_example(shape)}.")
    return [Evidence(claim, count, len(some), against)]


def _part(found: re.Match[str]) -> str:
    run = found[0]
    kind = {"9": "[0-9]", "A": "[A-Z]"}.get(run[0])
    if kind is None:
        return re.escape(run)
    return kind if len(run) == 1 else f"{kind}{{{len(run)}}}"


def _example(shape: str) -> str:
    return shape.replace("9", "0")


def _of(holds: int, of: int, language: str) -> str:
    if holds == of:
        return f"{of:,}个值全部符合" if language == "zh" else f"all of {of:,} values"
    share = int(holds / of * 10_000) / 100
    return f"{of:,}个值中{share:g}%符合" if language == "zh" else f"{share:g}% of {of:,} values"
