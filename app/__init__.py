"""The API: a Flask application over PostgreSQL and the index."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from runtime.settings import Settings, SettingsError

if TYPE_CHECKING:
    from flask import Flask


def create_app(settings: Settings | None = None) -> Flask:
    """The application by `settings` (default: the environment's); opens no connection before a request needs one.

    Raises SettingsError when an address or the secret key is missing.
    """
    # Imported here, so that `segments token` and jobs start no Flask.
    from flask import Flask
    from itsdangerous import URLSafeSerializer

    from app import errors, writes
    from app.api import serve
    from app.audience import Index
    from app.service import EXTENSION, Service
    from runtime import queues
    from runtime.database import engine

    chosen = settings or Settings.load()
    queues.connect(chosen)  # or a write would find out, after its commit, that nobody can be told
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = chosen.max_tree_bytes
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # of Flask's default provider
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.strict_slashes = False
    app.extensions[EXTENSION] = Service(
        settings=chosen,
        engine=engine(chosen),
        index=Index(chosen),
        cursors=URLSafeSerializer(_secret_key(chosen), salt="cursor"),
        waiting=BoundedSemaphore(max(1, chosen.api_threads - 1)),
    )
    serve(app)
    errors.install(app)
    writes.install(app)
    return app


def _secret_key(settings: Settings) -> str:
    if settings.secret_key is None:
        raise SettingsError("SECRET_KEY is not set", "set it to a long random text, the same for every process")
    return settings.secret_key
