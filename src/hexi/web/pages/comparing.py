"""What changed between two versions of a dataset: its contract, its rows, its quality."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from hexi.data.contracts.cataloguing import KINDS, Category, Contact
from hexi.data.contracts.comparing import AboutChange, Comparison, FieldChange, RuleChange
from hexi.data.contracts.comparing import compare as compared
from hexi.data.contracts.model import Field
from hexi.kernel.names import Text
from hexi.registry.catalog.records import DatasetRecord, VersionRecord
from hexi.web import tables, wording
from hexi.web.pages import subject


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that differs: how it stood and how it stands; empty where it was or is not there."""

    title: str
    before: str
    after: str


def compare(request: HttpRequest, name: str) -> HttpResponse:
    """Two versions side by side; without a choice, the newest and the one before."""
    record = subject.dataset(name)
    newer = _version(record, request.GET.get("to"), record.versions[0])
    older = _version(record, request.GET.get("from"), _before(record, newer))
    found = compared(older.contract, newer.contract)
    context = {
        "newer": newer,
        "older": older,
        "about": [_about_line(each) for each in found.about],
        "fields": [_field_line(each) for each in found.fields],
        "rules": [_rule_line(each) for each in found.rules],
        "is_same": found.is_same,
        "counts": _counts(older, newer),
    }
    return render(request, "portal/dataset/compare.html", {**subject.context(record, tab="versions"), **context})


def in_words(found: Comparison) -> list[str]:
    """Return what differs, in a few words for a line of a list."""
    fields, rules = found.fields, found.rules
    counts = (
        (sum(1 for each in fields if each.before is None), gettext("fields added: %(count)s")),
        (sum(1 for each in fields if each.after is None), gettext("fields removed: %(count)s")),
        (sum(1 for each in fields if each.parts), gettext("fields changed: %(count)s")),
        (sum(1 for each in rules if each.before is None), gettext("rules added: %(count)s")),
        (sum(1 for each in rules if each.after is None), gettext("rules removed: %(count)s")),
        (sum(1 for each in rules if each.before and each.after), gettext("rules changed: %(count)s")),
    )
    said = [words % {"count": count} for count, words in counts if count]
    return said + [heading(each.name) for each in found.about]


def _version(record: DatasetRecord, said: str | None, without: VersionRecord) -> VersionRecord:
    if said is None:
        return without
    wanted = tables.whole(said)
    found = next((each for each in record.versions if each.version == wanted), None)
    if found is None:
        raise Http404
    return found


def _before(record: DatasetRecord, newer: VersionRecord) -> VersionRecord:
    """The version before another one; the first has none but itself."""
    older = [each for each in record.versions if each.version < newer.version]
    return older[0] if older else newer


def _counts(older: VersionRecord, newer: VersionRecord) -> list[Line]:
    def share(of: VersionRecord) -> str:
        return wording.percent(of.accepted / of.rows if of.rows else 1.0)

    return [
        Line(gettext("Rows in the source"), wording.count(older.rows), wording.count(newer.rows)),
        Line(gettext("Accepted"), wording.count(older.accepted), wording.count(newer.accepted)),
        Line(gettext("Quarantined"), wording.count(older.quarantined), wording.count(newer.quarantined)),
        Line(gettext("Quality"), share(older), share(newer)),
    ]


def _rule_line(each: RuleChange) -> Line:
    shown = each.after or each.before
    return Line(
        wording.say(shown.sentence) if shown else "",
        _rule(each.before.sentence, each.before.severity.value) if each.before else "",
        _rule(each.after.sentence, each.after.severity.value) if each.after else "",
    )


def _rule(sentence: Text, severity: str) -> str:
    said = wording.say(sentence)
    return said if severity == "error" else gettext("%(rule)s (only counted)") % {"rule": said}


def heading(name: str) -> str:
    """Return what a key of `ABOUT` is called."""
    return {
        "title": gettext("Title"),
        "summary": gettext("Summary"),
        "publisher": gettext("Publisher"),
        "theme": gettext("Theme"),
        "sharing": gettext("Sharing class"),
        "condition": gettext("Condition of sharing"),
        "basis": gettext("Legal basis"),
        "methods": gettext("How shared data is obtained"),
        "openness": gettext("Openness"),
        "opening_condition": gettext("Condition of opening"),
        "licence": gettext("Licence"),
        "updates": gettext("Update cycle"),
        "category": gettext("Classification"),
        "contact": gettext("Whom to ask"),
        "related": gettext("Related datasets"),
        "key": gettext("Key"),
    }[name]


def _about_line(each: AboutChange) -> Line:
    return Line(heading(each.name), value_in_words(each.name, each.before), value_in_words(each.name, each.after))


def value_in_words(name: str, value: object) -> str:
    """Return a value of `ABOUT` as a person would say it; the empty text for nothing."""
    words = {
        "sharing": wording.SHARING,
        "openness": wording.OPENNESS,
        "updates": wording.UPDATES,
        "methods": wording.METHODS,
    }.get(name, {})
    if isinstance(value, Text):
        return wording.say(value)
    if isinstance(value, Category):
        levels = [f"{each.code} {wording.say(each.title)}".strip() for each in value.headings]
        return " / ".join([wording.say(KINDS[value.kind][1]), *levels])
    if isinstance(value, Contact):
        return " ".join(filter(None, (wording.say(value.name), value.phone, value.email)))
    if isinstance(value, tuple):
        return ", ".join(wording.say(words[each]) if each in words else str(each) for each in value)
    return wording.say(words[value]) if isinstance(value, str) and value in words else str(value or "")


def _field_line(each: FieldChange) -> Line:
    shown = each.after or each.before
    parts = each.parts or ("title", "type", "classification")
    return Line(
        f"{wording.say(shown.title)} ({shown.name})" if shown else "",
        _field(each.before, parts) if each.before else "",
        _field(each.after, parts) if each.after else "",
    )


def _field(field: Field, parts: tuple[str, ...]) -> str:
    digits = f"({field.precision}, {field.scale})" if field.precision else ""
    element = wording.say(wording.ELEMENTS[field.element]) if field.element else gettext("no data element")
    said = {
        "title": wording.say(field.title),
        "description": wording.say(field.description) or gettext("not described"),
        "type": wording.say(wording.TYPES[field.type]) + digits,
        "unit": field.unit or gettext("no unit"),
        "classification": wording.say(wording.CLASSES[field.classification.value]),
        "cleaners": " → ".join(one.name for one in field.cleaners) or gettext("not cleaned"),
        "source": gettext("from column %(column)s") % {"column": field.source},
        "element": gettext("%(element)s, authoritative source") % {"element": element} if field.is_source else element,
        "authority": wording.say(field.authority) or gettext("no other source"),
    }
    return gettext("; ").join(said[part] for part in parts)
