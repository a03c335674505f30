"""The one exception root of the project."""

from __future__ import annotations


class ServiceError(Exception):
    """Something that the service refuses or cannot do; `remedy` says what to do about it.

    Every error that the project raises on purpose derives from this class, and the API maps it to a problem document
    in one place.
    """

    def __init__(self, detail: str, remedy: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.detail}; {self.remedy}" if self.remedy else self.detail


class ContractError(ServiceError):
    """The index, the catalogue or a value does not fit the contract of `mappings/`."""
