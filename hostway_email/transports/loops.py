"""State that belongs to one event loop, and goes with it.

A client may be made at import time and used by many `asyncio.run` one after the other. Connections
and semaphores must never cross from one loop to the next, and must be closed before theirs ends.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from anyio.lowlevel import current_token

__all__ = ["LoopEnd", "PerLoop"]

T = TypeVar("T")


class PerLoop(Generic[T]):
    """One value for each event loop, made when the loop first asks for it."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._values: WeakKeyDictionary[object, T] = WeakKeyDictionary()
        # A pair: two threads with a loop each must not read one's loop and the other's value.
        self._latest: tuple[object, T] | None = None

    def get(self) -> T:
        """Return the value of the running event loop."""
        loop = _running_loop()
        latest = self._latest
        if latest is not None and latest[0] is loop:
            return latest[1]
        value = self._values.get(loop)
        if value is None:
            value = self._values[loop] = self._make()
        self._latest = (loop, value)
        return value

    def pop(self) -> T | None:
        """Forget the value of the running event loop and return it, or None if it has none."""
        self._latest = None
        return self._values.pop(_running_loop(), None)


class LoopEnd:
    """Runs `close` once: when `aclose` is called, or else when the running event loop ends.

    Event loops finalise suspended async generators before they close, on asyncio and trio alike.
    It is the only hook into their end that needs no task and no open scope.
    """

    def __init__(self, close: Callable[[], Awaitable[None]]) -> None:
        self._close = close
        self._guard: AsyncGenerator[None, None] | None = self._suspended()
        # The first step awaits nothing, so it can be made from synchronous code.
        with contextlib.suppress(StopIteration):
            self._guard.asend(None).send(None)

    async def aclose(self) -> None:
        """Run `close`, unless it has been run."""
        guard = self._guard
        if guard is not None:
            await guard.aclose()

    async def _suspended(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            # A generator knows its event loop, which would be kept as long as the generator is.
            self._guard = None
            await self._close()


def _running_loop() -> object:
    # Not at the top: programs on trio never need it, and the others have it by now.
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return current_token().native_token
