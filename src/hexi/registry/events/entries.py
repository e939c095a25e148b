"""What of an event is hashed: its canonical JSON, without its place in the log."""

from __future__ import annotations

import json
from datetime import datetime
from json.encoder import encode_basestring as _quote

from hexi.kernel.time import stamp

COLUMNS = (
    "id",
    "at",
    "account",
    "party",
    "on_behalf_of",
    "verb",
    "object",
    "details",
    "grant",
    "personal_sha256",
)
Row = tuple[str, datetime, str, str | None, str | None, str, str, str, str | None, str | None]
"""The columns of an event in the order of `COLUMNS`."""


def entry_of(row: Row) -> bytes:
    """Return the entry: the same bytes as `envelopes.canonical` would make of the event.

    `details` goes in as it stands, since it was canonical when it was written; whoever checks an
    entry makes sure first that it is one JSON object (`is_one_object`), so that no text can pose
    as several fields.
    """
    id_, at, account, party, on_behalf_of, verb, object_, details, grant, personal = row
    return (
        f'{{"at":"{stamp(at)}","by":{{"account":{_quote(account)},"on_behalf_of":{_or_null(on_behalf_of)},'
        f'"party":{_or_null(party)}}},"details":{details},"grant":{_or_null(grant)},"id":{_quote(id_)},'
        f'"object":{_quote(object_)},"personal_sha256":{_or_null(personal)},"verb":{_quote(verb)}}}'
    ).encode()


def _or_null(text: str | None) -> str:
    return "null" if text is None else _quote(text)


def is_one_object(details: str) -> bool:
    """Whether the text is exactly one JSON object."""
    try:
        return isinstance(json.loads(details), dict)
    except (ValueError, RecursionError):
        return False
