"""What the children do: generate, the floor, and the whole run as a library call. Each prints its facts as JSON."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
SEED = 2015
FROM_CSV = "{format: csv, encoding: utf-8}"


def generate(path: Path, rows: str) -> dict[str, object]:
    """Write the register of firms; the same bytes whenever it is called."""
    from hexi.data.engines.sources.synthetic import write_enterprises

    part = path.with_suffix(".part")
    write_enterprises(part, rows=int(rows), seed=SEED)
    part.rename(path)
    return {}


def floor(source: Path, target: Path) -> dict[str, object]:
    """Polars' plain copy of CSV to Parquet: text stays text, no work."""
    import polars as pl

    pl.scan_csv(source, infer_schema=False).sink_parquet(target)
    return {"bytes": target.stat().st_size}


def light_floor(source: Path, target: Path) -> dict[str, object]:
    """The plain copy, compressed as a run compresses: Polars' default takes more time for fewer bytes."""
    import polars as pl

    pl.scan_csv(source, infer_schema=False).sink_parquet(target, compression="zstd", compression_level=1)
    return {"bytes": target.stat().st_size}


def prepare(folder: Path) -> dict[str, object]:
    """Make an empty lake with a key, and publish the divisions that the firms refer to."""
    from hexi.data.engines.sources.synthetic import division_codes
    from hexi.data.lifecycle.signing import NodeKey

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    NodeKey.create(folder / "node.pem")
    codes = folder / "divisions.csv"
    codes.write_text("\n".join(["code", *division_codes(), ""]))
    return _published(folder, HERE / "divisions.odcs.yaml", codes)


def whole(folder: Path, source: Path) -> dict[str, object]:
    """One whole run: read, clean, test, split, uniqueness, digests, commits, certificate."""
    return _published(folder, HERE / "firms.odcs.yaml", source)


def whole_parquet(folder: Path, source: Path) -> dict[str, object]:
    """The same run from a Parquet file of texts."""
    return _published(folder, HERE / "firms.odcs.yaml", source, said="{format: parquet}")


def whole_database(folder: Path, address: str) -> dict[str, object]:
    """The same run from a table of a database."""
    return _published(folder, HERE / "firms.odcs.yaml", None, said="{connection: bench, table: firms}", address=address)


def read_database(address: str) -> dict[str, object]:
    """The reader alone: every row of the table leaves the server, and nothing is done with it."""
    import psycopg

    rows = 0
    copying = "copy (select * from firms) to stdout (format csv)"
    with psycopg.connect(address) as session, session.cursor() as cursor, cursor.copy(copying) as pieces:
        for _ in pieces:
            rows += 1
    return {"rows": rows}


def fill_database(address: str, source: Path) -> dict[str, object]:
    """Load the register into the table `firms`, every column as text."""
    import csv

    import psycopg

    with source.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    columns = ", ".join(f'"{name}" text' for name in header)
    with psycopg.connect(address) as session, session.cursor() as cursor:
        cursor.execute(f"drop table if exists firms; create table firms ({columns})")
        with cursor.copy("copy firms from stdin (format csv, header)") as pieces, source.open("rb") as file:
            while piece := file.read(1 << 20):
                pieces.write(piece)
        session.commit()
        session.autocommit = True
        cursor.execute("vacuum analyze firms")
    return {}


def _published(
    folder: Path, contract: Path, source: Path | None, *, said: str = "", address: str = ""
) -> dict[str, object]:
    from hexi.data.collecting.connections import Connection, made
    from hexi.data.contracts.reading import contract_from_text
    from hexi.data.lake.tables import Lake
    from hexi.data.lifecycle.records import ReferenceSnapshot
    from hexi.data.lifecycle.running import run
    from hexi.data.lifecycle.signing import NodeKey

    lake = Lake(folder / "lake")

    class Tables:
        def snapshot(self, dataset: str) -> ReferenceSnapshot:
            table = lake.dataset(dataset)
            newest = table.versions()[0]
            certificate, files = newest.metadata["hexi.certificate"], table.files(newest.version)
            return ReferenceSnapshot(dataset=dataset, version=newest.version, certificate=certificate, files=files)

    class Bench:
        def connection(self, name: str) -> Connection:
            return made(name, address)

    text = contract.read_text("utf-8")
    result = run(
        contract_from_text(text.replace(FROM_CSV, said) if said else text, file=contract),
        source=source,
        lake=lake,
        signer=NodeKey.load(folder / "node.pem"),
        node="bench",
        references=Tables(),
        connections=Bench(),
        clock=lambda: datetime.fromtimestamp(time.time(), UTC),
    )
    return {
        "outcome": result.outcome.value,
        "rows": result.rows,
        "accepted": result.accepted,
        "quarantined": result.quarantined,
        "rules": {rule.id: rule.failed for rule in result.rules},
        "seconds": dict(result.seconds),
    }


def scan(source: Path) -> dict[str, object]:
    """Polars reads all columns batch by batch, as text, and nothing is done with them."""
    import polars as pl

    batches = pl.scan_csv(source, infer_schema=False).collect_batches(maintain_order=True, engine="streaming")
    return {"rows": sum(each.height for each in batches)}


def read(source: Path) -> dict[str, object]:
    """Hexi reads all columns batch by batch: encoding, dialect, line numbers and the shape of each row are checked."""
    import tempfile

    from hexi.data.contracts.model import Source
    from hexi.data.drafting.meanings import MEANINGS
    from hexi.data.drafting.readings import candidate
    from hexi.data.engines.polars_batches import batches
    from hexi.data.engines.sources.opening import open_source

    _, contract = candidate("", MEANINGS["text"])
    bare, rows = dataclasses.replace(contract, fields=(), row_rules=(), source=Source()), 0
    with tempfile.TemporaryDirectory() as folder:
        raw = open_source(bare, source, workspace=Path(folder))
        for each in batches(raw.frame, columns=len(raw.columns)):
            raw.check(each)
            rows += each.height
    return {"rows": rows}


def draft(source: Path) -> dict[str, object]:
    """Draft a contract: every column of every row is read, meanings are weighed, the text is written."""
    from hexi.data.drafting.drafts import draft

    found = draft(source, name="bench.firms")
    return {"rows": found.rows, "key": list(found.key), "meanings": {one.field: one.meaning for one in found.columns}}


JOBS: dict[str, Callable[..., dict[str, object]]] = {
    each.__name__: each
    for each in (
        *(generate, floor, light_floor, prepare, whole, scan, read, draft),
        *(whole_parquet, whole_database, read_database, fill_database),
    )
}

if __name__ == "__main__":
    began = time.perf_counter()
    said = JOBS[sys.argv[1]](*(Path(each) if "/" in each and "://" not in each else each for each in sys.argv[2:]))
    print(json.dumps({**said, "work_s": time.perf_counter() - began}, ensure_ascii=False))
