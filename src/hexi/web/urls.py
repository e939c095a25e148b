"""The portal's addresses. Chinese has none in front, English stands under `/en/`: a shared link keeps its language."""

from __future__ import annotations

from collections.abc import Callable

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_safe

from hexi.web.pages import (
    about,
    certificates,
    charting,
    dataset,
    datasets,
    downloads,
    home,
    log,
    mapping,
    places,
    plan,
    quality,
    runs,
)


def page(route: str, view: Callable[..., HttpResponseBase], *, name: str) -> URLPattern:
    """Return an address that only shows: what is sent to it is refused with 405."""
    return path(route, require_safe(view), name=name)


urlpatterns: list[URLPattern | URLResolver] = [
    # Files are the same in every language, and machines keep their addresses.
    page("trust.json", downloads.trust, name="trust"),
    page("datasets/<str:name>/files/<str:filename>", downloads.file, name="file"),
    page("datasets/<str:name>/certificates/<str:digest>.json", downloads.certificate, name="certificate-file"),
    page("datasets/<str:name>/contract.yaml", downloads.contract, name="contract"),
    page("log/checkpoint", log.checkpoint, name="checkpoint"),
    page("log/events/<str:event_id>.proof.json", log.proof, name="proof"),
    *i18n_patterns(
        page("", home.home, name="home"),
        page("datasets/", datasets.datasets, name="datasets"),
        page("datasets/suggest", datasets.suggest, name="suggest"),
        page("datasets/<str:name>/", dataset.preview, name="dataset"),
        page("datasets/<str:name>/fields/", dataset.fields, name="fields"),
        page("datasets/<str:name>/quality/", quality.quality, name="quality"),
        page("datasets/<str:name>/quarantine/", quality.quarantine, name="quarantine"),
        page("datasets/<str:name>/versions/", dataset.versions, name="versions"),
        page("datasets/<str:name>/map/", mapping.dataset_map, name="map"),
        page("datasets/<str:name>/chart/", charting.charts, name="chart"),
        page("datasets/<str:name>/use/", dataset.use, name="use"),
        page("datasets/<str:name>/certificate/", certificates.certificate, name="certificate"),
        page("places/", places.places, name="places"),
        page("places/<str:code>/", places.place, name="place"),
        page("plan/<str:name>/", plan.plan, name="plan"),
        page("runs/", runs.runs, name="runs"),
        page("runs/<str:run_id>/", runs.run, name="run"),
        page("log/", log.log, name="log"),
        page("log/check/", log.check, name="log-check"),
        page("log/events/<str:event_id>/", log.event, name="event"),
        page("about/", about.about, name="about"),
        page("verify/", about.verify, name="verify"),
        prefix_default_language=False,
    ),
]

handler403 = "hexi.web.refusals.forbidden"
handler404 = "hexi.web.refusals.not_found"
handler500 = "hexi.web.refusals.failed"
