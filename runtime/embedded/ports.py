"""Ports on loopback."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"


def free_port(preferred: int | None = None) -> int:
    """A port that nobody listens on now: `preferred` if it is one, else any.

    Somebody may take it before the server does; the server then ends at once and is started on another.
    """
    for wanted in (preferred or 0, 0):
        with socket.socket() as probe:
            probe.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # as the servers do: a port in TIME_WAIT is free
            try:
                probe.bind((LOOPBACK, wanted))
            except OSError:
                continue
            port = probe.getsockname()[1]
            assert isinstance(port, int)
            return port
    raise AssertionError("the system always has a free port")
