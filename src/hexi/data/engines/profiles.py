"""Looks at a whole source once: how full and how varied each column is, and what a spread sample of it would mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hexi.data.contracts.cleaners import PLACEHOLDERS
from hexi.data.contracts.model import Contract, Field
from hexi.data.engines.polars_batches import batches
from hexi.data.engines.polars_cleaners import BLANK
from hexi.data.engines.polars_compile import CLEAN, LINE, Compiled, breaks
from hexi.data.engines.sources.records import RawSource

SAMPLE_ROWS = 60_000
"""Rows, spread over the source, on which meanings and rules are weighed."""
HEAD_ROWS = 5_000
"""Rows that say which columns are worth a closer look."""
MANY = 0.95
"""Share of different values from which on a column may be a key."""
LONGEST_BYTES = max(len(each.encode()) for each in PLACEHOLDERS)
TOP = 40
TOTALS = ("合计", "总计", "小计", "共计", "累计")
Seen = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """One column of a source."""

    source: str
    empty: int
    """Rows without a value, placeholders such as 暂无 included."""
    distinct: int
    """Different texts: exact where `is_counted`, of the sample otherwise."""
    is_counted: bool
    top: tuple[tuple[str, int], ...]
    """The most frequent texts of the sample, at most `TOP`, and their rows."""
    varied: tuple[str, ...]
    """A few texts of different shapes, as they came."""
    has_placeholders: bool
    """Whether the sample holds words such as 暂无 where there is no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A source at a glance."""

    rows: int
    columns: tuple[ColumnProfile, ...]
    sample: pl.DataFrame
    """`_line` and all columns, as text, in the source's order; at most `SAMPLE_ROWS` rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """How a reading of a column fares over the sample."""

    of: int
    """Rows that have a text."""
    holds: int
    """Those of which a value was read and that break no rule."""
    against: tuple[str, ...]
    """Some texts that speak against it."""
    least: object
    greatest: object
    """Of the values, where they have an order."""


def profile(source: RawSource, *, seen: Seen) -> Profile:
    """Scan a source once. `seen` is told how many rows went by. Raises what reading the source raises."""
    try:
        return _profile(source, seen)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise source.explain(error) from error


def _profile(source: RawSource, seen: Seen) -> Profile:
    names = list(source.columns)
    spread = _Spread(every=max(1, (source.total_rows or 0) // SAMPLE_ROWS))
    empty = dict.fromkeys(names, 0)
    keys: dict[str, list[pl.Series]] | None = None
    rows = 0
    blanks = [_count_empty(pl.col(name)).alias(name) for name in names]
    for batch in batches(source.frame, columns=len(names)):
        source.check(batch)
        rows += batch.height
        for name, number in batch.select(blanks).row(0, named=True).items():
            empty[name] += number
        if keys is None:
            head = batch.head(HEAD_ROWS)
            # Few rows rule most columns out; all of the batch, those that only a few rows make look like keys.
            keys = {name: [] for name in names if _may_be_key(head[name]) and _may_be_key(batch[name])}
        for name, found in keys.items():
            found.append(batch[name].drop_nulls().hash())
        spread.add(batch)
        seen(batch.height)
    sample = spread.frame(["_line", *names])
    # Only raw texts are counted: a placeholder among them may make one more than there are values.
    counted = {name: min(found, rows - empty[name]) for name, found in _different(keys or {}).items()}
    return Profile(
        rows=rows,
        columns=tuple(_column(sample, name, empty[name], counted.get(name)) for name in names),
        sample=sample,
    )


def weigh(sample: pl.DataFrame, readings: Mapping[str, tuple[Field, Contract]]) -> dict[str, Weighed]:
    """Return for each reading of a column (a field, and a contract with that field and its rules) how it fares."""
    return {name: _weigh(sample, field, contract) for name, (field, contract) in readings.items()}


def totals(sample: pl.DataFrame) -> list[tuple[int, str]]:
    """Return the line and the word of rows, at most three, that sum up others instead of being records."""
    names = [name for name in sample.columns if name != LINE]
    found = []
    for name in names[:3]:
        word = pl.col(name).str.replace_all(r"\s", "")
        rows = sample.select(LINE, word.alias("word")).filter(pl.col("word").is_in(TOTALS)).head(3)
        found += [(int(line), str(said)) for line, said in rows.iter_rows()]
    return sorted(found)[:3]


def write_sample(sample: pl.DataFrame, path: Path) -> None:
    """Write a sample, lines included, for `open_sample`."""
    sample.write_parquet(path, compression="zstd", compression_level=1)


def open_sample(path: Path, *, rows: int) -> RawSource:
    """Return what `write_sample` wrote as a source, thinned to `rows` rows spread over it."""
    frame = pl.read_parquet(path)
    if frame.height > rows:
        frame = frame.gather_every(-(-frame.height // rows))
    return RawSource(
        name=path.name,
        format="parquet",
        frame=frame.lazy(),
        columns=tuple(name for name in frame.columns if name != LINE),
        total_rows=None,
        digest=lambda: "",
        size_bytes=path.stat().st_size,
    )


class _Spread:
    """Rows spread over a source whose length may not be known: each second one goes whenever there are too many."""

    def __init__(self, *, every: int) -> None:
        """Begin with each `every`th row: copying all rows of a long source, to thin them later, costs a scan."""
        self._every, self._at, self._parts, self._height = every, 0, list[pl.DataFrame](), 0

    def add(self, batch: pl.DataFrame) -> None:
        first = -self._at % self._every
        self._at += batch.height
        part = batch.gather_every(self._every, first) if first < batch.height else batch.clear()
        self._parts.append(part)
        self._height += part.height
        while self._height > 2 * SAMPLE_ROWS:
            whole = pl.concat(self._parts, rechunk=True).gather_every(2)
            self._every *= 2
            self._parts, self._height = [whole], whole.height

    def frame(self, names: Sequence[str]) -> pl.DataFrame:
        if not self._parts:
            return pl.DataFrame(schema={names[0]: pl.Int64, **dict.fromkeys(names[1:], pl.String)})
        whole = pl.concat(self._parts, rechunk=True)
        return whole.gather_every(-(-whole.height // SAMPLE_ROWS)) if whole.height > SAMPLE_ROWS else whole


def _is_empty(text: pl.Expr) -> pl.Expr:
    return text.is_null() | text.is_in(["", " ", *PLACEHOLDERS])


def _count_empty(text: pl.Expr) -> pl.Expr:
    """How many are empty by `_is_empty`. Only texts as short as a placeholder are looked up: a third of the time."""
    short = text.filter(text.str.len_bytes() <= LONGEST_BYTES)
    return text.null_count() + short.is_in(["", " ", *PLACEHOLDERS]).sum()


def _different(hashes: Mapping[str, Sequence[pl.Series]]) -> dict[str, int]:
    """Return how many different texts each column has; the columns are counted side by side."""
    frames = [pl.concat(parts).alias(name).to_frame().lazy() for name, parts in hashes.items() if parts]
    counts = pl.collect_all([each.select(pl.all().n_unique()) for each in frames])
    return dict.fromkeys(hashes, 0) | {each.columns[0]: int(each.item()) for each in counts}


def _may_be_key(head: pl.Series) -> bool:
    filled = head.drop_nulls()
    return len(filled) > 0 and filled.n_unique() >= MANY * len(filled)


def _column(sample: pl.DataFrame, name: str, empty: int, counted: int | None) -> ColumnProfile:
    filled = sample[name].filter(~sample.select(_is_empty(pl.col(name))).to_series())
    counts = filled.value_counts(sort=True).head(TOP)
    distinct = counted if counted is not None else filled.n_unique()
    return ColumnProfile(
        source=name,
        empty=empty,
        distinct=distinct,
        is_counted=counted is not None or len(filled) == sample.height,
        top=tuple((str(value), int(count)) for value, count in counts.iter_rows()),
        varied=_varied(filled),
        has_placeholders=len(filled) < sample.height and _has_placeholders(sample[name]),
    )


def _has_placeholders(texts: pl.Series) -> bool:
    short = texts.filter(texts.str.len_bytes() <= LONGEST_BYTES)
    return bool(short.is_in(list(PLACEHOLDERS)).any())


def _varied(filled: pl.Series) -> tuple[str, ...]:
    """Texts of different shapes, the most frequent shapes first: digits are one kind of character, letters another."""
    some = filled.head(2_000).to_frame("text")
    shape = (
        pl.col("text")
        .str.slice(0, 60)
        .str.replace_all(r"[0-9]+", "9")
        .str.replace_all(r"[０-９]+", "８")
        .str.replace_all(r"[A-Za-z]+", "a")
        .str.replace_all(r"\p{Han}{5,}", "汉")
    )
    shapes = (
        some.with_columns(shape.alias("shape"))
        .group_by("shape", maintain_order=True)
        .agg(pl.col("text").first(), pl.len().alias("rows"))
        .sort("rows", descending=True, maintain_order=True)
    )
    return tuple(shapes["text"].head(6).to_list())


def _weigh(sample: pl.DataFrame, field: Field, contract: Contract) -> Weighed:
    raw = sample.select(LINE, field.source)
    filled = raw.filter(~_is_empty(pl.col(field.source).str.strip_chars(BLANK)))
    judged = Compiled(contract, {}).judged(filled)
    value = judged[CLEAN + field.name]
    flags = [breaks(rule.id) for rule in contract.row_rules]
    bad = judged.select(pl.any_horizontal(flags) if flags else pl.lit(value=False)).to_series()
    if len(bad) != judged.height:
        bad = pl.repeat(value=False, n=judged.height, eager=True)
    wrong = bad | value.is_null()
    against = judged.filter(wrong)[field.source].head(200).unique(maintain_order=True).head(5)
    is_ordered = value.dtype.is_numeric() or value.dtype.is_temporal()
    right = value.filter(~wrong) if is_ordered else None
    return Weighed(
        of=judged.height,
        holds=judged.height - int(wrong.sum() or 0),
        against=tuple(against.to_list()),
        least=right.min() if right is not None and len(right) else None,
        greatest=right.max() if right is not None and len(right) else None,
    )
