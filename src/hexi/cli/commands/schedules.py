"""`hexi schedule`: datasets that the node publishes again by itself."""

from __future__ import annotations

import re
from datetime import time

import click
from rich.table import Table

from hexi.cli import node
from hexi.cli.speech import _, out
from hexi.cli.words import group

SECONDS = {"min": 60, "h": 3600, "d": 86_400, "w": 604_800}
NAMED = {"hour": "1h", "day": "1d", "week": "1w"}
FULL_DAY = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@group()
def schedule() -> None:
    """Datasets that are collected and published again by themselves."""


@schedule.command("set")
@click.argument("dataset", help="A published dataset whose contract names a connection or a query.")
@click.option("--every", default="day", show_default=True, help="hour, day, week, or a number with min, h, d or w.")
@click.option("--at", default="", help="Time of day of the first run, such as 02:30; otherwise now.")
def set_schedule(dataset: str, every: str, at: str) -> None:
    """Publish DATASET again every so often, with the authority of who says it."""
    every_s, first = _seconds(every), _time(at)
    node.open_node()
    from hexi.registry.catalog import scheduling

    scheduling.schedule(dataset, every_s=every_s, at=first, by=node.actor(), now=node.clock())
    node.settle()
    out.print(_("{dataset} is on a schedule; hexi serve does the work.", dataset=dataset))


@schedule.command("list")
def list_schedules() -> None:
    """Show what is on a schedule, and when it is due."""
    node.open_node()
    from django.utils import timezone

    from hexi.registry.runs import queries

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in (_("dataset"), _("every"), _("due"), _("by")):
        table.add_column(heading)
    for each in queries.schedules():
        due = timezone.localtime(each.due_at).strftime("%Y-%m-%d %H:%M")
        table.add_row(each.dataset, _spoken(each.every_s), due, each.account)
    out.print(table)


@schedule.command("remove")
@click.argument("dataset", help="The dataset.")
def remove(dataset: str) -> None:
    """Take DATASET off its schedule; what is published stays."""
    node.open_node()
    from hexi.registry.catalog import scheduling

    scheduling.unschedule(dataset, by=node.actor(), now=node.clock())
    node.settle()
    out.print(_("{dataset} is no longer on a schedule.", dataset=dataset))


def _seconds(said: str) -> int:
    found = re.fullmatch(r"(\d{1,6})(min|h|d|w)", NAMED.get(said, said))
    if found is None or not int(found[1]):
        raise click.BadParameter(_("“{said}” is no period; write hour, day, week, 15min, 6h or 2d.", said=said))
    return int(found[1]) * SECONDS[found[2]]


def _spoken(every_s: int) -> str:
    unit = next((word for word, size in reversed(SECONDS.items()) if every_s % size == 0), None)
    return f"{every_s // SECONDS[unit]}{unit}" if unit else f"{every_s}s"


def _time(said: str) -> time | None:
    if not said:
        return None
    found = FULL_DAY.fullmatch(said)
    if found is None:
        raise click.BadParameter(_("“{said}” is no time of day; write it like 02:30.", said=said))
    return time(int(found[1]), int(found[2]))
