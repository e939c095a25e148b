"""Column names: which a source has, which the contract needs, and which would get in the way."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from hexi.data.contracts.model import Contract
from hexi.data.engines.sources.records import WrongHeader

LINE = "_line"
RESERVED = re.compile(r"_line|_mask\d*|_raw|_reasons")
"""Columns that a run puts beside the source's own."""
SHOWN = 40
TITLE_LINES = 20
"""So many lines below the one that should be the header are looked at for the true one."""


def named(cells: Sequence[str], *, file: Path, line: int) -> tuple[str, ...]:
    """Return the names in a header, spaces around them taken off.

    A column without a name, or with one that a run uses itself, is called by its place: `#3`.

    Raises `WrongHeader` where two columns have one name.
    """
    stripped = [cell.strip() for cell in cells]
    names = tuple(
        f"#{place}" if not name or RESERVED.fullmatch(name) else name for place, name in enumerate(stripped, start=1)
    )
    for name in names:
        if names.count(name) > 1:
            raise WrongHeader(
                "Line {line} of “{file}”: the column “{column}” stands there {times} times (columns {places}); "
                "rename one, so that it is clear which is meant.",
                line=line,
                file=file,
                column=name,
                times=names.count(name),
                places=", ".join(str(place) for place, each in enumerate(names, start=1) if each == name),
            )
    return names


def is_header(cells: Iterable[str], contract: Contract) -> bool:
    """Whether `cells` name every column that the contract reads."""
    return {field.source for field in contract.fields} <= {cell.strip() for cell in cells}


def kept(
    contract: Contract,
    columns: Sequence[str],
    *,
    file: Path | str,
    line: int | None = None,
    header_below: int | None = None,
) -> tuple[str, ...]:
    """Return the columns that belong into the frame: all but those whose names a run uses itself.

    `header_below` is the line in which the columns do stand, where a title is above them.

    Raises `WrongHeader` unless every column that the contract reads is there.
    """
    wanted = dict.fromkeys(field.source for field in contract.fields)
    missing = [name for name in wanted if name not in columns]
    taken = [name for name in wanted if RESERVED.fullmatch(name)]
    if taken:
        raise WrongHeader(
            "The contract reads the column “{column}” of “{file}”, a name that Hexi itself uses; rename it there.",
            column=taken[0],
            file=file,
        )
    if not missing:
        return tuple(name for name in columns if not RESERVED.fullmatch(name))
    if header_below:
        raise WrongHeader(
            "Line {line} of “{file}” is not its header: all columns that the contract reads stand in line {below}. "
            "Say “header_row: {below}” in hexi.source, or remove the lines above.",
            line=line,
            file=file,
            below=header_below,
        )
    others = [name for name in columns if name not in wanted]
    near = [
        f"“{found[0]}” → “{name}”"
        for name in missing
        if (found := difflib.get_close_matches(name, others, n=1, cutoff=0.5))
    ]
    if not others and line:
        raise WrongHeader(
            "Line {line} of “{file}” lacks {missing}, which the contract reads. Add the column, or take its field out "
            "of the contract.",
            line=line,
            file=file,
            missing=_listed(missing),
        )
    if not others:
        raise WrongHeader(
            "“{file}” lacks {missing}, which the contract reads. Add the column, or take its field out of the "
            "contract.",
            file=file,
            missing=_listed(missing),
        )
    facts = {
        "file": file,
        "line": line,
        "missing": _listed(missing),
        "others": _listed(others),
        "near": ", ".join(near),
    }
    if near and line:
        raise WrongHeader(
            "Line {line} of “{file}” lacks {missing}, which the contract reads; it has {others}, which it does not. "
            "Perhaps {near}? Mend the header, or set hexi.source of the field to the name in the file.",
            **facts,
        )
    if line:
        raise WrongHeader(
            "Line {line} of “{file}” lacks {missing}, which the contract reads; it has {others}, which it does not. "
            "Mend the header, or set hexi.source of the field to the name in the file.",
            **facts,
        )
    if near:
        raise WrongHeader(
            "“{file}” lacks {missing}, which the contract reads; it has {others}, which it does not. Perhaps {near}? "
            "Set hexi.source of the field to the name in the file.",
            **facts,
        )
    raise WrongHeader(
        "“{file}” lacks {missing}, which the contract reads; it has {others}, which it does not. "
        "Set hexi.source of the field to the name in the file.",
        **facts,
    )


def _listed(names: Sequence[str]) -> str:
    rest = f" (+{len(names) - SHOWN})" if len(names) > SHOWN else ""
    return ", ".join(f"“{name}”" for name in names[:SHOWN]) + rest
