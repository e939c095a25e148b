"""Checks a certificate and a copy of the data, offline, against a trust file the verifier already has."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

from hexi.data.lifecycle.certificates import Certificate, Derived, Node, read_statement
from hexi.data.lifecycle.copies import compare
from hexi.data.lifecycle.envelopes import CertificateInvalid, Envelope, read_envelopes
from hexi.data.lifecycle.findings import (
    BadSignature,
    Finding,
    RevokedKey,
    Tampered,
    UnknownKey,
    exit_code_of,
)
from hexi.data.lifecycle.trust import Standing, TrustedKey, TrustFile
from hexi.kernel.errors import Missing, reason_of
from hexi.kernel.names import Text
from hexi.kernel.time import stamp

CLOCK_SKEW = timedelta(minutes=5)
"""How far the certifier's clock may be ahead of ours."""


class CertificateMissing(Missing):
    """There is no such certificate or contract file."""

    code = "certificate.missing"


class Signed(Protocol):
    """What every statement says of itself."""

    @property
    def dataset(self) -> str:
        """The dataset that it is about."""

    @property
    def version(self) -> int:
        """The version that it is about."""

    @property
    def made_at(self) -> datetime:
        """When it says it was made."""

    @property
    def node(self) -> Node:
        """The node that it says made it."""


Statement = TypeVar("Statement", bound=Signed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What checking found. Never raises for what it found: that is in `findings`."""

    statement: Certificate | Derived | None
    """What was verified; `None` if a changed text can no longer be read."""
    source: Certificate | None
    """The version a download was made from, where the bundle encloses it."""
    signers: tuple[TrustedKey, ...]
    """Trusted keys in force whose signature of `statement` is good."""
    findings: tuple[Finding, ...]
    """In the order of checking."""

    @property
    def ok(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.problems

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What speaks against it."""
        return tuple(each for each in self.findings if each.failure is not None)

    @property
    def exit_code(self) -> int:
        """0, or that of the gravest problem: 13 signature, 12 revoked, 11 unknown key, 10 tampered."""
        return exit_code_of(self.findings)


def verify(
    certificate: Path | bytes,
    data: Sequence[Path] = (),
    *,
    trust: TrustFile,
    now: datetime,
    contract: Path | None = None,
) -> Verdict:
    """Check a certificate or a download's bundle and, where given, files or folders of the data.

    A folder must hold every certified file and no other of their kind; single files may be some of
    them. `contract` is a contract file to be compared with the certified one. Raises
    `CertificateMissing`, `CertificateInvalid` and `CopyMissing`.
    """
    name, text = ("the certificate", certificate) if isinstance(certificate, bytes) else read_file(certificate)
    first, *others = read_envelopes(text, file=name)
    statement, signers, findings = check_envelope(first, read_statement, trust=trust, now=now, file=name)
    source: Certificate | None = None
    if isinstance(statement, Derived):
        if len(others) > 1:
            raise CertificateInvalid(
                "“{file}” holds {count} certificates; a download's and its source's are expected.",
                file=name,
                count=len(others) + 1,
            )
        source, more = _check_source(statement, others, trust=trust, now=now, file=name)
        findings += more
    if statement is not None:
        findings += compare(statement.files, data)
    version = statement if isinstance(statement, Certificate) else source
    if contract is not None and version is not None:
        findings.append(_contract_finding(contract, version))
    return Verdict(statement=statement, source=source, signers=signers, findings=tuple(findings))


def check_envelope(
    envelope: Envelope, read: Callable[..., Statement], *, trust: TrustFile, now: datetime, file: str
) -> tuple[Statement | None, tuple[TrustedKey, ...], list[Finding]]:
    """Return what an envelope says, who signed it well, and what was found; `read` reads its statement.

    Nothing is said where it is forged and cannot be read. Raises `CertificateInvalid` where nothing but its form is
    wrong.
    """
    keys = [(each, trust.key(each.key_id)) for each in envelope.signatures]
    forged = [key for each, key in keys if key and not envelope.is_signed_by(each, key.public_key)]
    findings = [_forged(key, file) for key in forged]
    try:
        statement = read(envelope, file=file)
    except CertificateInvalid:
        if findings:
            return None, (), findings
        raise
    signers: list[TrustedKey] = []
    doubts: list[Finding] = []
    for each, key in keys:
        if key is None:
            doubts.append(_unknown(each.key_id, trust, statement, file))
        elif key not in forged:
            doubt = _doubt_about(key, at=statement.made_at, file=file)
            if doubt is None:
                signers.append(key)
            else:
                doubts.append(doubt)
    if signers:
        # One good signature is enough; what is said of the others is worth knowing.
        doubts = [Finding(code=each.code, template=each.template, facts=each.facts, failure=None) for each in doubts]
    findings += [*(_signed_well(key, statement, file) for key in signers), *doubts]
    findings += _contradictions(statement, signers, now=now, file=file)
    return statement, tuple(signers), findings


def _check_source(
    derived: Derived, others: Sequence[Envelope], *, trust: TrustFile, now: datetime, file: str
) -> tuple[Certificate | None, list[Finding]]:
    facts = {"file": file, "dataset": derived.dataset, "version": derived.version}
    if not others:
        return None, [
            Finding(
                code="chain.not-enclosed",
                template="“{file}” does not enclose the certificate of version {version} of {dataset}, from "
                "which the download was made; the node has it.",
                facts=facts,
            )
        ]
    source, _, findings = check_envelope(others[0], read_statement, trust=trust, now=now, file=f"{file} (source)")
    if others[0].sha256 != derived.certificate:
        findings.append(
            Finding(
                code="chain.other-source",
                template="The certificate enclosed in “{file}” is not the one the download was made under: "
                "its SHA-256 is {found}…, named was {certified}….",
                facts={**facts, "found": others[0].sha256[:16], "certified": derived.certificate[:16]},
                failure=Tampered,
            )
        )
    if source is None:
        return None, findings
    if not isinstance(source, Certificate):
        raise CertificateInvalid(
            "“{file}” encloses another download's certificate where that of a version is expected.", file=file
        )
    columns = {column for column, _ in source.schema}
    if (
        (source.dataset, source.version) != (derived.dataset, derived.version)
        or derived.file.rows > source.accepted
        or not columns.issuperset(derived.columns)
    ):
        findings.append(
            Finding(
                code="chain.contradiction",
                template="The download ({dataset} version {version}, {rows} rows) cannot have been made from "
                "what “{file}” encloses: {source_dataset} version {source_version}, {accepted} accepted.",
                facts={
                    **facts,
                    "rows": derived.file.rows,
                    "source_dataset": source.dataset,
                    "source_version": source.version,
                    "accepted": source.accepted,
                },
                failure=Tampered,
            )
        )
    if not any(each.failure for each in findings):
        findings.append(
            Finding(
                code="chain.good",
                template="The download was made from version {version} of {dataset}, whose certificate is enclosed.",
                facts=facts,
            )
        )
    return source, findings


def _forged(key: TrustedKey, file: str) -> Finding:
    return Finding(
        code="signature.bad",
        template="The text of “{file}” was changed after signing, or somebody else signed in the name of key "
        "{key} ({holder}): the signature does not fit.",
        facts={"file": file, "key": key.id, "holder": _named(key.holder)},
        failure=BadSignature,
    )


def _unknown(key_id: str, trust: TrustFile, statement: Signed, file: str) -> Finding:
    return Finding(
        code="key.unknown",
        template="“{file}” is signed by key {key}, which the trust file of {node} does not know "
        "(it knows {known}). It calls itself {claimed}, which nobody vouches for.",
        facts={
            "file": file,
            "key": key_id,
            "node": trust.node,
            "known": ", ".join(each.id for each in trust.keys) or "no key",
            "claimed": statement.node.name,
        },
        failure=UnknownKey,
    )


def _doubt_about(key: TrustedKey, *, at: datetime, file: str) -> Finding | None:
    facts: dict[str, object] = {
        "file": file,
        "key": key.id,
        "holder": _named(key.holder),
        "at": stamp(at),
        "successor": key.successor or "not known",
    }
    match key.standing(at):
        case Standing.IN_FORCE:
            return None
        case Standing.REVOKED:
            assert key.revoked_at is not None
            return Finding(
                code="key.revoked",
                template="“{file}” is signed by key {key} ({holder}), which was revoked on {revoked_at} "
                "({because}); nothing it signed counts. Its successor is {successor}: ask for a new "
                "certificate.",
                facts={
                    **facts,
                    "revoked_at": stamp(key.revoked_at),
                    "because": key.revoked_because or "no reason given",
                },
                failure=RevokedKey,
            )
        case Standing.NOT_YET:
            return Finding(
                code="key.not-yet-valid",
                template="“{file}” says it was made on {at}, but key {key} ({holder}) is valid only from {valid_from}.",
                facts={**facts, "valid_from": stamp(key.valid_from)},
                failure=RevokedKey,
            )
        case Standing.ENDED:
            assert key.valid_until is not None
            return Finding(
                code="key.ended",
                template="“{file}” says it was made on {at}, but key {key} ({holder}) was valid only until "
                "{valid_until}; its successor is {successor}.",
                facts={**facts, "valid_until": stamp(key.valid_until)},
                failure=RevokedKey,
            )


def _signed_well(key: TrustedKey, statement: Signed, file: str) -> Finding:
    return Finding(
        code="signature.good",
        template="“{file}”, about version {version} of {dataset}, is signed by {holder} with key {key}, in force on "
        "{at}.",
        facts={
            "file": file,
            "version": statement.version,
            "dataset": statement.dataset,
            "holder": _named(key.holder),
            "key": key.id,
            "at": stamp(statement.made_at),
        },
    )


def _contradictions(statement: Signed, signers: Sequence[TrustedKey], *, now: datetime, file: str) -> Iterator[Finding]:
    if signers and statement.node.key not in {each.id for each in signers}:
        yield Finding(
            code="certificate.other-node",
            template="“{file}” says it is of node {node} with key {key}, but that key did not sign it.",
            facts={"file": file, "node": statement.node.name, "key": statement.node.key},
            failure=BadSignature,
        )
    if statement.made_at > now + CLOCK_SKEW:
        yield Finding(
            code="certificate.from-the-future",
            template="“{file}” says it was made on {at}, which is in the future (now it is {now}).",
            facts={"file": file, "at": stamp(statement.made_at), "now": stamp(now)},
            failure=Tampered,
        )
    if isinstance(statement, Certificate):
        in_files = tuple(sum(each.rows for each in files) for files in (statement.files, statement.quarantine_files))
        if in_files != (statement.accepted, statement.quarantined) or sum(in_files) != statement.rows:
            yield Finding(
                code="certificate.contradiction",
                template="“{file}” contradicts itself: {rows} rows, {accepted} accepted and {quarantined} "
                "quarantined, but its files hold {in_accepted} and {in_quarantined}.",
                facts={
                    "file": file,
                    "rows": statement.rows,
                    "accepted": statement.accepted,
                    "quarantined": statement.quarantined,
                    "in_accepted": in_files[0],
                    "in_quarantined": in_files[1],
                },
                failure=Tampered,
            )


def _contract_finding(contract: Path, version: Certificate) -> Finding:
    name, text = read_file(contract)
    found = hashlib.sha256(text).hexdigest()
    facts = {"file": name, "found": found[:16], "certified": version.contract_sha256[:16]}
    if found == version.contract_sha256:
        return Finding(
            code="contract.good",
            template="“{file}” is the contract the data was checked against.",
            facts=facts,
        )
    return Finding(
        code="contract.differs",
        template="“{file}” is not the contract the data was checked against: its SHA-256 is {found}…, "
        "certified was {certified}….",
        facts=facts,
        failure=Tampered,
    )


def _named(holder: Text) -> str:
    """A holder in both languages, since facts are put into sentences of either."""
    return holder.zh if holder.zh == holder.en else f"{holder.zh} {holder.en}"


def read_file(path: Path) -> tuple[str, bytes]:
    """Return the name and the bytes of a file. Raises `CertificateMissing`."""
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise CertificateMissing(
            "“{file}” cannot be read: {reason}.", file=str(path), reason=reason_of(error)
        ) from None
