"""A way to a server on which answers get lost, as they do when a connection breaks."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

_CHUNK = 65_536


class Proxy(socketserver.ThreadingTCPServer):
    """Passes bytes to and fro. An answer that is to be lost arrives at the proxy and no further."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.lost = 0
        self._to_lose = 0
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Passage)

    @classmethod
    @contextmanager
    def to(cls, url: str) -> Iterator[Proxy]:
        """A proxy to the server at `url`, as long as the block runs."""
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        with cls((parts.hostname, parts.port)) as proxy:
            thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            try:
                yield proxy
            finally:
                proxy.shutdown()
                thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def lose_answers(self, count: int) -> None:
        """The next `count` answers are lost, and the connection with each."""
        with self._lock:
            self._to_lose = count

    def loses_this(self) -> bool:
        with self._lock:
            if not self._to_lose:
                return False
            self._to_lose -= 1
            self.lost += 1
            return True


class _Passage(socketserver.BaseRequestHandler):
    server: Proxy
    request: socket.socket

    def handle(self) -> None:
        with socket.create_connection(self.server.target) as upstream:
            threading.Thread(target=self._forward, args=(upstream,), daemon=True).start()
            while answer := upstream.recv(_CHUNK):
                if self.server.loses_this():
                    self.request.shutdown(socket.SHUT_RDWR)
                    return
                self.request.sendall(answer)

    def _forward(self, upstream: socket.socket) -> None:
        try:
            while asked := self.request.recv(_CHUNK):
                upstream.sendall(asked)
            upstream.shutdown(socket.SHUT_WR)
        except OSError:
            return  # one of the two hung up: nothing is left to pass on
