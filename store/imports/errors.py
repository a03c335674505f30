"""What keeps a whole file from being imported. (What is wrong with a line only keeps that line out.)"""

from __future__ import annotations

from mappings.errors import ServiceError


class ImportFileError(ServiceError):
    """The file cannot be read, or not as it was asked to be."""
