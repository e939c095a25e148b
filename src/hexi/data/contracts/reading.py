"""Reads a contract file: YAML in the standard's form, checked whole, into the model that the node works with."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hexi.data.contracts.cataloguing import check_opening, read_category, read_contact, read_related
from hexi.data.contracts.custom import custom_properties
from hexi.data.contracts.documents import ContractMissing, Document, file_text, read_document
from hexi.data.contracts.expressions import parse_expression
from hexi.data.contracts.fields import read_fields
from hexi.data.contracts.model import (
    Chart,
    Contract,
    Field,
    FieldType,
    Geometry,
    Openness,
    Publisher,
    Sharing,
)
from hexi.data.contracts.problems import ContractInvalid, Notebook, Place, Problem, invalid
from hexi.data.contracts.properties import CONTRACT_PROPERTIES
from hexi.data.contracts.rules import Rules
from hexi.data.contracts.shapes import titles
from hexi.data.contracts.sources import read_source, with_query, without_query
from hexi.data.contracts.standard import check_standard
from hexi.kernel.errors import Invalid
from hexi.kernel.names import BadName, Text, check_dataset_name

__all__ = ["ContractInvalid", "ContractMissing", "Problem", "contract_from_text", "read_contract"]

POINT_TYPES = {FieldType.NUMBER, FieldType.DECIMAL}


def read_contract(path: Path) -> Contract:
    """Return the contract in a file, the query that it names included.

    Raises `ContractMissing`, or `ContractInvalid` with every problem of the file at once.
    """
    return _read(file_text(path), file=path, appended=None)


def contract_from_text(text: str, *, file: Path | None = None) -> Contract:
    """Return the contract in `text`: a file's content, or a `Contract.text` that was kept.

    A kept text brings its query along; otherwise the query is looked for beside `file`. Raises `ContractInvalid`.
    """
    written, query = without_query(text)
    return _read(written, file=file, appended=query)


def _read(text: str, *, file: Path | None, appended: str | None) -> Contract:
    name = str(file) if file is not None else "contract"
    document = read_document(text, file=name)
    notes = Notebook(document.value, document.lines)
    check_standard(document.value, notes)
    contract = _Reader(document, notes, file, appended).contract()
    problems = (*document.problems, *notes.problems)
    if problems or contract is None:
        raise invalid(name, problems)
    query = contract.source.query or contract.source.statement
    whole = text if query is None else with_query(text, query)
    return dataclasses.replace(contract, file=file, text=whole, sha256=hashlib.sha256(whole.encode()).hexdigest())


class _Reader:
    """Maps one document to the model, noting what does not fit and going on."""

    def __init__(self, document: Document, notes: Notebook, file: Path | None, appended: str | None) -> None:
        self.said = document.value
        self.notes = notes
        self.file = file
        self.appended = appended

    def contract(self) -> Contract | None:
        name = self._name()
        table, place = self._table()
        properties = [each for each in table.get("properties") or () if isinstance(each, Mapping)]
        here = (*place, "properties")
        fields = read_fields(properties, here, self.notes)
        own = custom_properties(
            self.said, CONTRACT_PROPERTIES, (), self.notes, fields=[str(each.get("name")) for each in properties]
        )
        key = self._key(properties)
        rules = Rules(fields=fields, dataset=name, notes=self.notes)
        rules.add_fields(properties, here)
        rules.add_key(key, here)
        rules.add_table(table.get("quality"), (*place, "quality"))
        rules.add_service_levels(self.said.get("slaProperties"), ("slaProperties",))
        rules.check_ids()
        source = read_source(
            own.get("hexi.source"),
            ("hexi.source", "value"),
            self.notes,
            folder=self.file.parent if self.file is not None else None,
            query=self.appended,
            dataset=name,
            key=key,
        )
        geometry = self._geometry(own.get("hexi.geometry"), fields)
        charts = self._charts(own.get("hexi.charts"), fields)
        self._sharing(own.get("hexi.sharing"))
        openness = Openness(own.get("hexi.openness", Openness.CLOSED))
        opening_condition = check_opening(openness, own, self.notes)
        category = read_category(own.get("hexi.category"), self.notes)
        contact = read_contact(own.get("hexi.contact"), self.notes)
        related = read_related(own.get("hexi.related"), name, self.notes)
        row_rules, set_rules = rules.row_rules(), rules.set_rules()
        if self.notes.problems:
            return None
        title = titles(own["hexi.title"]) or Text(name, name)
        purpose = str((self.said.get("description") or {}).get("purpose") or "").strip()
        publisher, sharing = own["hexi.publisher"], own.get("hexi.sharing") or {"class": Sharing.UNCONDITIONAL}
        return Contract(
            id=str(self.said["id"]),
            name=name,
            version=str(self.said["version"]),
            title=title,
            summary=titles(own.get("hexi.summary")) or Text(purpose or title.zh, title.en),
            publisher=Publisher(name=Text(publisher["zh"], publisher["en"]), code=publisher.get("code")),
            fields=fields,
            row_rules=row_rules,
            set_rules=set_rules,
            source=source,
            key=key,
            sharing=Sharing(sharing["class"]),
            sharing_condition=titles(sharing.get("condition")),
            sharing_basis=titles(sharing.get("basis")),
            sharing_methods=tuple(dict.fromkeys(own.get("hexi.sharing_methods") or ())),
            openness=openness,
            opening_condition=opening_condition,
            category=category,
            contact=contact,
            related=related,
            licence=own.get("hexi.licence"),
            provenance=titles(own.get("hexi.provenance")),
            theme=titles(own.get("hexi.theme")),
            tags=tuple(self.said.get("tags") or ()),
            update_cycle=own.get("hexi.updates"),
            geometry=geometry,
            charts=charts,
            place_field=own.get("hexi.place"),
            is_synthetic=own.get("hexi.synthetic", False),
        )

    def _name(self) -> str:
        name = self.said.get("name")
        if not isinstance(name, str):
            self.notes.add((), "“name” is missing: the unique name of the dataset, such as gansu.airports.")
            return ""
        try:
            return check_dataset_name(name)
        except BadName as error:
            self.notes.add_error(("name",), error)
            return name

    def _table(self) -> tuple[Mapping[str, Any], Place]:
        tables = self.said.get("schema")
        place: Place = ("schema", 0)
        if not isinstance(tables, list) or not tables or not isinstance(tables[0], Mapping):
            self.notes.add(("schema",), "“schema” must hold one table with its properties.")
            return {}, place
        if len(tables) > 1:
            self.notes.add(("schema", 1), "A contract promises one table; put the others into contracts of their own.")
        if not tables[0].get("properties"):
            self.notes.add(place, "The table has no fields; list them under “properties”.")
        return tables[0], place

    def _key(self, properties: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        found = [each for each in properties if each.get("primaryKey") is True and isinstance(each.get("name"), str)]
        positions = [each.get("primaryKeyPosition", -1) for each in found]
        if all(isinstance(each, int) for each in positions):
            found = [each for _, each in sorted(zip(positions, found, strict=True), key=lambda pair: pair[0])]
        return tuple(str(each["name"]) for each in found)

    def _geometry(self, said: Mapping[str, Any] | None, fields: Sequence[Field]) -> Geometry | None:
        if said is None:
            return None
        here: Place = ("hexi.geometry", "value")
        types = {each.name: each.type for each in fields}
        is_point = {"longitude", "latitude"} <= set(said) and "field" not in said
        is_shape = "field" in said and not {"longitude", "latitude"} & set(said)
        if not is_point and not is_shape:
            self.notes.add(here, "Name either both longitude and latitude, or one field with the geometry.")
        for key in ("longitude", "latitude", "field"):
            wanted = {FieldType.GEOMETRY} if key == "field" else POINT_TYPES
            if key in said and types.get(said[key], FieldType.GEOMETRY) not in wanted and said[key] in types:
                self.notes.add(
                    (*here, key),
                    "“{field}” is a {type}; {key} needs {types}.",
                    field=said[key],
                    type=types[said[key]],
                    key=key,
                    types=" / ".join(sorted(wanted)),
                )
        crs = said.get("crs", "EPSG:4490")
        if not re.fullmatch(r"EPSG:[0-9]{4,6}", crs):
            self.notes.add((*here, "crs"), "“{value}” is no coordinate reference system; write EPSG:4490.", value=crs)
        return Geometry(
            longitude=said.get("longitude"), latitude=said.get("latitude"), field=said.get("field"), crs=crs
        )

    def _charts(self, said: Sequence[Mapping[str, Any]] | None, fields: Sequence[Field]) -> tuple[Chart, ...]:
        found = []
        for number, each in enumerate(said or ()):
            if each.get("where") is not None:
                try:
                    parse_expression(each["where"], fields=fields)
                except Invalid as error:
                    self.notes.add_error(("hexi.charts", "value", number, "where"), error)
            found.append(
                Chart(
                    kind=each["kind"],
                    title=titles(each["title"]) or Text("", ""),
                    x=each["x"],
                    y=each.get("y"),
                    series=each.get("series"),
                    where=each.get("where"),
                )
            )
        return tuple(found)

    def _sharing(self, said: Mapping[str, Any] | None) -> None:
        if said is None:
            return
        for word, needed in ((Sharing.CONDITIONAL, "condition"), (Sharing.NONE, "basis")):
            if said["class"] == word and said.get(needed) is None:
                self.notes.add(
                    ("hexi.sharing", "value"), "The sharing class {class_} needs a “{key}”.", class_=word, key=needed
                )
