"""Reads a pack: its manifest, its contracts, and the order in which they can be published."""

from __future__ import annotations

import graphlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import hexi
from hexi.data.contracts.model import Contract
from hexi.data.contracts.reading import read_contract
from hexi.kernel.names import Text
from hexi.packs.errors import PackInvalid, PackMissing

KEYS = ("id", "title", "summary", "version", "requires", "provides", "pages", "samples")
PROVIDES = ("contracts",)
PAGES: Mapping[str, tuple[str, ...]] = {"plan": ("targets", "clauses", "bodies")}
"""Kinds of pages and the datasets each needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A pack as it is declared."""

    id: str
    version: str
    title: Text
    folder: Path
    contracts: tuple[Contract, ...]
    """In an order in which each finds what it refers to."""
    pages: tuple[dict[str, Any], ...]


def find_pack(name: str) -> Path:
    """Return the folder of a pack: a path, or a name in ./packs or among those that came with Hexi."""
    shipped = Path(hexi.__file__).parent
    for folder in (Path(name), Path("packs") / name, shipped.parents[1] / "packs" / name, shipped / "shipped" / name):
        if (folder / "pack.yaml").is_file():
            return folder
    raise PackMissing(
        "There is no pack “{pack}”: no folder of that name with a pack.yaml, here or in packs/.", pack=name
    )


def read_manifest(folder: Path) -> Manifest:
    """Return what a pack declares, every contract read. Raises `PackInvalid`, `ContractInvalid`."""
    file = folder / "pack.yaml"
    said = _yaml(file)
    _only(said, KEYS, file, "")
    for key in ("id", "title", "version", "provides"):
        if key not in said:
            raise PackInvalid("{file}: “{key}” is missing.", file=file, key=key)
    if said["id"] != folder.resolve().name:
        raise PackInvalid(
            "{file}: the id is “{id}” but the folder is called “{folder}”; they must be the same.",
            file=file,
            id=said["id"],
            folder=folder.resolve().name,
        )
    _check_version(said.get("requires") or {}, file)
    _only(said["provides"], PROVIDES, file, "provides.")
    contracts = tuple(read_contract(folder / str(path)) for path in said["provides"].get("contracts", ()))
    title = said["title"]
    if not isinstance(title, dict) or not {"zh", "en"} <= set(title):
        raise PackInvalid("{file}: title needs “zh” and “en”.", file=file)
    return Manifest(
        id=str(said["id"]),
        version=str(said["version"]),
        title=Text(str(title["zh"]), str(title["en"])),
        folder=folder,
        contracts=in_order(contracts, file),
        pages=tuple(_page(each, contracts, file) for each in said.get("pages") or ()),
    )


def in_order(contracts: tuple[Contract, ...], file: Path) -> tuple[Contract, ...]:
    """Return the contracts so that what is referred to comes first. Raises `PackInvalid` for a circle."""
    by_name = {each.name: each for each in contracts}
    needs = {
        each.name: {
            *each.source.inputs,
            *(str(rule.arguments["dataset"]) for rule in each.row_rules if rule.check == "reference"),
        }
        & set(by_name)
        for each in contracts
    }
    try:
        order = tuple(graphlib.TopologicalSorter(needs).static_order())
    except graphlib.CycleError as error:
        raise PackInvalid(
            "{file}: these datasets need each other in a circle: {circle}.",
            file=file,
            circle=" → ".join(error.args[1]),
        ) from None
    return tuple(by_name[name] for name in order)


def _page(said: Mapping[str, Any], contracts: tuple[Contract, ...], file: Path) -> dict[str, Any]:
    kind = said.get("kind")
    if kind not in PAGES:
        raise PackInvalid(
            "{file}: “{kind}” is no kind of page; choose {kinds}.", file=file, kind=kind, kinds=", ".join(PAGES)
        )
    names = {each.name for each in contracts}
    for part in PAGES[str(kind)]:
        if said.get(part) not in names:
            raise PackInvalid(
                "{file}: the page “{kind}” needs “{part}”, a dataset of this pack; it has {names}.",
                file=file,
                kind=kind,
                part=part,
                names=", ".join(sorted(names)),
            )
    return dict(said)


def _yaml(file: Path) -> dict[str, Any]:
    try:
        said = yaml.safe_load(file.read_text("utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise PackInvalid(
            "{file}, line {line}: this is not YAML: {reason}.",
            file=file,
            line=mark.line + 1 if mark else 1,
            reason=getattr(error, "problem", error),
        ) from None
    if not isinstance(said, dict):
        raise PackInvalid("{file}: a pack is a mapping of keys.", file=file)
    return said


def _only(said: Mapping[str, Any], known: tuple[str, ...], file: Path, where: str) -> None:
    for key in said:
        if key not in known:
            raise PackInvalid(
                "{file}: “{where}{key}” is no key of a pack; the keys are {known}.",
                file=file,
                where=where,
                key=key,
                known=", ".join(known),
            )


def _check_version(requires: Mapping[str, Any], file: Path) -> None:
    wanted = str(requires.get("hexi", ""))
    here = _parts(hexi.__version__)
    for bound in filter(None, (each.strip() for each in wanted.split(","))):
        sign = bound.rstrip("0123456789.")
        least = _parts(bound[len(sign) :])
        holds = {">=": here >= least, "<": here < least, ">": here > least, "<=": here <= least, "==": here == least}
        if not holds.get(sign, False):
            raise PackInvalid(
                "{file}: the pack needs hexi {wanted}; this is {version}.",
                file=file,
                wanted=wanted,
                version=hexi.__version__,
            )


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
