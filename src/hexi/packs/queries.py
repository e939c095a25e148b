"""Questions about packs."""

from __future__ import annotations

from hexi.kernel.names import Text
from hexi.packs.models import Pack
from hexi.packs.records import PackRecord, PageRecord


def packs() -> tuple[PackRecord, ...]:
    """Every installed pack, by its id."""
    return tuple(
        PackRecord(
            id=each.id,
            version=each.version,
            title=Text(each.title_zh, each.title_en),
            datasets=tuple(each.datasets),
            installed_at=each.installed_at,
            is_complete=each.is_complete,
        )
        for each in Pack.objects.order_by("id")
    )


def pages() -> tuple[PageRecord, ...]:
    """Every page that an installed pack declares, in the order of packs; not while it is being installed."""
    return tuple(
        PageRecord(
            pack=pack.id,
            kind=said["kind"],
            name=said.get("name", said["kind"]),
            title=Text(said["title"]["zh"], said["title"]["en"]),
            datasets={part: name for part, name in said.items() if part not in {"kind", "name", "title"}},
        )
        for pack in Pack.objects.filter(is_complete=True).order_by("id")
        for said in pack.pages
    )
