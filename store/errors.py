"""What the store refuses. The message says what, `remedy` what to do about it."""

from __future__ import annotations

from mappings.errors import ServiceError


class NotFoundError(ServiceError):
    """There is no such thing in the organisation."""


class ConflictError(ServiceError):
    """Something else has the name, or was changed meanwhile."""


class UnacceptableError(ServiceError):
    """A value that cannot be stored."""


class StaleError(ServiceError):
    """The thing was changed since the version that the writer saw."""
