"""Delta tables in folders: two for each dataset, the accepted rows and the quarantined ones.

The Delta log of the accepted rows is the truth. Files are written into the table's folder first and
become part of it by a commit; what no commit names is swept away by the next run.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deltalake import DeltaTable, Schema
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import (
    AddAction,
    CommitProperties,
    PostCommitHookProperties,
    RemoveAction,
    create_table_with_add_actions,
)

from hexi.data.lake.errors import (
    CommitLost,
    FileMissing,
    LakeFull,
    LakeUnwritable,
    RunInProgress,
    is_disk_full,
)
from hexi.kernel.errors import HexiError, reason_of
from hexi.kernel.names import check_dataset_name
from hexi.kernel.time import stamp

DATA, QUARANTINE = "data", "quarantine"
PARTS = (DATA, QUARANTINE, "certificates", "contracts", "rewrites")
OF_A_LOG = re.compile(r"\d{20}(\.checkpoint(\.\d+\.\d+)?)?\.(json|parquet)|_last_checkpoint")
"""Files of a Delta log; others in its folder are drafts of whoever was cut off."""
KEEP_THE_LOG = PostCommitHookProperties(cleanup_expired_logs=False)
"""Delta forgets log entries after 30 days, and with them every version that was certified before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedFile:
    """A Parquet file that stands in the table's folder and is not yet part of the table."""

    path: Path
    size_bytes: int
    rows: int
    stats: Mapping[str, object]
    """Delta's per-file statistics besides the number of rows: minValues, maxValues, nullCount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableVersion:
    """One commit of accepted rows."""

    version: int
    committed_at: datetime
    metadata: Mapping[str, str]
    """`hexi.certificate`, `hexi.run`, `hexi.contract`, `hexi.quarantine_version`."""


class Lake:
    """All datasets below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def dataset(self, name: str) -> DatasetTable:
        """The tables of a dataset, whether they exist yet or not. Raises `BadName`."""
        return DatasetTable(self.root / check_dataset_name(name), name)

    def names(self) -> tuple[str, ...]:
        """Datasets that have a version, sorted."""
        if not self.root.is_dir():
            return ()
        found = (path.parent.parent.name for path in self.root.glob(f"*/{DATA}/_delta_log"))
        return tuple(sorted(name for name in found if self.dataset(name).version() is not None))


class DatasetTable:
    """The two tables of a dataset, its certificates and its contracts."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name

    def prepare(self) -> None:
        """Make the folders. Raises `LakeUnwritable`, `LakeFull`."""
        with translated(self.folder):
            for part in PARTS:
                (self.folder / part).mkdir(parents=True, exist_ok=True)

    @contextmanager
    def lease(self, *, now: datetime, purpose: str = "run") -> Iterator[None]:
        """Be the only one who writes this dataset. Ends with the process, however it ends.

        Raises `RunInProgress`, which says who is at work since when; `LakeUnwritable`, `LakeFull`.
        """
        self.prepare()
        with translated(self.folder):
            # Without a buffer, closing does not try again what a full disk refused.
            lock = (self.folder / "lock").open("a+b", buffering=0)
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.seek(0)
                holder = _holder(lock.read().decode())
                raise RunInProgress(
                    "Another {purpose} of {dataset} is at work since {since} (process {process}). Wait until it has "
                    "ended, then try again; nothing was changed.",
                    purpose=holder.get("purpose", "run"),
                    dataset=self.name,
                    since=holder.get("since", "a moment ago"),
                    process=holder.get("process", "unknown"),
                ) from None
            with translated(self.folder):
                lock.truncate(0)
                lock.write(json.dumps({"process": os.getpid(), "since": stamp(now), "purpose": purpose}).encode())
            yield

    def version(self) -> int | None:
        """The newest version of the accepted rows; None before the first."""
        return _version(self.folder / DATA)

    def quarantine_version(self) -> int | None:
        """The newest version of the quarantined rows; None before the first."""
        return _version(self.folder / QUARANTINE)

    def versions(self) -> list[TableVersion]:
        """Every version of the accepted rows, newest first; empty before the first."""
        table = _open(self.folder / DATA)
        if table is None:
            return []
        return [
            TableVersion(
                version=int(entry["version"]),
                committed_at=datetime.fromtimestamp(int(entry["timestamp"]) / 1000, UTC),
                metadata={key: str(value) for key, value in entry.items() if key.startswith("hexi.")},
            )
            for entry in table.history()
        ]

    def files(self, version: int | None = None) -> tuple[Path, ...]:
        """Parquet files of the accepted rows of a version. Raises `FileMissing` where there is no version."""
        return _files(self.folder / DATA, version, self.name)

    def quarantine_files(self, version: int | None = None) -> tuple[Path, ...]:
        """Parquet files of the quarantined rows of a version; empty where nothing was quarantined."""
        return _files(self.folder / QUARANTINE, version, self.name)

    def staged_again(self, version: int) -> list[StagedFile]:
        """The accepted rows' files of a version, to be committed as another. Raises `FileMissing`."""
        said: dict[str, dict[str, object]] = {}
        for entry in sorted((self.folder / DATA / "_delta_log").glob("*.json")):
            actions = (json.loads(line) for line in entry.read_text("utf-8").splitlines())
            said |= {
                each["add"]["path"]: json.loads(each["add"].get("stats") or "{}") for each in actions if "add" in each
            }
        found = []
        for path in self.files(version):
            if not path.is_file():
                raise FileMissing("“{file}” is not there: {reason}", file=path, reason="its version was removed")
            stats = dict(said.get(path.name, {}))
            rows = int(str(stats.pop("numRecords", 0)))
            found.append(StagedFile(path=path, size_bytes=path.stat().st_size, rows=rows, stats=stats))
        return found

    def staging(self, part: str, filename: str) -> Path:
        """Where a new file is to be written: `part` is `DATA` or `QUARANTINE`."""
        return self.folder / part / filename

    def commit(self, part: str, files: Sequence[StagedFile], *, schema: str, metadata: Mapping[str, str]) -> int:
        """Make `files` the whole content of a new version and return its number.

        `schema` is Delta's JSON. Every file must stand there with its size. Raises `FileMissing`,
        `CommitLost`, `LakeFull`; the table is then as it was.
        """
        folder = self.folder / part
        for file in files:
            # The log would accept a file that does not exist, and every reader would fail on it.
            if not file.path.is_file() or file.path.stat().st_size != file.size_bytes:
                raise FileMissing("“{file}” was to be committed but is not there whole.", file=file.path)
        actions: list[AddAction | RemoveAction] = [_add(file) for file in files]
        properties = CommitProperties(custom_metadata=dict(metadata))
        with translated(folder):
            table = _open(folder)
            kind = Schema.from_json(schema)
            if table is None:
                create_table_with_add_actions(
                    str(folder),
                    kind,
                    [_add(file) for file in files],
                    mode="error",
                    partition_by=[],
                    commit_properties=properties,
                    post_commithook_properties=KEEP_THE_LOG,
                )
                version = 0
            else:
                version = table.version() + 1
                table.create_write_transaction(
                    actions,
                    mode="overwrite",
                    schema=kind,
                    partition_by=[],
                    commit_properties=properties,
                    post_commithook_properties=KEEP_THE_LOG,
                )
            sync_file(folder / "_delta_log" / f"{version:020}.json")
            sync_folder(folder / "_delta_log")
        return version

    def write_certificate(self, sha256: str, envelope: bytes) -> Path:
        """Keep a certificate under its digest."""
        return self._keep(self.folder / "certificates" / f"{sha256}.json", envelope)

    def certificate_path(self, sha256: str) -> Path:
        """Where the certificate of that digest is kept."""
        return self.folder / "certificates" / f"{sha256}.json"

    def certificate(self, sha256: str) -> bytes:
        """A certificate's envelope. Raises `FileMissing`."""
        return _read(self.certificate_path(sha256))

    def write_contract(self, sha256: str, text: str) -> Path:
        """Keep a contract under its digest."""
        return self._keep(self.contract_path(sha256), text.encode())

    def contract_text(self, sha256: str) -> str:
        """A contract as it was when a version was made. Raises `FileMissing`."""
        return _read(self.contract_path(sha256)).decode()

    def write_rewrites(self, certificate: str, examples: Mapping[str, Sequence[Sequence[str]]]) -> Path:
        """Keep what cleaning wrote differently in a version: for some fields, texts before and after."""
        return self._keep(self._rewrites_path(certificate), json.dumps(examples, ensure_ascii=False).encode())

    def rewrites(self, certificate: str) -> dict[str, list[list[str]]]:
        """What `write_rewrites` kept; nothing where nothing was kept."""
        path = self._rewrites_path(certificate)
        found = json.loads(path.read_bytes()) if path.is_file() else {}
        return found if isinstance(found, dict) else {}

    def sweep(self) -> int:
        """Remove what no commit names: files of runs that were cut off. Only under the lease. Returns how many."""
        versions = self.versions()
        named = {self.folder / part / name for part in (DATA, QUARANTINE) for name in _named_files(self.folder / part)}
        named |= {self.certificate_path(each.metadata.get("hexi.certificate", "")) for each in versions}
        named |= {self._rewrites_path(each.metadata.get("hexi.certificate", "")) for each in versions}
        named |= {self.contract_path(each.metadata.get("hexi.contract", "")) for each in versions}
        found = [path for part in PARTS for path in (self.folder / part).iterdir() if path.is_file()]
        strays = [path for path in found if path not in named]
        strays += [path for part in (DATA, QUARANTINE) for path in _drafts(self.folder / part / "_delta_log")]
        for path in strays:
            path.unlink()
        return len(strays)

    def _rewrites_path(self, certificate: str) -> Path:
        return self.folder / "rewrites" / f"{certificate}.json"

    def contract_path(self, sha256: str) -> Path:
        """Where the contract of that digest is kept."""
        return self.folder / "contracts" / f"{sha256}.yaml"

    def _keep(self, path: Path, content: bytes) -> Path:
        if path.is_file() and path.read_bytes() == content:
            return path
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with translated(self.folder):
            with draft.open("wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(path)
            sync_folder(path.parent)
        return path


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Turn what the disk or the log says into errors that tell what to do."""
    try:
        yield
    except HexiError:
        raise
    except CommitFailedError as error:
        if is_disk_full(error):
            raise full(folder) from error
        raise CommitLost(
            "Somebody else committed to “{folder}” in between; nothing was changed. Run again.", folder=folder
        ) from error
    except (DeltaError, OSError) as error:
        if is_disk_full(error):
            raise full(folder) from error
        reason = reason_of(error) if isinstance(error, OSError) else str(error).split("\n", 1)[0]
        raise LakeUnwritable("“{folder}” cannot be written: {reason}", folder=folder, reason=reason) from error


def full(folder: Path) -> LakeFull:
    """The error that says that the disk below `folder` is full."""
    return LakeFull(
        "The disk below “{folder}” is full. The table is as it was and nothing was lost; make room, then run again.",
        folder=folder,
    )


def sync_file(path: Path) -> None:
    """Wait until a file's bytes are on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until a folder's entries are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _open(folder: Path, version: int | None = None) -> DeltaTable | None:
    if not (folder / "_delta_log").is_dir():
        return None
    try:
        return DeltaTable(str(folder), version=version)
    except TableNotFoundError:
        return None
    except DeltaError as error:
        if not any((folder / "_delta_log").glob("*.json")):
            return None
        raise FileMissing("The log of “{folder}” is damaged. Put a backup in its place.", folder=folder) from error


def _version(folder: Path) -> int | None:
    table = _open(folder)
    return None if table is None else int(table.version())


def _files(folder: Path, version: int | None, name: str) -> tuple[Path, ...]:
    table = _open(folder, version)
    if table is None:
        raise FileMissing("{dataset} has no such version.", dataset=name)
    return tuple(sorted(folder / Path(uri).name for uri in table.file_uris()))


def _named_files(folder: Path) -> set[str]:
    """Files that any version names, in the log's own words: earlier versions stay readable."""
    named: set[str] = set()
    for entry in (folder / "_delta_log").glob("*.json"):
        for line in entry.read_text("utf-8").splitlines():
            action = json.loads(line)
            if "add" in action:
                named.add(action["add"]["path"])
    return named


def _drafts(log: Path) -> list[Path]:
    """What somebody who was cut off left in a log's folder."""
    return [path for path in log.glob("*") if path.is_file() and not OF_A_LOG.fullmatch(path.name)]


def _add(file: StagedFile) -> AddAction:
    return AddAction(
        path=file.path.name,
        size=file.size_bytes,
        partition_values={},
        modification_time=int(file.path.stat().st_mtime * 1000),
        data_change=True,
        stats=json.dumps({"numRecords": file.rows, **file.stats}, default=str),
    )


def _holder(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileMissing("“{file}” is not there: {reason}", file=path, reason=reason_of(error)) from error
