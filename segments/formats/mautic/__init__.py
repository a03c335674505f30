"""Mautic's segment filters."""

from segments.formats.mautic.read import read

__all__ = ["read"]
