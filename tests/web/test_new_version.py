"""A new version of a dataset that was published from the command line begins in the browser, with a file or without."""

from __future__ import annotations

from hexi.registry.drafts import queries as drafts
from tests.nodes import Node
from tests.web.test_workbook import LI, node, office, signed_in, work

__all__ = ["node", "office"]
ADDRESS = "/en/publish/?dataset=a.firms"


def test_where_only_the_description_changes_the_published_rows_are_read_again(node: Node, office: str) -> None:
    client = signed_in("li")
    page = client.get(f"{ADDRESS}&mend=updates").content.decode()
    said = {"dataset": "a.firms", "organisation": office, "mend": "updates"}
    begun = client.post("/en/publish/begin/", said)
    (draft,) = drafts.drafts_of(LI)
    work(node)

    assert "the one of the last version, “firms.csv”, is read again" in page
    assert begun.headers["Location"] == f"/en/publish/{draft.id}/?mend=updates"
    for place in ("", "about/", "contract/", "review/"):
        shown = client.get(f"/en/publish/{draft.id}/{place}")
        assert shown.status_code == 200
        assert str(node.folder) not in shown.content.decode()


def test_where_the_file_is_gone_the_page_says_what_to_hand_in(node: Node, office: str) -> None:
    (node.folder / "firms.csv").unlink()
    client = signed_in("li")
    page = client.get(ADDRESS).content.decode()
    refused = client.post("/en/publish/begin/", {"dataset": "a.firms", "organisation": office})

    assert "is not there any more, or was changed; hand in its table" in page
    assert "Begin with the published rows" not in page
    assert refused.status_code == 409
    assert drafts.drafts_of(LI) == ()


def test_nobody_else_is_offered_the_file(node: Node, office: str) -> None:
    page = signed_in("qian").get(ADDRESS).content.decode()

    assert "firms.csv" not in page
    assert "Begin with the published rows" not in page


def test_neither_a_file_nor_a_dataset_begins_nothing(node: Node, office: str) -> None:
    answer = signed_in("li").post("/en/publish/begin/", {"organisation": office})

    assert answer.status_code == 404
    assert drafts.drafts_of(LI) == ()
