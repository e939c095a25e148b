"""Where the rows of a draft come from: its own upload, or the file that the version before was made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hexi.kernel.errors import Missing
from hexi.registry.catalog.records import DatasetRecord
from hexi.registry.documents import queries as documents
from hexi.registry.drafts.errors import SourceGone
from hexi.registry.drafts.models import Draft
from hexi.registry.drafts.records import State
from hexi.registry.runs import queries as runs


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSource:
    """What the newest version of a dataset was made of."""

    document: str = ""
    file: str = ""


def path_of(draft: Draft) -> Path:
    """Where the source of a draft lies. Raises `DocumentMissing`."""
    return Path(draft.source_file) if draft.source_file else documents.document(draft.document).path


def called(draft: Draft) -> str:
    """What its owner calls the source of a draft. Raises `DocumentMissing`."""
    return Path(draft.source_file).name if draft.source_file else documents.document(draft.document).name


def last_file(dataset: DatasetRecord) -> str:
    """Return the name of the file that a draft without an upload would read again. Raises `SourceGone`."""
    found = last_source(dataset)
    return Path(found.file).name if found.file else documents.document(found.document).name


def last_source(dataset: DatasetRecord) -> LastSource:
    """Return the file of the newest version, found again. Raises `SourceGone`.

    A computed dataset has none: a draft without a file of its own must never open what its text names.
    """
    name, newest, said = dataset.summary.name, dataset.versions[0], dataset.contract.source
    if said.query is not None or said.generator is not None:
        raise SourceGone("The rows of {dataset} are computed; change its contract where that is kept.", dataset=name)
    certified = {(str(each["sha256"]), int(str(each["size_bytes"]))) for each in newest.sources}
    published = Draft.objects.filter(dataset=name, state=State.PUBLISHED).exclude(document="")
    for id in published.order_by("-changed_at").values_list("document", flat=True):
        try:
            document = documents.document(id)
        except Missing:
            continue
        if (document.sha256, document.size_bytes) in certified and document.path.is_file():
            return LastSource(document=id)
    file = runs.file_read(name, newest.version)
    # The size tells most changes at once; the certificate of the new version says the digest of what was read.
    if file is None or not file.is_file() or file.stat().st_size not in {size for _, size in certified}:
        raise SourceGone(
            "The file that the last version of {dataset} was made of is not there any more, or was changed; hand in "
            "its table, as it is if its rows are still right.",
            dataset=name,
        )
    return LastSource(file=str(file))
