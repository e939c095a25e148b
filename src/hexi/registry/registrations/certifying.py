"""The certificate of a registration: an in-toto statement in an envelope, signed like those of datasets.

Its subject is the dataset's certificate, so that one leads to the other and to the data. Pure: no database, no clock.
"""

from __future__ import annotations

from datetime import date, datetime

from hexi.data.lifecycle.certificates import STATEMENT
from hexi.data.lifecycle.envelopes import seal
from hexi.data.lifecycle.signing import Signer
from hexi.kernel.time import stamp
from hexi.registry.registrations.records import Facts

PREDICATE = "urn:hexi:registration:v1"


def certificate(
    facts: Facts,
    *,
    code: str,
    dataset: str,
    kind: str,
    valid_until: date,
    made_at: datetime,
    node: str,
    signer: Signer,
) -> bytes:
    """Return what the register says of a resource as a sealed envelope. The same facts and key give the same bytes."""
    statement = {
        "_type": STATEMENT,
        "subject": [{"name": f"{dataset}.certificate.json", "digest": {"sha256": facts.certificate_sha256}}],
        "predicateType": PREDICATE,
        "predicate": {
            "code": code,
            "kind": kind,
            "dataset": dataset,
            "title": {"zh": facts.title.zh, "en": facts.title.en},
            "publisher": {"zh": facts.publisher.zh, "en": facts.publisher.en},
            "version": facts.version,
            "rows": facts.rows,
            "sharing": facts.sharing,
            "openness": facts.openness,
            "registered_at": stamp(made_at),
            "valid_until": valid_until.isoformat(),
            "node": {"name": node, "key": signer.key_id},
        },
    }
    return seal(statement, [signer])
