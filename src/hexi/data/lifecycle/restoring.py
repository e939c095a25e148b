"""Makes an earlier version the newest again: the same files under a new number, with a certificate that says so.

Nothing is removed. The version that was wrong stays readable under its number, for whoever relied on it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from hexi.data.contracts.reading import contract_from_text
from hexi.data.engines import delta_words
from hexi.data.lake.errors import FileMissing
from hexi.data.lake.tables import DATA, DatasetTable, TableVersion, translated
from hexi.data.lifecycle import certificates
from hexi.data.lifecycle.certificates import Certificate, Node
from hexi.data.lifecycle.errors import NothingToRestore, VersionDamaged
from hexi.data.lifecycle.signing import Signer
from hexi.kernel.time import Clock


def restore(table: DatasetTable, version: int, *, because: str, signer: Signer, node: str, clock: Clock) -> Certificate:
    """Commit the rows of `version` as the newest and return its certificate, which names the one it restores.

    Cut off at any point, the table is as it was or whole as after. Raises `FileMissing` where there is no such
    version, `NothingToRestore` where it is the newest, `VersionDamaged` where its files are no longer as certified,
    `RunInProgress`.
    """
    now = clock()
    with table.lease(now=now, purpose="restoration"):
        table.sweep()
        newest, before = _versions(table, version)
        sha256 = before.metadata["hexi.certificate"]
        said = certificates.read_certificate(table.certificate(sha256), file=str(table.certificate_path(sha256)))
        staged = table.staged_again(version)
        if {each.path.name: _sha256(each.path) for each in staged} != {each.name: each.sha256 for each in said.files}:
            raise VersionDamaged(
                "Version {version} of {dataset} is no longer as it was certified, so it is not restored. Put its files "
                "back from a backup, or choose another.",
                version=version,
                dataset=table.name,
            )
        contract = contract_from_text(table.contract_text(before.metadata["hexi.contract"]))
        name, _, number = said.engine.partition(" ")
        statement = certificates.build_statement(
            contract,
            version=newest + 1,
            quarantine_version=said.quarantine_version,
            run_key=said.run_key,
            engine=(name, number),
            hexi=said.hexi,
            started_at=said.started_at,
            finished_at=clock(),
            seconds=said.seconds,
            sources=said.sources,
            inputs=said.inputs,
            files=said.files,
            quarantine_files=said.quarantine_files,
            rows=said.rows,
            rules=said.rules,
            rewritten=said.rewritten,
            node=Node(name=node, key=signer.key_id),
            restores=sha256,
            because=because,
        )
        envelope = certificates.seal(statement, [signer])
        digest = certificates.digest(envelope)
        with translated(table.folder):
            path = table.write_certificate(digest, envelope)
            table.write_rewrites(digest, table.rewrites(sha256))
            table.commit(
                DATA,
                staged,
                schema=delta_words.delta_schema(contract),
                metadata={**before.metadata, "hexi.certificate": digest},
            )
    return certificates.read_certificate(envelope, file=str(path))


def _versions(table: DatasetTable, version: int) -> tuple[int, TableVersion]:
    """The number of the newest version, and the one that is to come back."""
    held = table.versions()
    found = next((each for each in held if each.version == version), None)
    if found is None:
        raise FileMissing("{dataset} has no version {version}.", dataset=table.name, version=version)
    if found.version == held[0].version:
        raise NothingToRestore(
            "Version {version} of {dataset} is the newest: there is nothing to restore.",
            version=version,
            dataset=table.name,
        )
    return held[0].version, found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
