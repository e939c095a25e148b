"""Files and answers of a web server, kept while it says that they are as they were."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import TracebackType
from urllib.parse import quote, unquote, urlsplit

from hexi.data.collecting import answers, shelf
from hexi.data.collecting.asking import Line
from hexi.data.collecting.connections import Connection
from hexi.data.collecting.downloads import Came, Download
from hexi.data.collecting.errors import SourceRefused
from hexi.data.collecting.files import Fetched, Wanted, require_below, shown, spool_of
from hexi.data.collecting.paging import Page, Pages
from hexi.data.contracts.sources import ENDINGS

NOTHING_HERE = frozenset({400, 404, 405})
SAFE = "/:@!$&'()*+,;=~-._%"


class Web:
    """One server, below one address."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._line = Line(connection)

    def __enter__(self) -> Web:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.close()

    def names(self) -> Iterator[str]:
        """Nothing: a server does not tell what it has. Asks for the address itself, to see that it answers."""

        def once() -> None:
            with self._line.asked(self._url(""), {}):
                pass

        try:
            self._line.tried(once, wait=lambda: None)
        except SourceRefused as error:
            # Many interfaces have nothing to say at the address below which they say all.
            if error.facts.get("status") not in NOTHING_HERE:
                raise
        return iter(())

    def fetch(self, wanted: Wanted) -> Fetched:
        """Ask for a path, with its query where it has one."""
        require_below(self._connection, wanted.path)
        name, url = shown(wanted.path), self._url(wanted.path)
        if wanted.pages:
            return self._all_pages(wanted, name, url)
        asked = shelf.source_of(self._connection.name, self._connection.address, url)
        kept = shelf.standing(wanted.shelf, source=asked)
        path = spool_of(wanted, unquote(name))
        download = self._download(wanted, url, path)
        came = download.come(etag=kept.etag, last_modified=kept.last_modified) if kept else download.come()
        if kept is not None and wanted.shelf is not None and not came.is_new:
            return Fetched(path=wanted.shelf / kept.file, name=name)
        self._judge(wanted, path, came)
        if wanted.shelf is None or not (came.etag or came.last_modified):
            return Fetched(path=path, name=name)
        path = shelf.keep(
            wanted.shelf, path, source=asked, etag=came.etag, last_modified=came.last_modified, now=wanted.now
        )
        return Fetched(path=path, name=name)

    def _all_pages(self, wanted: Wanted, name: str, url: str) -> Fetched:
        numbers = count(1)

        def fetch(one: str) -> Page:
            path = wanted.workspace / f"page-{next(numbers)}.json"
            came = self._download(wanted, one, path).come()
            self._judge(wanted, path, came)
            return Page(path=path, link=came.link)

        out = wanted.workspace / "pages.json"
        pages = Pages(self._connection, wanted.pages, fetch=fetch, next_to=self._line.next_to)
        pages.spool(
            url,
            out,
            records=wanted.records,
            encoding=wanted.encoding,
            name=name,
            workspace=wanted.workspace,
            seen=wanted.seen,
        )
        return Fetched(path=out, name=name, is_list_of_pages=True)

    def _download(self, wanted: Wanted, url: str, path: Path) -> Download:
        return Download(
            self._line,
            url,
            path,
            name=shown(wanted.path),
            limit_bytes=self._connection.limit_bytes,
            wait=lambda: wanted.seen(0, None),
        )

    def _judge(self, wanted: Wanted, path: Path, came: Came) -> None:
        form = wanted.format or next(
            (form for ending, form in ENDINGS.items() if shown(wanted.path).lower().endswith(ending)), None
        )
        answers.judge(self._connection, path, name=shown(wanted.path), format=form, content_type=came.content_type)

    def _url(self, path: str) -> str:
        parts = urlsplit(self._connection.address)
        place = parts.netloc.rpartition("@")[2]
        before, mark, query = path.partition("#")[0].partition("?")
        below = f"{parts.path.rstrip('/')}/{quote(before, safe=SAFE)}{mark}{quote(query, safe=SAFE + '?')}"
        return f"{parts.scheme}://{place}{below}"
