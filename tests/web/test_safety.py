"""What a table holds is shown, never obeyed; what is not open is shown nowhere."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from django.test import Client

from tests.nodes import Node
from tests.web.conftest import SCRIPT, SHOPS

pytestmark = pytest.mark.django_db

PAGES = ("", "fields/", "quality/", "quarantine/", "versions/", "map/", "chart/", "use/", "certificate/")
PHONE = re.compile(r"1390000\d{4}")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("asked", ["", "?q=alert", "?version=0", "?where.title=x*", "?columns=title"])
def test_hostile_text_is_shown_as_text(client: Client, page: str, asked: str) -> None:
    answer = client.get(f"/datasets/{SHOPS}/{page}{asked}").content.decode()

    assert SCRIPT not in answer


def test_the_rows_show_what_hostile_cells_hold(client: Client) -> None:
    answer = client.get(f"/datasets/{SHOPS}/?q=x1").content.decode()

    assert "&lt;script&gt;" in answer


@pytest.mark.parametrize("asked", ["", "?version=0", "?rule=staff.cleaning.integer", "?page=2"])
def test_quarantined_rows_show_raw_text_of_open_fields_only(client: Client, asked: str) -> None:
    answer = client.get(f"/datasets/{SHOPS}/quarantine/{asked}").content.decode()

    assert not PHONE.search(answer)
    if asked == "":
        assert "many" in answer
        assert "•••" in answer


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "asked", ["", "?columns=phone", "?where.phone=1390000*", "?sort=phone", "?q=13900000", "?by=phone&field=phone"]
)
def test_no_page_says_what_is_personal(client: Client, page: str, asked: str) -> None:
    answer = client.get(f"/datasets/{SHOPS}/{page}{asked}").content.decode()

    assert not PHONE.search(answer)


def test_filtering_by_a_field_that_is_not_open_tells_nothing(client: Client) -> None:
    there, not_there = (
        client.get(f"/datasets/{SHOPS}/?where.phone={number}") for number in ("13900000011", "13900009999")
    )

    assert there.status_code == not_there.status_code != 200


@pytest.mark.parametrize("format", ["csv", "xlsx", "parquet", "geojson"])
def test_no_file_holds_what_is_personal_and_no_workbook_a_formula(client: Client, format: str) -> None:
    answer = client.get(f"/datasets/{SHOPS}/files/{SHOPS}.v2.{format}")
    content = b"".join(answer.streaming_content)
    if format == "xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"".join(book.read(each) for each in book.namelist())
        assert b"<f>" not in content

    assert answer.status_code == 200
    assert not PHONE.search(content.decode("latin-1"))


@pytest.mark.parametrize("page", PAGES)
def test_a_table_that_is_not_open_shows_no_row(client: Client, node: Node, page: str) -> None:
    answer = client.get(f"/datasets/test.closed/{page}")

    assert answer.status_code in {200, 403, 404}
    assert "<td>1</td>" not in answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_a_table_without_rows_has_all_its_pages(client: Client, page: str) -> None:
    assert client.get(f"/datasets/test.empty/{page}").status_code in {200, 404}


def test_the_quality_page_shows_what_cleaning_rewrote_before_and_after(client: Client) -> None:
    answer = client.get(f"/en/datasets/{SHOPS}/quality/").content.decode()

    assert '<span class="raw">x1</span> <span class="to" aria-label="becomes">→</span> <span>X1</span>' in answer
