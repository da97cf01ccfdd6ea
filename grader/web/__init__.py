"""The pages: parse a request, call one service, render; Flask stays in here."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix

from grader.config import Settings
from grader.db import Database
from grader.errors import ConfigurationError
from grader.storage import BlobStore
from grader.web import (
    access,
    accounts,
    errors,
    filters,
    headers,
    navigation,
    request_ids,
)
from grader.web.backend import Backend

# What a form adds around the files: field names, boundaries, the token.
_FORM_BYTES = 256 << 10
_MOST_FILES = 220
_STATIC = Path(__file__).parent / "static"


def create_app(
    settings: Settings | None = None, database: Database | None = None
) -> Flask:
    """Return the web application.

    Parameters
    ----------
    settings
        Read from the environment if ``None``.
    database
        Shared with the caller, who disposes of it; made from the settings if ``None``.

    Raises
    ------
    ConfigurationError
        If there is no secret key to sign sessions with.
    """
    if settings is None:
        settings = Settings.from_environment().prepare_home()
    if not settings.secret_key:
        raise ConfigurationError(
            "GRADER_SECRET_KEY: must be set before the pages can be served, got nothing"
        )
    database = database or Database(settings.database_url)
    app = Flask("grader.web", static_url_path="/static")
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_upload_bytes + _FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=_FORM_BYTES,
        MAX_FORM_PARTS=_MOST_FILES,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
    )
    if proxies := settings.trusted_proxies:
        # Else everybody has the proxy's address, and who guesses passwords slows all.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    backend = Backend(settings, database, BlobStore(settings.blob_dir))
    backend.attach(app.extensions)
    request_ids.install(app)
    headers.install(app, settings.base_url)
    accounts.install(app, settings, database)
    app.before_request(access.enforce)
    access.declare(app, {"static": access.Access.PUBLIC})
    errors.install(app)
    _prepare_templates(app)
    # Imported here: the pages import this package.
    from grader.web.blueprints import page_modules

    modules = list(page_modules())
    for module in modules:
        app.register_blueprint(module.blueprint)
    navigation.install(
        app, (tab for module in modules for tab in getattr(module, "TABS", ()))
    )
    return app


def _prepare_templates(app: Flask) -> None:
    filters.install(app)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=asset, csrf_field=csrf_field)


def asset(name: str) -> str:
    """Return the address of a static file; it changes when the file does."""
    return url_for("static", filename=name, v=_fingerprint(name))


@lru_cache(maxsize=64)
def _fingerprint(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]


def csrf_field() -> Markup:
    """Return the hidden field that every form needs."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(
        generate_csrf()
    )
