"""The portal's settings with addresses of its own, among them a page with nothing on it."""

from hexi.web import settings

globals().update({name: value for name, value in vars(settings).items() if name.isupper()})
ROOT_URLCONF = "tests.benchmarks.portal_urls"
