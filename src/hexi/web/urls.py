"""The portal's addresses. Chinese has none in front, English stands under `/en/`: a shared link keeps its language."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, path

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

urlpatterns: list[URLPattern | URLResolver] = [
    # Files are the same in every language, and machines keep their addresses.
    path("trust.json", downloads.trust, name="trust"),
    path("datasets/<str:name>/files/<str:filename>", downloads.file, name="file"),
    path("datasets/<str:name>/certificates/<str:digest>.json", downloads.certificate, name="certificate-file"),
    path("datasets/<str:name>/contract.yaml", downloads.contract, name="contract"),
    path("log/checkpoint", log.checkpoint, name="checkpoint"),
    path("log/events/<str:event_id>.proof.json", log.proof, name="proof"),
    *i18n_patterns(
        path("", home.home, name="home"),
        path("datasets/", datasets.datasets, name="datasets"),
        path("datasets/<str:name>/", dataset.preview, name="dataset"),
        path("datasets/<str:name>/fields/", dataset.fields, name="fields"),
        path("datasets/<str:name>/quality/", quality.quality, name="quality"),
        path("datasets/<str:name>/quarantine/", quality.quarantine, name="quarantine"),
        path("datasets/<str:name>/versions/", dataset.versions, name="versions"),
        path("datasets/<str:name>/map/", mapping.dataset_map, name="map"),
        path("datasets/<str:name>/chart/", charting.charts, name="chart"),
        path("datasets/<str:name>/use/", dataset.use, name="use"),
        path("datasets/<str:name>/certificate/", certificates.certificate, name="certificate"),
        path("places/", places.places, name="places"),
        path("places/<str:code>/", places.place, name="place"),
        path("plan/<str:name>/", plan.plan, name="plan"),
        path("runs/", runs.runs, name="runs"),
        path("runs/<str:run_id>/", runs.run, name="run"),
        path("log/", log.log, name="log"),
        path("log/check/", log.check, name="log-check"),
        path("log/events/<str:event_id>/", log.event, name="event"),
        path("about/", about.about, name="about"),
        path("verify/", about.verify, name="verify"),
        prefix_default_language=False,
    ),
]

handler403 = "hexi.web.refusals.forbidden"
handler404 = "hexi.web.refusals.not_found"
handler500 = "hexi.web.refusals.failed"
