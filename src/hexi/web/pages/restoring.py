"""Going back to an earlier version of a dataset."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from hexi.kernel.errors import Missing
from hexi.registry.catalog import restoring
from hexi.web import tables
from hexi.web.asking import reader
from hexi.web.clock import clock


def restore(request: HttpRequest, name: str) -> HttpResponse:
    """Make the rows of an earlier version the newest again."""
    version = tables.whole(request.POST.get("version"))
    if version is None:
        raise Missing("{dataset} has no version {version}.", dataset=name, version=request.POST.get("version", "")[:20])
    restoring.restore(name, version, because=request.POST.get("because", ""), by=reader(request), clock=clock)
    return redirect("versions", name)
