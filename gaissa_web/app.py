"""Where everything meets: the application factory."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from gaissa_web import admin, home, inference, labels, roi
from gaissa_web.admin.schemes.tasks import RUNNERS as RE_RATING
from gaissa_web.config import PROJECT, Settings, read_settings
from gaissa_web.connectors.tasks import RUNNERS as SYNCHRONISING
from gaissa_web.inference.tasks import RUNNERS as MEASURING
from gaissa_web.jobs.working import make_queue
from gaissa_web.storage.db import db, engine_options, hide_rows, tune_sqlite
from gaissa_web.web import (
    access_log,
    assets,
    auth,
    background,
    errors,
    filters,
    htmx,
    limits,
    products,
    security,
)

BLUEPRINTS = (admin.blueprint, home.blueprint, inference.blueprint, labels.blueprint, roi.blueprint)
RUNNERS = {**MEASURING, **RE_RATING, **SYNCHRONISING}


def create_app(settings: Settings | None = None, overrides: Mapping[str, Any] | None = None) -> Flask:
    """Make the application from `settings`, or from the environment; `overrides` are Flask's own."""
    settings = settings or read_settings()
    app = Flask("gaissa_web", root_path=str(PROJECT), instance_path=str(settings.data_dir))
    app.config.from_mapping(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1_000_000,
        MAX_FORM_MEMORY_SIZE=1_000_000,
        MAX_FORM_PARTS=1_000,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_REFRESH_EACH_REQUEST=False,  # else pictures and styles would hand out the cookie, too
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        WTF_CSRF_TIME_LIMIT=None,  # a form left open over lunch must still be accepted
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_LEVEL=4,  # a third of the time of 6 for 2 % more bytes
    )
    app.config.from_mapping(overrides or {})
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            tune_sqlite(db.engine)
        else:
            hide_rows(db.engine)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    access_log.init_app(app)
    # Strangers are kept out before forged requests are, so that they are asked to sign in.
    for furniture in (errors, assets, auth, products, filters, htmx, limits, security):
        furniture.init_app(app)
    background.init_app(app, make_queue(settings, RUNNERS, app.app_context))
    Compress(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
