"""A contract's text as a tree that remembers its comments, its order and how things were written."""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from hexi.data.contracts.documents import read_document
from hexi.kernel.errors import Invalid

ONE_LINE = 88
"""Columns up to which a mapping stands on one line."""


class NotEditable(Invalid):
    """The text is no YAML of the form that a contract has."""

    code = "drafting.not-editable"


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.allow_unicode = True
    return yaml


def load(text: str) -> Any:
    """Return the tree of a text, its one table with a list of fields. Raises `NotEditable`, `ContractInvalid`."""
    # Our own reader first: it refuses anchors and tags, and says the line of what is no YAML.
    read_document(text, file="contract")
    try:
        said = _yaml().load(text)
    except YAMLError as error:
        raise NotEditable("The text is no YAML that can be changed: {reason}", reason=str(error)[:200]) from None
    tables = said.get("schema") if isinstance(said, dict) else None
    if not isinstance(tables, list) or not tables or not isinstance(tables[0], dict):
        raise NotEditable("“schema” must hold one table with its properties; mend that in the text.")
    if not isinstance(tables[0].setdefault("properties", []), list):
        raise NotEditable("“properties” must be a list of fields; mend that in the text.")
    return said


def dump(said: object) -> str:
    """Return the text of a tree."""
    out = io.StringIO()
    _yaml().dump(said, out)
    return out.getvalue()


def own(entry: Any, name: str) -> Any:
    """Return the value of one of our properties, None where it is not said."""
    for each in entry.get("customProperties") or ():
        if isinstance(each, dict) and each.get("property") == name:
            return each.get("value")
    return None


def own_set(entry: Any, name: str, value: object) -> None:
    """Set one of our properties, leave it as it stands where it says the same, or take it out with None."""
    if own(entry, name) == value:
        return
    listed = entry.setdefault("customProperties", [])
    for number, each in enumerate(listed):
        if isinstance(each, dict) and each.get("property") == name:
            if value is None:
                del listed[number]
            else:
                each["value"] = value
            break
    else:
        if value is not None:
            listed.append({"property": name, "value": value})
    if not listed:
        del entry["customProperties"]


def flow(said: Any) -> Any:
    """Return plain values as a tree in which what is small stands on one line."""
    if isinstance(said, dict):
        tree = CommentedMap((key, flow(value)) for key, value in said.items())
        if _width(said) <= ONE_LINE and _is_small(said):
            tree.fa.set_flow_style()
        return tree
    if isinstance(said, list | tuple):
        items = CommentedSeq(flow(value) for value in said)
        if all(not isinstance(value, dict | list) for value in said) and _width(said) <= ONE_LINE:
            items.fa.set_flow_style()
        return items
    return said


def _is_small(said: dict[str, Any]) -> bool:
    return "name" not in said and all(
        not isinstance(value, dict) or all(not isinstance(each, dict | list) for each in value.values())
        for value in said.values()
    )


def _width(said: object) -> int:
    return sum(2 if ord(each) > 0x2E80 else 1 for each in str(said))
