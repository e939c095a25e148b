"""A contract as one Polars projection: typed columns, and one bit for each row rule a row breaks."""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import polars as pl
import shapely

from hexi.data.contracts.expressions import parse_expression
from hexi.data.contracts.model import Contract, Field, FieldType, RowRule, Severity
from hexi.data.engines import polars_checks, polars_cleaners
from hexi.data.engines.polars_chains import chained, text_chain, touched
from hexi.data.engines.polars_cleaners import BLANK, bounded, column_type, finite
from hexi.data.engines.polars_expressions import to_polars

LINE = "_line"
"""Column of the raw frame that says where in the source a row stands; unique."""
REASONS = "_reasons"
"""Column of quarantined rows: the ids of the rules they break."""
CLEAN = "\x1f"
"""Prefix of cleaned columns beside the raw ones: no header begins with a unit separator."""
WORD_BITS = 62
"""Rules per mask word. The sign bit stays free: a mask that filled it would silently be negative."""
BLANKING = {"trim", "collapse_spaces", "remove_spaces", "empty_to_null", "replace"}
"""Cleaners that say what counts as empty; whatever else turns text into nothing could not read it."""


class Compiled:
    """A contract ready to run over batches of a raw frame. What its expressions need is set up once."""

    def __init__(
        self,
        contract: Contract,
        references: Mapping[tuple[str, str], pl.Series],
    ) -> None:
        """`references`: (dataset, field) → the values that a `reference` rule allows."""
        self.contract, self._references = contract, references
        # What has the shape of a code holds no unfit character: that rule looks only at the rest, once they are known.
        late = {rule.id: breaks(shape) for rule in contract.row_rules if (shape := self._shape_beside(rule))}
        searches = {each.name: pattern for each in contract.fields if (pattern := self._search(each, late))}
        self._suspects = {
            name: pl.col(contract.field(name).source).str.contains(pattern).alias(suspect(name))
            for name, pattern in searches.items()
        }
        self._values = {
            each.name: typed(each, is_searched=each.name in searches).alias(CLEAN + each.name)
            for each in contract.fields
        }
        found = {
            rule.id: suspect(rule.fields[0])
            for rule in contract.row_rules
            if rule.check == "characters" and rule.fields[0] in searches
        }
        self._broken = [
            (self._fails_beside(rule, found[rule.id]) if rule.id in found else self._fails(rule)).alias(breaks(rule.id))
            for rule in contract.row_rules
            if rule.check != "unique" and rule.id not in late
        ]
        self._late = [
            self._fails_beside(rule, late[rule.id]).alias(breaks(rule.id))
            for rule in contract.row_rules
            if rule.id in late
        ]

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """The published columns' types."""
        return {each.name: column_type(each) for each in self.contract.fields}

    def cleaned(self, batch: pl.DataFrame, names: Collection[str]) -> pl.DataFrame:
        """Add the typed columns of some fields, each named `CLEAN` + its name."""
        searched = batch.with_columns(search for name, search in self._suspects.items() if name in names)
        return searched.with_columns(value for name, value in self._values.items() if name in names)

    def judged(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Add the typed columns that are not there yet, and for each row rule the Boolean column `breaks`.

        Those of the `unique` rules must be there.
        """
        missing = [name for name in self._values if CLEAN + name not in batch.columns]
        return self.cleaned(batch, missing).with_columns(self._broken).with_columns(self._late)

    def counts(self, judged: pl.DataFrame) -> dict[str, int]:
        """For each row rule, in order, how many of the judged rows break it."""
        flags = [pl.col(breaks(rule.id)).sum().alias(rule.id) for rule in self.contract.row_rules]
        return next(judged.select(flags).iter_rows(named=True), {})

    def quarantined(self, judged: pl.DataFrame, among: Collection[str]) -> pl.Series:
        """Which rows break a rule whose severity is error; `among` are the rules that any of them breaks."""
        rules = [each for each in self.contract.row_rules if each.id in among and each.severity is Severity.ERROR]
        if not rules:
            return pl.repeat(value=False, n=judged.height, dtype=pl.Boolean, eager=True)
        return judged.select(pl.any_horizontal(breaks(rule.id) for rule in rules)).to_series()

    @property
    def output(self) -> list[pl.Expr]:
        """The published columns, from the cleaned ones."""
        return [pl.col(CLEAN + each.name).alias(each.name) for each in self.contract.fields]

    def reasons(self, judged: pl.DataFrame, among: Collection[str]) -> pl.Series:
        """The ids of the rules that each row breaks, in the contract's order: a list, NULL where `among` is empty.

        `among` are the rules that any of them breaks, whose Boolean columns must be there.
        """
        rules = [rule.id for rule in self.contract.row_rules if rule.id in among]
        words = [rules[start : start + WORD_BITS] for start in range(0, len(rules), WORD_BITS)]
        if not words:
            return pl.Series(REASONS, [None], dtype=pl.List(pl.String)).new_from_index(0, judged.height)
        packed = judged.select(
            functools.reduce(
                operator.or_, (pl.col(breaks(rule)).cast(pl.Int64) * (1 << place) for place, rule in enumerate(word))
            ).alias(f"{number}")
            for number, word in enumerate(words)
        )
        # Rows break rules in few combinations: each is spelt out once.
        distinct = packed.unique(maintain_order=True)
        lists = [
            [
                rule
                for bits, word in zip(row, words, strict=True)
                for place, rule in enumerate(word)
                if bits & (1 << place)
            ]
            for row in distinct.iter_rows()
        ]
        spelt = distinct.with_columns(pl.Series(REASONS, lists, dtype=pl.List(pl.String)))
        return packed.join(spelt, on=packed.columns, how="left", maintain_order="left")[REASONS]

    def _shape_beside(self, rule: RowRule) -> str | None:
        """The rule on the same field that lets only fit characters pass, for a `characters` rule."""
        if rule.check != "characters":
            return None
        beside = (each for each in self.contract.row_rules if each.fields == rule.fields)
        return next((each.id for each in beside if polars_checks.passes_only_fit_characters(each)), None)

    def _search(self, field: Field, late: Collection[str]) -> str | None:
        """One pattern for what a field's cleaners change and its characters must not be: a search for both in one."""
        rules = [
            each for each in self.contract.row_rules if each.check == "characters" and each.fields[0] == field.name
        ]
        chain = text_chain(field)
        if not _is_text(field) or len(rules) != 1 or rules[0].id in late or (pattern := touched(chain)) is None:
            return None
        return "|".join(filter(None, (pattern, polars_checks.unfit(rules[0]))))

    def _fails_beside(self, rule: RowRule, odd: str) -> pl.Expr:
        """Whether a rule is broken where only a row of which the Boolean column `odd` holds can break it."""
        look = self._fails(rule)
        value = CLEAN + rule.fields[0]

        def batch(columns: Sequence[pl.Series]) -> pl.Series:
            places, text = columns
            return _somewhere(places.arg_true(), text, look)

        return pl.map_batches([odd, value], batch, return_dtype=pl.Boolean, is_elementwise=True)

    def _fails(self, rule: RowRule) -> pl.Expr:
        if rule.check == "sql":
            columns = {each.name: pl.col(CLEAN + each.name) for each in self.contract.fields}
            tree = parse_expression(str(rule.arguments["expression"]), fields=self.contract.fields)
            return polars_checks.fails(~to_polars(tree, columns))
        field = self.contract.field(rule.fields[0])
        value = pl.col(CLEAN + field.name)
        if rule.check == "type":
            return unreadable(field)
        if rule.check == "reference":
            known = self._references[str(rule.arguments["dataset"]), str(rule.arguments["field"])]
            return polars_checks.fails(
                ~value.is_in(known.cast(column_type(field), strict=False).drop_nulls().implode())
            )
        return polars_checks.FORMS[rule.check](value, rule, field)


def breaks(rule: str) -> str:
    """The name of the Boolean column that says which rows break a row rule."""
    return f"{CLEAN}{CLEAN}{rule}"


def suspect(field: str) -> str:
    """The name of the Boolean column that says where a cleaner or a rule of characters may find something."""
    return f"{CLEAN}{CLEAN}{CLEAN}{field}"


def _is_text(field: Field) -> bool:
    return len(text_chain(field)) == len(field.cleaners) and field.type is FieldType.STRING


def typed(field: Field, *, is_searched: bool = False) -> pl.Expr:
    """The value of a field, from the raw text of its source column and, where it `is_searched`, its `suspect`."""
    chain = text_chain(field)
    text = pl.col(field.source)
    if chain or _is_text(field):
        text = chained(text, chain, field, suspects=pl.col(suspect(field.name)) if is_searched else None)
    for use in field.cleaners[len(chain) :]:
        text = polars_cleaners.FORMS[use.name](text, use.arguments, field)
    return text if len(chain) < len(field.cleaners) else _cast(text, field)


def unreadable(field: Field) -> pl.Expr:
    """Whether the source has text from which no value could be read."""
    makers = [use for use in field.cleaners if use.name not in BLANKING]
    if field.type is FieldType.STRING and not makers:
        return pl.lit(value=False)

    def look(columns: Sequence[pl.Series]) -> pl.Series:
        value, source = columns
        return _somewhere((value.is_null() & source.is_not_null()).arg_true(), source, is_present)

    present = pl.nth(0)
    for use in field.cleaners:
        if use.name in BLANKING:
            present = polars_cleaners.FORMS[use.name](present, use.arguments, field)
    is_present = (present.str.strip_chars(BLANK) != "").fill_null(value=False)
    # Only where nothing was read is there anything to look for.
    return pl.map_batches(
        [pl.col(CLEAN + field.name), pl.col(field.source)], look, return_dtype=pl.Boolean, is_elementwise=True
    )


def _somewhere(places: pl.Series, column: pl.Series, judge: pl.Expr) -> pl.Series:
    """False but at some places, where a Boolean expression over the column decides."""
    found = pl.repeat(value=False, n=len(column), eager=True)
    if not len(places):
        return found
    return found.scatter(places, column.gather(places).to_frame().select(judge).to_series())


def _cast(text: pl.Expr, field: Field) -> pl.Expr:
    """The plain reading of a type, for text that is already clean; NULL where it is not."""
    match field.type:
        case FieldType.INTEGER:
            return pl.when(text.str.contains(r"^[-+]?\d+$")).then(text).cast(pl.Int64, strict=False)
        case FieldType.DECIMAL:
            return text.map_batches(
                lambda column: polars_cleaners.plain_decimal(column, field),
                return_dtype=column_type(field),
                is_elementwise=True,
            )
        case FieldType.NUMBER:
            return finite(text.cast(pl.Float64, strict=False))
        case FieldType.DATE:
            return bounded(text.str.to_date("%Y-%m-%d", strict=False))
        case FieldType.TIMESTAMP:
            return polars_cleaners.FORMS["timestamp"](text, {}, field)
        case FieldType.BOOLEAN:
            return text.str.to_lowercase().replace_strict(
                ["true", "false"], [True, False], default=None, return_dtype=pl.Boolean
            )
        case FieldType.GEOMETRY:
            return text.map_batches(_wkb, return_dtype=pl.Binary, is_elementwise=True)
        case _:
            return text


def _wkb(column: pl.Series) -> pl.Series:
    """GeoJSON geometries as WKB (ISO 13249-3), NULL where one cannot be read."""
    shapes = shapely.from_geojson(column.to_numpy(), on_invalid="ignore")
    wkb = shapely.to_wkb(shapes)
    return pl.Series(column.name, np.asarray(wkb, dtype=object).tolist(), dtype=pl.Binary)
