"""The portal's addresses. Chinese has none in front, English stands under `/en/`: a shared link keeps its language."""

from __future__ import annotations

from collections.abc import Callable

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hexi.web import providers
from hexi.web.pages import (
    about,
    cataloguing,
    certificates,
    charting,
    comparing,
    dataset,
    datasets,
    desk,
    downloads,
    entrance,
    feedback,
    help,
    home,
    log,
    mapping,
    notices,
    organisations,
    overview,
    people,
    places,
    plan,
    publishing,
    quality,
    registrations,
    restoring,
    runs,
    scheduling,
    uploads,
    wishes,
)


def page(route: str, view: Callable[..., HttpResponseBase], *, name: str) -> URLPattern:
    """Return an address that only shows: what is sent to it is refused with 405."""
    return path(route, require_safe(view), name=name)


def form(route: str, view: Callable[..., HttpResponseBase], *, name: str) -> URLPattern:
    """Return an address that shows a form and takes it."""
    return path(route, require_http_methods(["GET", "HEAD", "POST"])(view), name=name)


def deed(route: str, view: Callable[..., HttpResponseBase], *, name: str) -> URLPattern:
    """Return an address that only does: whoever merely looks is refused with 405."""
    return path(route, require_POST(view), name=name)


urlpatterns: list[URLPattern | URLResolver] = [
    # Files are the same in every language, and machines keep their addresses.
    page("trust.json", downloads.trust, name="trust"),
    page("datasets/<str:name>/files/<str:filename>", downloads.file, name="file"),
    page("datasets/<str:name>/certificates/<str:digest>.json", downloads.certificate, name="certificate-file"),
    page("datasets/<str:name>/contract.yaml", downloads.contract, name="contract"),
    page("registrations/<str:registration_id>/certificate.json", downloads.registration, name="registration-file"),
    page("help/pictures/<str:picture>", help.picture, name="guide-picture"),
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
        deed("datasets/<str:name>/restore/", restoring.restore, name="restore"),
        deed("datasets/<str:name>/schedule/", scheduling.change, name="schedule"),
        page("datasets/<str:name>/versions/compare/", comparing.compare, name="compare"),
        page("datasets/<str:name>/entry/", cataloguing.entry, name="entry"),
        page("elements/", cataloguing.elements, name="elements"),
        page("elements/<str:name>/", cataloguing.element, name="element"),
        page("mend/", cataloguing.mend, name="mend"),
        page("mend/<str:organisation_id>/catalogue.xlsx", cataloguing.export, name="catalogue-file"),
        form("mend/<str:organisation_id>/workbook/", cataloguing.fill_in, name="catalogue-workbook"),
        page("datasets/<str:name>/map/", mapping.dataset_map, name="map"),
        page("datasets/<str:name>/chart/", charting.charts, name="chart"),
        page("datasets/<str:name>/use/", dataset.use, name="use"),
        page("datasets/<str:name>/certificate/", certificates.certificate, name="certificate"),
        page("places/", places.places, name="places"),
        page("places/<str:code>/", places.place, name="place"),
        page("organisations/", organisations.organisations, name="organisations"),
        page("organisations/<str:organisation_id>/", organisations.organisation, name="organisation"),
        page("plan/<str:name>/", plan.plan, name="plan"),
        page("publish/", publishing.desk, name="publish"),
        deed("publish/begin/", publishing.begin, name="draft-begin"),
        page("publish/<str:draft_id>/", publishing.draft, name="draft"),
        deed("publish/<str:draft_id>/fields/<str:name>/", publishing.field, name="draft-field"),
        form("publish/<str:draft_id>/about/", publishing.about, name="draft-about"),
        form("publish/<str:draft_id>/contract/", publishing.text, name="draft-text"),
        page("publish/<str:draft_id>/review/", publishing.review, name="draft-review"),
        deed("publish/<str:draft_id>/decide/", publishing.decide, name="draft-decide"),
        page("desk/", desk.desk, name="desk"),
        deed("follow/", feedback.follow, name="follow"),
        page("datasets/<str:name>/questions/", feedback.questions, name="questions"),
        form("datasets/<str:name>/correct/", feedback.correct, name="correct"),
        form("datasets/<str:name>/ask/", feedback.ask, name="ask"),
        form("questions/<str:question_id>/", feedback.question, name="question"),
        page("registrations/", registrations.registrations, name="registrations"),
        page("registrations/waiting/", registrations.waiting, name="registrations-waiting"),
        form("registrations/<str:registration_id>/", registrations.registration, name="registration"),
        form("datasets/<str:name>/register/", registrations.apply, name="register"),
        page("wishes/", wishes.wishes, name="wishes"),
        form("wishes/new/", wishes.make, name="wish-new"),
        form("wishes/<str:wish_id>/", wishes.wish, name="wish"),
        form("notices/", notices.notices, name="notices"),
        page("notices/<str:notice_id>/", notices.notice, name="notice"),
        form("accounts/me/", people.me, name="me"),
        form("accounts/link/<str:secret>/", people.link, name="link"),
        form(f"accounts/oidc/{providers.ID}/login/", entrance.leave, name="leave"),
        path("accounts/email/", entrance.closed, name="closed-email"),
        path("accounts/3rdparty/", entrance.closed, name="closed-providers"),
        path("accounts/", include("allauth.urls")),
        page("people/", people.listed, name="people"),
        deed("people/invite/", people.invite, name="invite"),
        deed("people/program/", people.open_program, name="program"),
        page("people/<str:name>/", people.person, name="person"),
        deed("people/<str:name>/change/", people.change, name="person-change"),
        path("uploads/", uploads.uploads, name="uploads"),
        path("uploads/form/", uploads.form, name="upload-form"),
        path("uploads/<str:upload_id>/", uploads.upload, name="upload"),
        path("uploads/<str:upload_id>/complete/", uploads.complete, name="upload-complete"),
        path("uploads/<str:upload_id>/discard/", uploads.discard, name="upload-discard"),
        path("uploads/<str:document_id>/tables/", uploads.tables, name="upload-tables"),
        page("runs/", runs.runs, name="runs"),
        page("runs/<str:run_id>/", runs.run, name="run"),
        deed("runs/<str:run_id>/stop/", scheduling.stop, name="run-stop"),
        page("log/", log.log, name="log"),
        page("log/check/", log.check, name="log-check"),
        page("log/events/<str:event_id>/", log.event, name="event"),
        page("overview/", overview.overview, name="overview"),
        page("help/", help.contents, name="help"),
        page("help/<str:chapter>/", help.guide, name="guide"),
        page("about/", about.about, name="about"),
        page("verify/", about.verify, name="verify"),
        prefix_default_language=False,
    ),
]

handler403 = "hexi.web.refusals.forbidden"
handler404 = "hexi.web.refusals.not_found"
handler500 = "hexi.web.refusals.failed"
