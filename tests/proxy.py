"""A way to a server on which things go wrong at an exact point: requests are held, cut, answered by somebody else."""

from __future__ import annotations

import re
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from urllib.parse import urlsplit

_CHUNK = 65_536
_RESET_AT_ONCE = struct.pack("ii", 1, 0)
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


class Act(Enum):
    """What becomes of a request: it, its second half or its answer waits until the trap is opened; it or its second
    half is lost with the connection, or its answer is; the proxy answers in the server's place.
    """

    HOLD = auto()
    HOLD_HALF = auto()
    HOLD_ANSWER = auto()
    LOSE = auto()
    LOSE_HALF = auto()
    LOSE_ANSWER = auto()
    ANSWER = auto()


@dataclass(eq=False)
class Trap:
    """Waits for requests that begin with `pattern`: the first `passing` go by, the next `times` are caught."""

    pattern: bytes
    act: Act
    passing: int = 0
    times: int = 1
    status: int = 503
    caught: int = 0
    _sprung: threading.Event = field(default_factory=threading.Event)
    _opened: threading.Event = field(default_factory=threading.Event)
    _answered: threading.Event = field(default_factory=threading.Event)
    _let_through: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def takes(self, request: bytes) -> bool:
        """Whether this request is caught."""
        if re.match(self.pattern, request) is None:
            return False
        with self._lock:
            if self.passing:
                self.passing -= 1
                return False
            if self.caught == self.times:
                return False
            self.caught += 1
            return True

    def disarm(self) -> None:
        """It catches no more; what it has caught, it keeps."""
        with self._lock:
            self.times = self.caught

    def spring(self) -> None:
        self._sprung.set()

    def answer(self) -> None:
        """The server has answered, before anybody else hears of it."""
        self._sprung.set()
        self._answered.set()

    def is_sprung(self) -> bool:
        return self._sprung.is_set()

    def is_answered(self) -> bool:
        """Whether the server has answered what was caught."""
        return self._answered.is_set()

    def open(self, *, let_through: bool) -> None:
        """What is held goes on its way, or is lost with its connection."""
        self._let_through = let_through
        self._opened.set()

    def goes_on(self) -> bool:
        """Wait until the trap is opened; whether what it holds goes on."""
        self._opened.wait()
        return self._let_through


class Proxy(socketserver.ThreadingTCPServer):
    """Passes bytes to and fro, except where a trap takes them."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        self._parts = parts
        self.target = (parts.hostname, parts.port)
        self._traps: tuple[Trap, ...] = ()
        self._refusing = False
        self._passages: set[_Passage] = set()
        super().__init__(("127.0.0.1", 0), _Passage)

    @classmethod
    @contextmanager
    def to(cls, url: str) -> Iterator[Proxy]:
        """A proxy to the server at `url`, as long as the block runs."""
        with cls(url) as proxy:
            thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            try:
                yield proxy
            finally:
                proxy.shutdown()
                proxy.cut()
                thread.join()

    @property
    def url(self) -> str:
        """The server's address, by way of this proxy."""
        user, at, _ = self._parts.netloc.rpartition("@")
        return self._parts._replace(netloc=f"{user}{at}127.0.0.1:{self.server_address[1]}").geturl()

    @contextmanager
    def trap(self, pattern: bytes, act: Act, *, passing: int = 0, times: int = 1, status: int = 503) -> Iterator[Trap]:
        """A trap while the block runs; what it still holds then is lost."""
        trap = Trap(pattern, act, passing, times, status)
        self._traps += (trap,)
        try:
            yield trap
        finally:
            self._traps = tuple(one for one in self._traps if one is not trap)
            trap.open(let_through=False)

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Open connections are reset, and so are new ones while the block runs."""
        self._refusing = True
        self.cut()
        try:
            yield
        finally:
            self._refusing = False

    def cut(self) -> None:
        """Every connection is reset."""
        for passage in tuple(self._passages):
            passage.reset()

    def caught(self, request: bytes) -> Trap | None:
        """The trap that takes this request."""
        return next((trap for trap in self._traps if trap.takes(request)), None)


class _Passage(socketserver.BaseRequestHandler):
    server: Proxy
    request: socket.socket

    def handle(self) -> None:
        self._answer_trap: Trap | None = None
        self.server._passages.add(self)  # before the look: one that comes while all are cut is cut or refused
        if self.server._refusing:
            self.reset()
        else:
            self._pass()
        self.server._passages.discard(self)

    def _pass(self) -> None:
        with suppress(OSError), socket.create_connection(self.server.target) as self._upstream:
            back = threading.Thread(target=self._answers, daemon=True)
            back.start()
            try:
                while asked := self.request.recv(_CHUNK):
                    self._ask(asked)
                self._upstream.shutdown(socket.SHUT_WR)
            except OSError:
                self.reset()  # one of the two is gone, and the other hears of it
            back.join()

    def reset(self) -> None:
        """End the connection on both sides, as a broken one ends."""
        for end in (self.request, getattr(self, "_upstream", None)):
            if end is not None:
                _reset(end)

    def _ask(self, asked: bytes) -> None:
        trap = self.server.caught(asked)
        match trap.act if trap else None:
            case None:
                self._upstream.sendall(asked)
            case Act.HOLD:
                self._held(trap, asked)
            case Act.HOLD_HALF:
                self._held(trap, self._half_sent(asked))
            case Act.HOLD_ANSWER | Act.LOSE_ANSWER:
                self._answer_trap = trap
                self._upstream.sendall(asked)
            case Act.LOSE_HALF:
                self._half_sent(asked)
                self._lost(trap)
            case Act.LOSE:
                self._lost(trap)
            case Act.ANSWER:
                self._answered(trap, asked)

    def _held(self, trap: Trap | None, rest: bytes) -> None:
        assert trap is not None
        trap.spring()
        if trap.goes_on():
            self._answer_trap = trap
            self._upstream.sendall(rest)
        else:
            self.reset()

    def _lost(self, trap: Trap | None) -> None:
        assert trap is not None
        self.reset()
        trap.spring()

    def _answered(self, trap: Trap | None, asked: bytes) -> None:
        """Hear the request out, then say no to it: HTTP only."""
        assert trap is not None
        self._whole(asked)
        body = b'{"error":{"type":"made_up_exception","reason":"made up by a test"},"status":%d}' % trap.status
        lines = b"HTTP/1.1 %d Not now\r\nX-elastic-product: Elasticsearch\r\nContent-Type: application/json\r\n"
        self.request.sendall(lines % trap.status + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        trap.spring()

    def _half_sent(self, asked: bytes) -> bytes:
        """Half of the request is at the server; the other half."""
        request = self._whole(asked)
        self._upstream.sendall(request[: len(request) // 2])
        return request[len(request) // 2 :]

    def _whole(self, begun: bytes) -> bytes:
        """The request that begins so, with its body if it is one of HTTP."""
        head, end, body = begun.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        pieces, missing = [head, end, body], (int(length[1]) if length else 0) - len(body)
        while missing > 0 and (more := self.request.recv(_CHUNK)):
            pieces.append(more)
            missing -= len(more)
        return b"".join(pieces)

    def _answers(self) -> None:
        with suppress(OSError):
            while answer := self._upstream.recv(_CHUNK):
                if (trap := self._answer_trap) is not None:
                    self._answer_trap = None
                    trap.answer()
                    if trap.act is Act.LOSE_ANSWER or not trap.goes_on():
                        self.reset()
                        return
                self.request.sendall(answer)
            self.request.shutdown(socket.SHUT_WR)


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
        end.shutdown(socket.SHUT_RDWR)
