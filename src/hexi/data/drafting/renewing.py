"""A contract's text for its next version: another source, the next number."""

from __future__ import annotations

from collections.abc import Mapping

from hexi.data.drafting.trees import dump, load, own, own_set


def source_of(text: str) -> dict[str, object]:
    """Return where the text says its rows come from. Raises `NotEditable`."""
    return dict(own(load(text), "hexi.source") or {})


def with_source(text: str, source: Mapping[str, object], *, version: str | None = None) -> str:
    """Return the text reading another source, under another version of the contract if one is said."""
    said = load(text)
    own_set(said, "hexi.source", dict(source) or None)
    if version is not None:
        said["version"] = version
    return dump(said)


def next_version(version: str) -> str:
    """Return the version after `version`: its second number one higher; 1.0.0 where it is none."""
    parts = version.split(".")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return "1.0.0"
    return f"{parts[0]}.{int(parts[1]) + 1}.0"
