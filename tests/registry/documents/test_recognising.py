"""What a file is, its bytes say; what is no table that can be read is refused and leaves nothing."""

from __future__ import annotations

import zipfile
from collections.abc import Callable

import pytest
from django.test import override_settings

from hexi.data.engines.sources.records import (
    BadArchive,
    Bomb,
    NoTable,
    Protected,
    SourceEmpty,
    SourceInvalid,
    SourceTruncated,
    WrongFormat,
    WrongPlace,
)
from hexi.registry.documents import actions, queries
from hexi.registry.documents.records import State
from tests.nodes import Node

from . import hostile
from .hostile import CSV, DBF, GEOJSON, JSON, XML, zipped
from .test_uploads import LI, append, begin, hand_in, officer, on_disk

__all__ = ["officer"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("content", "name", "format", "stored"),
    [
        (CSV, "a.csv", "csv", "a.csv"),
        (CSV, "a.txt", "csv", "a.txt"),
        ("代码\n兰州\n".encode("gb18030"), "a.csv", "csv", "a.csv"),
        ("代码\n兰州\n".encode("utf-16"), "a.csv", "csv", "a.csv"),
        (hostile.workbook(), "a.xlsx", "excel", "a.xlsx"),
        (hostile.workbook(), "a.xlsm", "excel", "a.xlsm"),
        (JSON, "a.json", "json", "a.json"),
        (b'{"a": 1}\n{"a": 2}\n', "a.jsonl", "json", "a.jsonl"),
        (GEOJSON, "a.geojson", "geojson", "a.geojson"),
        (hostile.parquet(), "a.parquet", "parquet", "a.parquet"),
        (DBF, "a.dbf", "dbf", "a.dbf"),
        (XML, "a.xml", "xml", "a.xml"),
        (XML.decode().encode("utf-16"), "a.xml", "xml", "a.xml"),
        (zipped({"a.csv": CSV}), "a.zip", "zip", "a.zip"),
    ],
)
def test_a_table_is_what_its_name_says(officer: Node, content: bytes, name: str, format: str, stored: str) -> None:
    found = hand_in(officer, content, name)

    assert (found.format, found.promised, found.path.name) == (format, "", stored)


@pytest.mark.parametrize(
    ("content", "name", "format", "promised", "stored"),
    [
        (CSV, "a.xlsx", "csv", "excel", "a.csv"),
        (CSV, "a.zip", "csv", "zip", "a.csv"),
        (DBF, "a.xls", "dbf", "excel", "a.dbf"),
        (XML, "a.xls", "xml", "excel", "a.xml"),
        (hostile.workbook(), "a.csv", "excel", "csv", "a.xlsx"),
        (hostile.workbook(), "a.xls", "excel", "", "a.xlsx"),
        (hostile.parquet(), "a.json", "parquet", "json", "a.parquet"),
        (JSON, "a.csv", "json", "csv", "a.json"),
        (GEOJSON, "a.json", "geojson", "", "a.geojson"),
        (CSV, "a.dat", "csv", "", "a.csv"),
    ],
)
def test_a_mislabelled_table_is_taken_for_what_it_is_and_told_so(
    officer: Node, content: bytes, name: str, format: str, promised: str, stored: str
) -> None:
    found = hand_in(officer, content, name)

    assert (found.name, found.format, found.promised, found.path.name) == (name, format, promised, stored)


REFUSED: dict[str, tuple[str, Callable[[], bytes], type[SourceInvalid], str]] = {
    "HTML that Excel opens": ("a.xls", lambda: b"\r\n<html xmlns:o='x'><table></table>", WrongFormat, "is HTML"),
    "a bare HTML table": ("a.xls", lambda: b"<table><tr><td>1</td></tr></table>", WrongFormat, "is HTML"),
    "cut XML": ("a.xml", lambda: XML[:-3], SourceTruncated, "XML ends with a closing bracket"),
    "XML with a document type": (
        "a.xml",
        lambda: b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha">]><r>&a;</r>',
        Bomb,
        "DOCTYPE",
    ),
    "cut DBF": ("a.dbf", lambda: DBF[:-5], SourceTruncated, "says 1 records"),
    "XML that Excel opens": ("a.xls", lambda: hostile.OLD_XML_WORKBOOK, WrongFormat, "Excel 2003"),
    "a PDF": ("a.csv", lambda: b"%PDF-1.7\n%\xe2\xe3", WrongFormat, "is PDF"),
    "a picture": ("a.csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(99), WrongFormat, "is PNG"),
    "a gzip": ("a.csv", lambda: b"\x1f\x8b\x08\x00" + bytes(99), WrongFormat, "gzip"),
    "a program": ("a.csv", lambda: b"\x7fELF\x02\x01\x01" + bytes(99), WrongFormat, "neither text nor any table"),
    "a zero byte in text": ("a.csv", lambda: CSV + b"\0" + CSV, WrongFormat, "neither text"),
    "a Word document": ("a.xlsx", lambda: zipped({"word/document.xml": b"<w/>"}), WrongFormat, "is Word"),
    "a cut workbook": ("a.xlsx", lambda: hostile.workbook()[:-200], SourceTruncated, "breaks off"),
    "a workbook with a hole": (
        "a.xlsx",
        lambda: hostile.workbook()[:300] + bytes(500) + hostile.workbook()[800:],
        SourceTruncated,
        "damaged or cut",
    ),
    "a workbook with a password": ("a.xlsx", hostile.encrypted_workbook, Protected, "password"),
    "a container that is no workbook": (
        "a.xls",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),
        SourceTruncated,
        "old Office file",
    ),
    "entities in a workbook": (
        "a.xlsx",
        lambda: hostile.workbook_with("xl/sharedStrings.xml", hostile.BOMB),
        Bomb,
        "sharedStrings.xml",
    ),
    "entities in UTF-16": (
        "a.xlsx",
        lambda: hostile.workbook_with("xl/styles.xml", hostile.BOMB.decode().encode("utf-16")),
        Bomb,
        "declares entities",
    ),
    "entities behind a long comment": (
        "a.xlsx",
        lambda: hostile.workbook_with("xl/styles.xml", b"<!--" + b" " * 70_000 + b"-->" + hostile.BOMB),
        Bomb,
        "declares entities",
    ),
    "a cut Parquet": ("a.parquet", lambda: hostile.parquet()[:-100], SourceTruncated, "Parquet footer"),
    "a Parquet of nothing": ("a.parquet", lambda: b"PAR1" + bytes(40) + b"PAR1", SourceTruncated, "damaged"),
    "an encrypted Parquet": ("a.parquet", lambda: b"PAR1" + bytes(40) + b"PARE", Protected, "encrypted"),
    "cut JSON": ("a.json", lambda: JSON[:-5], SourceTruncated, "closing bracket"),
    "a cut archive": ("a.zip", lambda: zipped({"a.csv": CSV})[:-30], SourceTruncated, "breaks off"),
    "an archive of nothing": ("a.zip", lambda: zipped({}), NoTable, "holds no table"),
    "an archive of pictures": ("a.zip", lambda: zipped({"a.png": b"\x89PNG"}), NoTable, "“a.png”"),
    "an archive in an archive": ("a.zip", lambda: zipped({"b.zip": zipped({"a.csv": CSV})}), NoTable, "“b.zip”"),
    "an archive with a password": ("a.zip", hostile.encrypted_zip, Protected, "password"),
    "a path that climbs": ("a.zip", lambda: zipped({"../../a.csv": CSV}), BadArchive, "leads out of its folder"),
    "a path from the root": ("a.zip", lambda: zipped({"/etc/cron.d/a.csv": CSV}), BadArchive, "leads out"),
    "a path of Windows": ("a.zip", lambda: zipped({"..\\..\\a.csv": CSV}), BadArchive, "leads out"),
    "a drive of Windows": ("a.zip", lambda: zipped({"C:\\a.csv": CSV}), BadArchive, "leads out"),
    "a link in an archive": ("a.zip", hostile.zip_with_link, BadArchive, "is a link"),
    "a bomb": ("a.zip", hostile.zip_bomb, Bomb, "would unpack to"),
    "a bomb of many files": (
        "a.zip",
        lambda: zipped({f"{n}.csv": b"" for n in range(1001)}),
        Bomb,
        "holds 1001 files",
    ),
    "files that overlap": ("a.zip", hostile.zip_of_one_file_twice_over, Bomb, "would unpack to"),
    "a huge directory": ("a.zip", hostile.zip_with_huge_directory, Bomb, "directory of"),
}


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_is_no_table_that_can_be_read_is_refused_and_leaves_nothing(officer: Node, case: str) -> None:
    name, make, family, words = REFUSED[case]
    id = begin(officer, content := make(), name)
    append(officer, id, content)

    with pytest.raises(family) as refusal:
        actions.complete(id, by=LI, now=officer.clock())

    assert type(refusal.value) is family
    assert words in refusal.value.message
    assert f"“{name}”" in refusal.value.message
    assert str(officer.home) not in refusal.value.message
    assert queries.upload(id, of=LI).state == State.REFUSED
    assert queries.documents(LI) == ()
    assert on_disk(officer) == []


def test_an_empty_file_is_refused_before_it_is_sent(officer: Node) -> None:
    with pytest.raises(SourceEmpty, match="0 bytes"):
        begin(officer, b"")


def test_an_archive_that_would_unpack_to_more_than_a_file_may_have_is_refused(officer: Node) -> None:
    content = zipped({"a.csv": CSV * 10_000})
    with override_settings(HEXI_UPLOAD_BYTES=1 << 18), pytest.raises(Bomb, match="at most 262144"):
        hand_in(officer, content, "a.zip")


def test_an_archive_offers_its_tables_and_gives_those_that_are_chosen(officer: Node) -> None:
    files = {
        "数据/床位.csv": CSV,
        "数据/机构.xlsx": hostile.workbook(),
        "geo.geojson": GEOJSON,
        "more.zip": zipped({"x.csv": CSV}),
        "说明.pdf": b"%PDF-1.7",
        "empty.csv": b"",
        "__MACOSX/数据/._床位.csv": b"\0\5\x16\7",
        ".DS_Store": b"\0\0\0\1",
    }
    archive = hand_in(officer, zipped(files), "多表.zip")

    assert [(each.name, each.format, each.size_bytes) for each in archive.members] == [
        ("geo.geojson", "geojson", len(GEOJSON)),
        ("数据/床位.csv", "csv", len(CSV)),
        ("数据/机构.xlsx", "excel", len(files["数据/机构.xlsx"])),
    ]
    with pytest.raises(WrongPlace, match="holds 3 tables"):
        actions.unpack(archive.id, by=LI, now=officer.clock())
    for name in ("说明.pdf", "../床位.csv", ""):
        with pytest.raises(WrongPlace, match="holds no file"):
            actions.unpack(archive.id, member=name, by=LI, now=officer.clock())
    assert on_disk(officer) == [archive.id]

    table = actions.unpack(archive.id, member="数据/床位.csv", by=LI, now=officer.clock())

    assert (table.name, table.format, table.archive, table.path.read_bytes()) == ("床位.csv", "csv", archive.id, CSV)
    assert actions.unpack(archive.id, member="数据/床位.csv", by=LI, now=officer.clock()) == table
    assert on_disk(officer) == sorted([archive.id, table.id])


def test_the_only_table_of_an_archive_need_not_be_named(officer: Node) -> None:
    archive = hand_in(officer, hostile.zip_of_chinese_windows(), "a.zip")

    table = actions.unpack(archive.id, by=LI, now=officer.clock())

    assert [each.name for each in archive.members] == ["床位/机构.csv"]
    assert (table.name, table.path.read_bytes()) == ("机构.csv", CSV)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(hostile.lying_zip, "damaged or cut", id="a directory that lies about sizes"),
        pytest.param(
            lambda: zipped({"a.csv": CSV * 1000 + b"last"}, compression=zipfile.ZIP_STORED).replace(b"last", b"lost"),
            "damaged or cut",
            id="changed bytes",
        ),
        pytest.param(lambda: zipped({"a.xlsx": hostile.workbook()[:-99]}), "“a.xlsx”", id="a cut workbook in it"),
    ],
)
def test_a_member_that_cannot_be_unpacked_leaves_nothing(officer: Node, make: Callable[[], bytes], words: str) -> None:
    archive = hand_in(officer, make(), "a.zip")

    with pytest.raises(SourceTruncated, match=words):
        actions.unpack(archive.id, by=LI, now=officer.clock())

    assert on_disk(officer) == [archive.id]
    assert [each.id for each in queries.documents(LI)] == [archive.id]
