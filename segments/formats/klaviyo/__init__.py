"""Klaviyo's segment definitions (Segments API, `condition_groups`)."""

from segments.formats.klaviyo.read import read

__all__ = ["read"]
