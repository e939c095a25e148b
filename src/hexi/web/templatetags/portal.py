"""Filters and tags of the portal's templates."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from hexi.data.contracts.model import Field
from hexi.kernel.names import Text
from hexi.web import wording

register = template.Library()

for each in (
    wording.say,
    wording.count,
    wording.round_count,
    wording.percent,
    wording.size,
    wording.day,
    wording.moment,
    wording.seconds,
    wording.rows,
):
    register.filter(each)


@register.filter
def word(code: str, kind: str) -> str:
    """Say a code of a closed list: `{{ summary.sharing|word:"sharing" }}`."""
    words: Mapping[str, Text] = {str(key): text for key, text in getattr(wording, kind.upper()).items()}
    return wording.say(words[code]) if code in words else code


@register.filter
def cell(value: object, field: Field | None) -> SafeString | str:
    """Show a value of a table; nothing as a faint dash."""
    shown = wording.cell(value, field)
    return shown if shown != "" else format_html('<span class="none">{}</span>', "—")


@register.filter
def short(digest: str) -> str:
    """Show the beginning of a digest."""
    return digest[:12]


@register.simple_tag(takes_context=True)
def other_language(context: Mapping[str, object]) -> str:
    """Return this page's address in the other language."""
    request = context.get("request")
    if not isinstance(request, HttpRequest):
        return "/"
    code = "zh-hans" if (get_language() or "").startswith("en") else "en"
    return translate_url(request.get_full_path(), code)
