"""The address of the API on this machine: whether it is free, and whether the API answers there."""

from __future__ import annotations

import http.client
import socket
from dataclasses import dataclass

from mappings.errors import ServiceError
from runtime.settings import Settings

_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  # to listen on, not to call


class ListeningError(ServiceError):
    """The API cannot listen where it should."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the API listens."""

    host: str
    port: int

    @classmethod
    def of(cls, settings: Settings) -> Listening:
        """As the settings say."""
        return cls(settings.api_host, settings.api_port)

    @property
    def bind(self) -> str:
        """As gunicorn writes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Where a client on this machine finds it."""
        return f"http://{Listening(self._called, self.port).bind}"

    @property
    def _called(self) -> str:
        return _ANYWHERE.get(self.host, self.host)

    def is_free(self) -> bool:
        """Whether nobody listens there now."""
        with socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError:
                return False
        return True

    def answers(self) -> bool:
        """Whether the API answers there."""
        connection = http.client.HTTPConnection(self._called, self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
