"""Reads a pack: its manifest, its contracts, and the order in which they can be published."""

from __future__ import annotations

import graphlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hexi
from hexi.data.contracts.documents import Document, file_text, read_document
from hexi.data.contracts.model import Contract
from hexi.data.contracts.problems import ContractInvalid, Notebook, nearest
from hexi.data.contracts.reading import read_contract
from hexi.kernel.names import Text
from hexi.packs.errors import PackMissing, invalid
from hexi.packs.organisations import Declared, read_organisations
from hexi.packs.place_sources import PlaceSource, PlacesReading

FILE = "pack.yaml"
KEYS: Mapping[str, Text] = {
    "id": Text(
        "行业包的标识，与文件夹同名", "What the pack is called: lower-case letters, digits and “-”, as its folder."
    ),
    "title": Text("中英文标题", "Title in both languages: {zh, en}."),
    "summary": Text("中英文一句话说明", "One sentence in both languages: {zh, en}."),
    "version": Text("版本号", "Version of the pack, such as 1.0.0."),
    "requires": Text("依赖", "What must be there before the pack can be installed."),
    "provides": Text("提供的内容", "What the pack brings."),
    "pages": Text("页面", "A list of pages over its datasets."),
}
REQUIRED = ("id", "title", "version", "provides")
REQUIRES: Mapping[str, Text] = {
    "hexi": Text(
        "Hexi的版本范围",
        "Bounds of Hexi's version, parted by commas: `>=0.1,<1`. Signs are `>=`, `<=`, `==`, `>`, `<`.",
    ),
    "packs": Text("须先安装的行业包", "Ids of packs that must be installed before this one."),
}
PROVIDES: Mapping[str, Text] = {
    "contracts": Text(
        "数据契约文件的路径，至少一个",
        "Paths of contracts in the folder, at least one, in any order: what another refers to is published first.",
    ),
    "organisations": Text(
        "组织清单文件的路径", "Path of a file in the folder that declares organisations, with the keys below."
    ),
    "schemes": Text(
        "区划代码体系，按优先顺序：名称 → 中英文标题",
        "Schemes of division codes, the one that addresses follow first: name → {zh, en}.",
    ),
    "places": Text("哪些数据集提供区划", "Datasets that places are made of, from the highest level down."),
}
PAGE: Mapping[str, Text] = {
    "kind": Text("页面种类", "The kind of page."),
    "name": Text("网址中的名称，不写时同页面种类", "Its name in the address; the kind where it is not said."),
    "title": Text("中英文标题", "Title in both languages: {zh, en}."),
}
PAGES: Mapping[str, Mapping[str, Text]] = {
    "plan": {
        "targets": Text(
            "目标值数据集", "Dataset of the plan's targets: quantity, unit, year, where it stands in the plan."
        ),
        "clauses": Text("条款数据集", "Dataset of the plan's clauses."),
        "bodies": Text("责任单位数据集", "Dataset of the bodies that the clauses name."),
    },
}
"""Kinds of pages and the datasets each needs, all of this pack."""
NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
BOUND = re.compile(r"(>=|<=|==|>|<)\s*(\d+(?:\.\d+)*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A pack as it is declared."""

    id: str
    version: str
    title: Text
    folder: Path
    requires: tuple[str, ...]
    """Packs that must be installed before."""
    contracts: tuple[Contract, ...]
    """In an order in which each finds what it refers to."""
    pages: tuple[dict[str, Any], ...]
    organisations: tuple[Declared, ...]
    schemes: Mapping[str, Text]
    places: tuple[PlaceSource, ...]

    @property
    def datasets(self) -> tuple[str, ...]:
        """Names of its datasets, in that order."""
        return tuple(each.name for each in self.contracts)

    @property
    def foreign(self) -> dict[str, set[str]]:
        """Datasets of others that its own refer to: the own → those."""
        own = set(self.datasets)
        needs = {each.name: needs_of(each) - own for each in self.contracts}
        return {name: names for name, names in needs.items() if names}


def find_pack(name: str) -> Path:
    """Return the folder of a pack: a path, or a name in ./packs or among those that came with Hexi."""
    shipped = Path(hexi.__file__).parent
    for folder in (Path(name), Path("packs") / name, shipped.parents[1] / "packs" / name, shipped / "shipped" / name):
        if (folder / FILE).is_file():
            return folder
    raise PackMissing(
        "There is no pack “{pack}”: no folder of that name with a pack.yaml, here or in packs/.", pack=name
    )


def read_manifest(folder: Path) -> Manifest:
    """Return what a pack declares, every contract read.

    Raises `PackInvalid` with all problems of the manifest, `PackMissing`, and `ContractInvalid` for the
    first contract that cannot be used.
    """
    file = folder / FILE
    if not file.is_file():
        raise PackMissing("There is no pack “{pack}”: “{file}” is not there.", pack=folder.name, file=file)
    try:
        document = read_document(file_text(file), file=str(file))
    except ContractInvalid as error:
        raise invalid(str(file), error.problems) from None
    reading = _Reading(document, folder)
    reading.check()
    if len(reading.notes):
        raise invalid(str(file), reading.notes.problems)
    contracts = tuple(read_contract(folder / path) for path in reading.contract_files)
    order = reading.in_order(contracts)
    pages = tuple(reading.page(index, each, contracts) for index, each in enumerate(reading.said.get("pages") or ()))
    places = PlacesReading(reading.said["provides"], reading.notes, contracts)
    schemes, sources = places.schemes(), places.sources()
    if len(reading.notes):
        raise invalid(str(file), reading.notes.problems)
    said = reading.said
    listed = said["provides"].get("organisations")
    return Manifest(
        id=said["id"],
        version=str(said["version"]),
        title=Text(said["title"]["zh"], said["title"]["en"]),
        folder=folder,
        requires=tuple((said.get("requires") or {}).get("packs") or ()),
        contracts=order,
        pages=pages,
        organisations=read_organisations(folder / listed) if listed else (),
        schemes=schemes,
        places=sources,
    )


def needs_of(contract: Contract) -> set[str]:
    """Datasets that must have a version before this one can: the inputs of its query, and what rules refer to."""
    references = (str(rule.arguments["dataset"]) for rule in contract.row_rules if rule.check == "reference")
    return {*contract.source.inputs, *references} - {contract.name}


class _Reading:
    """Reads one manifest and notes what is wrong with it."""

    def __init__(self, document: Document, folder: Path) -> None:
        self.said, self.folder = document.value, folder
        self.notes = Notebook(document.value, document.lines)
        for problem in document.problems:
            self.notes.add((), problem.template, **problem.facts)

    @property
    def contract_files(self) -> tuple[str, ...]:
        return tuple(self.said["provides"].get("contracts") or ())

    def check(self) -> None:
        """Note every problem that can be seen without reading a contract."""
        said, notes = self.said, self.notes
        self._only((), said, tuple(KEYS))
        for key in REQUIRED:
            if said.get(key) is None:
                notes.add((key,) if key in said else (), "“{key}” is missing.", key=key)
        name = said.get("id")
        if name is not None and not (isinstance(name, str) and NAME.fullmatch(name)):
            notes.add(("id",), "“{id}” cannot name a pack: use lower-case letters, digits and “-”.", id=name)
        elif name is not None and name != self.folder.resolve().name:
            notes.add(
                ("id",),
                "The id is “{id}” but the folder is called “{folder}”; they must be the same.",
                id=name,
                folder=self.folder.resolve().name,
            )
        if said.get("version") is not None and not re.fullmatch(r"\d+(\.\d+)*", str(said["version"])):
            notes.add(("version",), "“{version}” is no version; write numbers such as 1.0.0.", version=said["version"])
        for key in ("title", "summary"):
            if said.get(key) is not None:
                self._text((key,), said[key])
        if self._is_mapping("requires"):
            self._only(("requires",), said["requires"], tuple(REQUIRES))
            self._version(str(said["requires"].get("hexi", "")))
            packs = said["requires"].get("packs") or []
            if not isinstance(packs, list) or not all(isinstance(each, str) for each in packs):
                notes.add(("requires", "packs"), "“packs” lists ids of packs, such as [gansu].")
        if self._is_mapping("provides"):
            self._only(("provides",), said["provides"], tuple(PROVIDES))
            self._files(said["provides"].get("contracts"))
            if said["provides"].get("organisations") is not None:
                self._file(("provides", "organisations"), said["provides"]["organisations"])
        if not isinstance(said.get("pages") or [], list):
            notes.add(("pages",), "“pages” is a list of pages, each a mapping of keys.")

    def _is_mapping(self, key: str) -> bool:
        value = self.said.get(key)
        if value is not None and not isinstance(value, dict):
            self.notes.add((key,), "“{key}” is a mapping of keys.", key=key)
        return isinstance(value, dict)

    def _only(self, place: tuple[str | int, ...], said: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for key in said:
            if key not in known:
                self.notes.add(
                    (*place, key),
                    "“{key}” is no key here; the closest are {known}.",
                    key=key,
                    known=nearest(str(key), known),
                )

    def _text(self, place: tuple[str | int, ...], said: object) -> None:
        if not isinstance(said, dict) or not all(
            isinstance(said.get(each), str) and said[each] for each in Text.__slots__
        ):
            self.notes.add(place, "This is said in both languages: {zh: …, en: …}.")

    def _version(self, wanted: str) -> None:
        here = _parts(hexi.__version__)
        for bound in filter(None, (each.strip() for each in wanted.split(","))):
            found = BOUND.fullmatch(bound)
            if found is None:
                self.notes.add(("requires", "hexi"), "“{bound}” is no bound of a version; write >=0.1,<1.", bound=bound)
                continue
            sign, other = found[1], _parts(found[2])
            holds = {
                ">=": here >= other,
                "<": here < other,
                ">": here > other,
                "<=": here <= other,
                "==": here == other,
            }
            if not holds[sign]:
                self.notes.add(
                    ("requires", "hexi"),
                    "The pack needs hexi {wanted}; this is {version}.",
                    wanted=wanted,
                    version=hexi.__version__,
                )

    def _files(self, said: object) -> None:
        if not isinstance(said, list) or not said:
            self.notes.add(("provides", "contracts"), "“contracts” lists at least one contract file of the folder.")
            return
        for index, path in enumerate(said):
            self._file(("provides", "contracts", index), path)

    def _file(self, place: tuple[str | int, ...], path: object) -> None:
        root = self.folder.resolve()
        if not isinstance(path, str) or not (root / path).resolve().is_relative_to(root):
            self.notes.add(place, "“{path}” is no path within the pack's folder.", path=path)
        elif not (root / path).is_file():
            self.notes.add(place, "There is no file “{path}” in the pack's folder.", path=path)

    def in_order(self, contracts: tuple[Contract, ...]) -> tuple[Contract, ...]:
        """Return the contracts so that what is referred to comes first; note a name that stands twice, or a circle."""
        by_name: dict[str, Contract] = {}
        for index, each in enumerate(contracts):
            if each.name in by_name:
                place = ("provides", "contracts", index)
                self.notes.add(place, "Two contracts describe the dataset {dataset}.", dataset=each.name)
            by_name[each.name] = each
        needs = {each.name: needs_of(each) & by_name.keys() for each in contracts}
        try:
            return tuple(by_name[name] for name in graphlib.TopologicalSorter(needs).static_order())
        except graphlib.CycleError as error:
            self.notes.add(
                ("provides", "contracts"),
                "These datasets need each other in a circle: {circle}.",
                circle=" → ".join(reversed(error.args[1])),
            )
            return ()

    def page(self, index: int, said: object, contracts: tuple[Contract, ...]) -> dict[str, Any]:
        """Return a declared page; note what is wrong with it."""
        place = ("pages", index)
        if not isinstance(said, dict) or said.get("kind") not in PAGES:
            kind = said.get("kind") if isinstance(said, dict) else said
            self.notes.add(place, "“{kind}” is no kind of page; choose {kinds}.", kind=kind, kinds=", ".join(PAGES))
            return {}
        parts = PAGES[said["kind"]]
        self._only(place, said, (*PAGE, *parts))
        self._text((*place, "title"), said.get("title"))
        name = said.get("name", said["kind"])
        if not isinstance(name, str) or not NAME.fullmatch(name):
            self.notes.add((*place, "name"), "“{name}” cannot stand in an address: use a-z, 0-9 and “-”.", name=name)
        datasets = {each.name for each in contracts}
        for part in parts:
            if said.get(part) not in datasets:
                self.notes.add(
                    (*place, part),
                    "The page needs “{part}”, a dataset of this pack; the closest are {names}.",
                    part=part,
                    names=nearest(str(said.get(part)), datasets),
                )
        return dict(said)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
