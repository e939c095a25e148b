"""A field's text cleaners as one chain that runs only over the texts it changes.

Most cells of a messy table are clean. One search for what any cleaner of the chain would touch costs a third
of what two cleaners cost, and the chain then runs over the few texts where something was found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from hexi.data.contracts.cleaners import CLEANERS, PLACEHOLDERS
from hexi.data.contracts.model import CleanerUse, Field
from hexi.data.engines.polars_cleaners import BLANK, FORMS, FULL_WIDTH, Arguments

MOST_COUNTED = 64
"""A pattern that counts further grows too large to search with."""


def text_chain(field: Field) -> tuple[CleanerUse, ...]:
    """The leading cleaners of a field that give text."""
    makers = [place for place, use in enumerate(field.cleaners) if CLEANERS[use.name].gives is not None]
    return field.cleaners[: makers[0]] if makers else field.cleaners


def touched(uses: Sequence[CleanerUse]) -> str | None:
    """A pattern found in every text that text cleaners change; nothing where there is none to be had."""
    patterns = [form(use.arguments) if (form := TOUCHED.get(use.name)) else None for use in uses]
    return None if None in patterns else "|".join(dict.fromkeys([*filter(None, patterns), "^$"]))


def chained(text: pl.Expr, uses: Sequence[CleanerUse], field: Field, *, suspects: pl.Expr | None = None) -> pl.Expr:
    """Run text cleaners one after the other; what is empty then is NULL.

    `suspects` is where a search has found `touched`, or more; otherwise the search is done here.
    """

    def clean(raw: pl.Expr) -> pl.Expr:
        for use in uses:
            raw = FORMS[use.name](raw, use.arguments, field)
        # Not `when`: that would work out the text twice.
        return raw.replace("", None)

    pattern = touched(uses)
    if pattern is None or (not uses and suspects is None):
        return clean(text)
    form = clean(pl.nth(0))

    def mend(columns: Sequence[pl.Series]) -> pl.Series:
        column, found = columns
        places = found.arg_true()
        if not len(places):
            return column
        if len(places) * 2 > len(column):
            return column.to_frame().select(form).to_series()
        return column.scatter(places, column.gather(places).to_frame().select(form).to_series())

    found = text.str.contains(pattern) if suspects is None else suspects
    return pl.map_batches([text, found], mend, return_dtype=pl.String, is_elementwise=True)


def _class(characters: str) -> str:
    return "".join(f"\\x{{{ord(each):x}}}" for each in sorted(set(characters)))


def _length(arguments: Arguments) -> int:
    return int(str(arguments.get("length", 12)))


def _shorter(length: int) -> str | None:
    return f"(?s:^.{{0,{length - 1}}}$)" if 0 < length <= MOST_COUNTED else None


def _longer(length: int) -> str | None:
    return f"(?s:^.{{{length + 1},}})" if length < MOST_COUNTED else None


def _other_length(arguments: Arguments) -> str | None:
    shorter, longer = _shorter(_length(arguments)), _longer(_length(arguments))
    return f"[^0-9]|{shorter}|{longer}" if shorter and longer else None


def _placeholder(arguments: Arguments) -> str | None:
    values = arguments.get("values", PLACEHOLDERS)
    if not isinstance(values, list | tuple):
        return None
    return f"^[{BLANKS}]*(?:{'|'.join(re.escape(str(each)) for each in values)})[{BLANKS}]*$"


BLANKS = _class(BLANK)
_EDGE = f"^[{BLANKS}]|[{BLANKS}]$"
_HAN = r"\x{4e00}-\x{9fff}"
"""Chinese characters, which no normal form and no change of case touches."""

TOUCHED: Mapping[str, Callable[[Arguments], str | None]] = {
    "trim": lambda _: _EDGE,
    "collapse_spaces": lambda _: rf"{_EDGE}|[{_class(BLANK.replace(' ', ''))}]|  ",
    "remove_spaces": lambda _: f"[{BLANKS}]",
    "half_width": lambda _: f"[{_class(''.join(FULL_WIDTH))}]",
    "nfkc": lambda _: rf"[^\x00-\x7f{_HAN}]",
    "upper": lambda _: rf"[^\x00-`{{-\x7f{_HAN}]",
    "lower": lambda _: rf"[^\x00-@\[-\x7f{_HAN}]",
    "empty_to_null": _placeholder,
    "digits_only": lambda _: "[^0-9]",
    "pad": lambda arguments: _shorter(_length(arguments)),
    "truncate": lambda arguments: _longer(_length(arguments)),
    "strip_prefix": lambda arguments: f"^{re.escape(str(arguments['prefix']))}",
    "credit_code": lambda _: "[^0-9A-Z]",
    "resident_id": lambda _: "[^0-9X]",
    "phone": lambda _: "^[^1]|[^0-9]",
    "division_code": _other_length,
}
"""For each text cleaner but `replace`, the pattern found in every text that it changes."""
