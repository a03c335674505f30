"""Writers that act at an even rate, looking meanwhile, and waiting for what they caused."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import click

_PATIENCE_SECONDS = 300.0
_LOOK_SECONDS = 0.02

Act = Callable[[int], None]
"""One write; the argument is its number."""


@dataclass(slots=True)
class Paced:
    """What writers did: the seconds that each write took, and what went wrong how often."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Writes a second."""
        return len(self.took) / self.seconds


def paced(writers: int, rate: float, seconds: float, act: Callable[[], Act]) -> Paced:
    """So many threads share `rate` writes a second. Each asks `act` once for what it then does again and again.

    A write that is late is done at once, so that the rate is kept as far as the writers can. An error is counted.
    """
    done, lock, numbers, begun = Paced(), threading.Lock(), count(), time.perf_counter()

    def turns() -> Iterator[int]:
        while (due := (number := next(numbers)) / rate) < seconds:
            time.sleep(max(0.0, begun + due - time.perf_counter()))
            yield number

    def write() -> None:
        one = act()
        for number in turns():
            at = time.perf_counter()
            try:
                one(number)
            except Exception as error:  # noqa: BLE001  # whatever it is, it is counted and printed, and fails the run
                with lock:
                    done.errors[f"{type(error).__name__}: {error}"[:300]] += 1
            else:
                with lock:
                    done.took.append(time.perf_counter() - at)

    with ThreadPoolExecutor(writers) as pool:
        for future in [pool.submit(write) for _ in range(writers)]:
            future.result()
    done.seconds = time.perf_counter() - begun
    return done


@contextmanager
def repeated(look: Callable[[], object], seconds: float) -> Iterator[None]:
    """`look` is called during the block, so many seconds after it returned, in a thread of its own."""
    ended = threading.Event()

    def looks() -> None:
        while not ended.wait(seconds):
            look()

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(looks)
        try:
            yield
        finally:
            ended.set()
        looking.result()


def until(true: Callable[[], bool]) -> float:
    """The seconds until it is true; raises ClickException when it does not become so."""
    begun = time.perf_counter()
    if not reached(true, _PATIENCE_SECONDS):
        raise click.ClickException(f"not reached within {_PATIENCE_SECONDS:.0f} s")
    return time.perf_counter() - begun


def reached(true: Callable[[], bool], seconds: float) -> bool:
    """Whether it becomes true within so many seconds; returns as soon as it does."""
    deadline = time.perf_counter() + seconds
    while not true():
        if time.perf_counter() > deadline:
            return False
        time.sleep(_LOOK_SECONDS)
    return True
