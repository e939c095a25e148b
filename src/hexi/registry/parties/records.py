"""What parties tell other rooms. A date is text as far as it is known: `2018`, `2018-10` or `2018-10-25`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hexi.kernel.names import Text
from hexi.kernel.time import holds

KINDS: Mapping[str, Text] = {
    "government": Text("政府", "government"),
    "institution": Text("机关事业单位", "institution"),
    "firm": Text("企业", "firm"),
    "association": Text("社会组织", "association"),
}
"""Kinds of organisations."""
NAME_KINDS: Mapping[str, Text] = {
    "former": Text("曾用名", "former name"),
    "short": Text("简称", "short name"),
}
RELATIONS: Mapping[str, Text] = {
    "part_of": Text("隶属于", "part of"),
    "succeeded_by": Text("职责并入", "merged into"),
    "split_into": Text("分设为", "split into"),
    "renamed_to": Text("改组为", "became"),
}
"""Kinds of relations, from the one to the other."""
SUCCESSION = ("succeeded_by", "split_into", "renamed_to")
"""Those that say who carries on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRecord:
    """An organisation."""

    id: str
    title: Text
    code: str | None
    """Unified social credit code, where it has one."""
    kind: str
    """One of `KINDS`."""
    founded_on: str | None
    dissolved_on: str | None

    def exists(self, *, on: date) -> bool:
        """Whether it was founded and not yet dissolved; what is not known counts as yes."""
        return holds(self.founded_on, self.dissolved_on, on=on)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRecord:
    """A further name of an organisation."""

    title: Text
    kind: str
    """One of `NAME_KINDS`."""
    since: str | None
    until: str | None
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationRecord:
    """What `origin` is to `target`, from `since` on and before `until`."""

    id: str
    origin: OrganisationRecord
    target: OrganisationRecord
    kind: str
    """One of `RELATIONS`."""
    since: str | None
    until: str | None
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PostRecord:
    """A post with its duties. Who holds it is told by an id; nothing else is known here of a person."""

    id: str
    organisation: str
    title: Text
    duties: tuple[Text, ...]
    contact: str
    since: str | None
    until: str | None
    holder: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeLine:
    """One line of the tree of organisations."""

    organisation: OrganisationRecord
    depth: int
    """0 for one that is part of nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happened to an organisation."""

    on: str | None
    """None where nobody knows when."""
    kind: str
    """`founded`, `named`, `joined`, `left`, one of `SUCCESSION`, its mirror (`from_` before it), or `dissolved`."""
    other: OrganisationRecord | None
    name: Text | None
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class HitRecord:
    """An organisation that a search found, and by which of its names."""

    organisation: OrganisationRecord
    name: Text
    kind: str
    """`title`, or one of `NAME_KINDS`."""
