"""One run: collect → clean and test → split → commit → certify.

The order makes the commit of the accepted rows the only moment that counts: what stands before it is
swept away by the next run, what stands after it is already true.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import hexi
from hexi.data.collecting.connections import Connections, NoConnections
from hexi.data.contracts.model import Contract
from hexi.data.engines import delta_words
from hexi.data.engines import polars_split as engine
from hexi.data.engines.counting import parquet_rows
from hexi.data.engines.sources.records import RawSource
from hexi.data.lake.errors import is_disk_full
from hexi.data.lake.tables import (
    DATA,
    QUARANTINE,
    DatasetTable,
    Lake,
    StagedFile,
    TableVersion,
    full,
    sync_file,
    sync_folder,
    translated,
)
from hexi.data.lifecycle import certificates, judging
from hexi.data.lifecycle.certificates import Certificate, CertifiedFile, Node
from hexi.data.lifecycle.envelopes import canonical
from hexi.data.lifecycle.inputs import inputs_of, open_of, reference_values
from hexi.data.lifecycle.records import (
    Outcome,
    Progress,
    References,
    ReferenceSnapshot,
    RuleCount,
    RunResult,
    Silent,
    Step,
)
from hexi.data.lifecycle.signing import Signer
from hexi.kernel.errors import HexiError
from hexi.kernel.names import new_id
from hexi.kernel.time import Clock

VOCABULARY = 1
"""Grows when a word changes its meaning: the same source then gives another version."""


def run(
    contract: Contract,
    *,
    source: Path | None = None,
    lake: Lake,
    signer: Signer,
    node: str,
    references: References,
    connections: Connections | None = None,
    clock: Clock,
    progress: Progress | None = None,
    revoked: Collection[str] = (),
) -> RunResult:
    """Publish a source under its contract and return what came of it.

    A run whose key is that of the standing version writes nothing, unless that version is damaged or was
    certified by a `revoked` key: then it is published again. Whatever is raised, or if the process dies,
    the table is as it was before or whole as after. Raises `SourceInvalid` and
    `SourceMissing`, `SourceUnreachable`, `SetRuleBroken`, `RunInProgress`, `LakeFull`, `Missing` for a reference or a
    connection.
    """
    watch = progress or Silent()
    started_at = clock()
    table = lake.dataset(contract.name)
    with table.lease(now=started_at), _workspace(table) as workspace:
        table.sweep()
        timer = _Timer(watch)
        timer.begin(Step.COLLECT)
        with translated(table.folder):
            inputs = inputs_of(contract, references)
            raw = open_of(
                contract,
                source,
                inputs,
                connections or NoConnections(),
                workspace=workspace,
                mirror=table.folder / "mirror",
                now=started_at,
                seen=watch.rows,
            )
        standing = next(iter(table.versions()), None)
        # To know the key is to wait until the source is hashed: of another size, it is another source.
        if (
            standing is not None
            and _is_of_the_same_size(table, standing, raw)
            and standing.metadata.get("hexi.run") == run_key(contract, raw, inputs, now=started_at)
        ):
            said = _certified_whole(table, standing)
            if said is not None and said.node.key not in revoked:
                return _unchanged(table, standing, said)
        return _Run(contract, table, raw, inputs, started_at, signer, node, clock, timer, workspace).publish()


def run_key(contract: Contract, raw: RawSource, inputs: tuple[ReferenceSnapshot, ...], *, now: datetime) -> str:
    """Return the SHA-256 over everything that the result depends on; the date only if a rule reads it."""
    reads_date = any(rule.check == "freshness" for rule in contract.set_rules)
    said = {
        "contract": contract.sha256,
        "source": raw.sha256,
        "inputs": [[each.dataset, each.version, each.certificate] for each in inputs],
        "vocabulary": VOCABULARY,
        "date": now.date().isoformat() if reads_date else None,
    }
    return hashlib.sha256(canonical(said)).hexdigest()


class _Timer:
    """Tells the watcher where the run is, and keeps the seconds of each step."""

    def __init__(self, watch: Progress) -> None:
        self.watch = watch
        self.seconds: dict[str, float] = {}
        self._step, self._since = Step.COLLECT, time.perf_counter()

    def begin(self, step: Step) -> None:
        now = time.perf_counter()
        self.seconds[self._step.value] = self.seconds.get(self._step.value, 0.0) + now - self._since
        self._step, self._since = step, now
        self.watch.step(step)


class _Run:
    """The part of a run that writes."""

    def __init__(
        self,
        contract: Contract,
        table: DatasetTable,
        raw: RawSource,
        inputs: tuple[ReferenceSnapshot, ...],
        started_at: datetime,
        signer: Signer,
        node: str,
        clock: Clock,
        timer: _Timer,
        workspace: Path,
    ) -> None:
        self.contract, self.table, self.raw, self.inputs = contract, table, raw, inputs
        self.started_at, self.signer, self.node, self.clock = started_at, signer, node, clock
        self.timer, self.workspace = timer, workspace
        name = f"part-{new_id(started_at)}.parquet"
        self.accepted, self.quarantined = table.staging(DATA, name), table.staging(QUARANTINE, name)
        self.is_quarantined = self.is_committed = False

    def publish(self) -> RunResult:
        try:
            return self._publish()
        finally:
            for path, is_kept in ((self.accepted, self.is_committed), (self.quarantined, self.is_quarantined)):
                if not is_kept:
                    path.unlink(missing_ok=True)

    def _publish(self) -> RunResult:
        self.timer.begin(Step.CLEAN)
        split = self._split()
        self.timer.begin(Step.SPLIT)
        rules = self._judged(split)
        accepted, quarantined = self._staged(self.accepted, split.statistics), self._staged(self.quarantined, {})
        files = [(self._certified(self.accepted, split.accepted))]
        rejects = [self._certified(self.quarantined, split.quarantined)]
        key = run_key(self.contract, self.raw, self.inputs, now=self.started_at)
        self.timer.begin(Step.COMMIT)
        with translated(self.table.folder):
            self.is_quarantined = True
            quarantine_version = self.table.commit(
                QUARANTINE,
                [quarantined],
                schema=delta_words.quarantine_schema(self.raw.columns),
                metadata={"hexi.run": key},
            )
            version = (-1 if (newest := self.table.version()) is None else newest) + 1
            self.timer.begin(Step.CERTIFY)
            finished_at = self.clock()
            statement = certificates.build_statement(
                self.contract,
                version=version,
                quarantine_version=quarantine_version,
                run_key=key,
                engine=engine.ENGINE,
                hexi=hexi.__version__,
                started_at=self.started_at,
                finished_at=finished_at,
                seconds=self.timer.seconds,
                sources=[self.raw.fingerprint],
                inputs=self.inputs,
                files=files,
                quarantine_files=rejects,
                rows=split.rows,
                rules=rules,
                rewritten=split.rewritten,
                node=Node(name=self.node, key=self.signer.key_id),
            )
            envelope = certificates.seal(statement, [self.signer])
            sha256 = certificates.digest(envelope)
            path = self.table.write_certificate(sha256, envelope)
            self.table.write_rewrites(sha256, split.examples)
            self.table.write_contract(self.contract.sha256, self.contract.text)
            self.is_committed = True
            self.table.commit(
                DATA,
                [accepted],
                schema=delta_words.delta_schema(self.contract),
                metadata={
                    "hexi.certificate": sha256,
                    "hexi.run": key,
                    "hexi.contract": self.contract.sha256,
                    "hexi.quarantine_version": str(quarantine_version),
                },
            )
        return RunResult(
            dataset=self.contract.name,
            outcome=Outcome.PUBLISHED,
            key=key,
            version=version,
            rows=split.rows,
            accepted=split.accepted,
            quarantined=split.quarantined,
            rules=rules,
            rewritten=split.rewritten,
            sources=(self.raw.fingerprint,),
            certificate=path,
            certificate_sha256=sha256,
            started_at=self.started_at,
            finished_at=finished_at,
            seconds=dict(self.timer.seconds),
            notes=self.raw.notes,
        )

    def _split(self) -> engine.Split:
        done = 0

        def seen(rows: int) -> None:
            nonlocal done
            done += rows
            self.timer.watch.rows(done, self.raw.total_rows)

        try:
            return engine.split(
                self.raw,
                self.contract,
                references=reference_values(self.contract, self.inputs),
                accepted=self.accepted,
                quarantined=self.quarantined,
                workspace=self.workspace,
                seen=seen,
            )
        except Exception as error:
            cause = error.__cause__ or error
            if is_disk_full(error) or is_disk_full(cause):
                raise full(self.table.folder) from error
            raise

    def _judged(self, split: engine.Split) -> tuple[RuleCount, ...]:
        found = judging.judge(
            self.contract,
            split,
            accepted=self.accepted,
            columns=self.raw.columns,
            before=judging.Before.of(self.table, self.contract),
            workspace=self.workspace,
            now=self.started_at,
        )
        for each in found:
            if each.stops and each.broken:
                raise each.broken
        return judging.row_counts(self.contract, split) + tuple(each.count for each in found)

    def _staged(self, path: Path, statistics: Mapping[str, object]) -> StagedFile:
        with translated(self.table.folder):
            sync_file(path)
            sync_folder(path.parent)
        return StagedFile(
            path=path,
            size_bytes=path.stat().st_size,
            rows=parquet_rows(path),
            stats=statistics,
        )

    def _certified(self, path: Path, rows: int) -> CertifiedFile:
        return CertifiedFile(name=path.name, sha256=_sha256(path), size_bytes=path.stat().st_size, rows=rows)


@contextmanager
def _workspace(table: DatasetTable) -> Iterator[Path]:
    """A folder for what a run needs only while it works, on the lake's own disk."""
    folder = table.folder / "work"
    with translated(table.folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_of_the_same_size(table: DatasetTable, standing: TableVersion, raw: RawSource) -> bool:
    """Whether a version came from a source of as many bytes; True where its certificate cannot say."""
    sha256 = standing.metadata["hexi.certificate"]
    try:
        said = certificates.read_certificate(table.certificate(sha256), file=str(table.certificate_path(sha256)))
    except (HexiError, OSError):
        return True
    return [each.size_bytes for each in said.sources] == [raw.size_bytes]


def _certified_whole(table: DatasetTable, standing: TableVersion) -> Certificate | None:
    """The certificate of a version whose files are as certified; None where one is damaged or gone."""
    sha256 = standing.metadata["hexi.certificate"]
    try:
        envelope = table.certificate(sha256)
        said = certificates.read_certificate(envelope, file=str(table.certificate_path(sha256)))
        found = {path.name: _sha256(path) for path in table.files(standing.version)}
    except (HexiError, OSError):
        return None
    is_whole = certificates.digest(envelope) == sha256 and found == {each.name: each.sha256 for each in said.files}
    return said if is_whole else None


def _unchanged(table: DatasetTable, standing: TableVersion, said: Certificate) -> RunResult:
    return RunResult(
        dataset=said.dataset,
        outcome=Outcome.UNCHANGED,
        key=said.run_key,
        version=standing.version,
        rows=said.rows,
        accepted=said.accepted,
        quarantined=said.quarantined,
        rules=said.rules,
        rewritten=said.rewritten,
        sources=said.sources,
        certificate=table.certificate_path(said.sha256),
        certificate_sha256=said.sha256,
        started_at=said.started_at,
        finished_at=said.finished_at,
        seconds=dict(said.seconds),
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
