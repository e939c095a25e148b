"""What runs that were cut off may leave behind for the next one to sweep away."""

from __future__ import annotations

import json

from hexi.data.lake.tables import DatasetTable


def strays(table: DatasetTable) -> list[str]:
    """Files below the dataset's folder that no table, log, certificate, contract or list of rewrites accounts for."""
    versions = table.versions()
    named = {table.certificate_path(each.metadata["hexi.certificate"]) for each in versions}
    named |= {table.folder / "contracts" / f"{each.metadata['hexi.contract']}.yaml" for each in versions}
    named |= {table.folder / "rewrites" / f"{each.metadata['hexi.certificate']}.json" for each in versions}
    named |= {table.folder / "lock"}
    for part in ("data", "quarantine"):
        log = table.folder / part / "_delta_log"
        actions = (json.loads(line) for entry in log.glob("0*.json") for line in entry.read_text("utf-8").splitlines())
        named |= {table.folder / part / action["add"]["path"] for action in actions if "add" in action}
        named |= {*log.glob("0*.json"), *log.glob("0*.checkpoint.parquet"), log / "_last_checkpoint"}
    found = (path for path in table.folder.rglob("*") if path.is_file() and path not in named)
    return sorted(str(path.relative_to(table.folder)) for path in found)
