"""Charts: bars are rows of a table, histograms and targets are SVG. Each says its numbers in text too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from hexi.data.contracts.model import Field
from hexi.exchange.door.records import Bar
from hexi.web import wording
from hexi.web.svg import element, picture, text_width

MAX_WIDTH = 760.0
LABEL, LABEL_ON_PHONES = 12.0, 24.0
GOOD, BAD, OTHER = 0, 3, 6
"""Series of what was accepted or came to its end, of what is in quarantine or failed, and of the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPart:
    """A piece of a bar, in per cent of the longest one."""

    start: float
    width: float
    series: int
    hover: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRow:
    """One bar: label, amount, and where its rows are."""

    label: str
    amount: float
    parts: tuple[BarPart, ...]
    href: str | None
    said: str = ""
    """How the amount is written where it is no plain number."""


def bar_rows(bars: Sequence[Bar], *, link: Callable[[Bar], str | None]) -> tuple[BarRow, ...]:
    """Return bars as rows of a table, as they come."""
    most = max((each.amount for each in bars), default=0) or 1
    return tuple(
        BarRow(
            label=each.label if each.label is not None else gettext("(empty)"),
            amount=each.amount,
            parts=(
                BarPart(start=0, width=max(each.amount, 0) / most * 100, series=0, hover=wording.count(each.amount)),
            ),
            href=link(each),
        )
        for each in bars
    )


def accepted_row(label: str, *, rows: int, accepted: int, most: int, href: str) -> BarRow:
    """Return a bar of rows: what was accepted, then what is in quarantine. `most` is what the longest bar counts."""
    good = accepted / most * 100
    said = gettext("%(share)s accepted") % {"share": wording.percent(accepted / rows if rows else 1.0)}
    parts = (
        BarPart(start=0, width=good, series=GOOD, hover=said),
        BarPart(start=good, width=(rows - accepted) / most * 100, series=BAD, hover=said),
    )
    return BarRow(label=label, amount=rows, parts=parts, href=href)


def stacked_rows(
    by_series: Sequence[tuple[str, Sequence[Bar]]], *, link: Callable[[str], str | None]
) -> tuple[BarRow, ...]:
    """Return one row per label, its bar put together from the series in their order; largest first."""
    labels: dict[str, list[tuple[int, str, float]]] = {}
    for number, (series, bars) in enumerate(by_series):
        for each in bars:
            if each.amount > 0:
                labels.setdefault(each.label or gettext("(empty)"), []).append((number, series, each.amount))
    totals = {label: sum(amount for *_, amount in pieces) for label, pieces in labels.items()}
    most = max(totals.values(), default=0) or 1
    rows = []
    for label in sorted(totals, key=lambda each: -totals[each]):
        start, parts = 0.0, []
        for number, series, amount in labels[label]:
            width = amount / most * 100
            parts.append(
                BarPart(start=start, width=width, series=number % 7, hover=f"{series}: {wording.count(amount)}")
            )
            start += width
        rows.append(BarRow(label=label, amount=totals[label], parts=tuple(parts), href=link(label)))
    return tuple(rows)


def histogram(bars: Sequence[Bar], field: Field, *, title: str) -> SafeString:
    """Return columns side by side, each with its interval and rows on hover."""
    height, foot = 240.0, 44.0
    most = max((each.amount for each in bars), default=0) or 1
    top = _nice(most)
    left = text_width(wording.count(top), LABEL_ON_PHONES) + 16
    wide = (MAX_WIDTH - left) / max(len(bars), 1)
    drawn = []
    for share in (0.0, 0.5, 1.0):
        y = 16 + (height - 16) * (1 - share)
        drawn.append(element("line", x1=left, x2=MAX_WIDTH, y1=y, y2=y, class_="grid"))
        drawn.append(
            element("text", wording.count(top * share), x=left - 8, y=y + 4, text_anchor="end", class_="faint")
        )
    free_from = free_on_phones_from = 0.0
    for i, each in enumerate(bars):
        high = (height - 16) * each.amount / top
        x = left + i * wide
        low, up = wording.edge(each.low, field), wording.edge(each.high, field)
        drawn.append(
            element(
                "g",
                element(
                    "title",
                    gettext("%(low)s to %(high)s: %(rows)s")
                    % {"low": low, "high": up, "rows": wording.rows(int(each.amount))},
                ),
                element("rect", x=x, y=16.0, width=wide, height=height - 16, fill="transparent"),
                element("rect", x=x + 1, y=height - high, width=max(wide - 2, 1), height=high, rx=1.5, class_="bar"),
            )
        )
        if x >= free_from:
            on_phones = x >= free_on_phones_from and x + text_width(low, LABEL_ON_PHONES) / 2 <= MAX_WIDTH
            drawn.append(
                element(
                    "text",
                    low,
                    x=x,
                    y=height + 24,
                    text_anchor="middle",
                    class_="faint" if on_phones else "faint roomy",
                )
            )
            free_from = x + text_width(low, LABEL) + 24
            if on_phones:
                free_on_phones_from = x + text_width(low, LABEL_ON_PHONES) + 32
    drawn.append(element("line", x1=left, x2=MAX_WIDTH, y1=height, y2=height, class_="axis"))
    description = "; ".join(
        f"{wording.edge(each.low, field)}–{wording.edge(each.high, field)}: {wording.count(each.amount)}"
        for each in bars
    )
    return picture(MAX_WIDTH, height + foot, *drawn, title=title, description=description, class_="histogram")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A target value for a year."""

    year: int
    value: float
    shown: str


def targets(aims: Sequence[Aim], *, kind: str, unit: str, title: str, years: Sequence[int]) -> SafeString:
    """Return a series of targets as a small picture.

    A stock is a line of points (it stands at that height), an annual figure a column (it happens
    within the year), a flow a column drawn as an outline (it is added until then).
    """
    width, height, base, top = 252.0, 132.0, 104.0, 34.0
    most = max((each.value for each in aims), default=0) or 1
    across = {year: 56 + i * (width - 112) / max(len(years) - 1, 1) for i, year in enumerate(years)}
    drawn = [element("line", x1=12.0, x2=width - 12, y1=base, y2=base, class_="axis")]
    at = [(across[each.year], base - (base - top) * each.value / most, each) for each in aims]
    if kind == "stock" and len(at) > 1:
        drawn.append(element("path", d="M" + " L".join(f"{x:.1f},{y:.1f}" for x, y, _ in at), class_="line"))
    for x, y, each in at:
        if kind == "stock":
            drawn.append(element("circle", cx=x, cy=y, r=5.0, class_="dot"))
        else:
            drawn.append(
                element(
                    "rect",
                    x=x - 17,
                    y=y,
                    width=34.0,
                    height=base - y,
                    rx=2.0,
                    class_="column" if kind == "annual" else "flow",
                )
            )
        drawn.append(element("text", each.shown, x=x, y=y - 11, text_anchor="middle", class_="value"))
    drawn += [
        element("text", str(year), x=x, y=base + 19, text_anchor="middle", class_="faint") for year, x in across.items()
    ]
    said = "; ".join(f"{each.year}: {each.shown} {unit}" for each in aims)
    return picture(width, height, *drawn, title=title, description=said, class_="aims")


def shares(points: Sequence[tuple[str, float]], *, title: str) -> SafeString:
    """Return a share of each version or month, oldest first, as a line from the worst one to 100%."""
    width, height = 360.0, 104.0
    low = min(share for _, share in points)
    floor = max(0.0, low - max(0.02, (1 - low) * 0.5))
    step = (width - 60) / max(len(points) - 1, 1)
    at = [
        (20 + i * step, 26 + (height - 54) * (1 - (share - floor) / (1 - floor)), label, share)
        for i, (label, share) in enumerate(points)
    ]
    drawn = [
        element("line", x1=8.0, x2=width - 8, y1=height - 24, y2=height - 24, class_="axis"),
        element("path", d="M" + " L".join(f"{x:.1f},{y:.1f}" for x, y, *_ in at), class_="line"),
    ]
    for x, y, label, share in at:
        drawn.append(
            element(
                "g",
                element("title", f"{label}: {wording.percent(share)}"),
                element("circle", cx=x, cy=y, r=4.0, class_="dot"),
            )
        )
    x, y, label, share = at[-1]
    drawn.append(element("text", wording.percent(share), x=min(x, width - 30), y=max(y - 9, 12), text_anchor="middle"))
    for i in sorted({0, len(at) - 1}):
        x, label = at[i][0], at[i][2]
        half = text_width(label, LABEL) / 2 + 4
        middle = min(max(x, half), width - half)
        drawn.append(element("text", label, x=middle, y=height - 6, text_anchor="middle", class_="faint"))
    said = "; ".join(f"{label}: {wording.percent(share)}" for label, share in points)
    return picture(width, height, *drawn, title=title, description=said, class_="target")


def days(counted: Sequence[tuple[date, Sequence[int]]], *, title: str, series: Sequence[tuple[str, int]]) -> SafeString:
    """Return a stacked column for each day, in their order; `series` are the names and colours of the parts."""
    width, height, top_of_columns = 520.0, 180.0, 16.0
    most = max((sum(amounts) for _, amounts in counted), default=0)
    top = _nice(max(most, 2))
    left = text_width(wording.count(top), LABEL_ON_PHONES) + 16
    wide = (width - left) / max(len(counted), 1)
    drawn = []
    for share in (0.0, 0.5, 1.0):
        y = top_of_columns + (height - top_of_columns) * (1 - share)
        said = wording.count(top * share)
        drawn.append(element("line", x1=left, x2=width, y1=y, y2=y, class_="grid"))
        drawn.append(element("text", said, x=left - 8, y=y + 4, text_anchor="end", class_="faint"))
    described = []
    for i, (day, amounts) in enumerate(counted):
        x, low = left + i * wide, height
        parts = ", ".join(f"{name} {wording.count(amount)}" for (name, _), amount in zip(series, amounts, strict=True))
        drawn_parts = []
        for (_, number), amount in zip(series, amounts, strict=True):
            high = (height - top_of_columns) * amount / top
            low -= high
            drawn_parts.append(
                element("rect", x=x + 2, y=low, width=max(wide - 4, 1), height=high, class_=f"series-{number}")
            )
        reach = element("rect", x=x, y=top_of_columns, width=wide, height=height - top_of_columns, fill="transparent")
        drawn.append(element("g", element("title", f"{day}: {parts}"), reach, *drawn_parts))
        if sum(amounts):
            described.append(f"{day}: {parts}")
    drawn.append(element("line", x1=left, x2=width, y1=height, y2=height, class_="axis"))
    for place, anchor in ((0, "start"), (-1, "end")) if counted else ():
        x = left if place == 0 else width
        drawn.append(element("text", f"{counted[place][0]}", x=x, y=height + 26, text_anchor=anchor, class_="faint"))
    return picture(width, height + 40, *drawn, title=title, description="; ".join(described), class_="histogram")


def _nice(value: float) -> float:
    """Return the next round number from `value` on."""
    power = 10.0 ** (len(str(int(value))) - 1) if value >= 1 else 1.0
    return next(power * each for each in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if power * each >= value)
