"""A frame taken batch by batch, and Parquet files that are written while the next batch is worked on.

Polars' streaming engine cuts a scan into morsels of some thousand rows, and whatever an expression sets
up (an automaton, a hash table, a regular expression) it sets up anew for each. Over larger batches the
same expressions take half the time, and memory stays bounded all the same.
"""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import polars as pl
from polars.io.plugins import register_io_source

Item = TypeVar("Item")
Result = TypeVar("Result")
CELLS_A_BATCH = 1_000_000
"""Twice as many save a twentieth of the time and cost a quarter more memory."""
WAIT_S = 0.5
"""How often a full queue is looked at again: the writer may have died."""


def batches(frame: pl.LazyFrame, *, columns: int, cells: int = CELLS_A_BATCH) -> Iterator[pl.DataFrame]:
    """Yield the frame's rows in order, each batch in one piece: expressions over many pieces copy them each time."""
    rows = max(1, cells // max(columns, 1))
    for batch in frame.collect_batches(chunk_size=rows, maintain_order=True, engine="streaming"):
        yield batch.rechunk()


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item], *, workers: int) -> Iterator[Result]:
    """Yield the results in the order of the items, while the next ones are worked on by threads."""
    running: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="batch") as pool:
        try:
            for item in items:
                running.append(pool.submit(work, item))
                if len(running) > workers:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            for each in running:
                each.cancel()


class ParquetSink:
    """A Parquet file that grows by frames; complete when the `with` block ends, broken off when it raises."""

    def __init__(
        self, path: Path, schema: Mapping[str, pl.DataType], *, metadata: dict[str, str] | None = None
    ) -> None:
        self.path, self.schema, self.metadata = path, dict(schema), metadata
        self._frames: queue.Queue[pl.DataFrame | None] = queue.Queue(maxsize=1)
        self._is_broken_off = False

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="parquet")
        self._done = self._pool.submit(self._write)
        return self

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows. Raises what kept the file from being written (`OSError`, `PolarsError`)."""
        self._put(frame)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_broken_off = error is not None
        try:
            self._put(None)
            self._done.result()
        except (pl.exceptions.PolarsError, OSError):
            if error is None:
                raise
        finally:
            self._pool.shutdown()

    def _put(self, frame: pl.DataFrame | None) -> None:
        while not self._done.done():
            try:
                self._frames.put(frame, timeout=WAIT_S)
            except queue.Full:
                continue
            return
        self._done.result()

    def _write(self) -> None:
        register_io_source(self._handed_over, schema=self.schema).sink_parquet(
            self.path, compression="zstd", compression_level=1, metadata=self.metadata
        )

    def _handed_over(
        self, columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, batch_rows: int | None
    ) -> Iterator[pl.DataFrame]:
        while (frame := self._frames.get()) is not None:
            yield frame if columns is None else frame.select(columns)
        if self._is_broken_off:
            raise BrokenPipeError("the rows broke off")
