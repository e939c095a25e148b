"""Organisations that a pack declares: how its file says them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hexi.data.contracts.documents import file_text, read_document
from hexi.data.contracts.problems import ContractInvalid, Notebook, Place, nearest
from hexi.kernel.errors import HexiError
from hexi.kernel.names import Text
from hexi.kernel.time import check_day
from hexi.packs.errors import invalid
from hexi.registry.parties.identifiers import check_credit_code
from hexi.registry.parties.records import KINDS, NAME_KINDS, SUCCESSION

KEYS: Mapping[str, Text] = {
    "name": Text("中英文名称", "Its name in both languages: {zh, en}."),
    "kind": Text("种类", f"One of {', '.join(f'`{each}`' for each in KINDS)}."),
    "code": Text("统一社会信用代码", "Its unified social credit code, where it is known."),
    "founded": Text(
        "成立日期，可只有年或年月", "Since when it exists, as far as it is known: 2018, 2018-10, 2018-10-25."
    ),
    "dissolved": Text("撤销日期；写了“became”的不用写", "Since when it exists no longer; `became` says so too."),
    "names": Text(
        "其他名称：{zh, en, kind, since, until}",
        "Further names: {zh, en, kind, since, until}, the kind `short` or `former`.",
    ),
    "part_of": Text("上级组织的中文名称", "The Chinese name of the organisation of this file that it is part of."),
    "became": Text(
        "改革去向：{how, names, on, source}",
        f"Who carries on: {{how, names, on, source}}, `how` one of {', '.join(f'`{each}`' for each in SUCCESSION)}, "
        "`names` Chinese names in this file.",
    ),
    "posts": Text(
        "岗位：{title, duties, contact}",
        "Posts: {title, duties, contact}; the contact is the office's, not a person's.",
    ),
    "source": Text("依据", "Where that is from, in both languages: {zh, en}."),
}
NAME = ("zh", "en", "kind", "since", "until")
BECAME = ("how", "names", "on", "source")
POST = ("title", "duties", "contact")
NOTHING = Text("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """Who carries on from when."""

    how: str
    names: tuple[str, ...]
    on: str
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherName:
    """A name it also has or had."""

    title: Text
    kind: str
    since: str | None
    until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredPost:
    """A post with its duties."""

    title: Text
    duties: tuple[Text, ...]
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One organisation of a pack's file."""

    name: Text
    kind: str
    code: str | None
    founded: str | None
    dissolved: str | None
    names: tuple[FurtherName, ...]
    part_of: str | None
    became: Became | None
    posts: tuple[DeclaredPost, ...]
    source: Text


def read_organisations(file: Path) -> tuple[Declared, ...]:
    """Return what a pack's file declares, in its order. Raises `PackInvalid` with every problem and its line."""
    try:
        document = read_document(file_text(file), file=str(file))
    except ContractInvalid as error:
        raise invalid(str(file), error.problems) from None
    reading = _Reading(document.value, Notebook(document.value, document.lines))
    for problem in document.problems:
        reading.notes.add((), problem.template, **problem.facts)
    found = reading.every()
    if len(reading.notes):
        raise invalid(str(file), reading.notes.problems)
    return found


class _Reading:
    """Reads one file and notes what is wrong with it."""

    def __init__(self, said: Any, notes: Notebook) -> None:
        self.notes = notes
        every = said.get("organisations") if isinstance(said, dict) else None
        self.said: list[Any] = every if isinstance(every, list) else []
        if not self.said or set(said) != {"organisations"}:
            notes.add((), "The file has one key, “organisations”, with a list of at least one.")
        self.known = {
            each["name"]["zh"]
            for each in self.said
            if isinstance(each, dict) and isinstance(each.get("name"), dict)
            if isinstance(each["name"].get("zh"), str)
        }

    def every(self) -> tuple[Declared, ...]:
        """Return what could be read; the notebook says whether that is all."""
        seen: set[str] = set()
        found = []
        for index, said in enumerate(self.said):
            place: Place = ("organisations", index)
            if not isinstance(said, dict):
                self.notes.add(place, "An organisation is a mapping of keys, such as {name: …, kind: …}.")
                continue
            each = self._one(place, said)
            if each.name.zh in seen:
                self.notes.add((*place, "name"), "“{name}” stands here twice.", name=each.name.zh)
            seen.add(each.name.zh)
            found.append(each)
        return tuple(found)

    def _one(self, place: Place, said: dict[str, Any]) -> Declared:
        self._only(place, said, tuple(KEYS))
        kind = said.get("kind", "institution")
        self._choice((*place, "kind"), kind, tuple(KINDS))
        source = self._text((*place, "source"), said["source"]) if "source" in said else NOTHING
        part_of = said.get("part_of")
        if part_of is not None:
            self._reference((*place, "part_of"), part_of)
        return Declared(
            name=self._text((*place, "name"), said.get("name")),
            kind=str(kind),
            code=self._code((*place, "code"), said.get("code")),
            founded=self._day((*place, "founded"), said.get("founded")),
            dissolved=self._day((*place, "dissolved"), said.get("dissolved")),
            names=tuple(self._name(at, each) for at, each in self._items(place, said, "names", NAME)),
            part_of=part_of if isinstance(part_of, str) else None,
            became=self._became((*place, "became"), said["became"], source) if "became" in said else None,
            posts=tuple(self._post(at, each) for at, each in self._items(place, said, "posts", POST)),
            source=source,
        )

    def _name(self, place: Place, said: dict[str, Any]) -> FurtherName:
        kind = said.get("kind", "short")
        self._choice((*place, "kind"), kind, tuple(NAME_KINDS))
        return FurtherName(
            title=self._text(place, {key: said.get(key) for key in Text.__slots__}),
            kind=str(kind),
            since=self._day((*place, "since"), said.get("since")),
            until=self._day((*place, "until"), said.get("until")),
        )

    def _post(self, place: Place, said: dict[str, Any]) -> DeclaredPost:
        duties = said.get("duties") or []
        if not isinstance(duties, list):
            self.notes.add((*place, "duties"), "“{key}” is a list.", key="duties")
            duties = []
        return DeclaredPost(
            title=self._text((*place, "title"), said.get("title")),
            duties=tuple(self._text((*place, "duties", at), each) for at, each in enumerate(duties)),
            contact=str(said.get("contact") or ""),
        )

    def _became(self, place: Place, said: Any, source: Text) -> Became | None:
        if not isinstance(said, dict):
            self.notes.add(place, "“{key}” is a mapping of keys.", key="became")
            return None
        self._only(place, said, BECAME)
        self._choice((*place, "how"), said.get("how"), SUCCESSION)
        names = said.get("names")
        if not isinstance(names, list) or not names:
            self.notes.add((*place, "names"), "“{key}” is a list.", key="names")
            names = []
        for at, each in enumerate(names):
            self._reference((*place, "names", at), each)
        on = self._day((*place, "on"), said.get("on"))
        if on is None:
            self.notes.add(place, "“{key}” is missing.", key="on")
        own = self._text((*place, "source"), said["source"]) if "source" in said else source
        return Became(how=str(said.get("how")), names=tuple(str(each) for each in names), on=on or "", source=own)

    def _items(
        self, place: Place, said: dict[str, Any], key: str, known: tuple[str, ...]
    ) -> list[tuple[Place, dict[str, Any]]]:
        items = said.get(key) or []
        if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
            self.notes.add((*place, key), "“{key}” is a list of mappings.", key=key)
            return []
        for at, each in enumerate(items):
            self._only((*place, key, at), each, known)
        return [((*place, key, at), each) for at, each in enumerate(items)]

    def _only(self, place: Place, said: dict[str, Any], known: tuple[str, ...]) -> None:
        for key in said:
            if key not in known:
                words = nearest(str(key), known)
                self.notes.add((*place, key), "“{key}” is no key here; the closest are {known}.", key=key, known=words)

    def _choice(self, place: Place, said: object, known: tuple[str, ...]) -> None:
        if said not in known:
            self.notes.add(place, "“{said}” cannot stand here; choose {known}.", said=said, known=", ".join(known))

    def _reference(self, place: Place, said: object) -> None:
        if said not in self.known:
            words = nearest(str(said), self.known)
            self.notes.add(
                place, "No organisation “{name}” in this file; the closest are {known}.", name=said, known=words
            )

    def _text(self, place: Place, said: object) -> Text:
        if isinstance(said, dict) and all(isinstance(said.get(each), str) and said[each] for each in Text.__slots__):
            return Text(said["zh"], said["en"])
        self.notes.add(place, "This is said in both languages: {zh: …, en: …}.")
        return NOTHING

    def _day(self, place: Place, said: object) -> str | None:
        return None if said is None else self._checked(place, str(said), check_day)

    def _code(self, place: Place, said: object) -> str | None:
        return None if said is None else self._checked(place, str(said), check_credit_code)

    def _checked(self, place: Place, said: str, check: Any) -> str:
        try:
            return str(check(said))
        except HexiError as error:
            self.notes.add_error(place, error)
            return said
