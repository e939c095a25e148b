"""Django's settings: a node is a folder, `HEXI_HOME`, and nearly everything follows from it."""

from __future__ import annotations

import os
from pathlib import Path

from hexi.kernel import settings as environment
from hexi.web import databases, home

HEXI_HOME = Path(environment.HOME.read(os.environ)).absolute()
HEXI_LAKE = HEXI_HOME / "lake"
HEXI_KEY = HEXI_HOME / "keys" / "node.pem"
HEXI_TRUST = HEXI_HOME / "trust.json"
HEXI_NODE_NAME = home.name(HEXI_HOME)

SECRET_KEY = home.secret(HEXI_HOME)
DEBUG = False
ALLOWED_HOSTS = environment.HOSTS.words(os.environ)
ROOT_URLCONF = "hexi.web.urls"
WSGI_APPLICATION = "hexi.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "django_htmx",
    "hexi.registry.events",
    "hexi.registry.parties",
    "hexi.registry.accounts",
    "hexi.registry.runs",
    "hexi.registry.search",
    "hexi.registry.catalog",
    "hexi.exchange.grants",
    "hexi.exchange.door",
    "hexi.packs",
    "hexi.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "hexi.web.compression.Compression",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "hexi.web.security.ContentSecurity",
    "hexi.web.refusals.Refusals",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
            ],
        },
    }
]

DATABASES = {"default": databases.configured(HEXI_HOME, environment.DATABASE.read(os.environ))}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parents[1] / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Believed only where the operator says that a proxy sets it: anybody may send this head.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if environment.HTTPS.is_on(os.environ) else None
