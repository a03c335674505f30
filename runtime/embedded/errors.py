"""What can go wrong with the embedded servers."""

from __future__ import annotations

from mappings.errors import ServiceError


class EmbeddedError(ServiceError):
    """An embedded server cannot be prepared, started or stopped."""
