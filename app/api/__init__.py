"""The endpoints: a file for each area, gathered here with their description."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Flask
from flask_smorest import Api
from flask_swagger_ui import get_swaggerui_blueprint

from app.api import (
    behaviours,
    contacts,
    custom_fields,
    event_types,
    fields,
    formats,
    members,
    operation,
    preview,
    segments,
    tags,
)
from app.errors import PROBLEM_TYPE
from app.schemas.base import ProblemDocument

V1 = "/v1"
DOCS = "/docs"

_AREAS = (
    preview.area,
    segments.area,
    members.area,
    fields.area,
    formats.area,
    contacts.area,
    tags.area,
    custom_fields.area,
    event_types.area,
    behaviours.area,
    operation.index_area,
)

_CONFIG = {
    "API_TITLE": "Segments",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": V1,
    "OPENAPI_JSON_PATH": "openapi.json",
}
_TOKEN = {"type": "http", "scheme": "bearer", "description": "From `segments token create`."}
_METRICS = {"type": "http", "scheme": "bearer", "description": "The setting METRICS_TOKEN."}


class Documented(Api):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest's Api, whose errors are problem documents."""

    ERROR_SCHEMA = ProblemDocument

    def _register_responses(self) -> None:
        content = {PROBLEM_TYPE: {"schema": ProblemDocument}}
        for status in HTTPStatus:
            self.spec.components.response(status.name, {"description": status.phrase, "content": content}, lazy=True)
        self.spec.components.response("DEFAULT_ERROR", {"description": "A problem", "content": content}, lazy=True)

    def _register_pagination_header(self) -> None:
        """Left out: pages follow one another by Link headers."""


def serve(app: Flask) -> None:
    """Add every endpoint to the application, with its OpenAPI document and the pages that show it."""
    app.config |= _CONFIG
    api = Documented(app)
    api.spec.components.security_scheme("token", _TOKEN)
    api.spec.components.security_scheme("metrics", _METRICS)
    for area in _AREAS:
        api.register_blueprint(area, url_prefix=V1)
    api.register_blueprint(operation.area)
    app.register_blueprint(_swagger_ui(), url_prefix=DOCS)


def _swagger_ui() -> Blueprint:
    shown = {"app_name": "Segments API", "validatorUrl": None, "oauth2RedirectUrl": "", "persistAuthorization": True}
    ui = get_swaggerui_blueprint(DOCS, f"{V1}/openapi.json", config=shown)
    assert isinstance(ui, Blueprint)
    return ui
