"""Checks the certificate of a registration offline, against a trust file the verifier already has. Without Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hexi.data.lifecycle.certificates import STATEMENT, CertificateInvalid, Node, node_of
from hexi.data.lifecycle.envelopes import Envelope, load_payload, read_envelopes
from hexi.data.lifecycle.findings import Finding, Tampered, exit_code_of
from hexi.data.lifecycle.reading_json import Cursor
from hexi.data.lifecycle.trust import TrustedKey, TrustFile
from hexi.data.lifecycle.verifying import check_envelope, read_file
from hexi.registry.registrations.certifying import PREDICATE

OF_THE_REGISTER = ZoneInfo("Asia/Shanghai")
"""Whose days the register counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """The certificate of a registration, read back."""

    code: str
    dataset: str
    version: int
    certificate: str
    """SHA-256 of the dataset's certificate that was registered."""
    valid_until: date
    """The first day on which it does not hold."""
    made_at: datetime
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What checking found. Never raises for what it found: that is in `findings`."""

    statement: Registered | None
    """None where it is forged and cannot be read."""
    signers: tuple[TrustedKey, ...]
    findings: tuple[Finding, ...]
    """In the order of checking."""

    @property
    def ok(self) -> bool:
        """Whether nothing speaks against it."""
        return all(each.failure is None for each in self.findings)

    @property
    def exit_code(self) -> int:
        """0, or that of the gravest problem: 13 signature, 12 revoked, 11 unknown key, 10 tampered."""
        return exit_code_of(self.findings)


def is_registration(path: Path) -> bool:
    """Whether a file is an envelope around the certificate of a registration; nothing of it is checked."""
    try:
        first, *_ = read_envelopes(path.read_bytes(), file=path.name)
        return load_payload(first, file=path.name).get("predicateType") == PREDICATE
    except (CertificateInvalid, OSError):
        return False


def verify(path: Path, certificates: Sequence[Path] = (), *, trust: TrustFile, now: datetime) -> Verdict:
    """Check the certificate of a registration and, where given, that certificates of datasets are the registered one.

    A registration whose years are over, or that was cancelled since, was registered all the same: the first is told,
    for the second one looks at the register. Raises `CertificateMissing` and `CertificateInvalid`.
    """
    name, text = read_file(path)
    first, *others = read_envelopes(text, file=name)
    if others:
        raise CertificateInvalid(
            "“{file}” holds several certificates; that of one registration is expected.", file=name
        )
    statement, signers, findings = check_envelope(first, _read, trust=trust, now=now, file=name)
    if statement is not None:
        findings.append(_validity(statement, name, now.astimezone(OF_THE_REGISTER).date()))
        findings += [_same(statement, each) for each in certificates]
    return Verdict(statement=statement, signers=signers, findings=tuple(findings))


def _read(envelope: Envelope, *, file: str) -> Registered:
    said = Cursor(load_payload(envelope, file=file), file=file, refuse=CertificateInvalid)
    for key, expected in (("_type", STATEMENT), ("predicateType", PREDICATE)):
        if said.text(key) != expected:
            raise said.wrong(key, expected=expected)
    subjects = [each.inside("digest").text("sha256") for each in said.each("subject")]
    if len(subjects) != 1:
        raise said.wrong("subject", expected="one subject, the dataset’s certificate")
    inside = said.inside("predicate")
    try:
        valid_until = date.fromisoformat(inside.text("valid_until"))
    except ValueError:
        raise inside.wrong("valid_until", expected="a day such as 2026-11-23") from None
    return Registered(
        code=inside.text("code"),
        dataset=inside.text("dataset"),
        version=inside.count("version"),
        certificate=subjects[0],
        valid_until=valid_until,
        made_at=inside.moment("registered_at"),
        node=node_of(inside),
    )


def _validity(statement: Registered, file: str, today: date) -> Finding:
    facts = {"file": file, "code": statement.code, "day": statement.valid_until.isoformat()}
    if today >= statement.valid_until:
        return Finding(
            code="registration.expired",
            template="“{file}” is the certificate of registration {code}, whose years were over on {day}: look at the "
            "register for a newer one.",
            facts=facts,
        )
    return Finding(
        code="registration.holds",
        template="“{file}” is the certificate of registration {code}, valid before {day} unless the register says that "
        "it was changed or cancelled.",
        facts=facts,
    )


def _same(statement: Registered, path: Path) -> Finding:
    name, text = read_file(path)
    first, *_ = read_envelopes(text, file=name)
    facts = {"file": name, "dataset": statement.dataset, "code": statement.code}
    if first.sha256 == statement.certificate:
        return Finding(
            code="registration.certificate-good",
            template="“{file}” is the certificate of {dataset} that was registered as {code}.",
            facts=facts,
        )
    return Finding(
        code="registration.other-certificate",
        template="“{file}” is not the certificate of {dataset} that was registered as {code}: its SHA-256 is {found}…, "
        "registered was {registered}….",
        facts={**facts, "found": first.sha256[:16], "registered": statement.certificate[:16]},
        failure=Tampered,
    )
