"""What is wrong with a contract file: every problem at once, each with its place and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hexi.kernel.errors import HexiError, Invalid

Place = tuple[str | int, ...]
"""Keys and list positions from the document's root, as `("schema", 0, "properties", 2, "name")`."""
MAX_LISTED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend. Like an error, a template over its facts, so that surfaces can translate it."""

    template: str
    facts: Mapping[str, object] = field(default_factory=dict)
    line: int | None = None
    """1-based line of the contract file."""
    path: str = ""
    """Where in the document, people's names in brackets: `schema[airports].properties[icao].logicalType`."""

    @property
    def message(self) -> str:
        """The English sentence."""
        return self.template.format(**self.facts) if self.facts else self.template

    def __str__(self) -> str:
        place = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.path) if part)
        return f"{place}: {self.message}" if place else self.message


class ContractInvalid(Invalid):
    """A contract file that cannot be used as it stands."""

    code = "contract.invalid"

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is to be mended, in the order of the file; never empty."""
        found = self.facts["problems"]
        return found if isinstance(found, tuple) else ()


def invalid(file: str, problems: Iterable[Problem]) -> ContractInvalid:
    """The error that carries `problems`, of which there is at least one."""
    ordered = tuple(sorted(problems, key=lambda each: each.line or 0))
    return ContractInvalid(
        "“{file}” is not yet a contract that can be used; to mend ({count}):\n{listed}",
        file=file,
        count=len(ordered),
        listed="\n".join(f"  {each}" for each in ordered),
        problems=ordered,
    )


def nearest(word: str, words: Iterable[str]) -> str:
    """The valid words closest to `word`, or, where none is close, the first of all."""
    known = sorted({str(each) for each in words})
    close = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
    if close:
        return ", ".join(close)
    return ", ".join(known[:MAX_LISTED]) + (" …" if len(known) > MAX_LISTED else "")


class Notebook:
    """Collects the problems of one file while it is read."""

    def __init__(self, document: object, lines: Mapping[Place, int]) -> None:
        self._document = document
        self._lines = lines
        self._found: dict[tuple[str, str], Problem] = {}
        self._located: dict[Place, Place] = {}

    def locate(self, said: Place, place: Place) -> None:
        """Let `said`, such as a field and the name of its property, mean `place` in the document."""
        self._located[said] = place

    def _place(self, said: Sequence[str | int]) -> Place:
        for end in range(len(said), 0, -1):
            found = self._located.get(tuple(said[:end]))
            if found is not None:
                return (*found, *said[end:])
        return tuple(said)

    def add(self, place: Sequence[str | int], template: str, **facts: object) -> None:
        """Note a problem at `place`; the same one twice is noted once."""
        place = self._place(place)
        problem = Problem(template=template, facts=facts, line=self.line(place), path=self.path(place))
        self._found.setdefault((problem.path, problem.message), problem)

    def put(self, place: Sequence[str | int], template: str, **facts: object) -> None:
        """Note a problem at `place` instead of what was noted there: it says more."""
        path = self.path(self._place(place))
        self._found = {key: problem for key, problem in self._found.items() if problem.path != path}
        self.add(place, template, **facts)

    def has(self, place: Sequence[str | int]) -> bool:
        """Whether a problem was noted at `place`."""
        path = self.path(self._place(place))
        return any(problem.path == path for problem in self._found.values())

    def add_error(self, place: Sequence[str | int], error: HexiError) -> None:
        """Note what another part of the house said about a value."""
        self.add(place, error.template, **error.facts)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All that was noted."""
        return tuple(self._found.values())

    def __len__(self) -> int:
        return len(self._found)

    def line(self, place: Sequence[str | int]) -> int | None:
        """Line of the place, or of the closest thing around it."""
        for end in range(len(place), -1, -1):
            found = self._lines.get(tuple(place[:end]))
            if found is not None:
                return found
        return None

    def path(self, place: Sequence[str | int]) -> str:
        """The place in words; a list's item is called by its name where it has one."""
        said, node = "", self._document
        for step in place:
            node = _inside(node, step)
            if isinstance(step, int):
                name = _name(node)
                said += f"[{name if name is not None else step + 1}]"
            else:
                said += f".{step}" if said else step
        return said


def _inside(node: object, step: str | int) -> object:
    if isinstance(step, str):
        return node.get(step) if isinstance(node, Mapping) else None
    return node[step] if isinstance(node, list) and step < len(node) else None


def _name(node: object) -> str | None:
    if isinstance(node, Mapping):
        for key in ("name", "property", "id", "metric"):
            if isinstance(node.get(key), str):
                return str(node[key])
    return None
