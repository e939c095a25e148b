"""Gathers the rules of a contract in their order, gives each its id and its sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hexi.data.contracts.checks import CHECKS
from hexi.data.contracts.drafts import Draft, draft
from hexi.data.contracts.expressions import columns_of, parse_expression
from hexi.data.contracts.model import Field, FieldType, RowRule, SetRule
from hexi.data.contracts.patterns import check_pattern
from hexi.data.contracts.problems import Notebook, Place, nearest
from hexi.data.contracts.quality import read_quality
from hexi.data.contracts.sentences import sentence
from hexi.data.contracts.values import WRITTEN, value_of
from hexi.kernel.errors import Invalid
from hexi.kernel.names import BadName, check_dataset_name

EMPTYING = frozenset({"digits_only", "strip_prefix", "credit_code", "phone", "division_code"})
"""Cleaners of text that can leave nothing of something; without one, a text field always has its type."""
BOUNDS = {"minimum": "min", "maximum": "max", "exclusiveMinimum": "above", "exclusiveMaximum": "below"}
LENGTHS = {"minLength": "min", "maxLength": "max"}
DAYS = {
    **dict.fromkeys(("h", "hour", "hours"), 1 / 24),
    **dict.fromkeys(("d", "day", "days"), 1.0),
    **dict.fromkeys(("w", "week", "weeks"), 7.0),
    **dict.fromkeys(("mo", "month", "months"), 31.0),
    **dict.fromkeys(("y", "yr", "year", "years"), 366.0),
}
"""Days in each unit of a freshness; the longest month and year, so that nobody is late by the calendar."""


class Rules:
    """The rules of one contract while they are gathered."""

    def __init__(self, *, fields: Sequence[Field], dataset: str, notes: Notebook) -> None:
        self._fields = {each.name: each for each in fields}
        self._names = tuple(self._fields)
        self._dataset = dataset
        self._notes = notes
        self._of_fields: list[Draft] = []
        self._unique: list[Draft] = []
        self._sql: list[Draft] = []
        self._of_set: list[Draft] = []

    def add_fields(self, properties: Sequence[Mapping[str, Any]], place: Place) -> None:
        """Add what each field promises."""
        for number, said in enumerate(properties):
            field = self._fields.get(str(said.get("name")))
            if field is None:
                continue
            here = (*place, number)
            stated = list(self._stated(said, field, here))
            for word in ("required", "type", "characters"):
                written = [each for each in stated if each.check == word]
                self._of_fields += written or self._implied(word, field, here)
            for each in stated:
                if each.check not in {"required", "type", "characters"}:
                    self._sort(each)

    def add_key(self, key: Sequence[str], place: Place) -> None:
        """Add that the key is unique as a whole, unless that is said already."""
        if key and all(set(each.fields) != set(key) for each in self._unique):
            self._unique.insert(0, draft("unique", tuple(key), place))

    def add_table(self, entries: object, place: Place) -> None:
        """Add the promises of the whole table."""
        for here, entry in _entries(entries, place):
            found = self._read(entry, here, None)
            if found is not None:
                self._sort(found)

    def add_service_levels(self, entries: object, place: Place) -> None:
        """Add the freshness that `slaProperties` promise; its other words are for people."""
        for here, entry in _entries(entries, place):
            if entry.get("property") != "freshness":
                continue
            unit, value = entry.get("unit", "d"), entry.get("value")
            if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0 or unit not in DAYS:
                self._notes.add(
                    here, "A freshness is a number above 0 with a unit out of: {units}.", units=", ".join(DAYS)
                )
                continue
            element = str(entry.get("element") or "").rsplit(".", 1)[-1]
            if element and element not in self._fields:
                self._notes.add(
                    (*here, "element"),
                    "There is no field “{field}”; try: {near}.",
                    field=element,
                    near=nearest(element, self._names),
                )
                continue
            days = value * DAYS[str(unit)]
            arguments = {"days": int(days) if days == int(days) else days}
            self._of_set.append(draft("freshness", (element,) if element else (), here, arguments, entry, self._notes))

    def row_rules(self) -> tuple[RowRule, ...]:
        """Every row rule in the order of its bits."""
        taken = self._named()
        found = []
        for each in [*self._of_fields, *self._unique, *self._sql]:
            self._check(each)
            found.append(
                RowRule(
                    id=each.id or _free(_id_of(each), taken),
                    check=each.check,
                    fields=each.fields,
                    arguments=each.arguments,
                    severity=each.severity,
                    dimension=each.dimension,
                    sentence=each.said or sentence(each, self._fields),
                    line=self._notes.line(each.place),
                )
            )
        return tuple(found)

    def set_rules(self) -> tuple[SetRule, ...]:
        """Every rule of the whole set, as written."""
        taken = self._named()
        found = []
        for each in self._of_set:
            self._check(each)
            found.append(
                SetRule(
                    id=each.id or _free(_id_of(each), taken),
                    check=each.check,
                    fields=each.fields,
                    arguments=each.arguments,
                    severity=each.severity,
                    dimension=each.dimension,
                    sentence=each.said or sentence(each, self._fields),
                    line=self._notes.line(each.place),
                )
            )
        return tuple(found)

    def check_ids(self) -> None:
        """Note ids that stand twice: a reason must name one rule."""
        seen: set[str] = set()
        for each in self._all():
            if each.id is not None and each.id in seen:
                self._notes.add(
                    (*each.place, "id"), "The rule id “{id}” stands there twice; make it unique.", id=each.id
                )
            seen.add(str(each.id))

    def _named(self) -> set[str]:
        return {each.id for each in self._all() if each.id is not None}

    def _all(self) -> list[Draft]:
        return [*self._of_fields, *self._unique, *self._sql, *self._of_set]

    def _sort(self, found: Draft) -> None:
        if found.check == "sql":
            found = self._with_columns(found)
        into = {"unique": self._unique, "sql": self._sql}.get(found.check)
        if into is None:
            into = self._of_fields if found.check in CHECKS else self._of_set
        into.append(found)

    def _stated(self, said: Mapping[str, Any], field: Field, place: Place) -> Iterator[Draft]:
        """What a field's entry says, in the order in which it is written."""
        for key in said:
            match key:
                case "unique" if said[key] is True:
                    yield draft("unique", (field.name,), (*place, key))
                case "enum":
                    yield from self._enum(said[key], field, (*place, key))
                case "logicalTypeOptions":
                    yield from self._options(said[key], field, (*place, key))
                case "quality":
                    for here, entry in _entries(said[key], (*place, key)):
                        found = read_quality(
                            entry, here, self._notes, field=field, names=self._names, dataset=self._dataset
                        )
                        if found is not None:
                            yield found

    def _read(self, entry: Mapping[str, Any], place: Place, field: Field | None) -> Draft | None:
        return read_quality(entry, place, self._notes, field=field, names=self._names, dataset=self._dataset)

    def _implied(self, word: str, field: Field, place: Place) -> list[Draft]:
        if word == "required":
            holds = field.required
        elif word == "type":
            holds = field.type is not FieldType.STRING or any(each.name in EMPTYING for each in field.cleaners)
        else:
            holds = field.type is FieldType.STRING
        return [draft(word, (field.name,), (*place, "required") if word == "required" else place)] if holds else []

    def _enum(self, said: object, field: Field, place: Place) -> Iterator[Draft]:
        values = [each.get("value") for _, each in _entries(said, place)]
        if values:
            yield draft("allowed", (field.name,), place, {"values": tuple(values)})

    def _options(self, said: object, field: Field, place: Place) -> Iterator[Draft]:
        groups: dict[str, dict[str, object]] = {}
        for key, value in said.items() if isinstance(said, Mapping) else ():
            if key in BOUNDS:
                groups.setdefault("range", {})[BOUNDS[key]] = value
            elif key in LENGTHS:
                groups.setdefault("length", {})[LENGTHS[key]] = value
            elif key == "pattern":
                groups["pattern"] = {"pattern": value}
            else:
                self._notes.add(
                    (*place, key),
                    "“{key}” is the standard's, but this node does not test it; valid: {near}.",
                    key=key,
                    near=", ".join([*BOUNDS, *LENGTHS, "pattern"]),
                )
        for word, arguments in groups.items():
            if field.type not in CHECKS[word].types:
                self._notes.add(
                    place,
                    "“{word}” does not apply to a {type}, which “{field}” is; it applies to: {types}.",
                    word=word,
                    type=field.type,
                    field=field.name,
                    types=", ".join(sorted(CHECKS[word].types)),
                )
            else:
                yield draft(word, (field.name,), place, arguments)

    def _with_columns(self, found: Draft) -> Draft:
        """Name the fields that an expression reads; note what is wrong with it."""
        try:
            tree = parse_expression(str(found.arguments.get("expression", "")), fields=tuple(self._fields.values()))
        except Invalid as error:
            self._notes.add_error((*found.place, "implementation", "expression"), error)
            return found
        return Draft(**{**{name: getattr(found, name) for name in found.__slots__}, "fields": columns_of(tree)})

    def _check(self, each: Draft) -> None:
        """Note arguments that contradict each other or the field."""
        said, here = each.arguments, each.place
        field = self._fields.get(each.fields[0]) if each.fields else None
        try:
            if each.check == "pattern":
                check_pattern(str(said.get("pattern", "")))
            elif each.check == "reference" and check_dataset_name(str(said.get("dataset"))) == self._dataset:
                self._notes.add(here, "A dataset cannot refer to itself.")
        except (Invalid, BadName) as error:
            self._notes.add_error(here, error)
        if each.check == "range" and field is not None:
            self._check_range(said, field, here)
        elif each.check == "allowed" and field is not None:
            values = said.get("values", ())
            for value in values if isinstance(values, tuple) else ():
                self._valued(value, field, here)
        elif {"min", "max"} <= set(said):
            low, high = said["min"], said["max"]
            if isinstance(low, int) and isinstance(high, int) and low > high:
                self._notes.add(here, "The least, {low}, is above the most, {high}.", low=low, high=high)
        elif (
            each.check == "freshness" and field is not None and field.type not in {FieldType.DATE, FieldType.TIMESTAMP}
        ):
            self._notes.add(here, "“{field}” is no date, so nothing can be fresh by it.", field=field.name)

    def _check_range(self, said: Mapping[str, object], field: Field, place: Place) -> None:
        low = [self._valued(said[name], field, place) for name in ("min", "above") if name in said]
        high = [self._valued(said[name], field, place) for name in ("max", "below") if name in said]
        is_strict = "above" in said or "below" in said
        for least in low:
            for most in high:
                if least is not None and most is not None and (least > most or (is_strict and least == most)):
                    self._notes.add(place, "The least, {low}, is above the most, {high}.", low=least, high=most)

    def _valued(self, value: object, field: Field, place: Place) -> Any:
        kind = FieldType.DECIMAL if field.type is FieldType.INTEGER and isinstance(value, float) else field.type
        try:
            return value_of(value, kind)
        except (ValueError, OverflowError):
            self._notes.add(
                place,
                "“{value}” is not {wanted}, as “{field}” needs.",
                value=value,
                wanted=WRITTEN[field.type].en,
                field=field.name,
            )
            return None


def _entries(said: object, place: Place) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    for number, each in enumerate(said if isinstance(said, list) else ()):
        if isinstance(each, Mapping):
            yield (*place, number), each


def _id_of(each: Draft) -> str:
    return ".".join(part for part in ("+".join(each.fields), each.check) if part)


def _free(wanted: str, taken: set[str]) -> str:
    """An id nobody has: `city.pattern`, then `city.pattern-2`."""
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    taken.add(name)
    return name
