"""Drafts a contract for a source that has none: what each column probably means, with the evidence."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hexi.data.contracts.model import Contract, Publisher, Source
from hexi.data.drafting.keys import choose_key
from hexi.data.drafting.meanings import MEANINGS
from hexi.data.drafting.oddities import oddities
from hexi.data.drafting.proposals import Evidence, Proposal, propose
from hexi.data.drafting.readings import candidate, readings_of
from hexi.data.drafting.titles import header_row_of
from hexi.data.drafting.trees import dump, flow, own_set
from hexi.data.engines.profiles import ColumnProfile, Profile, profile, write_sample
from hexi.data.engines.sources import bytes_of
from hexi.data.engines.sources.dialects import SAMPLE_LINES, first_rows
from hexi.data.engines.sources.layouts import is_total, notes_begin
from hexi.data.engines.sources.opening import format_of, open_source
from hexi.data.engines.sources.records import NoRecords, RawSource
from hexi.data.engines.sources.workbooks import headings_deep
from hexi.data.lifecycle.records import Progress, Silent, Step
from hexi.kernel.errors import Invalid
from hexi.kernel.names import Text

SAMPLES = 6
FIXED_WIDTH = 20
"""Characters from which on a line may hold several columns."""
FIXED = Text(
    "只有一列，看起来是定宽文本：请在数据契约的hexi.source中写明format: fixed和各列的名称、起始位置、宽度，再起草。",
    "There is one column, which looks like fixed-width text: say “format: fixed” in hexi.source, with the name, start "
    "and width of each column.",
)
CONDITION = Text(
    "含个人信息，经数源单位同意后按申请的用途使用。",
    "It holds personal details: used for the purpose applied for, with the publisher's consent.",
)
"""Under which a table about people is drafted as shared."""


class NothingToDraft(Invalid):
    """The source has no column with a value."""

    code = "drafting.nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDraft:
    """One column, and what the draft makes of it."""

    source: str
    field: str
    title: Text
    meaning: str
    classification: str
    confidence: float
    rows: int
    empty: int
    distinct: int
    samples: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    is_key: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A contract drafted from a source, and why."""

    text: str
    """ODCS in YAML; a contract that can be used as it is, with nothing open."""
    rows: int
    looked_at: int
    """Rows on which meanings and rules were weighed, spread over the source."""
    columns: tuple[ColumnDraft, ...]
    key: tuple[str, ...]
    problems: tuple[Text, ...]
    """What is odd about the file."""

    def as_json(self) -> dict[str, Any]:
        """What the draft found, as plain values."""
        return {
            "rows": self.rows,
            "looked_at": self.looked_at,
            "key": list(self.key),
            "problems": [_said(each) for each in self.problems],
            "columns": [
                {
                    "source": each.source,
                    "field": each.field,
                    "title": _said(each.title),
                    "meaning": each.meaning,
                    "classification": each.classification,
                    "confidence": round(each.confidence, 3),
                    "rows": each.rows,
                    "empty": each.empty,
                    "distinct": each.distinct,
                    "samples": list(each.samples),
                    "is_key": each.is_key,
                    "evidence": [
                        {
                            "claim": _said(one.claim),
                            "holds": one.holds,
                            "of": one.of,
                            "is_proposed": one.is_proposed,
                            "against": list(one.against),
                        }
                        for one in each.evidence
                    ],
                }
                for each in self.columns
            ],
        }


def draft(
    path: Path,
    *,
    name: str,
    title: Text | None = None,
    publisher: Publisher | None = None,
    progress: Progress | None = None,
    sample: Path | None = None,
    called: str | None = None,
) -> Draft:
    """Look at a source and return a contract for it; with `sample`, also write the rows that were weighed.

    `called` is the name under which its owner knows the file, if it lies under another. The source is read once.
    Raises what opening and reading a source raises, and `NothingToDraft`.
    """
    watch, called = progress or Silent(), called or path.name
    with tempfile.TemporaryDirectory(prefix="hexi-draft-") as folder:
        watch.step(Step.COLLECT)
        source, raw, above = _open(path, Path(folder))
        done = 0

        def seen(rows: int) -> None:
            nonlocal done
            done += rows
            watch.rows(done, raw.total_rows)

        found = profile(raw, seen=seen)
        watch.step(Step.CLEAN)
        if not any(each.empty < found.rows for each in found.columns):
            raise NothingToDraft("“{file}” has no column with a value: there is nothing to draft.", file=called)
        proposals = propose(found, {each.source: readings_of(found.sample, each) for each in found.columns})
        if source.records is not None and raw.format == "json":
            above += _leave_out_what_stands_around(found, proposals)
        choose_key(found, proposals)
        if sample is not None:
            write_sample(found.sample, sample)
    about = title or Text(path.stem, path.stem)
    who = publisher or Publisher(name=Text("（请填写数源单位）", "(name the publisher)"))
    return Draft(
        text=_text(name, about, who, source, raw.format, called, proposals),
        rows=found.rows,
        looked_at=found.sample.height,
        columns=tuple(_column(found, each, proposal) for each, proposal in zip(found.columns, proposals, strict=True)),
        key=tuple(each.name for each in proposals if each.is_key),
        problems=(*above, *oddities(found, proposals), *_shared_under_a_condition(proposals)),
    )


def _open(path: Path, workspace: Path) -> tuple[Source, RawSource, list[Text]]:
    """Open a source, below the rows that offices put above the names of the columns."""
    bytes_of.require(path)
    format, said = format_of(path), Source()
    if format == "csv":
        said = Source(header_row=header_row_of(first_rows(path)))
    try:
        raw = open_source(_bare(said), path, workspace=workspace)
    except NoRecords as error:
        if error.only is None:
            raise
        said = Source(records=f"{error.only}.*")
        raw = open_source(_bare(said), path, workspace=workspace)
    if raw.records is not None:
        said = replace(said, records=raw.records)
    if format == "excel":
        return _sheet(path, raw, workspace)
    notes = [*raw.notes, *([FIXED] if format == "csv" and _looks_fixed(raw) else [])]
    return said, raw, [*_above(said.header_row), *notes]


def _sheet(path: Path, raw: RawSource, workspace: Path) -> tuple[Source, RawSource, list[Text]]:
    """Open a sheet as its office laid it out: below titles, under all its headings, without totals and notes."""
    said = Source(header_row=header_row_of(_rows(raw), width=len(raw.columns)))
    said = replace(said, header_rows=headings_deep(path, first=said.header_row))
    if said != Source():
        raw = open_source(_bare(said), path, workspace=workspace)
    frame = raw.frame.collect()
    has_totals = bool(frame.select(is_total(raw.columns).any()).item())
    has_notes = notes_begin(frame, raw.columns) is not None
    notes = _above(said.header_row)
    if said.header_rows > 1:
        notes.append(
            Text(
                f"列名占{said.header_rows}行（有合并单元格），分组名与列名用点连接。",
                f"The names of the columns take {said.header_rows} rows with merged cells; groups and names are joined "
                "with a point.",
            )
        )
    if has_totals or has_notes:
        said = replace(said, totals="drop" if has_totals else "keep", footnotes="drop" if has_notes else "keep")
        raw = open_source(_bare(said), path, workspace=workspace)
    return said, raw, [*notes, *raw.notes]


def _above(row: int) -> list[Text]:
    if row == 1:
        return []
    above = ("第1行", "Row 1") if row == 2 else (f"前{row - 1}行", f"Rows 1 to {row - 1}")
    note = Text(
        f"{above[0]}不是列名，已跳过；列名在第{row}行。",
        f"{above[1]} held no names of columns and was skipped; the names stand in row {row}.",
    )
    return [note]


def _looks_fixed(raw: RawSource) -> bool:
    """Whether a table of one column looks as if its columns stood at fixed places: gaps in every line, few widths."""
    if len(raw.columns) != 1:
        return False
    lines = [raw.columns[0], *(line or "" for line in raw.frame.head(SAMPLE_LINES).collect()[raw.columns[0]])]
    widths = {len(line.rstrip()) for line in lines}, {len(line.rstrip().encode("gb18030")) for line in lines}
    has_gaps = all("  " in line.strip() for line in lines)
    return len(lines) > 2 and (has_gaps or min(map(len, widths)) == 1) and max(map(len, lines)) >= FIXED_WIDTH


def _leave_out_what_stands_around(found: Profile, proposals: Sequence[Proposal]) -> list[Text]:
    """Leave out what a document says once, before its list of records, such as a code and a total."""
    around = []
    for column, proposal in zip(found.columns, proposals, strict=True):
        if column.distinct > 1 or found.rows < 2:
            break
        around.append(proposal)
    if not around or len(around) == len(proposals):
        return []
    for each in around:
        each.is_left_out = True
    zh, en = "、".join(f"“{each.source}”" for each in around), ", ".join(f"“{each.source}”" for each in around)
    return [
        Text(
            f"{zh}在记录列表之外，只有一个值，未列入草稿。",
            f"{en} stands beside the list of records, with one value, and is left out of the draft.",
        )
    ]


def _rows(raw: RawSource) -> list[tuple[int, list[str]]]:
    """The first rows of a sheet, with the one that was taken for its header."""
    header = ["" if each.startswith("#") else each for each in raw.columns]
    below = raw.frame.head(SAMPLE_LINES).collect().iter_rows()
    return [(1, header), *((line, [cell or "" for cell in cells]) for line, *cells in below)]


def _bare(source: Source) -> Contract:
    _, contract = candidate("", MEANINGS["text"])
    return replace(contract, fields=(), row_rules=(), source=source)


def _column(found: Profile, column: ColumnProfile, proposal: Proposal) -> ColumnDraft:
    return ColumnDraft(
        source=column.source,
        field=proposal.name,
        title=proposal.title,
        meaning=proposal.meaning.name,
        classification=proposal.classification,
        confidence=proposal.confidence,
        rows=found.rows,
        empty=column.empty,
        distinct=column.distinct,
        samples=column.varied[:SAMPLES],
        evidence=proposal.evidence,
        is_key=proposal.is_key,
    )


def _shared_under_a_condition(proposals: Sequence[Proposal]) -> list[Text]:
    names = _about_people(proposals)
    if not names:
        return []
    zh, en = "、".join(f"“{each}”" for each in names[:6]), ", ".join(f"“{each}”" for each in names[:6])
    return [
        Text(
            f"{zh}是个人信息，草稿暂定为有条件共享；请在“关于”中核对共享条件。",
            f"Personal details: {en}. The draft shares the table under a condition; look at it under About.",
        )
    ]


def _text(
    name: str,
    title: Text,
    publisher: Publisher,
    source: Source,
    format: str,
    called: str,
    proposals: Sequence[Proposal],
) -> str:
    said: dict[str, Any] = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": name.replace(".", "-"),
        "name": name,
        "version": "1.0.0",
        "status": "active",
        "customProperties": [],
    }
    who = {"zh": publisher.name.zh, "en": publisher.name.en} | ({"code": publisher.code} if publisher.code else {})
    reads: dict[str, object] = {"path": called, "format": format}
    if source.header_row != 1:
        reads["header_row"] = source.header_row
    for key, standing in (("header_rows", 1), ("totals", "keep"), ("footnotes", "keep")):
        if getattr(source, key) != standing:
            reads[key] = getattr(source, key)
    if source.records is not None:
        reads["records"] = source.records
    for key, value in (
        ("hexi.title", _said(title)),
        ("hexi.summary", _said(title)),
        ("hexi.publisher", who),
        ("hexi.sharing", _sharing(proposals)),
        ("hexi.openness", "closed"),
        ("hexi.source", reads),
        ("hexi.geometry", _geometry(proposals)),
        ("hexi.place", next((each.name for each in proposals if each.meaning.name == "division_code"), None)),
    ):
        own_set(said, key, value)
    said["schema"] = [
        {
            "name": name.rpartition(".")[2].replace("-", "_"),
            "physicalType": "table",
            "properties": [each.entry for each in proposals if not each.is_left_out],
        }
    ]
    return dump(flow(said))


def _sharing(proposals: Sequence[Proposal]) -> Mapping[str, object]:
    """What tells about people is shared under a condition, until somebody decides otherwise."""
    if not _about_people(proposals):
        return {"class": "unconditional"}
    return {"class": "conditional", "condition": _said(CONDITION)}


def _about_people(proposals: Sequence[Proposal]) -> list[str]:
    return [
        each.source for each in proposals if each.classification in {"personal", "sensitive"} and not each.is_left_out
    ]


def _geometry(proposals: Sequence[Proposal]) -> Mapping[str, str] | None:
    names = {each.meaning.name: each.name for each in proposals if not each.is_left_out}
    if "geometry" in names:
        return {"field": names["geometry"]}
    if {"longitude", "latitude"} <= names.keys():
        return {"longitude": names["longitude"], "latitude": names["latitude"]}
    return None


def _said(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
