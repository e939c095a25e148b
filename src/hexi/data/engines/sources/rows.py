"""Numbered records, each with texts by their names, as the frame of a source."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from hexi.data.contracts.model import Contract
from hexi.data.engines.sources import bytes_of
from hexi.data.engines.sources.columns import LINE, kept
from hexi.data.engines.sources.records import LIMIT_CELL_BYTES, CellTooLarge, RawSource, WrongEncoding

BATCH_RECORDS = 50_000
SURROGATE = re.compile("[\ud800-\udfff]")
Row = dict[str, str | None]


def as_source(
    contract: Contract,
    path: Path,
    format: str,
    records: Iterable[tuple[int, Row]],
    digest: bytes_of.Digest,
    encoding: str,
    *,
    workspace: Path | None = None,
) -> RawSource:
    """Return numbered records as a source. A member that a record leaves out is NULL in it.

    With `workspace`, what was read waits there for the scan and not in memory.
    """
    frames: list[pl.LazyFrame] = []
    numbered, height = iter(records), 0
    while batch := list(itertools.islice(numbered, BATCH_RECORDS)):
        try:
            _refuse_large_values(batch, path)
            framed = _framed(batch)
        except UnicodeEncodeError:
            raise _half_a_character(batch, path) from None
        height += framed.height
        if workspace is not None:
            part = workspace / f"{path.name}.{len(frames)}.parquet"
            framed.write_parquet(part, compression="lz4", statistics=False)
            frames.append(pl.scan_parquet(part, glob=False))
        else:
            frames.append(framed.lazy())
    none = pl.LazyFrame({LINE: []}, schema={LINE: pl.Int64})
    frame = pl.concat(frames, how="diagonal") if frames else none
    present = frame.collect_schema().names()[1:]
    # Writers of JSON leave out what is empty, so a member that no record has is NULL everywhere.
    absent = [each.source for each in contract.fields if each.source not in present] if not present else []
    columns = kept(contract, [*present, *absent], file=path)
    frame = frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    return RawSource(
        name=path.name,
        format=format,
        frame=frame.select(LINE, *columns),
        columns=columns,
        total_rows=height,
        digest=lambda: digest.sha256,
        size_bytes=digest.size_bytes,
        encoding=encoding,
    )


def _framed(batch: list[tuple[int, Row]]) -> pl.DataFrame:
    names = dict.fromkeys(name for _, row in batch for name in row if name != LINE)
    return pl.DataFrame(
        [pl.Series(LINE, [number for number, _ in batch], dtype=pl.Int64)]
        + [pl.Series(name, [row.get(name) for _, row in batch], dtype=pl.String) for name in names]
    )


def _half_a_character(batch: list[tuple[int, Row]], path: Path) -> WrongEncoding:
    number, name = next(
        (number, name)
        for number, row in batch
        for name, value in row.items()
        if SURROGATE.search(name) or SURROGATE.search(value or "")
    )
    return WrongEncoding(
        "Record {number} of “{file}”: “{column}” holds half a character (an escape from \\ud800 to \\udfff that "
        "stands alone). Export it again.",
        number=number,
        file=path,
        column=SURROGATE.sub("�", name),
    )


def _refuse_large_values(batch: list[tuple[int, Row]], path: Path) -> None:
    for number, row in batch:
        for name, value in row.items():
            if value is not None and len(value) > LIMIT_CELL_BYTES // 4 and len(value.encode()) > LIMIT_CELL_BYTES:
                raise CellTooLarge(
                    "Record {number} of “{file}”: “{column}” holds {size} bytes; a value has at most {limit}.",
                    number=number,
                    file=path,
                    column=name,
                    size=len(value.encode()),
                    limit=LIMIT_CELL_BYTES,
                )
