"""What the footer of a Parquet file says: how many rows it holds, and which columns. No data page is read."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from hexi.data.engines.sources.columns import RESERVED
from hexi.kernel.errors import Invalid


class ParquetDamaged(Invalid):
    """A file is no whole Parquet file."""

    code = "parquet.damaged"


def parquet_rows(file: Path) -> int:
    """Return the row count. Raises `ParquetDamaged`."""
    try:
        counted = pl.scan_parquet(file, glob=False).select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _damaged(file, error) from None
    return int(counted)


def source_columns(file: Path) -> tuple[str, ...]:
    """Return the columns that a source had, from a file of its quarantined rows. Raises `ParquetDamaged`."""
    try:
        names = pl.read_parquet_schema(file)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _damaged(file, error) from None
    return tuple(name for name in names if not RESERVED.fullmatch(name))


def _damaged(file: Path, error: Exception) -> ParquetDamaged:
    return ParquetDamaged(
        "“{file}” is not a whole Parquet file: {reason}.",
        file=file.name,
        reason=str(error).splitlines()[0].rstrip("."),
    )
