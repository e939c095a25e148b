"""What tells one row of a table from another: one column if there is one, otherwise a few together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

import polars as pl

from hexi.data.drafting.headings import heading_of
from hexi.data.drafting.proposals import Evidence, Proposal
from hexi.data.drafting.readings import NEARLY_ALL, plain
from hexi.data.engines.profiles import ColumnProfile, Profile
from hexi.kernel.names import Text

KEYS = ("credit_code", "code", "resident_id", "division_code", "integer", "title", "text")
"""Meanings of which a key rather is, the likeliest first."""
TOGETHER = (*KEYS, "date", "timestamp")
"""Meanings of which a key of several columns may be made."""
NEVER = frozenset({"postal_code", "address", "premises", "postal_address", "remark", "note", "description", "content"})
"""Names of fields that differ by chance."""
COUNTS = frozenset({"number", "year", "month", "id"})
"""Names of fields whose whole numbers tell things apart instead of measuring them."""
LONGEST = 60
"""Characters of a text that may still name a row."""
WIDEST = 3
"""Columns of a key at most."""
CONSIDERED = 8
"""Columns from the left of which a key of several is made."""
FEWEST = 20
"""Rows from which on it is more than chance that two columns together never repeat."""
_MEASURE = re.compile(r"[-+]?[\d,.]+(?:%|[^\d,.]{1,3})?")


def choose_key(found: Profile, proposals: Sequence[Proposal]) -> None:
    """Mark the field that tells one row from another, or the fewest that do so together; none where nothing does."""
    profiles = {each.source: each for each in found.columns}
    single = []
    for place, each in enumerate(proposals):
        column = profiles[each.source]
        if each.meaning.name not in KEYS or not column.is_counted or not _is_full(found, column):
            continue
        if column.distinct >= NEARLY_ALL * (found.rows - column.empty) and _tells_apart(found, each, column):
            single.append(("." in each.source, KEYS.index(each.meaning.name), place, each, column))
    single.sort(key=lambda one: one[:3])
    for number, (*_, each, column) in enumerate(single):
        _say(found, each, column, is_key=number == 0)
    if not single:
        several = (
            each for each in proposals if each.meaning.name in TOGETHER and _is_full(found, profiles[each.source])
        )
        _choose_several(found, [each for each in several if _tells_apart(found, each, profiles[each.source])])


def _is_full(found: Profile, column: ColumnProfile) -> bool:
    filled = found.rows - column.empty
    return filled > 0 and filled >= NEARLY_ALL * found.rows


def _tells_apart(found: Profile, proposal: Proposal, column: ColumnProfile) -> bool:
    """Whether a column whose values differ is there to tell rows apart: measures and long texts differ by chance."""
    if proposal.name in NEVER:
        return False
    if proposal.meaning.name == "integer":
        return _is_numbering(proposal) or _runs_on(found, column)
    if proposal.meaning.name == "text":
        some = column.varied
        return not any(len(each) > LONGEST or _MEASURE.fullmatch(plain(each)) for each in some)
    return True


def _is_numbering(proposal: Proposal) -> bool:
    heading, said = heading_of(proposal.source), plain(proposal.source).lower()
    return (heading is not None and heading.name in COUNTS) or said.endswith(("号", "码", "id", "no"))


def _runs_on(found: Profile, column: ColumnProfile) -> bool:
    """Whether whole numbers are those of a count without gaps."""
    values = found.sample[column.source].str.strip_chars().cast(pl.Int64, strict=False).drop_nulls()
    if len(values) < FEWEST:
        return False
    least, greatest = values.min(), values.max()
    return isinstance(least, int) and isinstance(greatest, int) and greatest - least + 1 <= column.distinct * 1.01


def _say(found: Profile, proposal: Proposal, column: ColumnProfile, *, is_key: bool) -> None:
    filled = found.rows - column.empty
    repeats = filled - column.distinct
    zh = "没有重复的值" if not repeats else f"{repeats:,}行重复前面的值"
    en = "no value stands there twice" if not repeats else f"rows that repeat an earlier value: {repeats:,}"
    if is_key:
        _mark(proposal)
        claim = Text(f"标识一行：{zh}。", f"Tells one row from another: {en}.")
    else:
        claim = Text(f"{zh}，也可以作主键。", f"{en[0].upper()}{en[1:]}; it could be the key too.")
    proposal.evidence = (*proposal.evidence, Evidence(claim, column.distinct, filled, is_proposed=is_key))


def _choose_several(found: Profile, proposals: Sequence[Proposal]) -> None:
    """Mark the first few columns from the left that never, or hardly ever, repeat together in the sample."""
    fit, rows = proposals[:CONSIDERED], found.sample.height
    if rows < FEWEST or _different(found, fit) < NEARLY_ALL * rows:
        return
    for width in range(2, WIDEST + 1):
        for some in combinations(fit, width):
            different = _different(found, some)
            if different >= NEARLY_ALL * rows:
                _say_several(some, different, rows)
                return


def _different(found: Profile, proposals: Sequence[Proposal]) -> int:
    sources = [each.source for each in proposals]
    return found.sample.select(pl.struct(sources).hash()).to_series().n_unique() if sources else 0


def _say_several(proposals: Sequence[Proposal], different: int, rows: int) -> None:
    zh, en = "、".join(each.title.zh for each in proposals), ", ".join(each.title.en for each in proposals)
    repeats = rows - different
    how = ("没有重复", "nothing repeats") if not repeats else (f"{repeats:,}行重复", f"rows that repeat: {repeats:,}")
    claim = Text(
        f"“{zh}”合起来标识一行：{rows:,}行中{how[0]}。",
        f"Together, {en} tell one row from another: in {rows:,} rows {how[1]}.",
    )
    for number, each in enumerate(proposals, start=1):
        _mark(each)
        each.entry["primaryKeyPosition"] = number
        each.evidence = (*each.evidence, Evidence(claim, different, rows))


def _mark(proposal: Proposal) -> None:
    proposal.is_key = True
    proposal.entry["primaryKey"] = True
    proposal.entry["required"] = True
