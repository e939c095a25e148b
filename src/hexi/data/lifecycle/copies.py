"""Compares files somebody has with the files that were certified, and says what is different."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hexi.data.lifecycle.certificates import CertifiedFile
from hexi.data.lifecycle.counting import count_rows
from hexi.data.lifecycle.findings import Finding, Tampered
from hexi.kernel.errors import Invalid, Missing, reason_of


class CopyMissing(Missing):
    """A file or folder to be checked is not there or may not be read."""

    code = "copy.missing"


@dataclass(frozen=True, slots=True)
class _Copy:
    path: Path
    sha256: str


def compare(certified: Sequence[CertifiedFile], data: Sequence[Path]) -> list[Finding]:
    """Return what was found about each file of `data`, files and folders, and about those missing.

    A copy may have another name: then its bytes tell which file it is. Raises `CopyMissing`.
    """
    if not data:
        return [Finding(code="files.none", template="No copy of the data was given, so none was checked.")]
    copies = [_Copy(path, _sha256(path)) for path in _files(data, certified)]
    pairs, extra, absent = _paired(copies, certified)
    findings = [finding for copy, expected in pairs for finding in _findings(copy, expected, certified)]
    findings += [
        _tampered("file.extra", "{file} is none of the files that were certified.", file=copy.path.name)
        for copy in extra
    ]
    if any(path.is_dir() for path in data):
        findings += [
            _tampered(
                "file.missing",
                "{file} is missing: {rows} certified rows are not in this copy.",
                file=each.name,
                rows=each.rows,
            )
            for each in absent
        ]
    elif absent:
        findings.append(
            Finding(
                code="files.some",
                template="{checked} of {certified} certified files were given; the others were not checked.",
                facts={"checked": len(certified) - len(absent), "certified": len(certified)},
            )
        )
    return findings


def _files(data: Sequence[Path], certified: Sequence[CertifiedFile]) -> Iterator[Path]:
    names = {each.name for each in certified}
    kinds = {Path(name).suffix for name in names}
    for path in data:
        if not path.is_dir():
            yield path
            continue
        # The folder of a Delta table holds other versions' files too; its log says which count.
        is_table = (path / "_delta_log").is_dir()
        for file in sorted(path.iterdir()):
            if file.is_file() and (file.name in names or (file.suffix in kinds and not is_table)):
                yield file


def _paired(
    copies: Sequence[_Copy], certified: Sequence[CertifiedFile]
) -> tuple[list[tuple[_Copy, CertifiedFile]], list[_Copy], list[CertifiedFile]]:
    """Pair by name, then by content; a single file left on each side is meant to be the same."""
    pairs: list[tuple[_Copy, CertifiedFile]] = []
    copies_left, left = list(copies), list(certified)
    for same in (_same_name, _same_content):
        for copy in tuple(copies_left):
            found = next((each for each in left if same(copy, each)), None)
            if found is not None:
                pairs.append((copy, found))
                copies_left.remove(copy)
                left.remove(found)
    if len(copies_left) == len(left) == 1 and copies_left[0].path.suffix == Path(left[0].name).suffix:
        pairs.append((copies_left.pop(), left.pop()))
    return pairs, copies_left, left


def _same_name(copy: _Copy, expected: CertifiedFile) -> bool:
    return copy.path.name == expected.name


def _same_content(copy: _Copy, expected: CertifiedFile) -> bool:
    return copy.sha256 == expected.sha256


def _findings(copy: _Copy, expected: CertifiedFile, certified: Iterable[CertifiedFile]) -> Iterator[Finding]:
    try:
        rows = count_rows(copy.path, suffix=Path(expected.name).suffix)
    except Invalid:
        rows = None
    facts: dict[str, object] = {
        "file": copy.path.name,
        "certified_as": expected.name,
        "found": copy.sha256[:16],
        "certified": expected.sha256[:16],
        "found_sha256": copy.sha256,
        "certified_sha256": expected.sha256,
        "rows": rows,
        "certified_rows": expected.rows,
    }
    if copy.sha256 == expected.sha256:
        if rows is not None and rows != expected.rows:
            yield _tampered(
                "rows.differ",
                "{file} is the certified file, but holds {rows} rows where {certified_rows} were certified.",
                **facts,
            )
        else:
            yield Finding(
                code="file.good",
                template="{file} is the file that was certified: SHA-256 {found}…, {certified_rows} rows.",
                facts=facts,
            )
        return
    other = next((each.name for each in certified if each.sha256 == copy.sha256), None)
    if other is not None:
        yield _tampered(
            "file.swapped", "{file} is another certified file: it is what {other} was.", **facts, other=other
        )
    elif rows is None:
        yield _tampered(
            "file.altered",
            "{file} is not the file that was certified: its SHA-256 is {found}…, certified was {certified}…; "
            "its rows cannot be counted, so it is cut off or damaged.",
            **facts,
        )
    elif rows != expected.rows:
        yield _tampered(
            "file.altered",
            "{file} is not the file that was certified: its SHA-256 is {found}…, certified was {certified}…; "
            "it has {rows} rows, certified were {certified_rows}.",
            **facts,
        )
    else:
        yield _tampered(
            "file.altered",
            "{file} is not the file that was certified: its SHA-256 is {found}…, certified was {certified}…; "
            "it has as many rows as certified ({rows}), so something in them was changed.",
            **facts,
        )


def _sha256(path: Path) -> str:
    if path.exists() and not path.is_file():
        raise CopyMissing("“{file}” is no ordinary file; copy what it gives into one first.", file=str(path))
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CopyMissing("“{file}” cannot be read: {reason}.", file=str(path), reason=reason_of(error)) from None


def _tampered(code: str, template: str, **facts: object) -> Finding:
    return Finding(code=code, template=template, facts=facts, failure=Tampered)
