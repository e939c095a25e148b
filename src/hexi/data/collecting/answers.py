"""What a web server answered, judged by its bytes: a table, or a page that only looks like success."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hexi.data.collecting.connections import Connection
from hexi.data.collecting.errors import SourceRefused
from hexi.data.engines.sources.bytes_of import kind_of_head
from hexi.data.engines.sources.opening import format_of_head

HEAD_BYTES = 4096
LARGEST_COMPLAINT = 64 << 10
LONGEST = 200
DEEPEST = 4
FINE = frozenset({"", *("0" * length for length in range(1, 7)), "200", "success", "ok", "none", "null"}) | {
    "成功",
    "操作成功",
    "查询成功",
    "请求成功",
}
"""What interfaces write for success where others write the number of an error."""
WORDS = ("message", "msg", "error_description", "error_message", "detail", "title", "error", "errors", "reason")


def judge(connection: Connection, path: Path, *, name: str, format: str | None, content_type: str) -> None:
    """Raise `SourceRefused` where a file is a web page, an error in JSON, or otherwise not what was asked for."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    what = kind_of_head(head)
    facts = {"name": connection.name, "file": name, "type": content_type.partition(";")[0].strip()[:60] or "–"}
    if what == "HTML":
        raise SourceRefused(
            "“{name}” answers “{file}” with a web page (Content-Type: {type}) in the place of data: often one to sign "
            "in, or one that says what is wrong. Open the address in a browser.",
            **facts,
        )
    looks = format_of_head(head) if head.strip() else None
    said = complaint_in(path) if looks == "json" and path.stat().st_size <= LARGEST_COMPLAINT else None
    if said is not None:
        raise SourceRefused(
            "“{name}” answers “{file}” with an error in the place of data: {reason}",
            **facts,
            reason=_without(connection.secret, said),
        )
    is_wrong = what is not None or (looks in {"json", "geojson"} and format != looks)
    if format in {"csv", "json", "geojson"} and is_wrong and not (looks == "geojson" and format == "json"):
        raise SourceRefused(
            "“{name}” answers “{file}” with {what} (Content-Type: {type}), where the contract says {format}.",
            **facts,
            what=what or "JSON",
            format=format,
        )


def complaint_in(path: Path) -> str | None:
    """What an answer in JSON complains of, None where it is none or holds records."""
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None
    return complaint(document)


def complaint(document: Any) -> str | None:
    """What a document says that went wrong, None where nothing did."""
    if not isinstance(document, dict) or _has_records(document, 0):
        return None
    said = {str(key).lower(): value for key, value in document.items()}
    failed = (
        bool(said.get("error") or said.get("errors"))
        or said.get("success") is False
        or str(said.get("status", "")).lower() in {"error", "fail", "failed", "failure"}
        or any(
            str(said[key]).lower() not in FINE
            and any(str(said.get(word, "")).lower() not in FINE for word in ("message", "msg"))
            for key in ("code", "errcode", "error_code", "status")
            if isinstance(said.get(key), int | str) and not isinstance(said.get(key), bool)
        )
    )
    if not failed:
        return None
    words = (said[word] for word in WORDS if said.get(word))
    told = next((each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in words), "")
    return (told or json.dumps(document, ensure_ascii=False))[:LONGEST]


def _has_records(node: Any, depth: int) -> bool:
    if isinstance(node, list):
        return bool(node) and isinstance(node[0], dict) and depth > 0
    if not isinstance(node, dict) or depth >= DEEPEST:
        return False
    return any(
        _has_records(each, depth + 1) for key, each in node.items() if str(key).lower() not in {"error", "errors"}
    )


def _without(secret: str, text: str) -> str:
    return text.replace(secret, "…") if secret else text
