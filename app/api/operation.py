"""For those who run the service."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, url_for

from app import metrics, operation
from app.api.area import Area
from app.auth import caller
from app.schemas.operation import Health, IndexState, Readiness, Started
from store.tokens import Scope

index_area = Area("index", __name__, description="The index.")
area = Area("operation", __name__, description="For those who run the service.")


@index_area.endpoint("GET", "/index", scope=Scope.READ, answer=IndexState)
def index() -> Mapping[str, Any]:
    """What the index has still to apply, and how far a rebuild has come."""
    return operation.index(caller().org_id)


@index_area.endpoint("POST", "/index/rebuild", scope=Scope.ADMIN, answer=Started, status=HTTPStatus.ACCEPTED)
def rebuild() -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """Build the index of all organisations anew; the old one answers until the new one is whole."""
    return {"job": operation.rebuild()}, {"Location": url_for("index.index")}


@area.endpoint("GET", "/healthz", scope=None, answer=Health)
def healthz() -> Mapping[str, str]:
    """The process answers."""
    return {"status": "ok"}


@area.endpoint("GET", "/readyz", scope=None, answer=Readiness)
def readyz() -> tuple[Mapping[str, Any], HTTPStatus]:
    """Whether questions can be answered (503 when not), and how each server is."""
    ready, parts = operation.readiness()
    return {"ready": ready, "parts": parts}, HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE


@area.endpoint("GET", "/metrics", scope=None, text="text/plain", doc={"security": [{"metrics": []}]})
def metrics_page() -> Response:
    """How the index is, of all organisations together, for Prometheus."""
    return Response(metrics.page(), content_type=metrics.CONTENT_TYPE)
