"""Opens whatever source a contract names, by its format or by the file's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from hexi.data.contracts.model import Contract
from hexi.data.engines.sources import bytes_of
from hexi.data.engines.sources.delimited import open_delimited
from hexi.data.engines.sources.documents import open_geojson, open_json
from hexi.data.engines.sources.records import RawSource, SourceMissing, WrongFormat
from hexi.data.engines.sources.synthetic import write_enterprises
from hexi.data.engines.sources.tables import open_excel, open_parquet, open_query

OPENERS: Mapping[str, Callable[..., RawSource]] = {
    "csv": open_delimited,
    "excel": open_excel,
    "json": open_json,
    "geojson": open_geojson,
    "parquet": open_parquet,
}
ENDINGS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".json": "json",
    ".ndjson": "json",
    ".jsonl": "json",
    ".geojson": "geojson",
    ".parquet": "parquet",
}
GENERATORS = {"enterprises": write_enterprises}


def open_source(contract: Contract, path: Path | None, *, workspace: Path) -> RawSource:
    """Return the source of a contract as a frame of text; `path` wins over the contract's own.

    Queries over other datasets are opened by `open_query`. Raises what `records` names.
    """
    said = contract.source
    if path is None and said.generator is not None:
        return _generated(contract, workspace)
    if path is None:
        if said.path is None:
            raise SourceMissing(
                "The contract of {dataset} names no source; give a file: hexi publish CONTRACT SOURCE.",
                dataset=contract.name,
            )
        base = contract.file.parent if contract.file is not None else Path()
        path = base / said.path
    given = said.format if said.format not in {"sql", "synthetic"} else None
    format = given or ENDINGS.get(path.suffix.lower())
    if format is None:
        bytes_of.digest(path)
        raise WrongFormat(
            "“{file}”: what format is it? Endings that are known: {endings}; or set “format” in hexi.source.",
            file=path,
            endings=", ".join(ENDINGS),
        )
    return OPENERS[format](contract, path, workspace=workspace)


def _generated(contract: Contract, workspace: Path) -> RawSource:
    said = contract.source.generator or {}
    path = workspace / f"{said['generator']}.csv"
    GENERATORS[str(said["generator"])](path, rows=int(str(said["rows"])), seed=int(str(said["seed"])))
    return open_delimited(contract, path, workspace=workspace)


__all__ = ["ENDINGS", "GENERATORS", "OPENERS", "open_query", "open_source"]
