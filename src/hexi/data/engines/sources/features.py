"""GeoJSON (RFC 7946): the properties of features as columns, their geometries as GeoJSON text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hexi.data.contracts.model import Contract
from hexi.data.engines.sources.documents import as_text, keys_of, load, row_of, text_of
from hexi.data.engines.sources.records import RawSource, SourceInvalid, WrongCrs, WrongPlace
from hexi.data.engines.sources.rows import Row, as_source

CRS_NAMES = {
    "urn:ogc:def:crs:OGC:1.3:CRS84": "EPSG:4326",
    "urn:ogc:def:crs:OGC::CRS84": "EPSG:4326",
    "OGC:CRS84": "EPSG:4326",
}
SAME_HERE = {"EPSG:4326", "EPSG:4490"}
"""WGS 84 and CGCS2000 differ by centimetres; between any other two a map would be elsewhere."""


def open_geojson(contract: Contract, path: Path, *, workspace: Path) -> RawSource:
    """Return the features of a FeatureCollection; `_line` is the number of the feature."""
    digest, utf8, encoding = text_of(contract, path, workspace)
    document = load(utf8, path)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise WrongPlace(
            "“{file}” is JSON but no GeoJSON FeatureCollection: it has no list “features”. It has {keys}. Export it as "
            "GeoJSON, or say “format: json” in hexi.source.",
            file=path,
            keys=keys_of(document),
        )
    _check_crs(document, contract, path)
    return as_source(contract, path, "geojson", enumerate(_rows(features, path), start=1), digest, encoding)


def _rows(features: list[Any], path: Path) -> Iterator[Row]:
    for number, feature in enumerate(features, start=1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise SourceInvalid(
                "Item {number} of “features” in “{file}” is no GeoJSON Feature: its “type” is not “Feature”. Mend it, "
                "or take it out.",
                number=number,
                file=path,
            )
        row = row_of(feature.get("properties") or {}, path, number=number)
        geometry = feature.get("geometry")
        row["geometry"] = None if geometry is None else json.dumps(geometry, separators=(",", ":"))
        if "id" in feature:
            row.setdefault("id", as_text(feature["id"]))
        yield row


def _check_crs(document: Mapping[str, Any], contract: Contract, path: Path) -> None:
    """Raise `WrongCrs` if the file says another coordinate system than the contract promises."""
    said = document.get("crs")
    name = str(said.get("properties", {}).get("name", "")) if isinstance(said, dict) else ""
    promised = contract.geometry.crs if contract.geometry else ""
    code = name.rsplit(":", 1)[-1]
    found = CRS_NAMES.get(name, f"EPSG:{code}" if "EPSG" in name else name)
    if found and promised and found != promised and not {found, promised} <= SAME_HERE:
        raise WrongCrs(
            "“{file}” is in {found}, the contract promises {promised}; convert the file, or say the right one in "
            "hexi.geometry.",
            file=path,
            found=name,
            promised=promised,
        )
