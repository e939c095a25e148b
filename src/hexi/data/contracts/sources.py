"""Reads `hexi.source`: where the rows come from, the text of a query included."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from hexi.data.contracts.documents import ContractMissing, file_text
from hexi.data.contracts.expressions import parse_query
from hexi.data.contracts.model import ColumnPlace, Source
from hexi.data.contracts.problems import ContractInvalid, Notebook, Place
from hexi.data.contracts.source_words import FORMATS
from hexi.kernel.errors import Invalid

ENDINGS = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), "csv"),
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"), "excel"),
    **dict.fromkeys((".json", ".ndjson", ".jsonl"), "json"),
    ".geojson": "geojson",
    ".parquet": "parquet",
    ".dbf": "dbf",
    ".xml": "xml",
}
APPENDED = re.compile(r"\n# The query of hexi\.source:\n(?P<lines>(?:#\|.*\n)+)\Z")


def with_query(text: str, query: str) -> str:
    """Return a contract's text with its query appended as comments: one text to hash, store and show."""
    lines = "".join(f"#|{line}\n" for line in query.rstrip("\n").split("\n"))
    return f"{text}{'' if text.endswith(chr(10)) else chr(10)}\n# The query of hexi.source:\n{lines}"


def without_query(text: str) -> tuple[str, str | None]:
    """Return the text as its author wrote it and, where one was appended, the query."""
    found = APPENDED.search(text)
    if found is None:
        return text, None
    return text[: found.start()], "".join(line[2:] + "\n" for line in found["lines"].rstrip("\n").split("\n"))


def read_source(
    said: Mapping[str, Any] | None,
    place: Place,
    notes: Notebook,
    *,
    folder: Path | None,
    query: str | None,
    dataset: str,
    key: tuple[str, ...],
) -> Source:
    """Return where the rows come from. `folder` holds the contract; `query` is one that came with its text."""
    if said is None:
        return Source()
    form = said.get("format") or _implied_format(said)
    known = FORMATS[str(form)][1] if form in FORMATS else frozenset(said)
    if "path" in known:
        known |= {"connection"}
    for word in said:
        if word != "format" and word not in known:
            notes.add(
                (*place, word),
                "“{key}” means nothing for the format {format}; valid: {near}.",
                key=word,
                format=form,
                near=", ".join(sorted(known)),
            )
    _check(said, place, notes)
    if form == "sql":
        text = query if query is not None else _query_text(said, place, notes, folder)
        return Source(format="sql", query=text, inputs=_inputs(text, place, notes, dataset))
    if form == "database":
        return _database(said, place, notes, folder=folder, query=query, key=key)
    generator = None
    if form == "synthetic":
        generator = {word: said.get(word) for word in ("generator", "rows", "seed")}
        for word, value in generator.items():
            if value is None:
                notes.add(place, "“{key}” is missing here.", key=word)
    return Source(
        path=said.get("path"),
        format=said.get("format"),
        connection=said.get("connection"),
        encoding=said.get("encoding"),
        delimiter=said.get("delimiter"),
        quote=said.get("quote"),
        sheet=said.get("sheet"),
        header_row=said.get("header_row") or 1,
        header_rows=said.get("header_rows") or 1,
        totals=said.get("totals") or "keep",
        footnotes=said.get("footnotes") or "keep",
        records=said.get("records"),
        columns=_columns(said, place, notes) if form == "fixed" else (),
        counted=said.get("counted") or "characters",
        first_row=said.get("first_row") or 1,
        pages=said.get("pages"),
        generator=generator,
    )


def _database(
    said: Mapping[str, Any],
    place: Place,
    notes: Notebook,
    *,
    folder: Path | None,
    query: str | None,
    key: tuple[str, ...],
) -> Source:
    if "connection" not in said:
        notes.add(place, "“{key}” is missing here.", key="connection")
    if ("table" in said) == ("query" in said):
        notes.add(place, "A database is read by a table or by a query: write one of “table” and “query”.")
    if "watermark" in said and not key:
        notes.add(
            (*place, "watermark"),
            "A watermark needs a key, by which a newer row takes the place of an older one: mark its fields with "
            "“primaryKey: true”.",
        )
    if "full_every_days" in said and "watermark" not in said:
        notes.add((*place, "full_every_days"), "Without a watermark everything is read each time; leave this out.")
    statement = None
    if "query" in said:
        statement = query if query is not None else _query_text(said, place, notes, folder)
    return Source(
        format="database",
        connection=said.get("connection"),
        table=said.get("table"),
        statement=statement,
        watermark=said.get("watermark"),
        full_every_days=said.get("full_every_days"),
    )


def _columns(said: Mapping[str, Any], place: Place, notes: Notebook) -> tuple[ColumnPlace, ...]:
    found = tuple(ColumnPlace(**each) for each in said.get("columns") or ())
    if not found:
        notes.add(place, "Fixed-width text needs “columns”: say of each its name, start and width.")
    for number, each in enumerate(found):
        if each.name in {other.name for other in found[:number]}:
            notes.add((*place, "columns", number), "The column “{value}” stands here twice.", value=each.name)
    return found


def _implied_format(said: Mapping[str, Any]) -> str | None:
    if "table" in said or ("connection" in said and "query" in said):
        return "database"
    if "query" in said:
        return "sql"
    if "generator" in said:
        return "synthetic"
    return ENDINGS.get(PurePosixPath(str(said.get("path", ""))).suffix.lower())


def _check(said: Mapping[str, Any], place: Place, notes: Notebook) -> None:
    if "connection" in said and "path" in said:
        _check_below(str(said["path"]), place, notes)
    _check_pages(said, place, notes)
    for key in ("path", "query"):
        if key == "path" and "connection" in said:
            continue
        if key in said and (PurePosixPath(said[key]).is_absolute() or "\x00" in said[key]):
            notes.add((*place, key), "“{value}” must be relative to the contract file.", value=said[key])
    for key in ("delimiter", "quote"):
        if key in said and len(said[key]) != 1:
            notes.add((*place, key), "“{key}” is one character, not “{value}”.", key=key, value=said[key])
    if "encoding" in said:
        try:
            codecs.lookup(said["encoding"])
        except (LookupError, ValueError):
            notes.add(
                (*place, "encoding"), "“{value}” is no text encoding; try utf-8 or gb18030.", value=said["encoding"]
            )
    for part in re.findall(r"[^.]*[{}][^.]*", str(said.get("records", ""))):
        if not re.fullmatch(r"\{[^\W\d]\w*\}", part):
            notes.add(
                (*place, "records"),
                "“{part}” is no step of a path; a captured one is written {example}.",
                part=part,
                example="{county}",
            )


def _check_below(path: str, place: Place, notes: Notebook) -> None:
    steps = re.split(r"[/\\]", path.partition("?")[0])
    if ".." in steps or not steps[0] or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", path) or not path.isprintable():
        notes.add(
            (*place, "path"),
            "“{value}” must be relative to the address of the connection, and stay below it.",
            value=path.partition("?")[0],
        )


def _check_pages(said: Mapping[str, Any], place: Place, notes: Notebook) -> None:
    if "pages" not in said:
        return
    here, pages = (*place, "pages"), said["pages"]
    if "connection" not in said:
        notes.add(here, "Only what comes through a connection has pages; name one.")
    if not isinstance(pages, Mapping):
        return
    if ("next" in pages) == ("parameter" in pages):
        notes.add(here, "Pages follow one another by an address or by a number: write one of “next” and “parameter”.")
    for key in ("first", "step"):
        if key in pages and "parameter" not in pages:
            notes.add((*here, key), "“{key}” means nothing without “parameter”.", key=key)


def _query_text(said: Mapping[str, Any], place: Place, notes: Notebook, folder: Path | None) -> str | None:
    name = said.get("query")
    if name is None:
        notes.add(place, "“{key}” is missing here.", key="query")
        return None
    if folder is None:
        notes.add((*place, "query"), "“{file}” cannot be found without the folder of the contract.", file=name)
        return None
    try:
        return file_text(folder / name).rstrip("\n") + "\n"
    except ContractMissing:
        notes.add((*place, "query"), "There is no file “{file}” beside the contract.", file=name)
    except ContractInvalid as error:
        notes.add((*place, "query"), "“{file}” cannot be used: {reason}", file=name, reason=error.problems[0].message)
    return None


def _inputs(text: str | None, place: Place, notes: Notebook, dataset: str) -> tuple[str, ...]:
    if text is None:
        return ()
    here = (*place, "query")
    try:
        inputs = parse_query(text)[1]
    except Invalid as error:
        notes.add_error(here, error)
        return ()
    if not inputs:
        notes.add(
            here, "The query reads no dataset; name them in quotes, such as {example}.", example='"gansu.airports"'
        )
    if dataset in inputs:
        notes.add(here, "A dataset cannot be made from itself.")
    return inputs
