"""What became of an organisation, as a small picture: bodies from left to right, lines dated."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.safestring import SafeString

from hexi.registry.parties.records import RELATIONS, OrganisationRecord, RelationRecord
from hexi.web import wording
from hexi.web.svg import element, picture, text_width

WIDTH = 760.0
SIZE = 13.0
ROW = 64.0
BOX = 44.0
PAD = 10.0
LABEL = 132.0
"""Room between two columns: the date and what happened stand on the first part, the line bends in the rest."""
RUN = 84.0


def draw(
    relations: Sequence[RelationRecord],
    *,
    here: str,
    title: str,
    description: str,
    link: Callable[[OrganisationRecord], str],
) -> SafeString | None:
    """Return the picture; None where nothing became of it. `here` is the id to stand out."""
    if not relations:
        return None
    bodies = {each.id: each for relation in relations for each in (relation.origin, relation.target)}
    column = _columns(relations)
    last = max(column.values())
    wide = (WIDTH - last * LABEL) / (last + 1)
    rows: dict[int, int] = {}
    spots: dict[str, tuple[float, float]] = {}
    for id in bodies:
        at = column[id]
        spots[id] = at * (wide + LABEL), rows.get(at, 0) * ROW
        rows[at] = rows.get(at, 0) + 1
    height = max(rows.values()) * ROW - (ROW - BOX)
    for id, (x, y) in spots.items():
        # A column with fewer bodies stands in the middle of the taller ones.
        spots[id] = x, y + (height - (rows[column[id]] * ROW - (ROW - BOX))) / 2
    drawn = [_line(each, spots, wide) for each in relations]
    drawn += [_body(each, spots[each.id], wide, link(each), is_here=each.id == here) for each in bodies.values()]
    return picture(WIDTH, height + 2, *drawn, title=title, description=description, class_="lineage")


def _columns(relations: Sequence[RelationRecord]) -> dict[str, int]:
    """Each body one column right of the last that it came from."""
    column = {each.id: 0 for relation in relations for each in (relation.origin, relation.target)}
    # Successions run in no circle, so this comes to rest after as many rounds as the longest line.
    for _ in relations:
        for each in relations:
            column[each.target.id] = max(column[each.target.id], column[each.origin.id] + 1)
    return column


def _line(each: RelationRecord, spots: dict[str, tuple[float, float]], wide: float) -> SafeString:
    x, y = spots[each.origin.id]
    to_x, to_y = spots[each.target.id]
    x, y, to_y = x + wide, y + BOX / 2, to_y + BOX / 2
    half = (x + RUN + to_x) / 2
    path = f"M{x:.1f},{y:.1f}H{x + RUN:.1f}C{half:.1f},{y:.1f} {half:.1f},{to_y:.1f} {to_x:.1f},{to_y:.1f}"
    what = wording.say(RELATIONS[each.kind])
    return element(
        "g",
        element("title", f"{each.since or ''} {what}".strip()),
        element("path", d=path, class_="succession"),
        element("text", each.since or "", x=x + 6, y=y - 6, class_="strong"),
        element("text", what, x=x + 6, y=y + 15, class_="faint"),
    )


def _body(each: OrganisationRecord, spot: tuple[float, float], wide: float, href: str, *, is_here: bool) -> SafeString:
    x, y = spot
    name = wording.say(each.title)
    lines = _wrapped(name, wide - 2 * PAD)
    state = " here" if is_here else ""
    state += " gone" if each.dissolved_on else ""
    top = y + BOX / 2 - (len(lines) - 1) * SIZE * 0.6
    texts = [
        element("text", line, x=x + PAD, y=top + number * SIZE * 1.25, dominant_baseline="central")
        for number, line in enumerate(lines)
    ]
    box = element("rect", x=x + 1, y=y + 1, width=wide - 2, height=BOX - 2, rx=6, class_=f"org{state}")
    return element("a", element("title", name), box, *texts, href=href, aria_label=name)


def _wrapped(name: str, width: float) -> list[str]:
    """At most two lines, broken between words where there are any."""
    parts = name.split(" ") if " " in name else list(name)
    glue = " " if " " in name else ""
    lines = [""]
    for part in parts:
        longer = lines[-1] + (glue if lines[-1] else "") + part
        if lines[-1] and text_width(longer, SIZE) > width:
            lines.append(part)
        else:
            lines[-1] = longer
    if len(lines) > 2:
        lines = [lines[0], lines[1].rstrip() + "…"]
    return lines
