"""The guides for those who work on the node."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from hexi.web import guides

KEPT_S = 86_400
"""How long a browser keeps a picture; a new version of Hexi may bring another of the same name."""


def contents(request: HttpRequest) -> HttpResponse:
    """Which guides there are, and for whom."""
    return render(request, "portal/help.html", {"guides": [_guide(name) for name in guides.NAMES]})


def guide(request: HttpRequest, chapter: str) -> HttpResponse:
    """One chapter, with its pictures."""
    return render(request, "portal/guide.html", {"guide": _guide(chapter)})


def picture(request: HttpRequest, picture: str) -> FileResponse:
    """A picture of a guide."""
    path = guides.picture(picture)
    if path is None:
        raise Http404
    answer = FileResponse(path.open("rb"), content_type="image/png")
    answer["Cache-Control"] = f"public, max-age={KEPT_S}"
    return answer


def _guide(name: str) -> guides.Guide:
    found = guides.guide(name, language=get_language() or "")
    if found is None:
        raise Http404
    return found
