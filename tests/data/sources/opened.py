"""What the tests of sources share: a contract over any columns, and a source read to its end as a run does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from hexi.data.contracts.model import Contract, Field, FieldType, Geometry, Publisher, Source
from hexi.data.engines.sources.opening import Snapshots, open_source
from hexi.data.engines.sources.records import RawSource
from hexi.kernel.names import Text

NOTHING = Text(zh="", en="")


def contract(*columns: str, crs: str | None = None, **source: Any) -> Contract:
    return Contract(
        id="t",
        name="test.table",
        version="1.0.0",
        title=NOTHING,
        summary=NOTHING,
        publisher=Publisher(name=NOTHING),
        fields=tuple(
            Field(name=f"f{i}", title=NOTHING, description=NOTHING, type=FieldType.STRING, source=column)
            for i, column in enumerate(columns)
        ),
        row_rules=(),
        set_rules=(),
        source=Source(**source),
        geometry=Geometry(crs=crs) if crs else None,
    )


@dataclass
class Opener:
    """Opens a file and reads it to its end: scan, then the look at the rows."""

    folder: Path

    def write(self, content: bytes | str, name: str = "table.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def open(
        self, file: Path | None, /, *columns: str, references: Snapshots | None = None, **source: Any
    ) -> RawSource:
        workspace = self.folder / "workspace"
        workspace.mkdir(exist_ok=True)
        return open_source(contract(*columns, **source), file, workspace=workspace, references=references)

    def frame(self, source: RawSource) -> pl.DataFrame:
        try:
            frame = source.frame.collect(engine="streaming")
        except pl.exceptions.PolarsError as error:
            raise source.explain(error) from None
        source.check(frame)
        return frame

    def read(self, content: bytes | str, *columns: str, name: str = "table.csv", **source: Any) -> pl.DataFrame:
        return self.frame(self.open(self.write(content, name), *columns, **source))

    def rows(self, content: bytes | str, *columns: str, name: str = "table.csv", **source: Any) -> list[Sequence[Any]]:
        """Rows with their lines first."""
        return self.read(content, *columns, name=name, **source).rows()
