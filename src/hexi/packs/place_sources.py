"""Datasets of a pack that places are made of: how the manifest names them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hexi.data.contracts.model import Contract
from hexi.data.contracts.problems import Notebook, Place, nearest
from hexi.kernel.errors import HexiError
from hexi.kernel.names import Text
from hexi.kernel.time import check_day
from hexi.registry.places.divisions import LEVEL_NAMES

KINDS: Mapping[str, Text] = {
    "list": Text("区划名单：每行一个区划", "a list of divisions, a row each; the kind where none is said"),
    "changes": Text("区划变更：每行一次变更", "changes of divisions, a row each"),
    "boundaries": Text("区划边界：每行一个区划的面", "boundaries, an area each"),
}
PART: Mapping[str, Text] = {
    "dataset": Text("本包的数据集", "A dataset of this pack. It must be open: places are for everyone."),
    "kind": Text("种类", "; ".join(f"`{name}`: {text.en}" for name, text in KINDS.items()) + "."),
    "scheme": Text("代码体系", "The scheme of its codes, one of `schemes`."),
    "level": Text("名单的级别", f"Level of a list: {', '.join(f'`{each}`' for each in LEVEL_NAMES)}."),
    "as_of": Text("名单截止日期", "The day of which a list tells, as far as it is known."),
    "code": Text("代码字段", "Field with the code; `code` where it is not said."),
    "name": Text("名称字段", "Field with the name; `name` where it is not said."),
    "parent": Text(
        "上级代码字段；不写时由代码推得", "Field with the parent's code; without it the code itself says it."
    ),
    "year": Text(
        "变更年份字段",
        "Of changes: field with the year; the others of a change are `type`, `old_code`, `old_name`, "
        "`old_parent_code`, `new_code`, `new_name` and `basis`.",
    ),
}
CHANGE = ("type", "level", "old_code", "old_name", "old_parent_code", "new_code", "new_name", "basis")
"""Fields that a dataset of changes has besides the year."""
SCHEME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSource:
    """One dataset that places are made of."""

    dataset: str
    kind: str = "list"
    scheme: str = ""
    level: str = ""
    as_of: str = ""
    code: str = "code"
    name: str = "name"
    parent: str = ""
    year: str = "year"

    def as_json(self) -> dict[str, str]:
        """The same as plain values."""
        return asdict(self)


class PlacesReading:
    """Reads `schemes` and `places` of a manifest, and notes what is wrong with them."""

    def __init__(self, said: Any, notes: Notebook, contracts: tuple[Contract, ...]) -> None:
        self.said: dict[str, Any] = said if isinstance(said, dict) else {}
        self.notes = notes
        self.contracts = {each.name: each for each in contracts}

    def schemes(self) -> dict[str, Text]:
        """Return the titles of the schemes by name."""
        place: Place = ("provides", "schemes")
        said = self.said.get("schemes") or {}
        if not isinstance(said, dict):
            self.notes.add(place, "“{key}” is a mapping of keys.", key="schemes")
            return {}
        found = {}
        for name, title in said.items():
            if not isinstance(title, dict) or not all(isinstance(title.get(each), str) for each in Text.__slots__):
                self.notes.add((*place, name), "This is said in both languages: {zh: …, en: …}.")
            elif not SCHEME.fullmatch(str(name)):
                self.notes.add((*place, name), "“{name}” cannot stand in an address: use a-z, 0-9 and “-”.", name=name)
            else:
                found[str(name)] = Text(title["zh"], title["en"])
        return found

    def sources(self) -> tuple[PlaceSource, ...]:
        """Return the datasets that places are made of, in their order."""
        said = self.said.get("places") or []
        if not isinstance(said, list):
            self.notes.add(("provides", "places"), "“{key}” is a list of mappings.", key="places")
            return ()
        return tuple(self._source(("provides", "places", at), each) for at, each in enumerate(said))

    def _source(self, place: Place, said: Any) -> PlaceSource:
        if not isinstance(said, dict):
            self.notes.add(place, "“{key}” is a list of mappings.", key="places")
            return PlaceSource(dataset="")
        for key in said:
            if key not in PART:
                words = nearest(str(key), PART)
                self.notes.add((*place, key), "“{key}” is no key here; the closest are {known}.", key=key, known=words)
        found = PlaceSource(
            **{key: str(value) for key, value in said.items() if key in PART} | {"dataset": str(said.get("dataset"))}
        )
        self._choice(place, "kind", found.kind, KINDS)
        self._choice(place, "dataset", found.dataset, self.contracts)
        if found.kind != "boundaries":
            self._choice(place, "scheme", found.scheme, self.said.get("schemes") or {})
        if found.kind == "list":
            self._choice(place, "level", found.level, LEVEL_NAMES)
        if found.as_of:
            try:
                check_day(found.as_of)
            except HexiError as error:
                self.notes.add_error((*place, "as_of"), error)
        if found.dataset in self.contracts:
            self._fields(place, found, self.contracts[found.dataset])
        return found

    def _fields(self, place: Place, source: PlaceSource, contract: Contract) -> None:
        named = {
            "list": {"code": source.code, "name": source.name, "parent": source.parent},
            "changes": {"year": source.year} | {each: each for each in CHANGE},
            "boundaries": {"code": source.code},
        }
        known = [each.name for each in contract.fields]
        for key, field in named.get(source.kind, {}).items():
            if field and field not in known:
                self.notes.add(
                    (*place, key),
                    "{dataset} has no field “{field}”; the closest are {known}.",
                    dataset=contract.name,
                    field=field,
                    known=nearest(field, known),
                )
        if source.kind == "boundaries" and contract.geometry is None:
            self.notes.add(
                (*place, "dataset"), "{dataset} has no geometry; its contract names none.", dataset=contract.name
            )

    def _choice(self, place: Place, key: str, said: str, known: Mapping[str, object]) -> None:
        if said not in known:
            words = nearest(said, known) if known else "–"
            self.notes.add((*place, key), "“{said}” cannot stand here; choose {known}.", said=said, known=words)
