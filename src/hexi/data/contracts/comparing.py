"""What one contract says otherwise than another: fields, rules, and what is said of the dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hexi.data.contracts.model import Contract, Field, RowRule, SetRule

ABOUT: Mapping[str, Callable[[Contract], object]] = {
    "title": lambda said: said.title,
    "summary": lambda said: said.summary,
    "publisher": lambda said: said.publisher.name,
    "theme": lambda said: said.theme,
    "sharing": lambda said: said.sharing.value,
    "condition": lambda said: said.sharing_condition,
    "basis": lambda said: said.sharing_basis,
    "methods": lambda said: said.sharing_methods,
    "openness": lambda said: said.openness.value,
    "opening_condition": lambda said: said.opening_condition,
    "licence": lambda said: said.licence,
    "updates": lambda said: said.update_cycle,
    "category": lambda said: said.category,
    "contact": lambda said: said.contact,
    "related": lambda said: said.related,
    "key": lambda said: said.key,
}
"""What is compared of the dataset itself, in the order in which it is told."""
PARTS: Mapping[str, Callable[[Field], object]] = {
    "title": lambda each: each.title,
    "description": lambda each: each.description,
    "type": lambda each: (each.type, each.precision, each.scale),
    "unit": lambda each: each.unit,
    "classification": lambda each: each.classification.value,
    "cleaners": lambda each: each.cleaners,
    "source": lambda each: each.source,
    "element": lambda each: (each.element, each.is_source),
    "authority": lambda each: each.authority,
}
"""What is compared of a field. Whether it must have a value is a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field that came, went, or means something else."""

    before: Field | None
    after: Field | None
    parts: tuple[str, ...] = ()
    """Keys of `PARTS` that differ, where it stayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """A rule that came, went, or asks for something else."""

    before: RowRule | SetRule | None
    after: RowRule | SetRule | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutChange:
    """Something that is said otherwise of the dataset: a key of `ABOUT`, and both values."""

    name: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that differs, in the order of the newer contract; what went comes last."""

    about: tuple[AboutChange, ...]
    fields: tuple[FieldChange, ...]
    rules: tuple[RuleChange, ...]

    @property
    def is_same(self) -> bool:
        """Whether nothing differs that a reader would notice."""
        return not (self.about or self.fields or self.rules)


def compare(before: Contract, after: Contract) -> Comparison:
    """Return what `after` says otherwise than `before`. Fields are told apart by name, rules by id."""
    about = [
        AboutChange(name=name, before=value(before), after=value(after))
        for name, value in ABOUT.items()
        if value(before) != value(after)
    ]
    return Comparison(about=tuple(about), fields=_fields(before, after), rules=_rules(before, after))


def _fields(before: Contract, after: Contract) -> tuple[FieldChange, ...]:
    old, new = ({each.name: each for each in contract.fields} for contract in (before, after))
    found = []
    for name, each in new.items():
        if name not in old:
            found.append(FieldChange(before=None, after=each))
        elif parts := tuple(part for part, value in PARTS.items() if value(old[name]) != value(each)):
            found.append(FieldChange(before=old[name], after=each, parts=parts))
    found += [FieldChange(before=each, after=None) for name, each in old.items() if name not in new]
    return tuple(found)


def _rules(before: Contract, after: Contract) -> tuple[RuleChange, ...]:
    old, new = ({each.id: each for each in contract.rules} for contract in (before, after))
    found = []
    for id, each in new.items():
        if id not in old:
            found.append(RuleChange(before=None, after=each))
        elif _asks(old[id]) != _asks(each):
            found.append(RuleChange(before=old[id], after=each))
    found += [RuleChange(before=each, after=None) for id, each in old.items() if id not in new]
    return tuple(found)


def _asks(rule: RowRule | SetRule) -> tuple[object, ...]:
    # The line of the file is left out: a rule that only moved asks for the same.
    return rule.check, rule.fields, dict(rule.arguments), rule.severity, rule.sentence
