"""What packs refuse."""

from __future__ import annotations

from collections.abc import Iterable

from hexi.data.contracts.problems import Problem
from hexi.kernel.errors import Conflict, Invalid, Missing


class PackMissing(Missing):
    """No pack of that name."""

    code = "pack.missing"


class PackInvalid(Invalid):
    """A pack whose declarations cannot be kept."""

    code = "pack.invalid"

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is to be mended, in the order of the file; never empty."""
        found = self.facts["problems"]
        return found if isinstance(found, tuple) else ()


class PackUnmet(Conflict):
    """A pack needs something that this node does not have, or brings what another pack brought."""

    code = "pack.unmet"


class PackNeeded(Conflict):
    """Other datasets are made from those of the pack, so it cannot go."""

    code = "pack.needed"


def invalid(file: str, problems: Iterable[Problem]) -> PackInvalid:
    """The error that carries `problems`, of which there is at least one."""
    ordered = tuple(sorted(problems, key=lambda each: each.line or 0))
    return PackInvalid(
        "“{file}” is not yet a pack that can be installed; to mend ({count}):\n{listed}",
        file=file,
        count=len(ordered),
        listed="\n".join(f"  {each}" for each in ordered),
        problems=ordered,
    )
