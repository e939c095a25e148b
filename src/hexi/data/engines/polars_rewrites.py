"""What cleaning wrote differently: how many values of each field, and some of them before and after."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from hexi.data.contracts.model import Classification, Contract, Field, FieldType

EXAMPLES = 5
"""Of one field, each of another shape."""
LOOKED_AT = 300
"""Rewritten values of a field and batch that examples are chosen from."""
LAST_LINE = 250_000
"""Examples come from the first lines: the dirt of a table is spread all over it."""
LONGEST = 60
"""An example with more characters would show nothing at a glance."""
WORD_AT_MOST = 4
"""Characters of a text that is one word and stands for itself, such as 是 or 在业."""
WORD, FULL_WORD, HAN = re.compile("[0-9A-Za-z]+"), re.compile("[０-９Ａ-Ｚａ-ｚ]+"), re.compile("[一-鿿]+")

Pair = tuple[str, str]


@dataclass(slots=True)
class Rewritten:
    """What was rewritten in some rows."""

    counts: dict[str, int]
    """Field → values whose source has them written differently. Only fields that are cleaned."""
    examples: dict[str, dict[str, Pair]] = field(default_factory=dict)
    """Field → shape → text before and after, from accepted rows and fields that are classed open."""

    def add(self, other: Rewritten) -> None:
        """Count further rows."""
        for name, number in other.counts.items():
            self.counts[name] += number
        for name, found in other.examples.items():
            here = self.examples.setdefault(name, {})
            for shape, pair in found.items():
                if len(here) < EXAMPLES:
                    here.setdefault(shape, pair)


class Rewrites:
    """Looks for rewritten values in judged rows. `clean` and `line` name columns of theirs."""

    def __init__(self, contract: Contract, *, clean: str, line: str) -> None:
        self._line = line
        self._open = {each.name for each in contract.fields if each.classification is Classification.OPEN}
        self._columns = {
            each.name: (pl.col(each.source), pl.col(clean + each.name), is_rewritten)
            for each in contract.fields
            if each.cleaners and (is_rewritten := _is_rewritten(each, clean)) is not None
        }

    def none(self) -> Rewritten:
        """What no row at all gives."""
        return Rewritten(dict.fromkeys(self._columns, 0))

    def look(self, judged: pl.DataFrame, passes: pl.Series) -> Rewritten:
        """Count, and take examples from rows that pass."""
        if not self._columns or judged.is_empty():
            return self.none()
        flags = judged.select(flag.alias(name) for name, (*_, flag) in self._columns.items())
        found = Rewritten({name: int(flags[name].sum() or 0) for name in self._columns})
        if judged[self._line][0] > LAST_LINE:
            return found
        for name, (raw, cleaned, _) in self._columns.items():
            places = (flags[name] & passes).arg_true().head(LOOKED_AT) if name in self._open else ()
            if len(places):
                pairs = judged.select(raw.gather(places), cleaned.gather(places).cast(pl.String).alias("clean"))
                found.examples[name] = _by_shape(pairs)
        return found


def _is_rewritten(each: Field, clean: str) -> pl.Expr | None:
    """Whether a value's source has it written differently; NULL or false where there is no value."""
    raw, cleaned = pl.col(each.source), pl.col(clean + each.name)
    match each.type:
        case FieldType.STRING:
            return raw != cleaned
        case FieldType.INTEGER | FieldType.DECIMAL | FieldType.NUMBER:
            return raw.cast(pl.Float64, strict=False).is_null() & cleaned.is_not_null()
        case FieldType.DATE:
            return ((raw.str.len_bytes() != len("2026-11-23")) | (raw.str.slice(4, 1) != "-")) & cleaned.is_not_null()
        case FieldType.BOOLEAN:
            return ~raw.is_in(["true", "false"]) & cleaned.is_not_null()
        case _:
            return None


def _by_shape(pairs: pl.DataFrame) -> dict[str, Pair]:
    found: dict[str, Pair] = {}
    for raw, cleaned in pairs.iter_rows():
        if len(raw) <= LONGEST and (shape := _shape(raw)) not in found:
            found[shape] = (raw, cleaned)
            if len(found) == EXAMPLES:
                break
    return found


def _shape(text: str) -> str:
    """A text with its words taken together: two of one shape have the same dirt. A single short word is its own."""
    if len(text) <= WORD_AT_MOST and HAN.fullmatch(text):
        return text
    text = WORD.sub(lambda word: "a" if word[0] != word[0].upper() else "A", text)
    return HAN.sub("一", FULL_WORD.sub("Ａ", text))


def plain(examples: Mapping[str, Mapping[str, Pair]]) -> dict[str, tuple[Pair, ...]]:
    """Return the examples without their shapes."""
    return {name: tuple(found.values()) for name, found in examples.items()}
