"""The portal's addresses and a page with nothing on it, beside which others are measured."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from hexi.web import urls


def empty(request: HttpRequest) -> HttpResponse:
    """The frame of every page, and what every page asks."""
    return render(request, "portal/base.html")


urlpatterns = [path("empty/", empty), *urls.urlpatterns]
handler403, handler404, handler500 = urls.handler403, urls.handler404, urls.handler500
