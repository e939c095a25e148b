"""A contract as one Polars projection: typed columns, and one bit for each row rule a row breaks."""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import polars as pl
import shapely

from hexi.data.contracts.cleaners import CLEANERS
from hexi.data.contracts.expressions import parse_expression
from hexi.data.contracts.model import Contract, Field, FieldType, RowRule, Severity
from hexi.data.engines import polars_checks, polars_cleaners
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
        self._values = {each.name: typed(each).alias(CLEAN + each.name) for each in contract.fields}
        self._rule_words = [
            contract.row_rules[start : start + WORD_BITS] for start in range(0, len(contract.row_rules), WORD_BITS)
        ]
        self._bits = [
            functools.reduce(
                operator.or_, (self._fails(rule).cast(pl.Int64) * (1 << place) for place, rule in enumerate(rules))
            ).alias(f"_mask{number}")
            for number, rules in enumerate(self._rule_words)
        ]

    @property
    def schema(self) -> Mapping[str, pl.DataType]:
        """The published columns' types."""
        return {each.name: column_type(each) for each in self.contract.fields}

    def cleaned(self, batch: pl.DataFrame, names: Collection[str]) -> pl.DataFrame:
        """Add the typed columns of some fields, each named `CLEAN` + its name."""
        return batch.with_columns(value for name, value in self._values.items() if name in names)

    def masked(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Add the typed columns that are not there yet, and the mask words.

        For each `unique` rule there must be a Boolean column named by `repeats_of`.
        """
        missing = [name for name in self._values if CLEAN + name not in batch.columns]
        return self.cleaned(batch, missing).with_columns(self._bits)

    @property
    def masks(self) -> tuple[str, ...]:
        """Names of the mask words."""
        return tuple(f"_mask{number}" for number in range(len(self._rule_words)))

    @property
    def is_quarantined(self) -> pl.Expr:
        """Whether a row breaks a rule whose severity is error."""
        return self._any(Severity.ERROR)

    @property
    def is_warned(self) -> pl.Expr:
        """Whether a row breaks a rule whose severity is warning."""
        return self._any(Severity.WARNING)

    @property
    def output(self) -> list[pl.Expr]:
        """The published columns, from the cleaned ones."""
        return [pl.col(CLEAN + each.name).alias(each.name) for each in self.contract.fields]

    @property
    def reasons(self) -> pl.Expr:
        """The ids of the rules that a row breaks, in the contract's order."""
        words = [[rule.id for rule in rules] for rules in self._rule_words]
        if not words:
            return pl.lit(None, dtype=pl.List(pl.String))

        def named(masks: pl.Series) -> pl.Series:
            # Rows break rules in few combinations: each is spelt out once.
            combined = masks.struct.unnest()
            distinct = combined.unique(maintain_order=True)
            lists = [
                [
                    rule
                    for mask, rules in zip(row, words, strict=True)
                    for place, rule in enumerate(rules)
                    if mask & (1 << place)
                ]
                for row in distinct.iter_rows()
            ]
            spelt = distinct.with_columns(pl.Series(REASONS, lists, dtype=pl.List(pl.String)))
            return combined.join(spelt, on=combined.columns, how="left", maintain_order="left")[REASONS]

        return pl.struct(self.masks).map_batches(named, return_dtype=pl.List(pl.String), is_elementwise=True)

    def counts(self) -> list[pl.Expr]:
        """For each row rule, in order, how many rows break it; to be selected from masked rows."""
        return [
            (pl.col(f"_mask{number}") & (1 << place) != 0).sum().alias(rule.id)
            for number, rules in enumerate(self._rule_words)
            for place, rule in enumerate(rules)
        ]

    def _any(self, severity: Severity) -> pl.Expr:
        found = []
        for number, rules in enumerate(self._rule_words):
            bits = sum(1 << place for place, rule in enumerate(rules) if rule.severity is severity)
            if bits:
                found.append(pl.col(f"_mask{number}") & bits != 0)
        return pl.any_horizontal(found) if found else pl.repeat(value=False, n=pl.len(), dtype=pl.Boolean)

    def _fails(self, rule: RowRule) -> pl.Expr:
        if rule.check == "unique":
            return pl.col(repeats_of(rule.id))
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
            return polars_checks.fails(~value.is_in(known.cast(column_type(field)).implode()))
        return polars_checks.FORMS[rule.check](value, rule, field)


def repeats_of(rule: str) -> str:
    """The name of the column that says which rows break a `unique` rule."""
    return f"{CLEAN}{CLEAN}{rule}"


def typed(field: Field) -> pl.Expr:
    """The value of a field, from the raw text of its source column."""
    text = pl.col(field.source)
    for use in field.cleaners:
        text = polars_cleaners.FORMS[use.name](text, use.arguments, field)
    if field.cleaners and CLEANERS[field.cleaners[-1].name].gives is not None:
        return text
    if field.type is FieldType.STRING:
        # Not `when`: that would work out the text twice.
        return text.replace("", None)
    return _cast(text, field)


def unreadable(field: Field) -> pl.Expr:
    """Whether the source has text from which no value could be read."""
    makers = [use for use in field.cleaners if use.name not in BLANKING]
    if field.type is FieldType.STRING and not makers:
        return pl.lit(value=False)

    def look(columns: Sequence[pl.Series]) -> pl.Series:
        value, source = columns
        left = (value.is_null() & source.is_not_null()).arg_true()
        found = pl.repeat(value=False, n=len(value), eager=True)
        return (
            found.scatter(left, source.gather(left).to_frame().select(is_present).to_series()) if len(left) else found
        )

    present = pl.nth(0)
    for use in field.cleaners:
        if use.name in BLANKING:
            present = polars_cleaners.FORMS[use.name](present, use.arguments, field)
    is_present = (present.str.strip_chars(BLANK) != "").fill_null(value=False)
    # Only where nothing was read is there anything to look for.
    return pl.map_batches(
        [pl.col(CLEAN + field.name), pl.col(field.source)], look, return_dtype=pl.Boolean, is_elementwise=True
    )


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
