"""Questions about parties."""

from __future__ import annotations

from collections.abc import Collection

from hexi.kernel.names import Text
from hexi.registry.parties.models import Organisation
from hexi.registry.parties.records import OrganisationRecord


def organisations() -> dict[str, OrganisationRecord]:
    """Return every organisation by its id."""
    return {
        each.id: OrganisationRecord(id=each.id, title=Text(each.title_zh, each.title_en), code=each.code)
        for each in Organisation.objects.all()
    }


def titles_of(ids: Collection[str]) -> dict[str, Text]:
    """Return the titles of some organisations by id; those that are not there are left out."""
    found = Organisation.objects.filter(id__in=set(ids)).values_list("id", "title_zh", "title_en")
    return {id_: Text(zh, en) for id_, zh, en in found}
