from __future__ import annotations

import socket

from runtime.embedded.ports import LOOPBACK, free_port


def test_the_preferred_port_is_taken_when_it_is_free() -> None:
    port = free_port()
    assert free_port(port) == port


def test_another_one_when_somebody_listens_there() -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
        assert free_port(port) not in (0, port)
