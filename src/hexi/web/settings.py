"""Django's settings: a node is a folder, `HEXI_HOME`, and nearly everything follows from it."""

from __future__ import annotations

import os
from pathlib import Path

from hexi.kernel import settings as environment
from hexi.web import databases, home, languages, mail, providers

HEXI_HOME = Path(environment.HOME.read(os.environ)).absolute()
HEXI_LAKE = HEXI_HOME / "lake"
HEXI_KEY = HEXI_HOME / "keys" / "node.pem"
HEXI_SECRETS = HEXI_HOME / "keys" / "secrets.key"
HEXI_TRUST = HEXI_HOME / "trust.json"
HEXI_UPLOAD_BYTES = environment.UPLOAD_MB.whole(os.environ) << 20
HEXI_COLLECT_BYTES = environment.COLLECT_MB.whole(os.environ) << 20
HEXI_ANSWER_DAYS = environment.ANSWER_DAYS.whole(os.environ)
HEXI_NOTICE_DAYS = environment.NOTICE_DAYS.whole(os.environ)
HEXI_RENEWAL_DAYS = environment.RENEWAL_DAYS.whole(os.environ)
HEXI_REGISTRATION_YEARS = environment.REGISTRATION_YEARS.whole(os.environ)
HEXI_NODE_NAME = home.name(HEXI_HOME)

SECRET_KEY = home.secret(HEXI_HOME)
DEBUG = False
ALLOWED_HOSTS = environment.HOSTS.words(os.environ)
ROOT_URLCONF = "hexi.web.urls"
WSGI_APPLICATION = "hexi.web.wsgi.application"
AUTH_USER_MODEL = "accounts.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "hexi.registry.events",
    "hexi.registry.parties",
    "hexi.registry.accounts",
    "hexi.registry.documents",
    "hexi.registry.notices",
    "hexi.registry.places",
    "hexi.registry.runs",
    "hexi.registry.search",
    "hexi.registry.catalog",
    "hexi.registry.drafts",
    "hexi.registry.feedback",
    "hexi.registry.registrations",
    "hexi.exchange.grants",
    "hexi.exchange.door",
    "hexi.packs",
    # Before allauth, whose pages it dresses.
    "hexi.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "hexi.web.compression.Compression",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "hexi.web.security.TokensNeedNoForm",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "hexi.web.security.ContentSecurity",
    "hexi.web.refusals.Refusals",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": databases.configured(HEXI_HOME, environment.DATABASE.read(os.environ))}

# Signing in is allauth's; what an account may do is the room of accounts'.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_ADAPTER = "hexi.web.signing_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "name"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Nobody has this node send letters to strangers.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PRESERVE_USERNAME_CASING = True
IN_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {
    # Failures to sign in are counted here, by all web processes together: where there is little room, guesses at
    # other names push a pause out.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_count",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    "pages": {"BACKEND": IN_MEMORY, "LOCATION": "pages"},
}
ACCOUNT_RATE_LIMITS = {"login_failed": "60/h/ip,10/15m/key", "login": "60/m/ip"}
# Where a proxy stands before the portal it says whose request it is; elsewhere anybody could say so.
ALLAUTH_TRUSTED_PROXY_COUNT = int(environment.HTTPS.is_on(os.environ))
MFA_ADAPTER = "hexi.web.signing_in.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = HEXI_NODE_NAME
SOCIALACCOUNT_ADAPTER = "hexi.web.signing_in.ProviderAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_PROVIDERS = providers.openid_connect(os.environ)
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = environment.HTTPS.is_on(os.environ)
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "hexi.web.refusals.stale_form"
DEFAULT_FROM_EMAIL = environment.MAIL_FROM.read(os.environ)
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_SSL = mail.server(
    environment.SMTP.read(os.environ)
)
EMAIL_TIMEOUT = 10

LANGUAGE_CODE = "zh-hans"
LOCALE_PATHS = [HEXI_HOME / "locale", Path(__file__).parents[1] / "locale"]
LANGUAGES = languages.found(LOCALE_PATHS)
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
