"""Event loops for tests, with a movable clock and random stalls.

A timeout expires because a test moves the clock, once the other side is in the state that the
test is about. Nothing then depends on how long that took.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import anyio
import trio

__all__ = ["CLOCK", "STALLS", "Clock", "Stalls", "backend", "settle"]

LONGEST_STALL: Final = 0.1


@dataclass
class Clock:
    """Seconds by which the clocks of all event loops from `backend()` are ahead of the machine."""

    ahead: float = 0.0

    def jump(self, seconds: float) -> None:
        """Move the clocks ahead: running timeouts of up to so many seconds expire."""
        self.ahead += seconds


@dataclass
class Stalls:
    """Random pauses, if a seed is set: `pytest --stalls 7`.

    They are frequent at the start of a test and become rare, so that long tests end.
    """

    seed: str | None = None
    _random: Random = field(default_factory=Random)
    _gap: float = 0.0
    _steps: float = 0.0

    def begin(self, test: str) -> None:
        """Start the sequence of a test, which is the same in each run with the same seed."""
        self._random = Random(f"{self.seed} {test}")
        self._gap, self._steps = 6.0, 0.0

    def step(self) -> None:
        """Block the whole thread, now and then."""
        self._steps -= 1
        if self.seed is not None and self._steps < 0:
            self._gap *= 1.6
            self._steps = self._random.expovariate(1 / self._gap)
            time.sleep(self._random.uniform(0, LONGEST_STALL))

    async def pause(self) -> None:
        """Delay one connection of a server, every fifth time."""
        if self.seed is not None and self._random.random() < 1 / 5:
            await anyio.sleep(self._random.uniform(0, LONGEST_STALL))


CLOCK: Final = Clock()
STALLS: Final = Stalls()


def backend(name: str) -> tuple[str, dict[str, Any]]:
    """Return the parameter of anyio's plugin for an event loop with these clocks."""
    if name == "asyncio":
        return name, {"loop_factory": _Loop}
    return name, {"clock": _TrioClock(), "instruments": [_Instrument()]}


async def settle() -> None:
    """Let all tasks of this event loop run until they wait for something."""
    for _ in range(20):
        await anyio.lowlevel.checkpoint()


class _Selector(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> Any:
        STALLS.step()
        return super().select(timeout)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        super().__init__(_Selector())

    def time(self) -> float:
        return super().time() + CLOCK.ahead


class _TrioClock(trio.abc.Clock):
    # Not as an attribute of `time`, where a test may have put a clock of its own.
    _now = staticmethod(time.monotonic)

    def start_clock(self) -> None:
        pass

    def current_time(self) -> float:
        return self._now() + CLOCK.ahead

    def deadline_to_sleep_time(self, deadline: float) -> float:
        return deadline - self.current_time()


class _Instrument(trio.abc.Instrument):
    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        STALLS.step()
