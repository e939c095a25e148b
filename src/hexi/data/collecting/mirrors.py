"""A mirror: the rows of a source of which only the news is read, as they stood after the last reading.

It holds what the source said, not what the dataset accepted, so a version is always made of all rows:
what an incremental run publishes is what a full one would, deletions apart.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from hexi.data.lake.tables import sync_file, sync_folder
from hexi.kernel.names import new_id
from hexi.kernel.time import from_stamp, stamp

STATE = "mirror.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """What a mirror's rows are of."""

    source: str
    """Digest of what was asked: connection, table or query, columns, watermark, key."""
    file: str
    watermark: str | None
    """The largest watermark that the source had before the last reading began."""
    full_at: str
    """Stamp of when everything was read last."""

    def is_due(self, now: datetime, *, full_every_days: int | None) -> bool:
        """Whether everything is to be read again."""
        if self.watermark is None:
            return True
        return full_every_days is not None and now >= from_stamp(self.full_at) + timedelta(days=full_every_days)


def standing(folder: Path, *, source: str) -> Mirror | None:
    """Return the mirror of that source, None where there is none that is whole."""
    try:
        found = Mirror(**json.loads((folder / STATE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.source == source and (folder / found.file).is_file() else None


def renew(
    folder: Path,
    rows: Path,
    *,
    columns: Sequence[str],
    key: Sequence[str],
    before: Mirror | None,
    source: str,
    watermark: str | None,
    now: datetime,
) -> Path:
    """Put newly read rows (CSV with a header) in the place of those with the same key; return the file of all rows.

    `before` is None where everything was read. Where nothing is new the file stays as it was, to the byte. Cut off
    at any point, the mirror is as it was before or whole as after. Raises `OSError`, `PolarsError`.
    """
    folder.mkdir(exist_ok=True)
    news = pl.scan_csv(rows, schema=dict.fromkeys(columns, pl.String()), glob=False)
    if before is None:
        name = _written(folder, news, now=now)
    else:
        known = pl.scan_parquet(folder / before.file, glob=False)
        # The rows of the last moment are always read again: most are known.
        fresh = news.join(known, on=list(columns), how="anti", nulls_equal=True, maintain_order="left").collect()
        name = before.file
        if fresh.height:
            stay = known.join(fresh.lazy(), on=list(key), how="anti", nulls_equal=True, maintain_order="left")
            name = _written(folder, pl.concat([stay, fresh.lazy()]), now=now)
    full_at = stamp(now) if before is None else before.full_at
    said = Mirror(source=source, file=name, watermark=watermark, full_at=full_at)
    draft = folder / f".{STATE}"
    draft.write_text(json.dumps(asdict(said), ensure_ascii=False), "utf-8")
    sync_file(draft)
    draft.replace(folder / STATE)
    sync_folder(folder)
    for each in folder.glob("*.parquet"):
        if each.name != name:
            each.unlink()
    return folder / name


def _written(folder: Path, rows: pl.LazyFrame, *, now: datetime) -> str:
    name = f"rows-{new_id(now)}.parquet"
    rows.sink_parquet(folder / name, compression="zstd", compression_level=1, maintain_order=True)
    sync_file(folder / name)
    return name
