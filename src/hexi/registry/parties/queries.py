"""Questions about parties."""

from __future__ import annotations

from hexi.kernel.names import Text
from hexi.registry.parties.errors import PartyMissing
from hexi.registry.parties.models import Organisation
from hexi.registry.parties.records import OrganisationRecord


def organisations() -> dict[str, OrganisationRecord]:
    """Return every organisation by its id."""
    return {
        each.id: OrganisationRecord(id=each.id, title=Text(each.title_zh, each.title_en), code=each.code)
        for each in Organisation.objects.all()
    }


def organisation(id: str) -> OrganisationRecord:
    """The organisation of that id. Raises `PartyMissing`."""
    found = organisations().get(id)
    if found is None:
        raise PartyMissing("There is no organisation {organisation}.", organisation=id)
    return found


def ancestors(id: str) -> tuple[str, ...]:
    """Ids of what an organisation is part of, nearest first, itself not included; may be empty."""
    return ()


def known(title: Text, *, code: str | None) -> str | None:
    """The id of the organisation of that name or, under a new name, of that code; None if there is none."""
    found = list(organisations().values())
    by_title = (each.id for each in found if each.title.zh == title.zh)
    by_code = (each.id for each in found if code is not None and each.code == code)
    return next(by_title, None) or next(by_code, None)
