"""Questions about parties."""

from __future__ import annotations

from hexi.kernel.names import Text
from hexi.registry.parties.models import Organisation
from hexi.registry.parties.records import OrganisationRecord


def organisations() -> dict[str, OrganisationRecord]:
    """Return every organisation by its id."""
    return {
        each.id: OrganisationRecord(id=each.id, title=Text(each.title_zh, each.title_en), code=each.code)
        for each in Organisation.objects.all()
    }
