"""Parquet files and the answers of queries: sources that know their columns' types, turned into text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import polars as pl

from hexi.data.contracts.model import Contract
from hexi.data.engines.sources import bytes_of
from hexi.data.engines.sources.columns import LINE, kept
from hexi.data.engines.sources.records import (
    LIMIT_CELL_BYTES,
    CellTooLarge,
    Input,
    QueryFailed,
    RawSource,
    SourceInvalid,
    SourceTruncated,
    WrongFormat,
    WrongHeader,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY_LIMIT = "1GB"


class Snapshot(Protocol):
    """One version of another dataset."""

    @property
    def version(self) -> int:
        """Version of the table."""

    @property
    def certificate(self) -> str:
        """SHA-256 of its certificate, hex."""

    @property
    def files(self) -> tuple[Path, ...]:
        """Parquet files of its accepted rows."""


class Snapshots(Protocol):
    """Resolves the datasets that a query reads."""

    def snapshot(self, dataset: str) -> Snapshot:
        """The newest accepted version of `dataset`."""


def open_parquet(contract: Contract, path: Path, *, workspace: Path) -> RawSource:
    """Return a Parquet file as text; `_line` is the number of the record. Raises what `records` names."""
    del workspace
    bytes_of.require(path)
    require_parquet(path)
    digest = bytes_of.digest(path)
    return _typed(contract, path, name=path.name, format="parquet", sha256=digest.sha256, size_bytes=digest.size_bytes)


def require_parquet(path: Path) -> None:
    """Raise `WrongFormat` or `SourceTruncated` unless the file begins and ends as Parquet does."""
    with path.open("rb") as file:
        if file.read(4) != bytes_of.PARQUET:
            bytes_of.refuse_other_formats(path, expected="Parquet")
            raise WrongFormat(
                "“{file}” is not Parquet: it does not begin with PAR1. Export it again, or say its “format” in "
                "hexi.source.",
                file=path,
            )
        file.seek(-4, 2)
        if file.read(4) != bytes_of.PARQUET or path.stat().st_size < 12:
            raise SourceTruncated("“{file}” has no Parquet footer: the file was cut. Copy it again.", file=path)


def open_sql(contract: Contract, *, workspace: Path, references: Snapshots) -> RawSource:
    """Return the answer of the contract's SELECT over the newest versions of other datasets.

    What was read is the fingerprint: the same query over the same versions is the same source.
    """
    found = {name: references.snapshot(name) for name in contract.source.inputs}
    inputs = tuple(
        Input(dataset=name, version=each.version, certificate=each.certificate) for name, each in found.items()
    )
    files = {name: each.files for name, each in found.items()}
    versions = {each.dataset: each.certificate for each in inputs}
    return open_query(contract, files, versions, workspace=workspace, inputs=inputs)


def open_query(
    contract: Contract,
    files: Mapping[str, tuple[Path, ...]],
    versions: Mapping[str, str],
    *,
    workspace: Path,
    inputs: tuple[Input, ...] = (),
) -> RawSource:
    """Return the answer of the contract's SELECT over datasets whose Parquet files are given by name.

    `versions` names what was read (dataset → certificate), which with the query is the fingerprint.
    """
    query = contract.source.query or ""
    answer = workspace / "answer.parquet"
    _ask(contract, query, files, answer, workspace=workspace)
    read = "\n".join([query, *(f"{name} {versions[name]}" for name in sorted(versions))])
    return _typed(
        contract,
        answer,
        name=f"{contract.name}.sql",
        format="sql",
        sha256=hashlib.sha256(read.encode()).hexdigest(),
        size_bytes=len(query.encode()),
        inputs=inputs,
    )


def _ask(
    contract: Contract, query: str, files: Mapping[str, tuple[Path, ...]], answer: Path, *, workspace: Path
) -> None:
    """Write the answer of a query that sees nothing but the given files."""
    with sandbox(files, workspace=workspace, dataset=contract.name) as engine:
        engine.execute(f"copy ({query.strip().rstrip(';')}\n) to {_text_of(str(answer))} (format parquet)")


@contextmanager
def sandbox(files: Mapping[str, tuple[Path, ...]], *, workspace: Path, dataset: str) -> Iterator[DuckDBPyConnection]:
    """An engine that sees datasets, by name, and the workspace: nothing else. Raises `QueryFailed`."""
    # Loaded by whoever asks a query: most runs read files.
    import duckdb

    parts = [str(part) for each in files.values() for part in each]
    try:
        with duckdb.connect(
            config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(workspace / "spill")}
        ) as engine:
            engine.execute(f"set allowed_paths={_list_of(parts)}")
            engine.execute(f"set allowed_directories={_list_of([str(workspace)])}")
            engine.execute("set enable_external_access=false")
            engine.execute("set lock_configuration=true")
            for name, each in files.items():
                listed = _list_of([str(part) for part in each])
                engine.execute(f"create view {_name_of(name)} as select * from read_parquet({listed})")
            yield engine
    except duckdb.Error as error:
        raise QueryFailed(
            "The query of {dataset} fails: {reason}", dataset=dataset, reason=str(error).split("\n\n", 1)[0]
        ) from None


def _typed(
    contract: Contract,
    path: Path,
    *,
    name: str,
    format: str,
    sha256: str,
    size_bytes: int,
    inputs: tuple[Input, ...] = (),
) -> RawSource:
    """A Parquet file as a source of text."""
    try:
        frame = pl.scan_parquet(path, glob=False)
        schema = frame.collect_schema()
        total = int(frame.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceInvalid(
            "“{file}” is damaged: its rows cannot be read. Copy or export it again.", file=name
        ) from error
    if not schema:
        raise WrongHeader("“{file}” has no columns.", file=name)
    columns = kept(contract, tuple(schema), file=name)
    text = (
        frame.select(columns)
        .with_row_index(LINE, offset=1)
        .select(pl.col(LINE).cast(pl.Int64), *(as_text(each, schema[each], file=name).alias(each) for each in columns))
    )

    def check(batch: pl.DataFrame) -> None:
        for column, size in batch.select(pl.col(pl.String).str.len_bytes().max()).row(0, named=True).items():
            if (size or 0) > LIMIT_CELL_BYTES:
                raise CellTooLarge(
                    "A value of “{column}” in “{file}” holds {size} bytes; a value has at most {limit}.",
                    column=column,
                    file=name,
                    size=size,
                    limit=LIMIT_CELL_BYTES,
                )

    def explain(error: BaseException) -> BaseException:
        # The footer was read, so it is a page before it that is not whole.
        if not isinstance(error, pl.exceptions.ComputeError):
            return error
        return SourceInvalid("“{file}” is damaged: its rows cannot be read. Copy or export it again.", file=name)

    return RawSource(
        name=name,
        format=format,
        frame=text,
        columns=columns,
        total_rows=total,
        digest=lambda: sha256,
        size_bytes=size_bytes,
        check=check,
        explain=explain,
        inputs=inputs,
    )


def as_text(name: str, kind: pl.DataType, *, file: Path | str) -> pl.Expr:
    """A column as text that reads back to the same value: ISO dates and times, exact decimals, JSON for the rest.

    Times keep their zone as an offset in UTC; a time without one stays without. Raises `SourceInvalid` for bytes.
    """
    column = pl.col(name)
    match kind:
        case pl.String():
            return pl.when(column != "").then(column)
        case pl.Datetime(time_zone=None):
            return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.f")
        case pl.Datetime():
            return column.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")
        case pl.Date():
            return column.dt.strftime("%Y-%m-%d")
        case pl.Time():
            return column.dt.strftime("%H:%M:%S%.f")
        case pl.Float32() | pl.Float64():
            return column.cast(pl.String).str.replace(r"\.0$", "")
        case pl.List() | pl.Array() | pl.Struct():
            listed = column.arr.to_list() if isinstance(kind, pl.Array) else column
            wrapped = pl.struct(listed.alias("v")).struct.json_encode()
            return pl.when(column.is_not_null()).then(wrapped.str.slice(5).str.head(-1))
        case pl.Duration():
            raise SourceInvalid(
                "The column “{column}” of “{file}” holds lengths of time; turn them into numbers with a unit.",
                column=name,
                file=file,
            )
        case pl.Binary() | pl.Object():
            raise SourceInvalid(
                "The column “{column}” of “{file}” is binary; only text, numbers, dates and booleans are read.",
                column=name,
                file=file,
            )
        case _:
            return column.cast(pl.String)


def _name_of(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text_of(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _list_of(texts: list[str]) -> str:
    return f"[{', '.join(_text_of(each) for each in texts)}]"
