"""State that belongs to one event loop.

A client may be created at import time and used in several `asyncio.run` calls one after the other.
Connections and semaphores must not be shared between loops, and must be closed before theirs ends.
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
    """One value for each event loop, created on first access."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._values: WeakKeyDictionary[object, T] = WeakKeyDictionary()
        # A tuple, so that threads with different loops never read a loop and another's value.
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
        """Remove the value of the running event loop and return it, or None if it has none."""
        self._latest = None
        return self._values.pop(_running_loop(), None)


class LoopEnd:
    """A hook that calls `close` once: on `aclose()`, or when the running event loop ends.

    Event loops finalize suspended async generators before they close, on asyncio and trio alike. It
    is the only hook into their end that needs no task and no open cancel scope.
    """

    def __init__(self, close: Callable[[], Awaitable[None]]) -> None:
        self._close = close
        self._guard: AsyncGenerator[None, None] | None = self._suspended()
        # The first step awaits nothing, so synchronous code can run it.
        with contextlib.suppress(StopIteration):
            self._guard.asend(None).send(None)

    async def aclose(self) -> None:
        """Call `close`, unless it has been called."""
        guard = self._guard
        if guard is not None:
            await guard.aclose()

    async def _suspended(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            # A generator refers to its event loop, and would keep it alive.
            self._guard = None
            await self._close()


def _running_loop() -> object:
    # Imported here, as programs on trio do not need it.
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return current_token().native_token
