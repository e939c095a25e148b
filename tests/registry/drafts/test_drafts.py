from __future__ import annotations

from dataclasses import replace

import pytest

from hexi.data.contracts.problems import ContractInvalid
from hexi.data.drafting import editing
from hexi.kernel.actors import EVERYONE, Actor
from hexi.kernel.errors import HexiError
from hexi.kernel.names import Text
from hexi.registry.accounts.errors import NotAuthorised
from hexi.registry.catalog import queries as catalog
from hexi.registry.catalog import tasks as publishing
from hexi.registry.catalog.errors import SourceTaken
from hexi.registry.documents.errors import DocumentMissing
from hexi.registry.drafts import actions, queries, tasks
from hexi.registry.drafts.errors import (
    DraftChanged,
    DraftMissing,
    DraftNotOpen,
    NameTaken,
    NotThePublisher,
    OwnDraft,
    ReasonMissing,
)
from hexi.registry.drafts.records import DraftRecord, State
from hexi.registry.events import queries as events
from hexi.registry.notices import queries as notices
from tests.registry.drafts.conftest import ROWS, Office


def read(office: Office, draft: str, by: Actor | None = None) -> DraftRecord:
    return queries.draft(draft, reader=by or office.officer)


def named(office: Office, draft: str, name: str = "commerce.shops") -> None:
    record = read(office, draft)
    form = replace(editing.about(record.text), name=name, title=Text("商店", "Shops"))
    actions.edit_about(draft, form, number=record.number, by=office.officer, now=office.node.clock())


def field(office: Office, draft: str, name: str) -> editing.FieldForm:
    return next(each for each in editing.fields(read(office, draft).text) if each.name == name)


def published(office: Office, draft: str) -> None:
    actions.submit(draft, by=office.officer, now=office.node.clock())
    actions.approve(draft, by=office.approver, now=office.node.clock())
    while publishing.work(clock=office.node.clock):
        pass
    while tasks.work(clock=office.node.clock):
        pass
    office.node.settle()


def test_an_upload_becomes_a_draft_that_can_be_tried(office: Office) -> None:
    draft = office.draft()
    record = read(office, draft)
    trial = queries.trial_of(draft, reader=office.officer)

    assert record.summary.state == State.EDITING
    assert record.contract is not None
    assert [each.name for each in record.contract.fields] == ["code", "name", "phone", "people"]
    assert (trial.accepted + trial.failed, trial.rows_tried) == (60, 60)
    assert record.findings["rows"] == 60


def test_a_draft_goes_from_the_officer_by_the_approver_to_the_catalogue(office: Office) -> None:
    draft = office.draft()
    named(office, draft)
    published(office, draft)

    assert read(office, draft).summary.state == State.PUBLISHED
    summary = catalog.dataset("commerce.shops").summary
    assert (summary.rows, summary.publisher_id) == (60, office.id)
    said = [each.verb for each in events.events_about(f"draft:{draft}", limit=20)]
    assert said[::-1] == ["draft.create", "draft.edit", "draft.submit", "draft.approve"]
    assert [each.template for each in notices.notices_of(office.approver)][-1].startswith("{who} handed in")
    assert notices.unread(office.officer) == 2


def test_a_returned_draft_comes_back_with_its_reason_and_can_be_handed_in_again(office: Office) -> None:
    draft = office.draft()
    named(office, draft)
    actions.submit(draft, note="请看", by=office.officer, now=office.node.clock())
    with pytest.raises(ReasonMissing):
        actions.give_back(draft, because="  ", by=office.approver, now=office.node.clock())
    actions.give_back(draft, because="人数应为数字", by=office.approver, now=office.node.clock())
    record = read(office, draft)

    assert record.summary.state == State.RETURNED
    assert [(each.kind, each.text) for each in record.remarks] == [("submit", "请看"), ("return", "人数应为数字")]
    actions.submit(draft, by=office.officer, now=office.node.clock())


def test_nobody_approves_what_they_handed_in(office: Office) -> None:
    draft = office.draft()
    named(office, draft)
    actions.submit(draft, by=office.both, now=office.node.clock())

    with pytest.raises(OwnDraft):
        actions.approve(draft, by=office.both, now=office.node.clock())
    actions.take_back(draft, by=office.both, now=office.node.clock())
    assert read(office, draft).is_editable


@pytest.mark.parametrize("who", ["stranger", "nobody", "everyone"])
def test_to_whoever_has_no_part_a_draft_looks_like_one_that_is_not_there(office: Office, who: str) -> None:
    draft = office.draft()
    by = {"stranger": office.stranger, "nobody": Actor(account="nobody"), "everyone": EVERYONE}[who]

    with pytest.raises(DraftMissing) as there:
        queries.draft(draft, reader=by)
    with pytest.raises(DraftMissing) as absent:
        queries.draft("01a20b7d-f207-795e-8fde-8ec92168925b", reader=by)
    assert there.value.message == absent.value.message
    assert queries.drafts_of(by) == ()
    for change in (
        lambda: actions.edit(draft, "x", number=1, by=by, now=office.node.clock()),
        lambda: actions.submit(draft, by=by, now=office.node.clock()),
        lambda: actions.approve(draft, by=by, now=office.node.clock()),
        lambda: actions.discard(draft, by=by, now=office.node.clock()),
    ):
        with pytest.raises(DraftMissing):
            change()


def test_an_approver_edits_nothing_and_an_officer_approves_nothing(office: Office) -> None:
    draft = office.draft()
    named(office, draft)

    with pytest.raises(NotAuthorised):
        actions.edit(draft, "x", number=2, by=office.approver, now=office.node.clock())
    actions.submit(draft, by=office.officer, now=office.node.clock())
    with pytest.raises(NotAuthorised):
        actions.approve(draft, by=office.second, now=office.node.clock())
    with pytest.raises(DraftNotOpen):
        actions.edit(draft, "x", number=2, by=office.officer, now=office.node.clock())


def test_two_who_change_different_fields_both_succeed(office: Office) -> None:
    draft = office.draft()
    number = read(office, draft).number
    one, other = field(office, draft, "name"), field(office, draft, "people")
    actions.edit_field(
        draft, "name", replace(one, title=Text("店名", "")), number=number, by=office.officer, now=office.node.clock()
    )
    actions.edit_field(
        draft, "people", replace(other, is_required=False), number=number, by=office.second, now=office.node.clock()
    )

    assert field(office, draft, "name").title.zh == "店名"
    assert not field(office, draft, "people").is_required


def test_who_changes_what_somebody_else_has_just_changed_is_told_and_overwrites_nothing(office: Office) -> None:
    draft = office.draft()
    number, form = read(office, draft).number, field(office, draft, "name")
    actions.edit_field(
        draft, "name", replace(form, title=Text("店名", "")), number=number, by=office.second, now=office.node.clock()
    )
    text, now = read(office, draft).text, office.node.clock()

    with pytest.raises(DraftChanged) as told:
        actions.edit_field(
            draft, "name", replace(form, title=Text("名", "")), number=number, by=office.officer, now=now
        )
    with pytest.raises(DraftChanged):
        actions.edit(draft, "other", number=number, by=office.officer, now=now)
    assert told.value.facts["who"] == "sun"
    assert read(office, draft).text == text


def test_a_text_that_is_no_contract_is_kept_and_cannot_be_handed_in(office: Office) -> None:
    draft = office.draft()
    number = actions.edit(draft, "name: [", number=1, by=office.officer, now=office.node.clock())
    record = read(office, draft)

    assert record.text == "name: ["
    assert record.contract is None
    assert record.problems
    with pytest.raises(ContractInvalid):
        actions.submit(draft, by=office.officer, now=office.node.clock())
    back = queries.text_of(draft, 1, reader=office.officer)
    actions.edit(draft, back, number=number, by=office.officer, now=office.node.clock())
    assert read(office, draft).contract is not None


def test_a_name_belongs_to_whoever_published_under_it(office: Office) -> None:
    first = office.draft()
    named(office, first)
    published(office, first)
    upload = office.upload(by=office.stranger, of=office.other)
    with pytest.raises(NameTaken):
        actions.begin(
            upload, organisation=office.other, dataset="commerce.shops", by=office.stranger, now=office.node.clock()
        )


def test_a_contract_names_the_draft_s_own_organisation(office: Office) -> None:
    draft = office.draft()
    named(office, draft)
    text = read(office, draft).text.replace("省商务厅", "省民政厅")
    actions.edit(draft, text, number=2, by=office.officer, now=office.node.clock())

    with pytest.raises(NotThePublisher):
        actions.submit(draft, by=office.officer, now=office.node.clock())


def test_a_new_version_begins_with_the_standing_contract(office: Office) -> None:
    first = office.draft()
    named(office, first)
    published(office, first)
    more = ROWS + "b001,新店,13900009999,7\n"
    second = office.draft(more, dataset="commerce.shops")
    record = read(office, second)

    assert record.base_version == catalog.dataset("commerce.shops").summary.version
    assert record.contract is not None
    assert (record.contract.name, record.contract.version) == ("commerce.shops", "1.1.0")
    published(office, second)
    assert catalog.dataset("commerce.shops").summary.rows == 61


def test_a_draft_of_an_older_version_is_not_published_over_a_newer_one(office: Office) -> None:
    first = office.draft()
    named(office, first)
    published(office, first)
    slow, quick = (office.draft(ROWS + f"b{n},新店,13900009999,{n}\n", dataset="commerce.shops") for n in (1, 2))
    published(office, quick)
    actions.submit(slow, by=office.officer, now=office.node.clock())

    with pytest.raises(DraftChanged):
        actions.approve(slow, by=office.approver, now=office.node.clock())


def test_what_fails_while_it_is_published_comes_back_with_the_reason(office: Office) -> None:
    draft = office.draft()
    named(office, draft)
    actions.submit(draft, by=office.officer, now=office.node.clock())
    path = queries.document_path(draft, reader=office.officer)
    path.write_bytes(b"")
    actions.approve(draft, by=office.approver, now=office.node.clock())
    while publishing.work(clock=office.node.clock) or tasks.work(clock=office.node.clock):
        pass
    record = read(office, draft)

    assert record.summary.state == State.RETURNED
    assert record.remarks[-1].kind == "fail"
    assert record.remarks[-1].text


def test_only_one_s_own_upload_becomes_a_draft(office: Office) -> None:
    upload = office.upload()

    with pytest.raises(DocumentMissing):
        actions.begin(upload, organisation=office.id, by=office.second, now=office.node.clock())
    with pytest.raises(NotAuthorised):
        actions.begin(upload, organisation=office.id, by=office.stranger, now=office.node.clock())


@pytest.mark.parametrize("text", ["a\n", "a,b\n", "\n\n\n", "a,b\n,\n"])
def test_an_upload_without_anything_in_it_ends_as_a_sentence(office: Office, text: str) -> None:
    try:
        draft = office.draft(text)
    except HexiError:
        # Refused already as an upload.
        return
    record = read(office, draft)
    assert record.summary.state == State.EDITING or (
        record.summary.state == State.DISCARDED and record.remarks[-1].text
    )


def about(office: Office, draft: str, **facts: object) -> None:
    record = read(office, draft)
    form = replace(editing.about(record.text), **facts)
    actions.edit_about(draft, form, number=record.number, by=office.officer, now=office.node.clock())


def test_a_refusal_to_share_without_a_legal_basis_is_not_handed_in(office: Office) -> None:
    draft = office.draft()
    named(office, draft)
    about(office, draft, sharing="none")

    with pytest.raises(ContractInvalid, match="needs a “basis”"):
        actions.submit(draft, by=office.officer, now=office.node.clock())

    about(office, draft, basis=Text("某法第8条", "Article 8"))
    actions.submit(draft, by=office.officer, now=office.node.clock())


def test_the_form_holds_the_catalogue_elements_and_the_dataset_gets_its_code(office: Office) -> None:
    draft = office.draft()
    named(office, draft)
    form = editing.about(read(office, draft).text).catalogue
    level = form.item
    catalogue = replace(
        form,
        kind="departmental",
        item=replace(level, code="16", title=Text("商务", "")),
        branch=replace(level, code="001"),
        methods=("interface", "file"),
        contact=Text("数据处", ""),
        phone="0931-1234567",
        related=("gansu.airports",),
    )
    about(office, draft, catalogue=catalogue)

    contract = read(office, draft).contract
    assert contract is not None
    assert contract.category is not None
    assert contract.category.code == "316001"
    assert contract.sharing_methods == ("interface", "file")
    assert contract.contact is not None
    assert (contract.contact.name, contract.contact.phone) == (Text("数据处", "数据处"), "0931-1234567")
    assert contract.related == ("gansu.airports",)
    published(office, draft)
    assert catalog.dataset("commerce.shops").summary.code == "316001/000001"


def test_who_claims_another_datasets_element_is_told_before_anybody_reviews_it(office: Office) -> None:
    def claiming(name: str) -> str:
        draft = office.draft()
        named(office, draft, name)
        form = replace(field(office, draft, "phone"), is_source=True)
        assert form.element == "phone"
        number = read(office, draft).number
        actions.edit_field(draft, "phone", form, number=number, by=office.officer, now=office.node.clock())
        return draft

    published(office, claiming("commerce.shops"))
    draft = claiming("commerce.copies")

    with pytest.raises(SourceTaken, match=r"电话.*commerce.shops.*省商务厅"):
        actions.submit(draft, by=office.officer, now=office.node.clock())
    assert read(office, draft).summary.state == State.EDITING


def test_a_new_version_says_what_it_would_change_in_the_rows(office: Office) -> None:
    draft = office.draft()
    named(office, draft)
    published(office, draft)
    # One row less, one new, one with another name; every tenth has no number and stays in quarantine.
    other = ROWS.replace("a001,店1,", "a001,新店,").replace("a002,", "b002,")
    newer = office.draft(other, dataset="commerce.shops")
    record = read(office, newer)

    assert record.is_compared
    told = {name: record.changes[name] for name in ("added", "removed", "changed", "same", "by_field", "key")}
    standing = catalog.dataset("commerce.shops").summary.accepted
    assert told == {
        "added": 1,
        "removed": 1,
        "changed": 1,
        "same": standing - 2,
        "by_field": {"name": 1},
        "key": ["code"],
    }
    assert record.changes["accepted"] == standing


def test_rows_are_compared_again_when_an_edited_draft_is_handed_in(office: Office) -> None:
    draft = office.draft()
    named(office, draft)
    published(office, draft)
    newer = office.draft(dataset="commerce.shops")
    number = read(office, newer).number
    form = replace(field(office, newer, "name"), max_length="2")
    actions.edit_field(newer, "name", form, number=number, by=office.officer, now=office.node.clock())
    assert not tasks.work(clock=office.node.clock)
    assert read(office, newer).changes["removed"] == 0

    actions.submit(newer, by=office.officer, now=office.node.clock())
    while tasks.work(clock=office.node.clock):
        pass
    # Names of three characters, 店10 and on, are too long now.
    assert read(office, newer).is_compared
    assert read(office, newer).changes["removed"] > 0
    assert not (office.node.home / "drafts" / newer / "compared").exists()


def test_a_version_whose_file_does_not_fit_the_contract_says_why(office: Office) -> None:
    draft = office.draft()
    named(office, draft)
    published(office, draft)
    newer = office.draft("别的,名称\n1,2\n", dataset="commerce.shops")

    assert "lacks" in read(office, newer).changes["error"]
