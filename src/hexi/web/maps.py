"""Maps as SVG, projected and simplified here: the page needs no script, no tiles and no stranger's server."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import shapely
from django.utils.safestring import SafeString
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from hexi.exchange.door.records import Feature
from hexi.web.svg import element, picture, text_width

WIDTH = 760.0
MARGIN = 8.0
LABEL, LABEL_ON_PHONE = 13.0, 21.0
"""Size of a label in units of the picture; a phone shows the picture at half its size."""
LABELS = 60
GAP = 2.0
"""Free space around a label."""
Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""
DOTS_AT_MOST = 20_000
DOTS_NAMED = 1_500
"""More points than that are drawn as a swarm, without names and links."""
TOLERANCE = 0.6
"""What simplifying may move a line, in units of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One feature as it is drawn, in units of the picture."""

    path: str | None
    """Outline of an area; None for a point."""
    x: float
    y: float
    reach: float
    """Radius of the largest circle that fits into the area: where its label may stand."""
    label: str
    code: str
    amount: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A map ready to be put on a page in any language."""

    height: float
    marks: tuple[Mark, ...]
    left_out: int
    """Points that lie where another one is drawn already, or beyond `DOTS_AT_MOST`."""


def drawing(
    features: Sequence[Feature], *, label: str | None, code: str | None = None, amount: str | None = None
) -> Drawing | None:
    """Project features on a plane and simplify them; None where there is nothing to draw.

    Equirectangular with the cosine of the middle latitude: right enough for a province, and north is
    up. `label`, `code` and `amount` name properties. Neighbours keep a common border.
    """
    shapes = [shape(dict(each.geometry)) for each in features]
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / max((east - west) * squeeze, 1e-6)
    height = (north - south) * scale + 2 * MARGIN
    if height > WIDTH * 0.9:
        scale *= WIDTH * 0.9 / height
        height = (north - south) * scale + 2 * MARGIN
    left = (WIDTH - (east - west) * squeeze * scale) / 2

    def project(points: Iterable[Sequence[float]]) -> list[tuple[float, float]]:
        return [(left + (x - west) * squeeze * scale, MARGIN + (north - y) * scale) for x, y, *_ in points]

    plane = [shapely.transform(each, project) for each in shapes]
    areas = [i for i, each in enumerate(plane) if each.geom_type in {"Polygon", "MultiPolygon"}]
    for i, simple in zip(areas, _simplified([plane[i] for i in areas]), strict=True):
        plane[i] = simple
    marks = []
    seen: set[tuple[int, int]] = set()
    for feature, each in zip(features, plane, strict=True):
        if each.is_empty:
            continue
        said = feature.properties
        path, reach, at = None, 0.0, shapely.centroid(each)
        if each.geom_type in {"Polygon", "MultiPolygon"}:
            path = _path(each)
            circle = shapely.maximum_inscribed_circle(max(shapely.get_parts(each), key=shapely.area), tolerance=1)
            at, reach = shapely.get_point(circle, 0), circle.length
        elif (spot := (round(at.x), round(at.y))) in seen or len(seen) >= DOTS_AT_MOST:
            continue
        else:
            seen.add(spot)
        marks.append(
            Mark(
                path=path,
                x=at.x,
                y=at.y,
                reach=reach,
                label=str(said.get(label or "") or ""),
                code=str(said.get(code or "") or ""),
                amount=float(str(said[amount])) if amount and said.get(amount) is not None else None,
            )
        )
    return Drawing(height=height, marks=tuple(marks), left_out=len(features) - len(marks))


def draw(
    found: Drawing,
    *,
    title: str,
    description: str,
    link: Callable[[Mark], str | None],
    hover: Callable[[Mark], str],
    here: str = "",
    below: Drawing | None = None,
) -> SafeString:
    """Return the map as SVG: areas, then points by size, then the labels that fit.

    A label that would lie on another one is left out; one that fits only on a wide screen is hidden
    on a phone. `here` is the code to stand out.
    """
    areas = [each for each in found.marks if each.path is not None]
    points = sorted((each for each in found.marks if each.path is None), key=lambda each: -(each.amount or 0))
    most = max((each.amount or 0 for each in points), default=0) or 1
    drawn = []
    for each in areas:
        is_here = " here" if here and each.code == here else ""
        drawn.append(_linked(link(each), hover(each), element("path", d=each.path, class_=f"area{is_here}")))
    if len(points) > DOTS_NAMED:
        # Nobody reads ten thousand names: one path of round dots is a hundredth of the page.
        dots = "".join(f"M{each.x:.0f},{each.y:.0f}h0" for each in points)
        drawn.append(element("path", d=dots, class_="swarm"))
        points = []
    for each in points:
        radius = 2.6 + 12 * math.sqrt((each.amount or 0) / most) if each.amount is not None else 4.0
        drawn.append(_linked(link(each), hover(each), element("circle", cx=each.x, cy=each.y, r=radius, class_="dot")))
    return picture(
        WIDTH, found.height, *drawn, *_labels(areas or points), title=title, description=description, class_="map"
    )


def _linked(href: str | None, hover: str, mark: SafeString) -> SafeString:
    inside = (element("title", hover), mark)
    return element("a", *inside, href=href, aria_label=hover) if href else element("g", *inside)


def _labels(marks: Sequence[Mark]) -> list[SafeString]:
    """Large areas and large points first; each label is tried on its mark, then around it.

    What fits on a phone is set there and stays where it is on wide screens, where more find room between.
    """
    named = [each for each in sorted(marks, key=lambda mark: -(mark.reach or mark.amount or 0))[:LABELS] if each.label]
    taken: list[Box] = []
    on_phones = [spot for each in named if (spot := _spot(each, LABEL_ON_PHONE, taken))]
    taken = [_box(each.mark.label, LABEL, each.x, each.y) for each in on_phones]
    there = {id(each.mark) for each in on_phones}
    elsewhere = [each for each in named if id(each) not in there]
    roomy = [spot for each in elsewhere if (spot := _spot(each, LABEL, taken))]
    return [_label(each, None) for each in on_phones] + [_label(each, "roomy") for each in roomy]


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a label is centred."""

    mark: Mark
    x: float
    y: float


def _label(spot: _Spot, class_: str | None) -> SafeString:
    return element(
        "text",
        spot.mark.label,
        x=spot.x,
        y=spot.y,
        text_anchor="middle",
        dominant_baseline="central",
        class_=class_,
    )


def _spot(mark: Mark, size: float, taken: list[Box]) -> _Spot | None:
    """Return a free place for the mark's label, and take it."""
    wide = text_width(mark.label, size) / 2
    around = [(0.0, 0.0), (0, -size), (0, size), (wide * 0.6, 0), (-wide * 0.6, 0)]
    if mark.path is None:
        around = [(0, -size - 2), (wide + 10, 0), (-wide - 10, 0), (0, size + 4)]
    for right, down in around:
        spot = _Spot(mark, mark.x + right, mark.y + down)
        box = _box(mark.label, size, spot.x, spot.y)
        if box[0] < 0 or box[2] > WIDTH:
            continue
        if all(box[2] < b[0] or box[0] > b[2] or box[3] < b[1] or box[1] > b[3] for b in taken):
            taken.append(box)
            return spot
    return None


def _box(label: str, size: float, x: float, y: float) -> Box:
    wide, high = text_width(label, size) / 2 + GAP, size * 0.6 + GAP / 2
    return x - wide, y - high, x + wide, y + high


def _simplified(areas: list[BaseGeometry]) -> list[BaseGeometry]:
    if not areas:
        return []
    # Borders that two areas share are simplified once, so that no gap opens between them.
    return [shapely.make_valid(each) for each in shapely.coverage_simplify(areas, TOLERANCE)]


def _path(area: BaseGeometry) -> str:
    parts = []
    for polygon in shapely.get_parts(area):
        if polygon.geom_type != "Polygon":
            continue
        for ring in (polygon.exterior, *polygon.interiors):
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in ring.coords[:-1])
            if points:
                parts.append(f"M{points}Z")
    return "".join(parts)
