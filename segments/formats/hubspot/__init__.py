"""HubSpot's list filters (Lists API v3, `filterBranch`)."""

from segments.formats.hubspot.read import read
from segments.formats.hubspot.write import write

__all__ = ["read", "write"]
