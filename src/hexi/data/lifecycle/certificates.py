"""What a certificate says: an in-toto statement about the files of one version, or of one download."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hexi.data.contracts.model import Contract, Field, FieldType
from hexi.data.lifecycle.envelopes import (
    CertificateInvalid,
    Envelope,
    bundle,
    digest,
    load_payload,
    read_envelopes,
    seal,
)
from hexi.data.lifecycle.reading_json import Cursor
from hexi.data.lifecycle.records import ReferenceSnapshot, RuleCount, SourceFingerprint
from hexi.kernel.names import Text
from hexi.kernel.time import stamp

__all__ = [
    "CERTIFICATE",
    "DERIVED",
    "Certificate",
    "CertificateInvalid",
    "CertifiedFile",
    "Derived",
    "Input",
    "Node",
    "build_derived",
    "build_statement",
    "bundle",
    "digest",
    "node_of",
    "read_certificate",
    "read_statement",
    "seal",
]

STATEMENT = "https://in-toto.io/Statement/v1"
CERTIFICATE = "urn:hexi:certificate:v1"
DERIVED = "urn:hexi:derived:v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedFile:
    """One file and what it must be."""

    name: str
    sha256: str
    size_bytes: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A version of another dataset that a run read."""

    dataset: str
    version: int
    certificate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """The node that certifies, and the id of the key it signs with."""

    name: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate of one version, read back."""

    sha256: str
    """Of the envelope: the certificate's name."""
    dataset: str
    title: Text
    version: int
    quarantine_version: int
    publisher: Text
    contract_id: str
    contract_version: str
    contract_sha256: str
    run_key: str
    engine: str
    """Name and version."""
    hexi: str
    started_at: datetime
    finished_at: datetime
    seconds: Mapping[str, float]
    sources: tuple[SourceFingerprint, ...]
    inputs: tuple[Input, ...]
    files: tuple[CertifiedFile, ...]
    quarantine_files: tuple[CertifiedFile, ...]
    schema: tuple[tuple[str, str], ...]
    """Name and type of each column, in order."""
    rows: int
    accepted: int
    quarantined: int
    rules: tuple[RuleCount, ...]
    rewritten: Mapping[str, int]
    """Field that is cleaned → values that the source has written differently."""
    node: Node
    restores: str | None = None
    """SHA-256 of the certificate of an earlier version whose rows these are again; None for a run's own rows."""

    @property
    def made_at(self) -> datetime:
        """When it was signed, as it says."""
        return self.finished_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A certificate of one download, read back."""

    sha256: str
    dataset: str
    version: int
    certificate: str
    """SHA-256 of the envelope of the version it was made from."""
    file: CertifiedFile
    format: str
    columns: tuple[str, ...]
    made_at: datetime
    node: Node

    @property
    def files(self) -> tuple[CertifiedFile, ...]:
        """The download, alone."""
        return (self.file,)


def build_statement(
    contract: Contract,
    *,
    version: int,
    quarantine_version: int,
    run_key: str,
    engine: tuple[str, str],
    hexi: str,
    started_at: datetime,
    finished_at: datetime,
    seconds: Mapping[str, float],
    sources: Sequence[SourceFingerprint],
    files: Sequence[CertifiedFile],
    quarantine_files: Sequence[CertifiedFile],
    rows: int,
    rules: Sequence[RuleCount],
    rewritten: Mapping[str, int],
    node: Node,
    inputs: Sequence[ReferenceSnapshot | Input] = (),
    restores: str | None = None,
    because: str = "",
) -> dict[str, object]:
    """Return the statement over `files`, the accepted rows of one version. `seal` signs it.

    `restores` is the certificate of the earlier version whose rows these are again, `because` says why.

    The accepted and quarantined counts are those of the files. Raises `ValueError` if they do not
    add up to `rows`: such a certificate would contradict itself.
    """
    accepted, quarantined = (sum(each.rows for each in group) for group in (files, quarantine_files))
    if accepted + quarantined != rows:
        raise ValueError(f"{accepted} accepted and {quarantined} quarantined are not {rows} rows")
    return {
        "_type": STATEMENT,
        "subject": [{"name": each.name, "digest": {"sha256": each.sha256}} for each in files],
        "predicateType": CERTIFICATE,
        "predicate": {
            "dataset": {
                "name": contract.name,
                "title": _text(contract.title),
                "version": version,
                "quarantine_version": quarantine_version,
            },
            "publisher": _text(contract.publisher.name),
            "contract": {"id": contract.id, "version": contract.version, "sha256": contract.sha256},
            "run": {
                "key": run_key,
                "engine": {"name": engine[0], "version": engine[1]},
                "hexi": hexi,
                "started_at": stamp(started_at),
                "finished_at": stamp(finished_at),
                "seconds": {step: round(spent, 3) for step, spent in seconds.items()},
            },
            "sources": [_source(each) for each in sources],
            "inputs": [
                {"dataset": each.dataset, "version": each.version, "certificate": each.certificate} for each in inputs
            ],
            "files": [_file(each) for each in files],
            "quarantine_files": [_file(each) for each in quarantine_files],
            "schema": [{"name": each.name, "type": type_word(each)} for each in contract.fields],
            "counts": {"rows": rows, "accepted": accepted, "quarantined": quarantined},
            "rules": [
                {
                    "id": each.id,
                    "check": each.check,
                    "fields": list(each.fields),
                    "severity": each.severity,
                    "dimension": each.dimension,
                    "failed": each.failed,
                }
                for each in rules
            ],
            "rewritten": dict(rewritten),
            "node": {"name": node.name, "key": node.key},
            **({"restores": restores, "because": because} if restores else {}),
        },
    }


def build_derived(
    source: Certificate,
    *,
    file: CertifiedFile,
    format: str,
    columns: Sequence[str],
    made_at: datetime,
    node: Node,
) -> dict[str, object]:
    """Return the statement that `file`, a download, was made from the version that `source` certifies.

    `seal` signs it; `bundle` encloses both envelopes.
    """
    return {
        "_type": STATEMENT,
        "subject": [{"name": file.name, "digest": {"sha256": file.sha256}}],
        "predicateType": DERIVED,
        "predicate": {
            "derived_from": {"dataset": source.dataset, "version": source.version, "certificate": source.sha256},
            "format": format,
            "rows": file.rows,
            "columns": list(columns),
            "size_bytes": file.size_bytes,
            "made_at": stamp(made_at),
            "node": {"name": node.name, "key": node.key},
        },
    }


def read_statement(envelope: Envelope, *, file: str) -> Certificate | Derived:
    """Return what an envelope says, its signatures not yet checked.

    Raises `CertificateInvalid`, which names `file` and the field that is missing or of another type.
    """
    statement = Cursor(load_payload(envelope, file=file), file=file, refuse=CertificateInvalid)
    if statement.text("_type") != STATEMENT:
        raise statement.wrong("_type", expected=STATEMENT)
    kind = statement.text("predicateType")
    predicate = statement.inside("predicate")
    subjects = tuple((each.text("name"), each.inside("digest").text("sha256")) for each in statement.each("subject"))
    if kind == DERIVED:
        return _derived(envelope.sha256, predicate, subjects)
    if kind == CERTIFICATE:
        return _certificate(envelope.sha256, predicate, subjects)
    raise statement.wrong("predicateType", expected=f"{CERTIFICATE}, {DERIVED}")


def read_certificate(text: bytes, *, file: str) -> Certificate:
    """Return what a certificate of a version says, its signatures not checked. Raises `CertificateInvalid`.

    For those who have it from their own lake; anybody else verifies.
    """
    first, *others = read_envelopes(text, file=file)
    found = read_statement(first, file=file)
    if others or not isinstance(found, Certificate):
        raise CertificateInvalid("“{file}” certifies a download; the certificate of a version is expected.", file=file)
    return found


def type_word(field: Field) -> str:
    """Return a column's type as certificates write it, such as `decimal(18,2)`."""
    if field.type is FieldType.DECIMAL:
        return f"decimal({field.precision},{field.scale})"
    return field.type.value


def _certificate(sha256: str, said: Cursor, subjects: Sequence[tuple[str, str]]) -> Certificate:
    dataset, contract, run, counts = (said.inside(key) for key in ("dataset", "contract", "run", "counts"))
    files = tuple(_read_file(each) for each in said.each("files"))
    # The files stand in it twice, as in-toto's subjects and with their counts: both must say the same.
    if tuple((each.name, each.sha256) for each in files) != subjects:
        raise said.wrong("files", expected="the subjects of the statement")
    engine = run.inside("engine")
    return Certificate(
        sha256=sha256,
        dataset=dataset.text("name"),
        title=dataset.inside("title").as_text(),
        version=dataset.count("version"),
        quarantine_version=dataset.count("quarantine_version"),
        publisher=said.inside("publisher").as_text(),
        contract_id=contract.text("id"),
        contract_version=contract.text("version"),
        contract_sha256=contract.text("sha256"),
        run_key=run.text("key"),
        engine=f"{engine.text('name')} {engine.text('version')}",
        hexi=run.text("hexi"),
        started_at=run.moment("started_at"),
        finished_at=run.moment("finished_at"),
        seconds=run.numbers("seconds"),
        sources=tuple(
            SourceFingerprint(
                name=each.text("name"),
                sha256=each.text("sha256"),
                size_bytes=each.count("size_bytes"),
                format=each.text("format"),
                encoding=each.text_or_none("encoding"),
            )
            for each in said.each("sources")
        ),
        inputs=tuple(
            Input(
                dataset=each.text("dataset"),
                version=each.count("version"),
                certificate=each.text("certificate"),
            )
            for each in said.each("inputs")
        ),
        files=files,
        quarantine_files=tuple(_read_file(each) for each in said.each("quarantine_files")),
        schema=tuple((each.text("name"), each.text("type")) for each in said.each("schema")),
        rows=counts.count("rows"),
        accepted=counts.count("accepted"),
        quarantined=counts.count("quarantined"),
        rules=tuple(
            RuleCount(
                id=each.text("id"),
                check=each.text("check"),
                fields=each.texts("fields"),
                severity=each.text("severity"),
                dimension=each.text("dimension"),
                failed=each.count("failed"),
            )
            for each in said.each("rules")
        ),
        rewritten=said.counts("rewritten"),
        node=node_of(said),
        restores=said.text_or_none("restores"),
    )


def _derived(sha256: str, said: Cursor, subjects: Sequence[tuple[str, str]]) -> Derived:
    origin = said.inside("derived_from")
    if len(subjects) != 1:
        raise said.wrong("derived_from", expected="a statement with one subject, the download")
    name, file_sha256 = subjects[0]
    return Derived(
        sha256=sha256,
        dataset=origin.text("dataset"),
        version=origin.count("version"),
        certificate=origin.text("certificate"),
        file=CertifiedFile(name=name, sha256=file_sha256, size_bytes=said.count("size_bytes"), rows=said.count("rows")),
        format=said.text("format"),
        columns=said.texts("columns"),
        made_at=said.moment("made_at"),
        node=node_of(said),
    )


def node_of(said: Cursor) -> Node:
    """Return the node that a predicate says made it. Raises `CertificateInvalid`."""
    node = said.inside("node")
    return Node(name=node.text("name"), key=node.text("key"))


def _read_file(said: Cursor) -> CertifiedFile:
    return CertifiedFile(
        name=said.text("name"),
        sha256=said.text("sha256"),
        size_bytes=said.count("size_bytes"),
        rows=said.count("rows"),
    )


def _file(each: CertifiedFile) -> dict[str, object]:
    return {"name": each.name, "sha256": each.sha256, "size_bytes": each.size_bytes, "rows": each.rows}


def _source(each: SourceFingerprint) -> dict[str, object]:
    return {
        "name": each.name,
        "sha256": each.sha256,
        "size_bytes": each.size_bytes,
        "format": each.format,
        "encoding": each.encoding,
    }


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
