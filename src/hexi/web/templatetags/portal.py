"""Filters and tags of the portal's templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from hexi import __version__
from hexi.data.contracts.model import Field
from hexi.data.contracts.problems import Problem
from hexi.kernel.actors import EVERYONE, NODE
from hexi.kernel.names import Text
from hexi.packs import queries as packs
from hexi.registry.accounts import queries as accounts
from hexi.registry.accounts.errors import TokenVoid
from hexi.registry.drafts.records import CellProblem, RemarkRecord
from hexi.registry.events.verbs import VERBS
from hexi.registry.feedback import queries as feedback
from hexi.registry.notices import queries as notices
from hexi.registry.parties import queries as parties
from hexi.registry.parties.records import PostRecord
from hexi.registry.registrations import queries as registrations
from hexi.registry.registrations.records import RegistrationSummary
from hexi.web import wording
from hexi.web.asking import reader
from hexi.web.clock import clock
from hexi.web.mail import NOWHERE

register = template.Library()

for each in (
    wording.say,
    wording.count,
    wording.round_count,
    wording.size,
    wording.day,
    wording.moment,
    wording.seconds,
    wording.rows,
    wording.period,
):
    register.filter(each.__name__, each)


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the navigation."""

    title: str
    href: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """What is behind the name of who is signed in."""

    title: str
    entries: tuple[Entry, ...]
    unread: int
    """Notices that were not read yet."""


@register.filter
def word(code: object, kind: str) -> str:
    """Say a code of a closed list: `{{ summary.sharing|word:"sharing" }}`."""
    words: Mapping[str, Text] = {str(key): text for key, text in getattr(wording, kind.upper()).items()}
    return wording.say(words[str(code)]) if str(code) in words else str(code)


@register.filter
def cell(value: object, field: Field | None) -> SafeString | str:
    """Show a value of a table; nothing as a faint dash."""
    shown = wording.cell(value, field)
    return shown if shown != "" else format_html('<span class="none">{}</span>', "—")


@register.filter
def at(names: Mapping[str, Any], key: str) -> Any:
    """Return what a mapping has for a key; nothing for nothing."""
    return names.get(key)


@register.filter
def problem(found: Problem | CellProblem) -> str:
    """Say what is wrong with a contract, and where; or with a cell of a workbook."""
    said = wording.told(found.template, found.facts)
    line = found.line if isinstance(found, Problem) else None
    return gettext("Line %(line)s: %(said)s") % {"line": line, "said": said} if line else said


@register.filter
def remark(found: RemarkRecord) -> str:
    """Say what was said of a draft: a person's words as they are, the node's in the language of the page."""
    return wording.told(found.text, found.facts) if found.account == NODE.account else found.text


@register.filter
def lines(values: Iterable[str]) -> str:
    """Write one value a line, for a field of a form."""
    return "\n".join(values)


@register.filter
def short(digest: str) -> str:
    """Show the beginning of a digest."""
    return digest[:12]


@register.simple_tag(takes_context=True)
def account_menu(context: Mapping[str, Any]) -> Menu | Literal[False] | None:
    """Return the menu of who is signed in, False for nobody; None on a page that may ask no database."""
    request: HttpRequest | None = context.get("request")
    if request is None or context.get("status") == 500:
        return None
    try:
        by = reader(request)
    except TokenVoid:
        return None
    if by.account == EVERYONE.account:
        return False
    doors = (("publish", gettext("Publish data"), "draft.see"), ("people", gettext("People"), "account.see"))
    # For any organisation: who publishes for one, or keeps the accounts of one, needs the door as well.
    entries = [
        Entry(title, reverse(address), is_here=False)
        for address, title, verb in doors
        if accounts.organisations_where(by, verb) != frozenset()
    ]
    return Menu(accounts.account(by.account).title, tuple(entries), notices.unread(by))


@register.simple_tag(takes_context=True)
def followed(context: Mapping[str, Any], object: str) -> bool | None:
    """Whether who asks follows a thing; None for a stranger, who is asked nothing and costs no question."""
    by = reader(context["request"])
    return None if by.account == EVERYONE.account else feedback.follows(object, reader=by)


@register.simple_tag
def registered(dataset: str) -> RegistrationSummary | None:
    """Return what the public register says of a dataset."""
    return registrations.of_dataset(dataset)


@register.filter
def stands(found: RegistrationSummary) -> str:
    """Return how a registration stands today."""
    return found.stands(on=timezone.localtime(clock()).date())


@register.simple_tag(takes_context=True)
def may(context: Mapping[str, Any], verb: str, organisation: str) -> bool:
    """Whether who asks may use a verb for an organisation; a stranger costs no question."""
    by = reader(context["request"])
    return by.account != EVERYONE.account and accounts.may(by, verb, organisation)


@register.simple_tag
def posts_of(organisation: str) -> tuple[PostRecord, ...]:
    """Return the posts that an organisation has today: whom to ask."""
    return parties.posts(organisation, on=timezone.localtime(clock()).date())


@register.simple_tag
def sends_mail() -> bool:
    """Whether this node sends e-mail."""
    return settings.EMAIL_BACKEND != NOWHERE


@register.simple_tag(takes_context=True)
def other_languages(context: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return code, own name and address of this page in every language but its own."""
    request = context.get("request")
    path = request.get_full_path() if isinstance(request, HttpRequest) else "/"
    here = get_language() or settings.LANGUAGE_CODE
    return [(code, name, translate_url(path, code)) for code, name in settings.LANGUAGES if code != here]


@register.simple_tag(takes_context=True)
def main_nav(context: Mapping[str, Any]) -> list[Entry]:
    """Return the links of the head: the rooms of the portal, and the pages that packs declare."""
    request = context.get("request")
    path = request.path if isinstance(request, HttpRequest) else ""
    links = [
        (gettext("Datasets"), reverse("datasets")),
        (gettext("Places"), reverse("places")),
        (gettext("Organisations"), reverse("organisations")),
    ]
    if context.get("status") != 500:
        links += [
            (wording.say(each.title), reverse("plan", args=[each.name]))
            for each in packs.pages()
            if each.kind == "plan"
        ]
    links += [(gettext("Log"), reverse("log")), (gettext("About"), reverse("about"))]
    return [Entry(title, href, path.startswith(href)) for title, href in links]


@register.simple_tag
def node_line() -> str:
    """Say which node this is."""
    return gettext("Node %(node)s · Hexi %(version)s") % {"node": settings.HEXI_NODE_NAME, "version": __version__}


@register.simple_tag
def upload_limit() -> str:
    """Say how large a file may be that is handed in."""
    return f"{settings.HEXI_UPLOAD_BYTES >> 20:,} MB"


@register.filter
def is_number(field: Field) -> bool:
    """Whether a column is set flush right."""
    return field.type in wording.NUMBERS


@register.filter
def unlocalized(value: float) -> str:
    """Write a number for an attribute of SVG."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


@register.filter
def signed(value: int) -> str:
    """Write a change with its sign."""
    return f"{value:+,}".replace("-", "−")


@register.filter
def filled_share(shown: Any, total: int) -> float:
    """Return the share of rows in which a field has a value."""
    return min(shown.facts.filled / total, 1.0) if total else 0.0


@register.filter
def visible(text: str) -> str:
    """Show characters that have no shape: private-use ones as boxes, controls by their code."""
    return wording.visible(text)


@register.filter
def provenance_line(provenance: str) -> str:
    """Return what a map must say of its borders: the provenance as far as the first full stop."""
    return wording.map_line(provenance)


@register.filter
def verb(name: str) -> str:
    """Say what an event did."""
    return wording.say(VERBS[name].title) if name in VERBS else name


@register.filter
def percent(share: float, digits: int = 1) -> str:
    """Write a share as a percentage."""
    return wording.percent(share, digits=digits)
