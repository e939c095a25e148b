"""The pages of an interface, brought here one after the other as one source."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from hexi.data.collecting.connections import Connection
from hexi.data.collecting.errors import SourceRefused
from hexi.data.engines.sources import encodings
from hexi.data.engines.sources.documents import LIMIT_BYTES, keys_of, load, records_of
from hexi.data.engines.sources.records import WrongPlace
from hexi.data.engines.sources.taking import told_as

HEADER = "header"
LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[^;,\"]+(?:\"[^\"]*\")?)*)")
REL_NEXT = re.compile(r";\s*rel\s*=\s*\"?(?:[^\";,]*\s)?next[\s\";,]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page that came."""

    path: Path
    link: str
    """What its header `Link` says."""


class Pages:
    """Goes from page to page as a contract says it."""

    def __init__(
        self,
        connection: Connection,
        said: Mapping[str, object],
        *,
        fetch: Callable[[str], Page],
        next_to: Callable[[str, str], str],
    ) -> None:
        self._connection, self._said = connection, said
        self._fetch, self._next_to, self._most = fetch, next_to, connection.patience.pages

    def spool(
        self,
        url: str,
        out: Path,
        *,
        records: str | None,
        encoding: str | None,
        name: str,
        workspace: Path,
        seen: Callable[[int, int | None], None],
    ) -> None:
        """Write all pages as a JSON list of documents.

        Raises `SourceRefused` for pages without an end, and what `records` of the engines names for one that cannot
        be read.
        """
        asked: dict[str, int] = {}
        known: dict[bytes, int] = {}
        rows, size, number = 0, 0, 0
        following: str | None = self._begun(url)
        limit_bytes = min(self._connection.limit_bytes, LIMIT_BYTES)
        with out.open("w", encoding="utf-8") as spool:
            while following is not None:
                number += 1
                if following in asked:
                    raise self._endless(name, number - 1, asked[following])
                if number > self._most:
                    raise SourceRefused(
                        "“{file}” of “{name}” has more than {most} pages. Ask for more records a page.",
                        file=name,
                        name=self._connection.name,
                        most=self._most,
                    )
                asked[following] = number
                page = self._fetch(following)
                with told_as(f"{self._connection.name}: {name} (page {number})"):
                    utf8, _ = encodings.as_utf8(page.path, encoding=encoding, workspace=workspace)
                    document = load(utf8, page.path)
                    # Of the records: what stands around them may count the pages.
                    digest, found = hashlib.sha256(), 0
                    for _, row in records_of(document, records, page.path):
                        digest.update(repr(row).encode())
                        found += 1
                    text = utf8.read_text("utf-8-sig")
                    following_next = self._after(document, page, following, number=number, found=found)
                if digest.digest() in known and found:
                    raise self._endless(name, number, known[digest.digest()])
                known[digest.digest()] = number
                size += len(text.encode())
                if size > limit_bytes:
                    raise SourceRefused(
                        "The pages of “{file}” of “{name}” hold more than {limit} MB together.",
                        file=name,
                        name=self._connection.name,
                        limit=limit_bytes >> 20,
                    )
                spool.write("[" if number == 1 else ",\n")
                spool.write(text)
                utf8.unlink(missing_ok=True)
                page.path.unlink(missing_ok=True)
                rows += found
                seen(rows, None)
                following = following_next
            spool.write("]\n")

    def _begun(self, url: str) -> str:
        return url if "parameter" not in self._said else _with_parameter(url, str(self._said["parameter"]), self._first)

    @property
    def _first(self) -> int:
        return int(str(self._said.get("first", 0 if "step" in self._said else 1)))

    def _after(self, document: Any, page: Page, url: str, *, number: int, found: int) -> str | None:
        """The address of the page after this one, None after the last."""
        if "parameter" in self._said:
            step = int(str(self._said.get("step", 1)))
            name = str(self._said["parameter"])
            return _with_parameter(url, name, self._first + number * step) if found else None
        said = str(self._said["next"])
        leads = _next_in_header(page.link) if said == HEADER else _at(document, said, page.path)
        return self._next_to(url, leads) if leads else None

    def _endless(self, name: str, later: int, earlier: int) -> SourceRefused:
        return SourceRefused(
            "“{file}” of “{name}” goes round in circles: page {later} leads to, or is, page {earlier} again. See "
            "“pages” in hexi.source.",
            file=name,
            name=self._connection.name,
            later=later,
            earlier=earlier,
        )


def _with_parameter(url: str, name: str, value: int) -> str:
    parts = urlsplit(url)
    others = [(key, each) for key, each in parse_qsl(parts.query, keep_blank_values=True) if key != name]
    return parts._replace(query=urlencode([*others, (name, str(value))])).geturl()


def _next_in_header(link: str) -> str | None:
    return next((found[1] for found in LINK.finditer(link) if REL_NEXT.search(found[2])), None)


def _at(document: Any, where: str, path: Path) -> str | None:
    """What stands at a path in a document; None for null, false, an empty text, or where only its end is missing."""
    node, steps = document, where.split(".")
    for place, step in enumerate(steps, start=1):
        if not isinstance(node, dict) or (step not in node and place < len(steps)):
            raise WrongPlace(
                "“{records}” under “pages” leads nowhere in “{file}”: there is no “{step}”. There is {keys}.",
                records=where,
                file=path,
                step=step,
                keys=keys_of(node),
            )
        node = node.get(step)
    if node is None or node is False or node == "":
        return None
    if not isinstance(node, str):
        raise WrongPlace(
            "“{records}” under “pages” leads to no address in “{file}”, but to {keys}.",
            records=where,
            file=path,
            keys=keys_of(node),
        )
    return node
