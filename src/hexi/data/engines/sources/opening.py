"""Opens whatever source a contract names, or whatever file it is given in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from hexi.data.contracts.model import Contract
from hexi.data.engines.sources import bytes_of
from hexi.data.engines.sources.dbase import open_dbase
from hexi.data.engines.sources.dbase_headers import is_dbase
from hexi.data.engines.sources.delimited import open_delimited
from hexi.data.engines.sources.documents import open_json
from hexi.data.engines.sources.features import open_geojson
from hexi.data.engines.sources.fixed import open_fixed
from hexi.data.engines.sources.markup import is_xml, open_xml
from hexi.data.engines.sources.records import QueryFailed, RawSource, SourceInvalid, SourceMissing
from hexi.data.engines.sources.synthetic import GENERATORS
from hexi.data.engines.sources.tables import Snapshots, open_parquet, open_query, open_sql
from hexi.data.engines.sources.workbooks import open_excel

OPENERS: Mapping[str, Callable[..., RawSource]] = {
    "csv": open_delimited,
    "excel": open_excel,
    "json": open_json,
    "geojson": open_geojson,
    "parquet": open_parquet,
    "dbf": open_dbase,
    "xml": open_xml,
    "fixed": open_fixed,
}
ENDINGS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
    ".json": "json",
    ".ndjson": "json",
    ".jsonl": "json",
    ".geojson": "geojson",
    ".parquet": "parquet",
    ".dbf": "dbf",
    ".xml": "xml",
}
HEAD_BYTES = 4096


def open_source(
    contract: Contract, path: Path | None, *, workspace: Path, references: Snapshots | None = None
) -> RawSource:
    """Return the source of a contract as a frame of text; `path` wins over the contract's own.

    A query needs `references`, which resolves the datasets it reads. `workspace` is an empty folder that
    must live as long as the frame is scanned. Raises what `records` names.
    """
    said = contract.source
    if path is None and said.generator is not None:
        return _generated(contract, said.generator, workspace)
    if path is None and said.query is not None:
        if references is None:
            raise QueryFailed("The query of {dataset} cannot run: nobody resolves its datasets.", dataset=contract.name)
        return open_sql(contract, workspace=workspace, references=references)
    if path is None:
        if said.path is None:
            raise SourceMissing(
                "The contract of {dataset} names no source; give a file: hexi publish CONTRACT SOURCE.",
                dataset=contract.name,
            )
        path = (contract.file.parent if contract.file is not None else Path()) / said.path
    bytes_of.require(path)
    form = said.format if said.format in OPENERS else None
    return OPENERS[form or format_of(path)](contract, path, workspace=workspace)


def format_of(path: Path) -> str:
    """Return the format (a key of `OPENERS`) that a file's ending says, else what its first bytes look like."""
    known = ENDINGS.get(path.suffix.lower())
    if known is not None:
        return known
    with path.open("rb") as file:
        return format_of_head(file.read(HEAD_BYTES))


def format_of_head(head: bytes) -> str:
    """Return the format (a key of `OPENERS`) that a file which begins so looks like; `csv` where nothing else fits."""
    if is_dbase(head):
        return "dbf"
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(bytes_of.PARQUET):
        return "parquet"
    if head.startswith((bytes_of.ZIP, bytes_of.OLE)):
        return "excel"
    if head.startswith((b"{", b"[")):
        return "geojson" if b'"FeatureCollection"' in head else "json"
    return "xml" if is_xml(head) else "csv"


def _generated(contract: Contract, generator: Mapping[str, object], workspace: Path) -> RawSource:
    name, rows, seed = (str(generator.get(key, "")) for key in ("generator", "rows", "seed"))
    if name not in GENERATORS or not rows.isdecimal() or not seed.isdecimal():
        raise SourceInvalid(
            "“{name}” with {rows} rows and seed {seed} cannot be generated; generators: {known}; rows and seed are "
            "whole numbers.",
            name=name,
            rows=rows or "–",
            seed=seed or "–",
            known=", ".join(GENERATORS),
        )
    path = workspace / f"{name}-{rows}-{seed}.csv"
    GENERATORS[name](path, rows=int(rows), seed=int(seed))
    return replace(open_delimited(contract, path, workspace=workspace), format="synthetic")


__all__ = ["ENDINGS", "GENERATORS", "OPENERS", "Snapshots", "format_of", "format_of_head", "open_query", "open_source"]
