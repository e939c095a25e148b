"""Elements of SVG, escaped; pictures are put together from these and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Content = SafeString | str | float


def element(name: str, /, *content: Content, **attributes: object) -> SafeString:
    """Return `<name …>content</name>`. Attributes that are None are left out; `_` stands for `-`,
    a trailing one is dropped (`class_`). Numbers are written with two decimals at most.
    """
    written = format_html_join(
        "",
        ' {}="{}"',
        ((_name(key), number(value)) for key, value in attributes.items() if value is not None),
    )
    return format_html("<{}{}>{}</{}>", name, written, joined(content), name)


def joined(parts: Iterable[Content]) -> SafeString:
    """Return the parts one after the other, each escaped unless it is safe."""
    return format_html_join("", "{}", ((each,) for each in parts))


def picture(width: float, height: float, *content: Content, title: str, description: str, class_: str) -> SafeString:
    """Return a whole SVG that scales with its column and says what it shows."""
    return element(
        "svg",
        element("title", title),
        element("desc", description),
        *content,
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="group",
        class_=f"picture {class_}",
        aria_label=title,
    )


def number(value: object) -> object:
    """Return a float as short as a picture needs it."""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return value


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is set in `size`: Chinese characters are square, Latin ones half as wide."""
    return sum(size if ord(each) > 0x2E80 else size * 0.56 for each in text)


def _name(key: str) -> str:
    if key == "viewBox":
        return key
    return key.rstrip("_").replace("_", "-")
