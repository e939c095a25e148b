"""How many rows a Parquet file holds, from its footer: no data page is read."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from hexi.kernel.errors import Invalid


class ParquetDamaged(Invalid):
    """A file is no whole Parquet file."""

    code = "parquet.damaged"


def parquet_rows(file: Path) -> int:
    """Return the row count. Raises `ParquetDamaged`."""
    try:
        counted = pl.scan_parquet(file, glob=False).select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ParquetDamaged(
            "“{file}” is not a whole Parquet file: {reason}.",
            file=file.name,
            reason=str(error).splitlines()[0].rstrip("."),
        ) from None
    return int(counted)
